//! Every request passes here: it is remembered for the tests, and meets the faults that are on.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;

use super::error::{ApiError, Code};
use super::fault::{Kind, System};
use super::wire::Cut;
use super::world::World;
use crate::base::clock::within;

/// The longest body that is read: above what any of the simulated APIs takes.
const LARGEST: usize = 4 * 1024 * 1024;

/// Headers worth remembering.
const HEADERS: [&str; 6] = [
    "content-type",
    "authorization",
    "metadata-flavor",
    "user-agent",
    "x-goog-api-client",
    "x-goog-user-project",
];

/// A request that was received.
#[derive(Debug, Clone)]
pub struct Seen {
    /// When, by the world's clock.
    pub at: Timestamp,
    /// `GET`; [`MESSAGE`] for what came in a stream.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query without its question mark.
    pub query: String,
    /// Those of its headers that matter.
    pub headers: BTreeMap<String, String>,
    /// The body; empty for streams, whose messages are remembered one by one.
    pub body: Bytes,
}

/// The method of a message that came in a stream after its request.
pub const MESSAGE: &str = "MESSAGE";

impl Seen {
    /// A message of a stream, as JSON.
    pub(super) fn message(at: Timestamp, path: &str, message: &serde_json::Value) -> Self {
        Self {
            at,
            method: MESSAGE.to_owned(),
            path: path.to_owned(),
            query: String::new(),
            headers: BTreeMap::new(),
            body: message.to_string().into(),
        }
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// The middleware.
pub(super) async fn gate(State(world): State<World>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let Some(system) = System::of(&path) else { return next.run(request).await };
    let stream = is_grpc(request.headers());
    let method = request.method().to_string();
    let cut = request.extensions().get::<Cut>().cloned().unwrap_or_default();
    let (head, body) = request.into_parts();
    let (body, bytes) = if stream {
        (body, Bytes::new())
    } else {
        match to_bytes(body, LARGEST).await {
            Ok(bytes) => (Body::from(bytes.clone()), bytes),
            Err(_) => return ApiError::invalid("Request payload size exceeds the limit.").into_response(),
        }
    };
    world.remember(Seen {
        at: world.clock().now(),
        method: method.clone(),
        path: path.clone(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: remembered(&head.headers),
        body: bytes,
    });
    let mut drop_after = false;
    for kind in world.with(|state, _| state.faults.strike(system, &method, &path)) {
        match kind {
            Kind::Slow { ms } => {
                // What never comes is waited for in real time, as the network's slowness is.
                let _ = within(Duration::from_millis(ms), std::future::pending::<()>()).await;
            }
            Kind::Hang => std::future::pending::<()>().await,
            Kind::DropAfter => drop_after = true,
            Kind::Garbage => {
                return Html("<!DOCTYPE html><html><title>Captive portal</title>Please log in</html>")
                    .into_response();
            }
            Kind::Unavailable
            | Kind::PermissionDenied
            | Kind::NotFound
            | Kind::Conflict
            | Kind::Exhausted => {
                return refuse(&kind, system, stream);
            }
            Kind::NeverReady | Kind::EndlessOperation | Kind::FailingOperation => {}
        }
    }
    let answer = next.run(Request::from_parts(head, body)).await;
    if drop_after {
        cut.cut();
        std::future::pending::<()>().await;
    }
    answer
}

fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"))
}

fn remembered(headers: &HeaderMap) -> BTreeMap<String, String> {
    HEADERS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), headers.get(*name)?.to_str().ok()?.to_owned())))
        .collect()
}

/// Google's APIs answer with a status; the services' own front ends with a page.
fn refuse(kind: &Kind, system: System, grpc: bool) -> Response {
    let (code, http, message) = match kind {
        Kind::PermissionDenied => {
            (Code::PermissionDenied, StatusCode::FORBIDDEN, "The caller does not have permission")
        }
        Kind::NotFound => (Code::NotFound, StatusCode::NOT_FOUND, "Requested entity was not found."),
        Kind::Conflict => (
            Code::Aborted,
            StatusCode::CONFLICT,
            "Conflict for resource: version was specified but current version is different.",
        ),
        Kind::Exhausted => (
            Code::ResourceExhausted,
            StatusCode::TOO_MANY_REQUESTS,
            "Resource has been exhausted (e.g. check quota).",
        ),
        _ => (Code::Unavailable, StatusCode::SERVICE_UNAVAILABLE, "The service is currently unavailable."),
    };
    match system {
        System::Run | System::Logging if grpc => {
            ApiError::new(code, message).grpc().into_http::<Body>().into_response()
        }
        System::Run | System::Logging => ApiError::new(code, message).into_response(),
        _ => (http, Html(format!("<html><head><title>Error</title></head><body>{message}</body></html>")))
            .into_response(),
    }
}
