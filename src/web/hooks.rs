//! What monitoring calls: `POST /hooks/KIND/SOURCE` for alerts, `POST /hooks/heartbeat/NAME` for programs that have to
//! report.
//!
//! 202 is answered once all is durable. What passes by itself (the store, a source past its limit) is 503, since
//! Alertmanager and others try again after a 5xx only; what will never be understood is 400, and a compressed body 415.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::proof::{Belief, Proof};
use crate::base::Clock;
use crate::base::clock::within;
use crate::domain::intake::{Directory, Format, Rules, decode, read};
use crate::ports::{Heartbeats, Intake};

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);
/// After how many seconds a refused caller may try again.
const RETRY: &str = "5";

/// What the routes need.
pub struct Hooks {
    /// Where alerts go.
    pub intake: Arc<dyn Intake>,
    /// Where heartbeats go.
    pub heartbeats: Arc<dyn Heartbeats>,
    /// The names of services.
    pub directory: Arc<Directory>,
    /// The time.
    pub clock: Clock,
    /// The sources by id, and how each proves itself.
    pub sources: BTreeMap<String, (Rules, Proof)>,
    /// The programs that have to report, and how each proves itself.
    pub reporters: BTreeMap<String, Proof>,
    /// The largest body in bytes.
    pub largest: usize,
}

/// The routes.
pub fn hooks(hooks: Arc<Hooks>) -> Router {
    Router::new()
        .route("/hooks/alertmanager/{source}", post(alertmanager))
        .route("/hooks/google/{source}", post(google))
        .route("/hooks/grafana/{source}", post(grafana))
        .route("/hooks/generic/{source}", post(generic))
        .route("/hooks/heartbeat/{name}", post(heartbeat))
        .with_state(hooks)
}

type Door = State<Arc<Hooks>>;

async fn alertmanager(State(hooks): Door, Path(source): Path<String>, request: Request) -> Response {
    hooks.take(Format::Alertmanager, &source, request).await
}

async fn google(State(hooks): Door, Path(source): Path<String>, request: Request) -> Response {
    hooks.take(Format::Google, &source, request).await
}

async fn grafana(State(hooks): Door, Path(source): Path<String>, request: Request) -> Response {
    hooks.take(Format::Grafana, &source, request).await
}

async fn generic(State(hooks): Door, Path(source): Path<String>, request: Request) -> Response {
    hooks.take(Format::Generic, &source, request).await
}

async fn heartbeat(State(hooks): Door, Path(name): Path<String>, request: Request) -> Response {
    let Some(proof) = hooks.reporters.get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    match proof.before(request.headers(), request.uri()) {
        Belief::Yes => {}
        Belief::Never => return later("the secret of this heartbeat is not known yet"),
        Belief::No | Belief::AfterBody => return unauthorised(),
    }
    match hooks.heartbeats.beat(&name).await {
        Ok(true) => StatusCode::ACCEPTED.into_response(),
        Ok(false) => StatusCode::NOT_FOUND.into_response(),
        Err(refused) => later(&refused.0),
    }
}

impl Hooks {
    async fn take(&self, format: Format, source: &str, request: Request) -> Response {
        let Some((rules, proof)) = self.sources.get(source).filter(|(rules, _)| rules.format == format)
        else {
            return StatusCode::NOT_FOUND.into_response();
        };
        match self.listen(rules, proof, request).await {
            Ok(()) => StatusCode::ACCEPTED.into_response(),
            Err(answer) => answer,
        }
    }

    async fn listen(&self, rules: &Rules, proof: &Proof, request: Request) -> Result<(), Response> {
        let source = &rules.source;
        let (parts, body) = request.into_parts();
        let belief = proof.before(&parts.headers, &parts.uri);
        match belief {
            Belief::Yes | Belief::AfterBody => {}
            Belief::No => return Err(self.forged(source).await),
            Belief::Never => return Err(later("the secret of this source is not known yet")),
        }
        let body = self.body(source, body).await?;
        if belief == Belief::AfterBody && !proof.signs(&parts.headers, &body) {
            return Err(self.forged(source).await);
        }
        if let Some(packing) = packing(&parts.headers) {
            let why = format!("a body that is packed ({packing}) is not understood: send it as it is");
            return Err(self.amiss(source, StatusCode::UNSUPPORTED_MEDIA_TYPE, why).await);
        }
        let taken = decode(&body, charset(&parts.headers))
            .and_then(|text| read(&text, rules, &self.directory, self.clock.now()));
        let taken = match taken {
            Ok(taken) => taken,
            Err(unreadable) => {
                return Err(self.amiss(source, StatusCode::BAD_REQUEST, unreadable.to_string()).await);
            }
        };
        if taken.signals.is_empty() && !taken.faulty.is_empty() {
            return Err(self.amiss(source, StatusCode::BAD_REQUEST, taken.faulty.join("; ")).await);
        }
        self.intake.take(source, taken.signals, taken.faulty).await.map_err(|refused| later(&refused.0))
    }

    async fn body(&self, source: &str, body: Body) -> Result<Bytes, Response> {
        let why = match within(PATIENCE, to_bytes(body, self.largest)).await {
            Ok(Ok(body)) => return Ok(body),
            Ok(Err(_)) => format!("larger than {} bytes, or cut off", self.largest),
            Err(_) => "its body did not arrive in time".to_owned(),
        };
        // Never a 4xx: the source would drop the alerts, and say so nowhere.
        Err(self.amiss(source, StatusCode::SERVICE_UNAVAILABLE, why).await)
    }

    async fn forged(&self, source: &str) -> Response {
        self.intake.malformed(source, "it did not prove who it is (401)".to_owned()).await;
        unauthorised()
    }

    /// Puts on record what could not be taken; the answer.
    async fn amiss(&self, source: &str, status: StatusCode, why: String) -> Response {
        self.intake.malformed(source, why.clone()).await;
        (status, why).into_response()
    }
}

fn unauthorised() -> Response {
    StatusCode::UNAUTHORIZED.into_response()
}

fn later(why: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY)], why.to_owned()).into_response()
}

/// How a body is packed, if it is.
fn packing(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(header::CONTENT_ENCODING)?.to_str().unwrap_or("unknown").trim();
    (!said.is_empty() && !said.eq_ignore_ascii_case("identity")).then(|| said.chars().take(40).collect())
}

fn charset(headers: &HeaderMap) -> Option<&str> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let (_, rest) = kind.split_once(';')?;
    rest.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim())
    })
}
