//! `GET /calendar/{schedule}.ics?token=…`: an on-call calendar, for programs that can only be given an address.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use crate::ports::Calendar;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    token: String,
}

/// The route. A wrong token, a schedule without a calendar and one that there is none of are told alike.
pub fn calendar(calendar: Arc<dyn Calendar>) -> Router {
    Router::new().route("/calendar/{file}", get(answer)).with_state(calendar)
}

async fn answer(
    State(calendar): State<Arc<dyn Calendar>>,
    Path(file): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let nothing = || (StatusCode::NOT_FOUND, "no such calendar, or not with this token").into_response();
    let Some(schedule) = file.strip_suffix(".ics") else { return nothing() };
    let Some(token) = calendar.token(schedule) else { return nothing() };
    // The time that it takes says nothing of where they differ.
    if !bool::from(token.reveal().as_bytes().ct_eq(asked.token.as_bytes())) {
        return nothing();
    }
    match calendar.text(schedule).await {
        Some(text) => {
            let name = format!("inline; filename=\"{}.ics\"", schedule.replace(['"', '\\'], "_"));
            let kind = "text/calendar; charset=utf-8";
            let named = header::HeaderValue::from_str(&name).ok();
            let mut response = ([(header::CONTENT_TYPE, kind)], text).into_response();
            if let Some(named) = named {
                response.headers_mut().insert(header::CONTENT_DISPOSITION, named);
            }
            response
        }
        None => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer").into_response(),
    }
}
