//! Everybody's telephone: takes pages as a webhook does, at once, and remembers when it first heard of what.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use tokio::sync::Notify;

#[derive(Clone)]
pub struct Phone(Arc<Inner>);

/// What a page is known by.
pub type Names = fn(&serde_json::Value) -> Vec<String>;

struct Inner {
    port: u16,
    names: Names,
    /// What it waits for, and when it first heard of what of it.
    heard: Mutex<(HashSet<String>, HashMap<String, Instant>)>,
    rang: Notify,
}

impl Phone {
    pub async fn start(names: Names) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let listener = socket.listen(4096).unwrap();
        let port = listener.local_addr().unwrap().port();
        let phone = Self(Arc::new(Inner { port, names, heard: Mutex::default(), rang: Notify::new() }));
        let app = Router::new().route("/page", post(ring)).with_state(phone.clone());
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        phone
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/page", self.0.port)
    }

    /// From now on it waits for these, and nothing else counts.
    pub fn expect(&self, names: impl Iterator<Item = String>) {
        *self.0.heard.lock().unwrap() = (names.collect(), HashMap::new());
    }

    /// Waits until it has heard of all of them; the moments when it first did.
    pub async fn heard(&self, patience: Duration) -> HashMap<String, Instant> {
        let all = async {
            loop {
                let rang = self.0.rang.notified();
                if self.0.heard.lock().unwrap().0.is_empty() {
                    break;
                }
                rang.await;
            }
        };
        let in_time = tokio::time::timeout(patience, all).await;
        let (missing, heard) = std::mem::take(&mut *self.0.heard.lock().unwrap());
        assert!(in_time.is_ok(), "{} pages are missing after {patience:?}", missing.len());
        heard
    }
}

async fn ring(State(phone): State<Phone>, body: Bytes) {
    let now = Instant::now();
    let page: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let mut both = phone.0.heard.lock().unwrap();
    let (missing, heard) = &mut *both;
    for name in (phone.0.names)(&page) {
        if missing.remove(&name) {
            heard.insert(name, now);
        }
    }
    if missing.is_empty() {
        phone.0.rang.notify_one();
    }
}
