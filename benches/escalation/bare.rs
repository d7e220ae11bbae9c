//! The practical limit: a table of what is due, one loop that takes what is, sends it, and marks all of it done in one durable
//! commit. No incidents, ladders, people, leases, retries, or timeline.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqliteConnection};

async fn connect(file: &str) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await
        .unwrap()
}

/// Fills its table: the nth is due at `due(n)`.
pub async fn seed(file: &str, first: u64, count: u64, due: impl Fn(u64) -> Timestamp) {
    let mut conn = connect(file).await;
    sqlx::raw_sql(
        "create table if not exists wake (id text not null primary key, due integer not null, content text not null);
         create index if not exists wake_due on wake (due); begin",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    for number in 0..count {
        sqlx::query("insert into wake (id, due, content) values ($1, $2, $3)")
            .bind(format!("INC-{}", first + number))
            .bind(due(number).as_millisecond())
            .bind("5.3 % of the requests have failed for ten minutes; the threshold is 5 %")
            .execute(&mut conn)
            .await
            .unwrap();
    }
    sqlx::raw_sql("commit").execute(&mut conn).await.unwrap();
}

pub async fn serve(file: &str, phone: &str, port: u16) {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let ready = axum::Router::new().route("/readyz", axum::routing::get(|| async { "ok" }));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    tokio::spawn(async move { axum::serve(listener, ready).await.unwrap() });
    let (mut conn, http, phone) = (connect(file).await, reqwest::Client::new(), Arc::new(phone.to_owned()));
    loop {
        let due: Vec<(String, String)> =
            sqlx::query_as("select id, content from wake where due <= $1 order by due limit 512")
                .bind(Timestamp::now().as_millisecond())
                .fetch_all(&mut conn)
                .await
                .unwrap();
        if due.is_empty() {
            let next: Option<i64> = sqlx::query_scalar("select due from wake order by due limit 1")
                .fetch_optional(&mut conn)
                .await
                .unwrap();
            let wait = next.map_or(1_000, |next| (next - Timestamp::now().as_millisecond()).clamp(1, 1_000));
            tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
            continue;
        }
        let send = |(id, content): &(String, String)| {
            let page = serde_json::json!({"incidents": [id], "subject": content});
            let request = http.post(phone.as_str()).json(&page).send();
            async move { request.await.unwrap().bytes().await.unwrap() }
        };
        futures_util::stream::iter(due.iter().map(send)).buffer_unordered(32).count().await;
        sqlx::raw_sql("begin immediate").execute(&mut conn).await.unwrap();
        for (id, _) in &due {
            sqlx::query("delete from wake where id = $1").bind(id).execute(&mut conn).await.unwrap();
        }
        sqlx::raw_sql("commit").execute(&mut conn).await.unwrap();
    }
}
