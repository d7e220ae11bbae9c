//! Slack over HTTP: bounded body, signature, message stored, and only then the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::payload::{Interaction, Pushed, Slash};
use super::reception::{Reception, Verdict};
use super::signature::{Forged, Seal};
use crate::base::clock::within;

/// The largest body that is read. Slack's own are far smaller.
pub const BODY_LIMIT: usize = 1 << 20;

/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(3);

/// What the routes need.
#[derive(Debug)]
pub struct HttpDoor {
    seal: Seal,
    reception: Arc<Reception>,
}

impl HttpDoor {
    /// Believes what `seal` has signed and hands it to `reception`.
    pub fn new(seal: Seal, reception: Arc<Reception>) -> Self {
        Self { seal, reception }
    }

    /// The body, if it is small enough and Slack's.
    async fn open(&self, request: Request) -> Result<Bytes, Response> {
        let (parts, body) = request.into_parts();
        let body = read(body).await.map_err(|status| {
            self.reception.forged(status.canonical_reason().unwrap_or_default());
            status.into_response()
        })?;
        // Slack asks now and then, unsigned, whether the certificate is good.
        if body.len() < 4_096 && field(&body, "ssl_check").as_deref() == Some("1") {
            return Err(StatusCode::OK.into_response());
        }
        self.believe(&parts.headers, &body).map_err(|forged| {
            self.reception.forged(&forged.to_string());
            (StatusCode::UNAUTHORIZED, "not signed by Slack\n").into_response()
        })?;
        Ok(body)
    }

    fn believe(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Forged> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let signature = header("x-slack-signature").ok_or(Forged::Unsigned)?;
        let stamp = header("x-slack-request-timestamp").ok_or(Forged::Unsigned)?;
        self.seal.check(signature, stamp, body, self.reception.clock.now())
    }
}

/// `POST /slack/commands`, `/slack/interactivity` and `/slack/events`.
pub fn routes(door: Arc<HttpDoor>) -> Router {
    Router::new()
        .route("/slack/commands", post(commands))
        .route("/slack/interactivity", post(interactivity))
        .route("/slack/events", post(events))
        .with_state(door)
}

async fn commands(State(door): State<Arc<HttpDoor>>, request: Request) -> Response {
    let body = match door.open(request).await {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let reception = &door.reception;
    answer(reception.receive(reception.ear.slash(Slash::from_form(&body), reception.clock.now())).await)
}

async fn interactivity(State(door): State<Arc<HttpDoor>>, request: Request) -> Response {
    let body = match door.open(request).await {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let reception = &door.reception;
    let payload = field(&body, "payload").unwrap_or_default();
    match serde_json::from_str::<Interaction>(&payload) {
        Ok(event) => answer(reception.receive(reception.ear.interaction(event, reception.clock.now())).await),
        Err(error) => garbled(reception, &error),
    }
}

async fn events(State(door): State<Arc<HttpDoor>>, request: Request) -> Response {
    let body = match door.open(request).await {
        Ok(body) => body,
        Err(answer) => return answer,
    };
    let reception = &door.reception;
    match serde_json::from_slice::<Pushed>(&body) {
        Ok(Pushed { kind, challenge: Some(challenge), .. }) if kind == "url_verification" => {
            challenge.into_response()
        }
        Ok(pushed) => answer(reception.receive(reception.ear.event(pushed, reception.clock.now())).await),
        Err(error) => garbled(reception, &error),
    }
}

async fn read(body: Body) -> Result<Bytes, StatusCode> {
    match within(BODY_PATIENCE, axum::body::to_bytes(body, BODY_LIMIT)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// A field of a form.
fn field<'a>(body: &'a [u8], name: &str) -> Option<std::borrow::Cow<'a, str>> {
    url::form_urlencoded::parse(body).find(|(field, _)| field == name).map(|(_, value)| value)
}

/// An empty 200 shows nothing to the person; a 503 has Slack send an event again, or say that a command failed.
fn answer(verdict: Verdict) -> Response {
    match verdict {
        Verdict::Acknowledge => StatusCode::OK.into_response(),
        Verdict::Refuse => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn garbled(reception: &Reception, error: &serde_json::Error) -> Response {
    // The error's own words may quote the payload.
    reception.garbled(&format!("{:?} at column {}", error.classify(), error.column()));
    StatusCode::BAD_REQUEST.into_response()
}
