//! The platform and the probed service: both answer at once or after a pause, and tell when an answer was posted.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use tokio::sync::oneshot;

#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    pub port: u16,
    probe_ms: AtomicU64,
    post_ms: AtomicU64,
    number: AtomicU64,
    /// Who waits for the answer in a channel: how many posts it takes, and whom to tell.
    waiting: Mutex<HashMap<String, (u32, oneshot::Sender<Instant>)>>,
}

impl World {
    pub async fn start() -> Self {
        // A short backlog would have a thousand connections at once wait a second for another SYN.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let listener = socket.listen(4096).unwrap();
        let world = Self(Arc::new(Inner {
            port: listener.local_addr().unwrap().port(),
            probe_ms: AtomicU64::new(0),
            post_ms: AtomicU64::new(0),
            number: AtomicU64::new(0),
            waiting: Mutex::default(),
        }));
        let app = Router::new()
            .route("/health", get(health))
            .route("/api/auth.test", post(|| async { json(r#"{"ok":true,"url":"https://bench.example/","team":"bench","user":"toban","team_id":"T1","user_id":"UBOT","bot_id":"B1"}"#) }))
            .route("/api/chat.postMessage", post(posted))
            .route("/api/chat.update", post(|| async { json(r#"{"ok":true,"ts":"1.1","channel":"C1"}"#) }))
            .with_state(world.clone());
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        world
    }

    pub fn port(&self) -> u16 {
        self.0.port
    }

    pub fn slow(&self, probe: Duration, post: Duration) {
        self.0.probe_ms.store(u64::try_from(probe.as_millis()).unwrap(), Ordering::Relaxed);
        self.0.post_ms.store(u64::try_from(post.as_millis()).unwrap(), Ordering::Relaxed);
    }

    /// Resolves when `posts` messages have been posted to the channel.
    pub fn expect(&self, channel: &str, posts: u32) -> oneshot::Receiver<Instant> {
        let (sender, receiver) = oneshot::channel();
        self.0.waiting.lock().unwrap().insert(channel.to_owned(), (posts, sender));
        receiver
    }
}

fn json(text: &'static str) -> ([(&'static str, &'static str); 1], &'static str) {
    ([("content-type", "application/json")], text)
}

async fn health(State(world): State<World>) -> ([(&'static str, &'static str); 1], &'static str) {
    pause(&world.0.probe_ms).await;
    json(r#"{"status":"ok"}"#)
}

async fn posted(State(world): State<World>, body: Bytes) -> ([(&'static str, &'static str); 1], String) {
    pause(&world.0.post_ms).await;
    let text = std::str::from_utf8(&body).unwrap();
    let at = text.find("\"channel\":\"").expect("a channel") + "\"channel\":\"".len();
    let channel = &text[at..at + text[at..].find('"').unwrap()];
    let mut waiting = world.0.waiting.lock().unwrap();
    if let Some((left, _)) = waiting.get_mut(channel) {
        *left -= 1;
        if *left == 0 {
            let (_, sender) = waiting.remove(channel).unwrap();
            let _ = sender.send(Instant::now());
        }
    }
    drop(waiting);
    let number = world.0.number.fetch_add(1, Ordering::Relaxed);
    let ts = format!("1700000000.{number:06}");
    (
        [("content-type", "application/json")],
        format!(r#"{{"ok":true,"channel":"{channel}","ts":"{ts}","message":{{"ts":"{ts}","text":"x"}}}}"#),
    )
}

async fn pause(millis: &AtomicU64) {
    let millis = millis.load(Ordering::Relaxed);
    if millis > 0 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }
}
