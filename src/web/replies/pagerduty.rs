//! Webhooks of PagerDuty, version 3: who acknowledged or resolved there.
//! (<https://developer.pagerduty.com/docs/verifying-webhook-signatures>)

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::{Doors, forged, header, not_taken};
use crate::base::Secret;
use crate::domain::contact::Means;
use crate::ports::Press;

#[derive(Deserialize)]
struct Envelope {
    event: Event,
}

#[derive(Deserialize)]
struct Event {
    event_type: String,
    #[serde(default)]
    agent: Option<Agent>,
    #[serde(default)]
    data: Data,
}

#[derive(Deserialize)]
struct Agent {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    summary: Option<String>,
}

#[derive(Deserialize, Default)]
struct Data {
    #[serde(default)]
    incident_key: Option<String>,
}

pub(super) fn routes() -> Router<Arc<Doors>> {
    Router::new().route("/hooks/pagerduty", post(hear))
}

async fn hear(State(doors): State<Arc<Doors>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(secret) = &doors.pagerduty else {
        return (StatusCode::NOT_FOUND, "PagerDuty is not set up\n").into_response();
    };
    if !signed(secret, &body, header(&headers, "x-pagerduty-signature")) {
        return forged("pagerduty");
    }
    let Ok(Envelope { event }) = serde_json::from_slice::<Envelope>(&body) else {
        return (StatusCode::BAD_REQUEST, "not an event\n").into_response();
    };
    let resolved = match event.event_type.as_str() {
        "incident.acknowledged" => false,
        "incident.resolved" => true,
        _ => return StatusCode::OK.into_response(),
    };
    // What we ourselves have said there comes back as said by an integration.
    let person = event.agent.filter(|agent| agent.kind.starts_with("user"));
    let (Some(agent), Some(key)) = (person, event.data.incident_key) else {
        return StatusCode::OK.into_response();
    };
    let press = Press { key, by: Means::Pagerduty, name: agent.summary, resolved };
    match doors.replies.pressed(press).await {
        Ok(_) => StatusCode::OK.into_response(),
        Err(error) => not_taken(&error),
    }
}

/// `v1=…`, several divided by commas while a secret is being replaced.
fn signed(secret: &Secret, body: &[u8], given: &str) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()) else { return false };
    mac.update(body);
    let right = mac.finalize().into_bytes();
    let versions = given.split(',').filter_map(|part| hex::decode(part.trim().strip_prefix("v1=")?).ok());
    let mut any = false;
    for given in versions {
        any |= bool::from(right.as_slice().ct_eq(&given));
    }
    any && !secret.reveal().is_empty()
}
