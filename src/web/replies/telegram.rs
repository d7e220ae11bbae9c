//! Presses of Telegram's buttons, sent to us. The answer to the request is the method that answers the press.
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
use crate::app::paging::TelegramPress;

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
    let Some(press) = TelegramPress::read(&update) else { return StatusCode::OK.into_response() };
    match doors.replies.press(&press.secret).await {
        Ok(reply) => {
            let mut answer = press.answer(reply.as_ref().map(|reply| reply.headline.as_str()));
            answer["method"] = "answerCallbackQuery".into();
            Json(answer).into_response()
        }
        Err(error) => not_taken(&error),
    }
}
