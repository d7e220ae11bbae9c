//! Where answers to pages come in: the link in a page, and what Twilio, Telegram and PagerDuty send.

mod link;
mod pagerduty;
mod sha1;
mod telegram;
mod twilio;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::base::Secret;
use crate::domain::words::Words;
use crate::ports::{NotTaken, Replies};

/// Bytes of what is sent here; a PagerDuty event is the largest, and far smaller.
const LARGEST: usize = 256 * 1024;

/// What the routes need. A provider without its secret is not listened to.
#[derive(Clone)]
pub struct Doors {
    /// Takes the answers.
    pub replies: Arc<dyn Replies>,
    /// The words of the page itself.
    pub words: Arc<Words>,
    /// `web.public_url`: Twilio signs the address that it called.
    pub public_url: Option<String>,
    /// Twilio's token of the account.
    pub twilio: Option<Secret>,
    /// What Telegram sends along.
    pub telegram: Option<Secret>,
    /// What PagerDuty signs with.
    pub pagerduty: Option<Secret>,
}

/// `GET` and `POST /p/{token}`, `POST /hooks/twilio`, `/hooks/telegram` and `/hooks/pagerduty`.
pub fn replies(doors: Doors) -> Router {
    let doors = Arc::new(doors);
    Router::new()
        .merge(link::routes())
        .merge(twilio::routes())
        .merge(telegram::routes())
        .merge(pagerduty::routes())
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(doors)
}

/// Whoever sent it tries again.
fn not_taken(error: &NotTaken) -> Response {
    tracing::warn!(error = %error, "an answer to a page could not be taken");
    (StatusCode::SERVICE_UNAVAILABLE, "not saved, try again\n").into_response()
}

/// Told once, where it is found out, and without what was given.
fn forged(who: &str) -> Response {
    tracing::warn!(web.door = who, "a request that is not signed by who it should be");
    (StatusCode::UNAUTHORIZED, "not signed\n").into_response()
}

fn header<'a>(headers: &'a axum::http::HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
