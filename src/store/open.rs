//! Opening: what a store's URL means, how connections are set up, and who was here before.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::MigrateError;
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection};
use tokio::sync::mpsc;
use url::Url;

use super::live::Live;
use super::numbers::Numbers;
use super::records::{Role, StoreError};
use super::reserve::Reserve;
use super::sql::args;
use super::writer::{Kind, Limbo, Writer};
use super::{Inner, Store, migrations};
use crate::base::Clock;
use crate::base::ids;

/// Asks that may wait for a writer; past that, whoever asks waits to be let in.
const QUEUE: usize = 4096;

/// `synchronous = full`: a commit is on the disk before anybody is told. A larger WAL between checkpoints writes a
/// page that changed often only once.
const SQLITE: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000;
    pragma foreign_keys = on; pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 67108864";

/// A replica that freezes in a transaction must not hold the others up.
const POSTGRES: &str = "set lock_timeout = '5s'; set idle_in_transaction_session_timeout = '10s';
    set statement_timeout = '9s'";

/// What a URL stands for.
struct Target {
    kind: Kind,
    url: Url,
    /// SQLite's file.
    path: PathBuf,
}

/// Reads a store's URL: `sqlite://path` (relative to the working directory, or absolute with three slashes) or
/// `postgres://user@host/database`.
fn target(url: &str) -> Result<Target, String> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        return Ok(Target { kind: Kind::Postgres, url, path: PathBuf::new() });
    }
    let rest = url
        .strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"))
        .ok_or("the URL of a store begins with sqlite:// or postgres://")?;
    let (path, query) = rest.split_once('?').map_or((rest, ""), |(path, query)| (path, query));
    if path.is_empty() || path == ":memory:" || query.contains("mode=memory") {
        return Err("a store is kept in a file".into());
    }
    let absolute = std::path::absolute(path).map_err(|error| error.to_string())?;
    let mut url =
        Url::parse(&format!("sqlite://{}", absolute.display())).map_err(|error| error.to_string())?;
    url.set_query((!query.is_empty()).then_some(query));
    // SQLite is given the path percent-decoded, and so must be the lock beside it.
    let path = Url::parse(&format!("file://{}", url.path()))
        .ok()
        .and_then(|url| url.to_file_path().ok())
        .ok_or("the path cannot be understood")?;
    Ok(Target { kind: Kind::Sqlite, url, path })
}

/// The URL without what must not be shown.
fn shown(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else { return "its URL".into() };
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

/// Makes the file, for its owner's eyes only, if it is not there; its WAL gets the same mode.
fn create(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        end => end.map(drop),
    }
}

/// Makes this process the only one that serves a SQLite file.
fn lock(path: &Path) -> Result<File, String> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&name)
        .map_err(|error| format!("{}: {error}", Path::new(&name).display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err("another process serves it; several need PostgreSQL".into()),
        Err(TryLockError::Error(error)) => Err(error.to_string()),
    }
}

async fn set_up(conn: &mut AnyConnection, kind: Kind) -> Result<(), sqlx::Error> {
    let sql = if kind == Kind::Sqlite { SQLITE } else { POSTGRES };
    sqlx::raw_sql(sql).execute(conn).await.map(drop)
}

/// Tries the database, brings it up to date, and gives the pool of connections to it.
async fn connect(Target { kind, url, .. }: &Target) -> Result<AnyPool, MigrateError> {
    sqlx::any::install_default_drivers();
    let options = AnyConnectOptions::from_url(url)?.disable_statement_logging();
    // Alone, because a pool would try again and again and say in the end that it was in vain.
    let mut conn = AnyConnection::connect_with(&options).await?;
    set_up(&mut conn, *kind).await?;
    migrations::run(&mut conn).await?;
    conn.close().await?;
    let kind = *kind;
    let pool = AnyPoolOptions::new()
        .max_connections(if kind == Kind::Sqlite { 4 } else { 12 })
        .acquire_timeout(Duration::from_secs(5))
        // A file does not hang up; a server does.
        .test_before_acquire(kind == Kind::Postgres)
        .after_connect(move |conn, _| Box::pin(set_up(conn, kind)));
    Ok(pool.connect_lazy_with(options))
}

impl Store {
    /// Whether [`Store::open`] would find something: a server is asked there, but a SQLite file would be made.
    pub fn exists(url: &str) -> bool {
        target(url).is_ok_and(|target| target.kind != Kind::Sqlite || target.path.exists())
    }

    /// Opens the store, makes it if it is a SQLite file that is not there, and brings it to the newest schema. On
    /// SQLite there is one [`Role::Serve`] at a time; whatever an earlier one left is an orphan at once.
    ///
    /// # Errors
    /// [`StoreError::Open`], with the URL (without its password) and the reason.
    pub async fn open(url: &str, clock: Clock, role: Role) -> Result<Self, StoreError> {
        let wrong = |why: String| StoreError::Open(shown(url), why);
        let target = target(url).map_err(wrong)?;
        let (mut held, mut reserve) = (None, Arc::default());
        if target.kind == Kind::Sqlite {
            create(&target.path).map_err(|error| wrong(error.to_string()))?;
            if role == Role::Serve {
                held = Some(lock(&target.path).map_err(wrong)?);
                reserve = Arc::new(Reserve::beside(&target.path));
            }
        }
        let pool = connect(&target).await.map_err(|error| wrong(error.to_string()))?;

        let (queue, receiver) = mpsc::channel(QUEUE);
        let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
        let me: Arc<str> = ids::row().into();
        let limbo = Limbo::default();
        // While one waits for the disk, another gets the next transaction ready; SQLite takes one at a time.
        let writers = if target.kind == Kind::Sqlite { 1 } else { 2 };
        let writers = (0..writers).map(|number| Writer {
            kind: target.kind,
            pool: pool.clone(),
            clock: clock.clone(),
            me: me.clone(),
            queue: receiver.clone(),
            limbo: limbo.clone(),
            reserve: reserve.clone(),
            name: format!("{me}/{number}"),
            conn: None,
            batch: 0,
        });
        let writers = writers.map(|writer| tokio::spawn(writer.work())).collect();
        let exclusive = held.is_some();
        let (writers, lock) = (Mutex::new(writers), Mutex::new(held));
        let store = Self(Arc::new(Inner {
            pool,
            clock,
            role,
            me,
            queue,
            limbo,
            numbers: Numbers::default(),
            live: Live::default(),
            reserve,
            writers,
            lock,
        }));
        if exclusive {
            store.write("delete from replica where role = 'serve'", args![]).await?;
        }
        store.beat().await?;
        Ok(store)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_file_or_a_server() {
        let file = target("sqlite:///var/lib/toban/toban.db?cache=private").unwrap();
        assert_eq!((file.kind, file.path.to_str()), (Kind::Sqlite, Some("/var/lib/toban/toban.db")));
        assert_eq!(file.url.as_str(), "sqlite:///var/lib/toban/toban.db?cache=private");
        assert!(target("sqlite://toban.db").unwrap().path.ends_with("toban.db"));
        assert!(target("sqlite:///a%20b.db").unwrap().path.ends_with("a b.db"));
        assert_eq!(target("postgres://toban@db/toban").unwrap().kind, Kind::Postgres);
        for wrong in ["sqlite::memory:", "sqlite://", "mysql://db/toban", "toban.db"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(shown("postgres://toban:secret@db/toban?x=1"), "postgres://toban@db/toban");
    }
}
