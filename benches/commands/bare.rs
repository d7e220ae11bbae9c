//! The practical limit: axum takes the request, reqwest probes and posts. No signature, parser, rights, store or audit.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};

#[derive(Clone)]
struct Bare {
    http: reqwest::Client,
    probe: String,
    post: String,
}

pub async fn serve(probe: &str, post_to: &str, port: u16) {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let http = reqwest::Client::builder()
        .pool_max_idle_per_host(1_000)
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let state = Bare { http, probe: probe.to_owned(), post: post_to.to_owned() };
    let app = Router::new()
        .route("/readyz", get(|| async { "ok" }))
        .route("/slack/events", post(take))
        .route("/slack/commands", post(take))
        .with_state(state);
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], port).into()).unwrap();
    axum::serve(socket.listen(4096).unwrap(), app).await.unwrap();
}

async fn take(State(bare): State<Bare>, body: Bytes) -> StatusCode {
    tokio::spawn(async move {
        let text = std::str::from_utf8(&body).unwrap();
        let json = text.starts_with('{');
        let (key, end) = if json { ("\"channel\":\"", '"') } else { ("channel_id=", '&') };
        let at = text.find(key).unwrap() + key.len();
        let channel = text[at..].split(end).next().unwrap();
        // As many posts as Toban makes: a slash command opens a thread.
        let status = bare.http.get(&bare.probe).send().await.unwrap().status();
        for _ in 0..if json { 1 } else { 2 } {
            let answer = serde_json::json!({"channel": channel, "text": format!("sagebase: {status}")});
            bare.http.post(&bare.post).json(&answer).send().await.unwrap().bytes().await.unwrap();
        }
    });
    StatusCode::OK
}
