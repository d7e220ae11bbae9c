//! What stands in the store under test, read beside it.

use std::path::Path;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

/// How many alerts are stored, and how many of them their incidents do not know of yet.
pub async fn alerts(file: &Path, incidents: bool) -> (usize, usize) {
    let mut conn = SqliteConnectOptions::new().filename(file).read_only(true).connect().await.unwrap();
    let mut count = async |sql: &'static str| {
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut conn).await.unwrap();
        usize::try_from(count).unwrap()
    };
    let stored = count("select count(*) from alert").await;
    let waiting =
        if incidents { count("select count(*) from alert where version > attached").await } else { 0 };
    (stored, waiting)
}
