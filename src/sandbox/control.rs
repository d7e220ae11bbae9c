//! `/sandbox/…`: the hand that breaks things, over HTTP, for the demo and for rigs outside this process.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::Fault;
use super::world::World;

/// The routes.
pub(super) fn routes() -> Router<World> {
    Router::new()
        .route("/sandbox/faults", get(list).post(add).delete(clear))
        .route("/sandbox/tails/break", post(break_tails))
        .route("/sandbox/say", post(say))
        .route("/sandbox/requests", get(requests).delete(forget))
}

async fn list(State(world): State<World>) -> Json<Vec<Fault>> {
    Json(world.faults())
}

async fn add(State(world): State<World>, Json(fault): Json<Fault>) -> StatusCode {
    world.fault(fault);
    StatusCode::NO_CONTENT
}

async fn clear(State(world): State<World>) -> StatusCode {
    world.clear_faults();
    StatusCode::NO_CONTENT
}

async fn break_tails(State(world): State<World>) -> StatusCode {
    world.break_tails();
    StatusCode::NO_CONTENT
}

/// A line for a log: the Cloud Run service, LogSeverity's number, the text.
#[derive(Deserialize)]
struct Say {
    service: String,
    severity: u16,
    text: String,
}

async fn say(State(world): State<World>, Json(say): Json<Say>) -> StatusCode {
    if world.say(&say.service, say.severity, &say.text) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}

async fn requests(State(world): State<World>) -> Json<Vec<Value>> {
    let seen = world.requests();
    Json(
        seen.iter()
            .map(|seen| {
                json!({
                    "at": seen.at.to_string(),
                    "method": seen.method,
                    "path": seen.path,
                    "query": seen.query,
                    "headers": seen.headers,
                    "body": String::from_utf8_lossy(&seen.body),
                })
            })
            .collect(),
    )
}

async fn forget(State(world): State<World>) -> StatusCode {
    world.forget_requests();
    StatusCode::NO_CONTENT
}
