//! Who is let in: the authenticator's word, and nothing that another site's page sends.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Console;

/// Who is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visitor {
    /// Anybody: may be whichever person of the console they choose.
    Anyone,
    /// One person, by the console's id.
    Person(String),
}

/// Tells from a request's headers who is there; `None` is refused.
pub type Authenticator = Arc<dyn Fn(&HeaderMap) -> Option<Visitor> + Send + Sync>;

/// The demo's rule: whoever reaches the loopback address by its own name. A foreign name in `Host` means that a
/// web page has pointed its own name here (DNS rebinding) and is not let in.
pub fn anyone_on_loopback(headers: &HeaderMap) -> Option<Visitor> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]").then_some(Visitor::Anyone)
}

/// Lets a request through with its [`Visitor`], or refuses it.
pub(super) async fn guard(State(console): State<Arc<Console>>, mut request: Request, next: Next) -> Response {
    let Some(visitor) = (console.setup.authenticator)(request.headers()) else {
        return (StatusCode::FORBIDDEN, "this console is not open to you").into_response();
    };
    if !is_own(request.method(), request.uri().path(), request.headers()) {
        return (StatusCode::FORBIDDEN, "this came from another site").into_response();
    }
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

/// Whether our own page or a program sent it. Browsers say where a request comes from in `Sec-Fetch-Site`, and
/// in `Origin` with every POST; a program that says neither has no cookies to abuse.
fn is_own(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let followed_link = method == Method::GET && path == "/";
    let site_is_own = matches!(text("sec-fetch-site"), None | Some("same-origin" | "none")) || followed_link;
    let origin_is_own = text("origin").is_none_or(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        host.is_some() && host == text("host")
    });
    site_is_own && origin_is_own
}

impl Visitor {
    /// Whom the visitor speaks for, having asked to be `wanted`.
    pub(super) fn speaks_for<'a>(&'a self, wanted: Option<&'a str>, console: &'a Console) -> Option<&'a str> {
        let people = &console.setup.people;
        match (self, wanted) {
            (Self::Person(user), None) => Some(user),
            (Self::Person(user), Some(wanted)) => (user == wanted).then_some(wanted),
            (Self::Anyone, None) => people.first().map(|person| person.user.as_str()),
            (Self::Anyone, Some(wanted)) => {
                people.iter().any(|person| person.user == wanted).then_some(wanted)
            }
        }
    }
}

/// The refusal of a wish to be somebody else.
pub(super) fn not_that_person() -> Response {
    (StatusCode::FORBIDDEN, "you cannot be that person").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn loopback_is_known_by_its_own_names_only() {
        for host in ["localhost:7878", "127.0.0.1", "127.0.0.1:1", "[::1]:7878", "[::1]"] {
            assert!(anyone_on_loopback(&headers(&[("host", host)])).is_some(), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example:7878", "localhost:x", ""] {
            assert!(anyone_on_loopback(&headers(&[("host", host)])).is_none(), "{host}");
        }
        assert!(anyone_on_loopback(&HeaderMap::new()).is_none());
    }

    #[test]
    fn another_sites_page_is_not_our_own() {
        let own = |pairs| is_own(&Method::POST, "/console/messages", &headers(pairs));
        assert!(own(&[("host", "localhost:1"), ("origin", "http://localhost:1")]));
        assert!(own(&[("host", "localhost:1")]));
        assert!(!own(&[("host", "localhost:1"), ("origin", "http://localhost:2")]));
        assert!(!own(&[("host", "localhost:1"), ("origin", "null")]));
        assert!(!own(&[("host", "localhost:1"), ("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("host", "localhost:1"), ("sec-fetch-site", "same-site")]));
    }

    #[test]
    fn a_link_from_elsewhere_may_open_the_page_and_nothing_else() {
        let from_elsewhere = headers(&[("host", "localhost:1"), ("sec-fetch-site", "cross-site")]);
        assert!(is_own(&Method::GET, "/", &from_elsewhere));
        assert!(!is_own(&Method::GET, "/console/events", &from_elsewhere));
    }
}
