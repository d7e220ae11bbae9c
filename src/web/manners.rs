//! What every request and every answer goes through, in one layer because each layer costs.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::watch;

use super::problem;
use crate::base::clock::within;
use crate::base::meter::Counter;

/// Doors acknowledge first and work later, so whoever takes longer is sending its body by the drop.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// Scripts and styles from our own files only, nothing framed, nothing sent elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// What all requests share.
#[derive(Clone)]
pub(super) struct Host {
    /// Turns true when the server ends.
    pub closing: watch::Receiver<bool>,
    /// Counts them by method and status.
    pub requests: Option<Counter>,
}

/// Runs one request: a panic or a slow sender becomes a problem, the answer gets its headers, and a stream of
/// events ends when `closing` turns true, so that open consoles do not hold up the end of the server.
pub(super) async fn around(State(host): State<Host>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let uri = request.uri().clone();
    let route = first_segment(uri.path());
    let answer = within(LONGEST_REQUEST, AssertUnwindSafe(next.run(request)).catch_unwind()).await;
    let response = match answer {
        Ok(Ok(response)) => response,
        Ok(Err(_panic)) => (StatusCode::INTERNAL_SERVER_ERROR, "the handler broke off").into_response(),
        Err(late) => (StatusCode::REQUEST_TIMEOUT, late.to_string()).into_response(),
    };
    let mut response = problem::told(response, method.as_str(), route).await;
    tracing::trace!(
        http.method = method.as_str(),
        http.route = route,
        http.status = response.status().as_u16(),
        "Answered"
    );
    if let Some(requests) = &host.requests {
        requests.add(&[known(&method), response.status().as_str()]);
    }
    dress(response.headers_mut());
    if is_event_stream(&response) { until_closing(response, host.closing) } else { response }
}

/// Strangers may send any word for a method.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::HEAD
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

/// The rest of a path may be a one-time token, which no log may hold.
fn first_segment(path: &str) -> &str {
    let end = path.get(1..).and_then(|rest| rest.find('/')).map_or(path.len(), |end| end + 1);
    &path[..end]
}

fn dress(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        // A page with a form of its own says so itself.
        headers.entry(name).or_insert(value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn is_event_stream(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == b"text/event-stream")
}

fn until_closing(response: Response, mut closing: watch::Receiver<bool>) -> Response {
    let (parts, body) = response.into_parts();
    let closed = async move {
        // An error means that the server is gone already.
        let _ = closing.wait_for(|closing| *closing).await;
    };
    Response::from_parts(parts, Body::from_stream(body.into_data_stream().take_until(Box::pin(closed))))
}

#[cfg(test)]
mod tests {
    use super::first_segment;

    #[test]
    fn only_the_first_segment_of_a_path_is_logged() {
        assert_eq!(first_segment("/p/secret"), "/p");
        assert_eq!(first_segment("/healthz"), "/healthz");
        assert_eq!(first_segment("/"), "/");
        assert_eq!(first_segment("*"), "*");
        assert_eq!(first_segment("/é/é"), "/é");
    }
}
