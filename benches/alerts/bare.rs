//! The practical limit: axum takes the request, serde reads it, SQLite keeps each alert under its key, many requests to a
//! commit as durable as Toban's, and whoever is on call is told of each that is critical. No proof, dedup, incidents, ladders, outbox.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

#[derive(Clone)]
struct Bare {
    queue: mpsc::Sender<(Vec<Alert>, oneshot::Sender<()>)>,
    http: reqwest::Client,
    phone: String,
}

#[derive(Deserialize)]
struct Group {
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    fingerprint: String,
    status: String,
    labels: serde_json::Map<String, serde_json::Value>,
    annotations: serde_json::Map<String, serde_json::Value>,
    starts_at: String,
}

pub async fn serve(file: &str, phone: &str, port: u16) {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", "4000");
    let mut conn = options.connect().await.unwrap();
    let table = "create table alert (id text not null primary key, status text, content text, started text)";
    sqlx::query(table).execute(&mut conn).await.unwrap();
    let (queue, waiting) = mpsc::channel(4096);
    tokio::spawn(keep(conn, waiting));
    let state = Bare { queue, http: reqwest::Client::new(), phone: phone.to_owned() };
    let app = Router::new()
        .route("/readyz", get(|| async { "ok" }))
        .route("/hooks/alertmanager/{source}", post(take))
        .with_state(state);
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], port).into()).unwrap();
    axum::serve(socket.listen(4096).unwrap(), app).await.unwrap();
}

/// Writes what has queued up in one transaction.
async fn keep(mut conn: SqliteConnection, mut waiting: mpsc::Receiver<(Vec<Alert>, oneshot::Sender<()>)>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, 256).await > 0 {
        sqlx::query("begin immediate").execute(&mut conn).await.unwrap();
        for alert in batch.iter().flat_map(|(alerts, _)| alerts) {
            sqlx::query("insert into alert (id, status, content, started) values ($1, $2, $3, $4) on conflict (id) do update set status = excluded.status")
                .bind(&alert.fingerprint)
                .bind(&alert.status)
                .bind(serde_json::to_string(&(&alert.labels, &alert.annotations)).unwrap())
                .bind(&alert.starts_at)
                .execute(&mut conn)
                .await
                .unwrap();
        }
        sqlx::query("commit").execute(&mut conn).await.unwrap();
        for (_, told) in batch.drain(..) {
            let _ = told.send(());
        }
    }
}

async fn take(State(bare): State<Bare>, body: Bytes) -> StatusCode {
    let group: Group = serde_json::from_slice(&body).unwrap();
    let told =
        |alert: &Alert| alert.labels["severity"] == "critical" && alert.labels.contains_key("environment");
    let pages: Vec<_> = group.alerts.iter().filter(|alert| told(alert)).map(page).collect();
    let (told, kept) = oneshot::channel();
    bare.queue.send((group.alerts, told)).await.unwrap();
    kept.await.unwrap();
    for page in pages {
        let send = bare.http.post(&bare.phone).json(&page).send();
        tokio::spawn(async move { send.await.unwrap().bytes().await.unwrap() });
    }
    StatusCode::ACCEPTED
}

fn page(alert: &Alert) -> serde_json::Value {
    serde_json::json!({"subject": alert.annotations["summary"], "labels": alert.labels})
}
