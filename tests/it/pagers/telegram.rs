//! Telegram asked for news: by `getUpdates` as its documentation has it, one asker at a time, every answer once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use toban::base::clock::{pause, within};
use toban::base::{Clock, Secret};
use toban::domain::contact::Means;
use toban::domain::words::Lang;
use toban::pagers::http::Client;
use toban::pagers::telegram::{Telegram, listen};
use toban::ports::{NotTaken, Press, Replies, Reply};
use toban::store::{Role, Store};
use tokio::net::TcpListener;

use super::server::BOT_TOKEN;

const LONG: Duration = Duration::from_secs(30);

/// The Bot API as far as news go.
#[derive(Default)]
struct Api {
    /// What nobody has confirmed yet.
    updates: Vec<Value>,
    /// The offsets that were asked for.
    offsets: Vec<i64>,
    /// The methods that were called besides, with their arguments.
    called: Vec<(String, Value)>,
    /// A webhook is set: whoever asks is refused.
    webhook: bool,
    /// The next question is answered 429.
    limited: bool,
    asking: bool,
    /// Two asked at the same time.
    collided: bool,
}

type Shared = Arc<Mutex<Api>>;

fn refuse(status: u16, why: &str, more: Value) -> Response {
    let body = json!({ "ok": false, "error_code": status, "description": why, "parameters": more });
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

async fn method(
    State(api): State<Shared>,
    Path((bot, method)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    if bot != format!("bot{BOT_TOKEN}") {
        return refuse(401, "Unauthorized", Value::Null);
    }
    let given: Value = serde_json::from_slice(&body).unwrap();
    if method != "getUpdates" {
        let mut api = api.lock().unwrap();
        api.webhook &= method != "deleteWebhook";
        api.called.push((method, given));
        return axum::Json(json!({ "ok": true, "result": true })).into_response();
    }
    assert_eq!(given["allowed_updates"], json!(["callback_query", "message"]));
    let offset = given["offset"].as_i64().unwrap();
    {
        let mut api = api.lock().unwrap();
        if api.webhook {
            let why = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
            return refuse(409, why, Value::Null);
        }
        if std::mem::take(&mut api.limited) {
            return refuse(429, "Too Many Requests: retry after 1", json!({ "retry_after": 1 }));
        }
        api.collided |= std::mem::replace(&mut api.asking, true);
        api.offsets.push(offset);
        api.updates.retain(|update| update["update_id"].as_i64().unwrap() >= offset);
    }
    // It keeps the question open as long as there is nothing to tell.
    for _ in 0..given["timeout"].as_u64().unwrap() * 100 {
        if !api.lock().unwrap().updates.is_empty() {
            break;
        }
        pause(Duration::from_millis(10)).await;
    }
    let mut api = api.lock().unwrap();
    api.asking = false;
    axum::Json(json!({ "ok": true, "result": api.updates })).into_response()
}

/// Takes every answer but the first, which cannot be saved.
#[derive(Default)]
struct Desk {
    tries: Mutex<Vec<String>>,
}

#[async_trait]
impl Replies for Desk {
    async fn look(&self, _: &Secret) -> Result<Option<Reply>, NotTaken> {
        Ok(None)
    }
    async fn press(&self, secret: &Secret) -> Result<Option<Reply>, NotTaken> {
        self.taken(format!("press {}", secret.reveal()))
    }
    async fn texted(&self, number: &str, by: Means) -> Result<Option<Reply>, NotTaken> {
        self.taken(format!("{} {number}", by.as_str()))
    }
    async fn pressed(&self, _: Press) -> Result<bool, NotTaken> {
        Ok(false)
    }
}

impl Desk {
    fn taken(&self, what: String) -> Result<Option<Reply>, NotTaken> {
        let mut tries = self.tries.lock().unwrap();
        tries.push(what);
        if tries.len() == 1 {
            return Err(NotTaken("disk full".into()));
        }
        let headline = "You have it.".to_owned();
        Ok(Some(Reply { lang: Lang::En, headline, lines: Vec::new(), button: None, done: true }))
    }
}

struct Site {
    api: Shared,
    bot: Telegram,
    store: Store,
    desk: Arc<Desk>,
    _folder: tempfile::TempDir,
}

async fn site() -> Site {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let api = Shared::default();
    let routes = Router::new().route("/{bot}/{method}", post(method)).with_state(api.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let bot = Telegram::new(Client::new().unwrap(), &url, Secret::new(BOT_TOKEN));
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("toban.db").display());
    let store = Store::open(&url, Clock::system(), Role::Serve).await.unwrap();
    store.beat().await.unwrap();
    Site { api, bot, store, desk: Arc::default(), _folder: folder }
}

impl Site {
    fn listen(&self) -> tokio::task::JoinHandle<()> {
        tokio::spawn(listen(self.bot.clone(), self.store.clone(), self.desk.clone()))
    }

    async fn until(&self, so: impl Fn(&Api) -> bool) {
        let waiting = async {
            while !so(&self.api.lock().unwrap()) {
                pause(Duration::from_millis(5)).await;
            }
        };
        within(LONG, waiting).await.unwrap();
    }
}

fn press(id: i64) -> Value {
    json!({ "update_id": id, "callback_query": { "id": format!("q{id}"), "from": { "id": 1 }, "data": format!("ack:secret{id}") } })
}

fn word(id: i64, text: &str) -> Value {
    json!({ "update_id": id, "message": { "message_id": 9, "date": 1, "chat": { "id": -100, "type": "group" }, "text": text } })
}

#[tokio::test(flavor = "multi_thread")]
async fn presses_and_words_are_taken_once_and_answered() {
    let site = site().await;
    site.api.lock().unwrap().updates =
        vec![press(41), word(42, "what is this?"), word(43, "ack"), json!({ "update_id": 44, "poll": {} })];
    let listening = site.listen();
    site.until(|api| api.offsets.contains(&45)).await;
    listening.abort();
    // What could not be saved came again, and only that.
    assert_eq!(*site.desk.tries.lock().unwrap(), ["press secret41", "press secret41", "telegram -100"]);
    let api = site.api.lock().unwrap();
    assert_eq!(api.offsets[..2], [0, 0], "it is not passed over");
    let answered: Vec<_> = api.called.iter().map(|(method, _)| method.as_str()).collect();
    assert_eq!(answered, ["answerCallbackQuery", "sendMessage"]);
    assert_eq!(api.called[0].1["callback_query_id"], "q41");
    assert_eq!(api.called[1].1, json!({ "chat_id": "-100", "text": "You have it." }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_from_before_is_taken_away_and_a_limit_is_waited_for() {
    let site = site().await;
    {
        let mut api = site.api.lock().unwrap();
        (api.webhook, api.limited) = (true, true);
        api.updates = vec![press(1)];
    }
    site.desk.tries.lock().unwrap().push("before".to_owned());
    let listening = site.listen();
    site.until(|api| api.offsets.contains(&2)).await;
    listening.abort();
    assert_eq!(site.api.lock().unwrap().called[0].0, "deleteWebhook");
    assert_eq!(site.desk.tries.lock().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_asks_at_a_time() {
    let site = site().await;
    let (one, other) = (site.listen(), site.listen());
    site.until(|api| api.asking).await;
    site.api.lock().unwrap().updates = vec![press(7)];
    site.until(|api| api.offsets.contains(&8)).await;
    one.abort();
    other.abort();
    assert!(!site.api.lock().unwrap().collided);
}
