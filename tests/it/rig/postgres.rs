//! Databases on a real PostgreSQL: one for each test, gone after it.
//!
//! `TOBAN_TEST_POSTGRES` is the URL of a server whose user may create databases; `./test` starts one and sets it.

use sqlx::AssertSqlSafe;
use toban::base::ids;

/// An empty database of its own. Dropping it drops the database, whoever is still connected.
#[derive(Debug)]
pub struct Database {
    /// Where it is.
    pub url: String,
    name: String,
    server: String,
}

/// The server's URL. Where there is none, the half of the tests that needs it is left out: loudly, and never in CI.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the server is")]
#[expect(clippy::print_stderr, reason = "what is left out must be seen")]
fn server() -> Option<String> {
    let server = std::env::var("TOBAN_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    if server.is_none() {
        let ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!ci, "TOBAN_TEST_POSTGRES is not set, and in CI nothing is left out: run ./test");
        eprintln!("LEFT OUT: PostgreSQL, because TOBAN_TEST_POSTGRES is not set; ./test starts one");
    }
    server
}

async fn run(server: &str, sql: String) {
    use sqlx::Connection;
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

impl Database {
    /// Makes one; `None` where there is no server.
    pub async fn fresh() -> Option<Self> {
        let server = server()?;
        let name = format!("toban_{}", ids::row());
        run(&server, format!("create database {name}")).await;
        let mut url: url::Url = server.parse().unwrap();
        url.set_path(&name);
        Some(Self { url: url.into(), name, server })
    }

    /// Runs a statement in it.
    pub async fn run(&self, sql: &str) {
        run(&self.url, sql.to_owned()).await;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("drop database {} with (force)", self.name));
        // A thread of its own: a test's runtime cannot be waited for from within.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&server, sql));
        });
        assert!(dropped.join().is_ok() || std::thread::panicking(), "a test database was left behind");
    }
}
