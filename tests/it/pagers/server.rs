//! The providers that speak HTTP, all on one port of loopback: they refuse what their documentation refuses, forget
//! nothing, and fail when they are told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State as Shelf};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde_json::{Map, Value, json};
use toban::base::Clock;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub const NTFY_TOKEN: &str = "tk_1";
pub const BOT_TOKEN: &str = "7000000001:AAsecretsecret";
pub const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub const AUTH_TOKEN: &str = "twilio-token";
pub const ROUTING_KEY: &str = "R0000000000000000000000000000001";

/// What goes wrong with the next request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// This status with this body, and Retry-After; nothing is done.
    Status(u16, Value, Option<&'static str>),
    /// No answer, ever; nothing is done.
    Hang,
    /// It is done, and the connection breaks within the answer.
    DoneThenDropped,
    /// It is done; the connection breaks within the answer, once somebody says so.
    DoneThenHeld(Arc<Notify>),
    /// A page of HTML with 200; nothing is done.
    Html,
}

/// Something that a provider took.
#[derive(Debug, Clone)]
pub struct Taken {
    pub what: String,
    pub body: Value,
    pub headers: HeaderMap,
    pub raw: Bytes,
    /// When, where somebody keeps the time.
    pub at: Option<jiff::Timestamp>,
}

#[derive(Default)]
pub struct State {
    pub taken: Vec<Taken>,
    pub refused: Vec<String>,
    pub faults: VecDeque<Fault>,
    clock: Option<Clock>,
    asked: usize,
}

pub struct Providers {
    pub url: String,
    pub state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Providers {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Shared = Arc<Mutex<State>>;

impl Providers {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Shared::default();
        let routes = Router::new()
            .route("/", any(ntfy))
            .route("/v1/health", get(async || axum::Json(json!({ "healthy": true }))))
            .route("/v2/enqueue", any(pagerduty))
            .route("/hook", any(webhook))
            .route("/2010-04-01/Accounts/{sid}/{resource}", any(twilio))
            .route("/2010-04-01/Accounts/{sid}", get(account))
            .route("/{bot}/{method}", any(telegram))
            .with_state(state.clone());
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, state, task }
    }

    /// From now on lists tell when things were taken; before, it is always the same moment.
    pub fn keep_time(&self, clock: Clock) {
        self.state.lock().unwrap().clock = Some(clock);
    }

    pub fn fail(&self, fault: Fault) {
        self.state.lock().unwrap().faults.push_back(fault);
    }

    /// Waits until so many requests have come.
    pub async fn asked(&self, times: usize) {
        let waiting = async {
            while self.state.lock().unwrap().asked < times {
                toban::base::clock::pause(std::time::Duration::from_millis(5)).await;
            }
        };
        toban::base::clock::within(std::time::Duration::from_secs(60), waiting).await.unwrap();
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.state.lock().unwrap().taken.clone()
    }

    pub fn refused(&self) -> Vec<String> {
        self.state.lock().unwrap().refused.clone()
    }
}

/// Answers a request: by the fault that is due, else as the provider's rules say.
async fn answer(
    shelf: Shared,
    what: String,
    headers: HeaderMap,
    raw: Bytes,
    judged: Result<(Value, u16, Value), (u16, Value)>,
) -> Response {
    let fault = {
        let mut state = shelf.lock().unwrap();
        state.asked += 1;
        state.faults.pop_front()
    };
    match &fault {
        Some(Fault::Status(status, body, retry_after)) => {
            let mut response =
                (StatusCode::from_u16(*status).unwrap(), axum::Json(body.clone())).into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, seconds.parse().unwrap());
            }
            return response;
        }
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::Html) => {
            return ([(header::CONTENT_TYPE, "text/html")], "<html>hello</html>").into_response();
        }
        Some(Fault::DoneThenDropped | Fault::DoneThenHeld(_)) | None => {}
    }
    match judged {
        Ok((body, status, answer)) => {
            {
                let mut state = shelf.lock().unwrap();
                let at = state.clock.as_ref().map(Clock::now);
                state.taken.push(Taken { what, body, headers, raw, at });
            }
            if let Some(Fault::DoneThenHeld(until)) = &fault {
                until.notified().await;
            }
            if fault.is_some() {
                let broken =
                    futures_util::stream::iter([Ok(Bytes::from("{")), Err(std::io::Error::other("x"))]);
                return (StatusCode::from_u16(status).unwrap(), Body::from_stream(broken)).into_response();
            }
            (StatusCode::from_u16(status).unwrap(), axum::Json(answer)).into_response()
        }
        Err((status, why)) => {
            shelf.lock().unwrap().refused.push(format!("{what}: {status} {why}"));
            (StatusCode::from_u16(status).unwrap(), axum::Json(why)).into_response()
        }
    }
}

/// The body as an object with these keys only.
fn object(body: &Bytes, keys: &[&str]) -> Result<Map<String, Value>, String> {
    let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(body) else {
        return Err("not a JSON object".into());
    };
    match object.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown key {key}")),
        None => Ok(object),
    }
}

