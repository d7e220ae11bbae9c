//! A small HTTP server that keeps every request and answers by a script.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, Response};
use serde_json::{Value, json};
use toban::backends::Systems;
use toban::backends::docker::Engine;
use toban::backends::google::{Account, Google, GoogleSettings, Limits};
use toban::backends::http::{Http, Origins};
use toban::backends::prometheus::Prometheus;
use toban::base::Clock;
use toban::domain::release::Serving;
use toban::domain::words::Phrase;
use toban::ports::{Progress, Releases};

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

/// What is answered.
pub(super) enum Reply {
    Json(u16, Value),
    Raw(u16, &'static str, String),
    /// Headers, then the connection breaks.
    Cut,
    /// Text after a while.
    Late(Duration, String),
    /// Never.
    Silence,
    /// Bytes without an end.
    Endless,
}

/// 200 with a JSON body.
pub(super) fn ok(body: Value) -> Reply {
    Reply::Json(200, body)
}

/// Google's form of an error: <https://cloud.google.com/apis/design/errors#http_mapping>.
pub(super) fn google_error(http: u16, status: &str, message: &str) -> Reply {
    Reply::Json(http, json!({"error": {"code": http, "message": message, "status": status}}))
}

/// A running server; it ends with the test.
pub(super) struct Server {
    pub(super) url: String,
    /// Long ones, so that a busy machine fails no test; a test of slowness shortens the one it is about.
    pub(super) limits: Limits,
    requests: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Answers by `script`, which gets the request and how many came before it.
    pub(super) async fn start(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        install_tls();
        let requests: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (script, kept) = (Arc::new(script), requests.clone());
        let app = axum::Router::new().fallback(move |request: Request<Body>| {
            let (script, kept) = (script.clone(), kept.clone());
            async move {
                let seen = read(request).await;
                let before = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(seen.clone());
                    kept.len() - 1
                };
                answer(script(&seen, before)).await
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let limits = Limits {
            attempt: Duration::from_secs(30),
            read: Duration::from_secs(60),
            health: Duration::from_secs(60),
            write: Duration::from_secs(30),
            operation: Duration::from_secs(60),
            poll: Duration::from_millis(10),
        };
        Self { url, limits, requests, task }
    }

    /// Everything asked so far.
    pub(super) fn requests(&self) -> Vec<Seen> {
        self.requests.lock().unwrap().clone()
    }

    /// How many requests of a method came.
    pub(super) fn count(&self, method: &Method) -> usize {
        self.requests().iter().filter(|seen| seen.method == *method).count()
    }

    /// Google as this server, asked by nobody.
    pub(super) fn google(&self) -> Arc<Google> {
        Google::new(self.settings(), Clock::system())
    }

    pub(super) fn settings(&self) -> GoogleSettings {
        GoogleSettings {
            account: Account::Anonymous,
            run: Some(self.url.clone()),
            logging: Some(self.url.clone()),
            monitoring: Some(self.url.clone()),
            metadata: Some(self.url.clone()),
            limits: self.limits,
        }
    }

    /// Every system as this server.
    pub(super) fn systems(&self) -> Systems {
        let http = self.http();
        Systems {
            google: self.google(),
            prometheus: Prometheus::new(http.client(), &self.url, self.limits.read),
            docker: Some(Engine::new(&self.url, self.limits.read, Clock::system())),
            http,
        }
    }

    /// The means of probes, `https://service.example.com` being this server.
    pub(super) fn http(&self) -> Http {
        let table = BTreeMap::from([("https://service.example.com".to_owned(), self.url.clone())]);
        Http::new(Origins::new(&table).unwrap(), self.google(), Clock::system()).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the binary does first of all.
pub(super) fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

async fn read(request: Request<Body>) -> Seen {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let query = parts.uri.query().unwrap_or_default();
    Seen {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }
}

async fn answer(reply: Reply) -> Response<Body> {
    let respond = |status: u16, kind: &str, body: Body| {
        Response::builder().status(status).header("content-type", kind).body(body).unwrap()
    };
    let chunk = |size: usize| Ok::<Bytes, std::io::Error>(Bytes::from(vec![b'x'; size]));
    match reply {
        Reply::Json(status, body) => respond(status, "application/json", body.to_string().into()),
        Reply::Raw(status, kind, body) => respond(status, kind, body.into()),
        Reply::Late(after, body) => {
            Clock::system().sleep(after).await;
            respond(200, "text/plain", body.into())
        }
        Reply::Cut => {
            let broken = futures_util::stream::iter([chunk(1), Err(std::io::Error::other("cut"))]);
            respond(200, "application/json", Body::from_stream(broken))
        }
        Reply::Silence => std::future::pending().await,
        Reply::Endless => respond(
            200,
            "application/json",
            Body::from_stream(futures_util::stream::repeat_with(move || chunk(65_536))),
        ),
    }
}

/// Keeps what was said.
#[derive(Default)]
pub(super) struct Told(pub(super) Mutex<Vec<Phrase>>);

impl Progress for Told {
    fn say(&self, line: Phrase) {
        self.0.lock().unwrap().push(line);
    }
}

/// What serves, as the port tells it.
pub(super) async fn serving(releases: &impl Releases) -> Serving {
    releases.serving().await.unwrap()
}
