//! A push server as ntfy is one: what is published to a topic waits for whoever has subscribed to it.
//!
//! Publishing as JSON (<https://docs.ntfy.sh/publish/#publish-as-json>), and asking for what has come
//! (<https://docs.ntfy.sh/subscribe/api/#poll-for-messages>). Nothing is sent anywhere.

use std::collections::VecDeque;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::world::World;

/// As many messages are kept.
const KEPT: usize = 1_000;
/// A longer message would become a file, which nobody here takes.
const LONGEST: usize = 4_096;

/// What was published.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Push {
    /// ntfy's own id of it.
    pub id: String,
    /// When, in seconds since 1970.
    pub time: i64,
    /// To which topic.
    pub topic: String,
    /// One line.
    pub title: String,
    /// The text.
    pub message: String,
    /// 1 to 5, where 5 is the loudest.
    pub priority: u8,
    /// What a tap opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<String>,
}

/// Everything that was published lately.
#[derive(Debug, Default)]
pub struct Topics(VecDeque<Push>);

impl Topics {
    fn keep(&mut self, push: Push) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(push);
    }

    fn of<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = &'a Push> {
        self.0.iter().filter(move |push| push.topic == topic)
    }
}

/// Below `/ntfy`.
pub(super) fn routes() -> Router<World> {
    Router::new()
        .route("/ntfy", post(publish))
        .route("/ntfy/v1/health", get(async || Json(json!({ "healthy": true }))))
        .route("/ntfy/{topic}", post(say))
        .route("/ntfy/{topic}/json", get(poll))
}

/// What is published; other keys of ntfy's are taken and left alone.
#[derive(Deserialize)]
struct Published {
    topic: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    message: String,
    #[serde(default = "usual")]
    priority: u8,
    click: Option<String>,
}

fn usual() -> u8 {
    3
}

async fn publish(
    State(world): State<World>,
    body: Result<Json<Published>, axum::extract::rejection::JsonRejection>,
) -> Response {
    match body {
        Ok(Json(published)) => keep(&world, published),
        Err(_) => refused("invalid request: request body must be message JSON"),
    }
}

/// The body is the message, whatever it is (<https://docs.ntfy.sh/publish/>).
async fn say(State(world): State<World>, Path(topic): Path<String>, message: String) -> Response {
    keep(&world, Published { topic, title: String::new(), message, priority: usual(), click: None })
}

fn keep(world: &World, published: Published) -> Response {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !(1..=64).contains(&published.topic.len()) || !published.topic.chars().all(name) {
        return refused("invalid request: topic invalid");
    }
    if !(1..=5).contains(&published.priority) {
        return refused("invalid request: priority invalid");
    }
    if published.message.len() > LONGEST {
        return refused("invalid request: message too large");
    }
    let Published { topic, title, message, priority, click } = published;
    let push = world.with(|state, now| {
        let id = format!("{:012x}", state.dice.bits() >> 16);
        let push = Push { id, time: now.as_second(), topic, title, message, priority, click };
        state.topics.keep(push.clone());
        push
    });
    world.pushed(push.clone());
    Json(told(&push)).into_response()
}

/// What has come to a topic, a line each. Only what is there already: nobody is kept waiting.
async fn poll(State(world): State<World>, Path(topic): Path<String>) -> Response {
    let lines = world
        .with(|state, _| state.topics.of(&topic).map(|push| format!("{}\n", told(push))).collect::<String>());
    ([(header::CONTENT_TYPE, "application/x-ndjson; charset=utf-8")], lines).into_response()
}

fn told(push: &Push) -> Value {
    let mut told = json!(push);
    told["event"] = json!("message");
    told
}

fn refused(why: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "code": 40001, "http": 400, "error": why }))).into_response()
}
