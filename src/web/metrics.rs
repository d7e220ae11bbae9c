//! `GET /metrics`: what Toban measures of itself, for Prometheus.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, FORWARDED, HeaderMap, WWW_AUTHENTICATE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use subtle::ConstantTimeEq as _;

use crate::base::Secret;
use crate::base::meter::{self, Meters};

/// Who may read them.
#[derive(Debug, Clone)]
pub struct Readers {
    /// Where the server listens: on loopback nobody has to say who they are.
    pub listen: SocketAddr,
    /// `Authorization: Bearer …`; without one, nobody from elsewhere may.
    pub token: Option<Secret>,
}

/// What a proxy on the same machine adds: then the request came from elsewhere after all.
const PASSED_ON: [HeaderName; 3] =
    [FORWARDED, HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-real-ip")];

/// The route.
pub fn metrics(meters: Meters, readers: Readers) -> Router {
    let readers = Arc::new(readers);
    Router::new().route(
        "/metrics",
        get(move |headers: HeaderMap| {
            let (meters, readers) = (meters.clone(), readers.clone());
            async move {
                if readers.admit(&headers) {
                    ([(CONTENT_TYPE, meter::CONTENT_TYPE)], meters.text()).into_response()
                } else {
                    refused()
                }
            }
        }),
    )
}

impl Readers {
    fn admit(&self, headers: &HeaderMap) -> bool {
        let near = self.listen.ip().is_loopback() && PASSED_ON.iter().all(|name| !headers.contains_key(name));
        near || self.token.as_ref().is_some_and(|token| {
            let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
            !token.reveal().is_empty() && bool::from(given.as_bytes().ct_eq(token.reveal().as_bytes()))
        })
    }
}

fn refused() -> Response {
    (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")], "a bearer token is needed here")
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn whoever_is_not_on_this_machine_needs_the_token() {
        let readers = |listen: &str, token: Option<&str>| Readers {
            listen: listen.parse().unwrap(),
            token: token.map(Secret::new),
        };
        let near = readers("127.0.0.1:0", None);
        assert!(near.admit(&headers(&[])));
        assert!(!near.admit(&headers(&[("x-forwarded-for", "198.51.100.7")])));
        assert!(!readers("0.0.0.0:80", None).admit(&headers(&[("authorization", "Bearer ")])));
        let far = readers("0.0.0.0:80", Some("correct-horse"));
        assert!(!far.admit(&headers(&[])));
        assert!(!far.admit(&headers(&[("authorization", "Bearer wrong")])));
        assert!(!far.admit(&headers(&[("authorization", "correct-horse")])));
        assert!(far.admit(&headers(&[("authorization", "Bearer correct-horse")])));
        assert!(!readers("0.0.0.0:80", Some("")).admit(&headers(&[("authorization", "Bearer ")])));
    }
}
