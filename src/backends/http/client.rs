//! The HTTP client of all probes.

use std::time::Duration;

/// No client could be built.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client: {0}")]
pub struct HttpError(#[from] reqwest::Error);

/// Kept connections per host: as many as probes may run at once.
const KEPT: usize = 1_024;

/// Shorter than the keep-alive of the usual servers (5 s), so that a probe never meets a connection that the
/// server is just closing: that would look like an outage, and a probe does not try twice.
const KEPT_FOR: Duration = Duration::from_secs(4);

/// A client that asks once, follows nothing and gives up connecting after 5 s; the whole request is bounded by
/// whoever makes it.
pub(super) fn build() -> Result<reqwest::Client, HttpError> {
    let client = reqwest::Client::builder()
        .user_agent(concat!("toban/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(5))
        .pool_max_idle_per_host(KEPT)
        .pool_idle_timeout(KEPT_FOR)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .build()?;
    Ok(client)
}
