//! Metrics by the queries of a component's place, asked of Prometheus (HTTP API v1, `query_range`).
//!
//! The API: <https://prometheus.io/docs/prometheus/latest/querying/api/>. What a query does not find is absent; NaN, a share
//! of nothing, is absent too.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use prometheus_http_query::response::Data;
use prometheus_http_query::{Client, Error};
use reqwest::Response;
use serde::Deserialize;

use crate::base::clock::within;
use crate::base::text::shorten;
use crate::domain::metric::{Point, Range, Series, Unit};
use crate::ports::{BackendError, Kind, Metrics};

/// The largest answer that is read.
const LARGEST: usize = 4 * 1024 * 1024;

/// A server takes so many points of a series at most; ours are far fewer.
const MOST_POINTS: u64 = 10_000;

/// A Prometheus server.
#[derive(Clone)]
pub struct Prometheus {
    client: Client,
    limit: Duration,
}

impl std::fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Prometheus({})", self.client.base_url().host_str().unwrap_or_default())
    }
}

impl Prometheus {
    /// The server at `url`; one call takes `limit` of real time at most. `None` if the URL is none.
    pub fn new(client: reqwest::Client, url: &str, limit: Duration) -> Option<Self> {
        Some(Self { client: Client::from(client, url).ok()?, limit })
    }
}

/// The metrics of one component.
#[derive(Debug, Clone)]
pub struct Queries {
    server: Prometheus,
    /// Query by name.
    queries: BTreeMap<String, String>,
}

/// An answer of the API. With `error` there may be no data.
#[derive(Deserialize)]
struct Answer {
    status: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default, rename = "errorType")]
    kind: String,
    #[serde(default)]
    error: String,
}

impl Queries {
    /// What `queries` ask of `server`.
    pub fn new(server: Prometheus, queries: BTreeMap<String, String>) -> Self {
        Self { server, queries }
    }

    async fn ask(&self, call: &str, query: &str, range: Range, step: Duration) -> Result<Data, BackendError> {
        let least = range.span().as_secs().div_ceil(MOST_POINTS);
        let step = Duration::from_secs(step.as_secs().max(least).max(1));
        let question = self
            .server
            .client
            .query_range(query, range.from.as_second(), range.until.as_second(), step.as_secs_f64())
            .timeout(i64::try_from(self.server.limit.as_millis()).unwrap_or(i64::MAX))
            .get_raw();
        let answered = within(self.server.limit, async {
            let response = question.await.map_err(|error| translate(call, &error))?;
            let status = response.status();
            let body = body(call, response).await?;
            understand(call, status.as_u16(), &body)
        });
        match answered.await {
            Ok(answer) => answer,
            Err(late) => Err(BackendError::new(call, Kind::Timeout, late.to_string())),
        }
    }
}

#[async_trait]
impl Metrics for Queries {
    fn names(&self) -> Vec<String> {
        self.queries.keys().cloned().collect()
    }

    async fn read(&self, metric: &str, range: Range, step: Duration) -> Result<Series, BackendError> {
        let call = format!("prometheus.query_range {metric}");
        let Some(query) = self.queries.get(metric) else {
            let message = format!("no such query; there are: {}", self.names().join(", "));
            return Err(BackendError::new(call, Kind::NotFound, message));
        };
        let data = self.ask(&call, query, range, step).await?;
        Ok(Series::new(Unit::of(metric), points(data)))
    }
}

/// One series is what a query is meant to give; of several the largest value counts.
fn points(data: Data) -> Vec<Point> {
    let samples: Vec<_> = match data {
        Data::Matrix(all) => all.into_iter().flat_map(|series| series.into_inner().1).collect(),
        Data::Vector(all) => all.into_iter().map(|one| one.into_inner().1).collect(),
        Data::Scalar(one) => vec![one],
    };
    let mut values: BTreeMap<Timestamp, f64> = BTreeMap::new();
    for sample in samples.into_iter().filter(|sample| !sample.value().is_nan()) {
        let at = Duration::try_from_secs_f64(sample.timestamp()).ok();
        if let Some(at) = at.and_then(|at| Timestamp::UNIX_EPOCH.checked_add(at).ok()) {
            let kept = values.entry(at).or_insert(f64::NEG_INFINITY);
            *kept = kept.max(sample.value());
        }
    }
    values.into_iter().map(|(at, value)| Point { at, value }).collect()
}

async fn body(call: &str, mut response: Response) -> Result<Vec<u8>, BackendError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST => {
                return Err(BackendError::new(call, Kind::Garbled, "an answer of more than 4 MiB"));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(broken(call, error)),
        }
    }
}

fn understand(call: &str, status: u16, body: &[u8]) -> Result<Data, BackendError> {
    let wrong = |kind, words: String| Err(BackendError::new(call, kind, shorten(&words, 500).into_owned()));
    match serde_json::from_slice::<Answer>(body) {
        Ok(Answer { status, data: Some(data), .. }) if status == "success" => Ok(data),
        Ok(answer) if answer.status == "error" => {
            let kind = match answer.kind.as_str() {
                "bad_data" => Kind::Invalid,
                "timeout" => Kind::Timeout,
                "execution" => Kind::Failed,
                "not_found" => Kind::NotFound,
                _ => Kind::Unavailable,
            };
            wrong(kind, format!("{}: {}", answer.kind, answer.error))
        }
        _ => match status {
            401 | 403 => wrong(Kind::Denied, format!("HTTP {status}")),
            404 => wrong(Kind::NotFound, format!("HTTP {status}: is prometheus.url right?")),
            429 => wrong(Kind::Quota, format!("HTTP {status}")),
            500.. => wrong(Kind::Unavailable, format!("HTTP {status}")),
            _ => wrong(Kind::Garbled, format!("HTTP {status} without an answer of the API")),
        },
    }
}

fn translate(call: &str, error: &Error) -> BackendError {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    BackendError::new(call, Kind::Unavailable, shorten(&deepest.to_string(), 200).into_owned())
}

fn broken(call: &str, error: reqwest::Error) -> BackendError {
    let words = error.without_url().to_string();
    BackendError::new(call, Kind::Unavailable, shorten(&words, 200).into_owned())
}
