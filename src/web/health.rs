//! What the platform asks: is the process alive (`/healthz`), and may it be sent work (`/readyz`).

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The two routes. `ready` is asked at every `/readyz` and must not wait: `Err` says in a few words what is
/// missing (`the store is not open`) and becomes a 503.
pub fn health(ready: impl Fn() -> Result<(), String> + Clone + Send + Sync + 'static) -> Router {
    Router::new().route("/healthz", get(|| async { "alive\n" })).route(
        "/readyz",
        get(move || async move {
            match ready() {
                Ok(()) => "ready\n".into_response(),
                Err(missing) => unavailable(missing),
            }
        }),
    )
}

fn unavailable(missing: String) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, missing).into_response()
}
