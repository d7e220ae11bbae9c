//! Errors as `application/problem+json` (RFC 9457) with the reference that the log has too.
//!
//! A door answers with a status and a few words; this is the one place where they become a problem, so no route
//! can answer in another shape by mistake. Answers that are JSON already are the door's own business.

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;

/// More of a door's words than this is not read.
const LONGEST_DETAIL: usize = 2_048;

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    reference: &'a str,
}

/// The response itself if it is no error or has a shape of its own, else the problem that it stands for.
/// `route` is what the log calls the place; it must not hold a secret.
pub(super) async fn told(response: Response, method: &str, route: &str) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || has_shape(&response) {
        return response;
    }
    let reference = crate::base::ids::fresh("E");
    let (mut parts, body) = response.into_parts();
    let words = to_bytes(body, LONGEST_DETAIL).await.unwrap_or_default();
    let words = String::from_utf8_lossy(&words);
    if status.is_server_error() {
        tracing::warn!(http.method = method, http.route = route, http.status = status.as_u16(), reference, why = %words.trim(), "A request failed");
    } else {
        tracing::debug!(http.method = method, http.route = route, http.status = status.as_u16(), reference, why = %words.trim(), "A request was refused");
    }
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    Response::from_parts(parts, Body::from(written(status, words.trim(), &reference)))
}

fn has_shape(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"))
}

fn written(status: StatusCode, detail: &str, reference: &str) -> Vec<u8> {
    let title = status.canonical_reason().unwrap_or("Error");
    let problem = Problem { kind: "about:blank", title, status: status.as_u16(), detail, reference };
    // A struct of strings and a number cannot fail to serialise.
    serde_json::to_vec(&problem).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    async fn body(response: Response) -> serde_json::Value {
        serde_json::from_slice(&to_bytes(response.into_body(), 9_999).await.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn an_error_in_words_becomes_a_problem_with_a_reference() {
        let response = told((StatusCode::CONFLICT, "in use").into_response(), "GET", "/x").await;
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        let problem = body(response).await;
        assert_eq!(problem["title"], "Conflict");
        assert_eq!(problem["detail"], "in use");
        assert!(problem["reference"].as_str().unwrap().starts_with("E-"));
    }

    #[tokio::test]
    async fn an_answer_with_a_shape_of_its_own_is_left_alone() {
        let json = (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, "application/json")], "{\"type\":5}");
        assert_eq!(body(told(json.into_response(), "GET", "/x").await).await["type"], 5);
    }
}