async fn ntfy(Shelf(shelf): Shelf<Shared>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    let judge = || -> Result<(Value, u16, Value), (u16, Value)> {
        let bad = |why: &str| (400, json!({ "code": 40024, "http": 400, "error": why }));
        if method != Method::POST {
            return Err((404, json!({ "error": "page not found" })));
        }
        if headers.get("authorization").is_none_or(|given| given != &format!("Bearer {NTFY_TOKEN}")) {
            return Err((403, json!({ "code": 40301, "http": 403, "error": "forbidden" })));
        }
        const KEYS: [&str; 9] =
            ["topic", "title", "message", "priority", "tags", "click", "actions", "sequence_id", "markdown"];
        let sent = object(&body, &KEYS).map_err(|why| bad(&why))?;
        let name = |text: &str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if !sent["topic"].as_str().is_some_and(name) || !sent["sequence_id"].as_str().is_some_and(name) {
            return Err(bad("topic invalid"));
        }
        if !sent["priority"].as_u64().is_some_and(|priority| (1..=5).contains(&priority)) {
            return Err(bad("priority invalid"));
        }
        if sent["message"].as_str().is_none_or(|text| text.len() > 4_096) || !sent["title"].is_string() {
            return Err(bad("message invalid"));
        }
        let actions = sent.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
        let good = |action: &Value| {
            action["action"] == "http"
                && action["label"].as_str().is_some_and(|label| !label.is_empty())
                && action["url"].as_str().is_some_and(|url| url.starts_with("http"))
                && action["method"].is_string()
        };
        if actions.len() > 3 || !actions.iter().all(good) {
            return Err(bad("actions invalid"));
        }
        let answer = json!({ "id": "sPs71M8A2T", "time": 1, "event": "message", "topic": sent["topic"] });
        Ok((Value::Object(sent), 200, answer))
    };
    let judged = judge();
    answer(shelf, "ntfy".into(), headers, body, judged).await
}

