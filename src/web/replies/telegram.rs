//! Answers to pages in Telegram, sent to us. The answer to the request is the method that answers them.
//! (<https://core.telegram.org/bots/api#setwebhook>)

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::{Doors, forged, header, not_taken};
use crate::app::paging::TelegramAnswer;

pub(super) fn routes() -> Router<Arc<Doors>> {
    Router::new().route("/hooks/telegram", post(hear))
}

async fn hear(State(doors): State<Arc<Doors>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(secret) = &doors.telegram else {
        return (StatusCode::NOT_FOUND, "Telegram is not set up\n").into_response();
    };
    let given = header(&headers, "x-telegram-bot-api-secret-token");
    let right: bool = secret.reveal().as_bytes().ct_eq(given.as_bytes()).into();
    if !right || given.is_empty() {
        return forged("telegram");
    }
    let Ok(update) = serde_json::from_slice::<Value>(&body) else {
        return (StatusCode::BAD_REQUEST, "not JSON\n").into_response();
    };
    // Anything else is no business of ours, and must not come again.
    let Some(answer) = TelegramAnswer::read(&update) else { return StatusCode::OK.into_response() };
    match answer.take(doors.replies.as_ref()).await {
        Ok(Some((method, mut body))) => {
            body["method"] = method.into();
            Json(body).into_response()
        }
        Ok(None) => StatusCode::OK.into_response(),
        Err(error) => not_taken(&error),
    }
}