async fn telegram(
    Shelf(shelf): Shelf<Shared>,
    Path((bot, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let judge = || -> Result<(Value, u16, Value), (u16, Value)> {
        let bad =
            |code: u16, why: &str| (code, json!({ "ok": false, "error_code": code, "description": why }));
        if bot.strip_prefix("bot").is_none_or(|token| token != BOT_TOKEN) {
            return Err(bad(401, "Unauthorized"));
        }
        let keys: &[&str] = match method.as_str() {
            "sendMessage" => &[
                "chat_id",
                "text",
                "reply_markup",
                "disable_notification",
                "link_preview_options",
                "parse_mode",
            ],
            "answerCallbackQuery" => &["callback_query_id", "text", "show_alert"],
            "setWebhook" => &["url", "secret_token", "allowed_updates"],
            "getMe" | "deleteWebhook" => &[],
            _ => return Err(bad(404, "Not Found")),
        };
        let sent = object(&body, keys).map_err(|why| bad(400, &format!("Bad Request: {why}")))?;
        if method != "sendMessage" {
            return Ok((Value::Object(sent), 200, json!({ "ok": true, "result": true })));
        }
        if sent["chat_id"].as_str().is_none_or(|chat| chat.parse::<i64>().is_err()) {
            return Err(bad(400, "Bad Request: chat not found"));
        }
        if !sent["text"].as_str().is_some_and(|text| (1..=4_096).contains(&text.encode_utf16().count())) {
            return Err(bad(400, "Bad Request: message is too long"));
        }
        for button in sent["reply_markup"]["inline_keyboard"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|row| row.as_array().unwrap())
        {
            if !button["callback_data"].as_str().is_some_and(|data| (1..=64).contains(&data.len())) {
                return Err(bad(400, "Bad Request: BUTTON_DATA_INVALID"));
            }
        }
        let answer = json!({ "ok": true, "result": { "message_id": 7, "chat": { "id": 1 }, "date": 1 } });
        Ok((Value::Object(sent), 200, answer))
    };
    let judged = judge();
    answer(shelf, method, headers, body, judged).await
}

async fn pagerduty(Shelf(shelf): Shelf<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let judge = || -> Result<(Value, u16, Value), (u16, Value)> {
        let bad = |why: &str| {
            (400, json!({ "status": "invalid event", "message": "Event object is invalid", "errors": [why] }))
        };
        const KEYS: [&str; 8] = [
            "routing_key",
            "event_action",
            "dedup_key",
            "payload",
            "images",
            "links",
            "client",
            "client_url",
        ];
        let sent = object(&body, &KEYS).map_err(|why| bad(&why))?;
        if sent["routing_key"].as_str().is_none_or(|key| key.len() != 32) {
            return Err(bad("Length of 'routing_key' is incorrect (should be 32 characters)"));
        }
        if sent["routing_key"] != ROUTING_KEY {
            return Err(bad("Invalid routing key"));
        }
        if !sent["dedup_key"].as_str().is_some_and(|key| (1..=255).contains(&key.chars().count())) {
            return Err(bad("'dedup_key' is invalid"));
        }
        match sent["event_action"].as_str() {
            Some("trigger") => {
                let payload = &sent["payload"];
                let severity = payload["severity"].as_str().unwrap_or_default();
                let summary = payload["summary"].as_str().unwrap_or_default();
                if !["critical", "error", "warning", "info"].contains(&severity) {
                    return Err(bad("'payload.severity' is invalid"));
                }
                if summary.is_empty() || summary.chars().count() > 1_024 || !payload["source"].is_string() {
                    return Err(bad("'payload.summary' is missing or blank"));
                }
            }
            Some("acknowledge" | "resolve") => {}
            _ => return Err(bad("'event_action' is invalid")),
        }
        let answer =
            json!({ "status": "success", "message": "Event processed", "dedup_key": sent["dedup_key"] });
        Ok((Value::Object(sent), 202, answer))
    };
    let judged = judge();
    answer(shelf, "pagerduty".into(), headers, body, judged).await
}

async fn account(headers: HeaderMap) -> Response {
    let ok = basic(&headers);
    if ok {
        axum::Json(json!({ "status": "active" })).into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

/// `Basic` of the account and its token.
fn basic(headers: &HeaderMap) -> bool {
    // Base64 of `AC00000000000000000000000000000001:twilio-token`.
    let right = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0d2lsaW8tdG9rZW4=";
    headers.get("authorization").is_some_and(|given| given == right)
}

async fn twilio(
    Shelf(shelf): Shelf<Shared>,
    Path((sid, resource)): Path<(String, String)>,
    Query(query): Query<Map<String, Value>>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let judge = || -> Result<(Value, u16, Value), (u16, Value)> {
        let bad = |status: u16, code: u32, why: &str| {
            (status, json!({ "code": code, "message": why, "more_info": "", "status": status }))
        };
        if sid != ACCOUNT || !basic(&headers) {
            return Err(bad(401, 20003, "Authenticate"));
        }
        let calls = resource == "Calls.json";
        if method == Method::GET {
            let list = if calls { "calls" } else { "messages" };
            let to = query["To"].as_str().unwrap_or_default().to_owned();
            let entries: Vec<Value> = shelf
                .lock()
                .unwrap()
                .taken
                .iter()
                .filter(|taken| taken.what == resource && taken.body["To"] == to.as_str())
                .map(|taken| {
                    let made = taken.at.and_then(|at| {
                        jiff::fmt::rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).ok()
                    });
                    let made = made.unwrap_or_else(|| "Mon, 02 Mar 2026 09:00:10 +0000".into());
                    let sid = taken.at.and_then(|_| taken.body["sid"].as_str()).unwrap_or("XX1");
                    json!({ "sid": sid, "to": to,
                            "body": taken.body["Body"], "date_created": made })
                })
                .collect();
            return Ok((json!({ "listed": list }), 200, json!({ list: entries, "page": 0 })));
        }
        let form: Map<String, Value> =
            url::form_urlencoded::parse(&body).map(|(key, value)| (key.into_owned(), json!(value))).collect();
        let field = |name: &str| form.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = |text: &str| {
            text.strip_prefix('+')
                .is_some_and(|n| (7..=15).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
        };
        if !number(field("To")) {
            return Err(bad(400, 21211, "The 'To' number is not a valid phone number."));
        }
        if field("To") == "+15005550009" {
            return Err(bad(400, 21610, "Attempt to send to unsubscribed recipient"));
        }
        if !number(field("From")) && !field("MessagingServiceSid").starts_with("MG") {
            return Err(bad(400, 21212, "The 'From' number is not a valid phone number."));
        }
        if calls {
            let twiml = field("Twiml");
            if twiml.len() > 4_000 || !twiml.starts_with("<Response>") || !twiml.ends_with("</Response>") {
                return Err(bad(400, 21205, "Url is not a valid URL"));
            }
            if twiml.contains("& ") || twiml.matches('<').count() != twiml.matches('>').count() {
                return Err(bad(400, 12100, "Document parse failure"));
            }
        } else if !(1..=1_600).contains(&field("Body").chars().count()) {
            return Err(bad(400, 21617, "The concatenated message body exceeds the 1600 character limit"));
        }
        let before = shelf
            .lock()
            .unwrap()
            .taken
            .iter()
            .filter(|taken| taken.what == resource && taken.body.get("sid").is_some())
            .count();
        let sid = format!("{}{}", if calls { "CA" } else { "SM" }, before + 1);
        let mut form = form;
        form.insert("sid".into(), json!(sid));
        Ok((Value::Object(form), 201, json!({ "sid": sid, "status": "queued" })))
    };
    let judged = judge();
    answer(shelf, resource, headers, body, judged).await
}

async fn webhook(Shelf(shelf): Shelf<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let sent = serde_json::from_slice(&body).map_err(|_| (400, json!("not JSON")));
    let judged = sent.map(|sent| (sent, 204, Value::Null));
    answer(shelf, "webhook".into(), headers, body, judged).await
}
