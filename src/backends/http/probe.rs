//! One HTTP check: GET once, within the probe's own time, and compare.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use url::Url;

use super::expect::{Difference, differences};
use super::{Http, TokenError};
use crate::base::clock::within;
use crate::base::span;
use crate::base::text::shorten;
use crate::domain::health::{Check, Verdict};
use crate::domain::service::{Probe, ProbeAuth};
use crate::domain::words::Phrase;
use crate::ports::Health;

/// The largest answer that is read.
const LARGEST: usize = 1024 * 1024;

/// Most members that are told to differ.
const MOST_DIFFERENCES: usize = 5;

/// An HTTP check of one component.
#[derive(Debug, Clone)]
pub struct HttpProbe {
    probe: Probe,
    /// Where it is asked, after `http.origins`; `None` if the probe's URL is none.
    target: Option<Url>,
    http: Http,
}

/// What came back.
struct Answer {
    status: StatusCode,
    body: Body,
}

enum Body {
    Whole(Vec<u8>),
    TooLarge,
}

impl HttpProbe {
    /// A check by `probe`.
    pub fn new(probe: Probe, http: &Http) -> Self {
        let target = Url::parse(&probe.url).ok().map(|url| http.origins.apply(url));
        Self { probe, target, http: http.clone() }
    }

    async fn ask(&self, target: &Url, token: Option<HeaderValue>) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.client.get(target.clone());
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, token);
        }
        let response = request.send().await?;
        let status = response.status();
        Ok(Answer { status, body: body(response, !self.probe.json.is_empty()).await? })
    }

    async fn token(&self) -> Result<Option<HeaderValue>, TokenError> {
        match &self.probe.auth {
            ProbeAuth::None => Ok(None),
            ProbeAuth::GoogleIdToken { audience } => self.http.tokens.bearer(audience).await.map(Some),
        }
    }

    fn judge(&self, answer: &Answer, latency: Duration) -> Vec<Check> {
        let http = |verdict, seen| Check { name: "http".into(), verdict, seen, latency: Some(latency) };
        let status = answer.status.as_u16();
        if status != self.probe.status {
            let seen = Phrase::new("backend-http-status")
                .with("status", status.to_string())
                .with("expected", self.probe.status.to_string());
            return vec![http(Verdict::Unhealthy, seen)];
        }
        let members = match (&answer.body, self.probe.json.is_empty()) {
            (Body::TooLarge, true) => {
                return vec![http(Verdict::Degraded, Phrase::new("backend-http-too-large"))];
            }
            (Body::TooLarge, false) => {
                return vec![http(Verdict::Unhealthy, Phrase::new("backend-http-too-large"))];
            }
            (Body::Whole(_), true) => Vec::new(),
            (Body::Whole(body), false) => match serde_json::from_slice::<Value>(body) {
                Ok(answer) => differences(&self.probe.json, &answer).iter().map(differs).collect(),
                Err(_) => return vec![http(Verdict::Unhealthy, Phrase::new("backend-http-not-json"))],
            },
        };
        let slow = self.probe.slow.filter(|slow| latency > *slow);
        let mut checks = vec![match slow {
            Some(slow) => http(
                Verdict::Degraded,
                Phrase::new("backend-http-slow")
                    .with("status", status.to_string())
                    .with("slow", span::show(slow)),
            ),
            None => http(Verdict::Healthy, Phrase::raw(shown(answer.status))),
        }];
        checks.extend(members.into_iter().take(MOST_DIFFERENCES));
        checks
    }
}

#[async_trait]
impl Health for HttpProbe {
    async fn check(&self) -> Vec<Check> {
        let failed = |verdict, seen, latency: Option<Duration>| {
            vec![Check { name: "http".into(), verdict, seen, latency }]
        };
        let Some(target) = &self.target else {
            return failed(Verdict::Unknown, Phrase::new("backend-http-no-url"), None);
        };
        // Outside the probe's time: what goes wrong here says nothing about the component.
        let token = match self.token().await {
            Ok(token) => token,
            Err(error) => {
                let detail = shorten(&error.to_string(), 200).into_owned();
                let seen = Phrase::new("backend-http-no-token").with("detail", detail);
                return failed(Verdict::Unknown, seen, None);
            }
        };
        let watch = self.http.clock.stopwatch();
        match within(self.probe.timeout, self.ask(target, token)).await {
            Ok(Ok(answer)) => self.judge(&answer, watch.elapsed()),
            Ok(Err(error)) => failed(Verdict::Unhealthy, why(error), Some(watch.elapsed())),
            Err(late) => failed(Verdict::Unhealthy, silent(late.0), Some(watch.elapsed())),
        }
    }
}

/// Reads the body to its end, which keeps the connection for the next probe, or until it is too large. It is
/// only kept where it is looked at.
async fn body(mut response: Response, keep: bool) -> Result<Body, reqwest::Error> {
    let (mut kept, mut size) = (Vec::new(), 0usize);
    if keep {
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
        kept.reserve(announced.unwrap_or(0).min(LARGEST));
    }
    while let Some(chunk) = response.chunk().await? {
        size += chunk.len();
        if size > LARGEST {
            return Ok(Body::TooLarge);
        }
        if keep {
            kept.extend_from_slice(&chunk);
        }
    }
    Ok(Body::Whole(kept))
}

/// `200 OK`; the same in every language.
fn shown(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

fn differs(difference: &Difference<'_>) -> Check {
    let short = |value: &Value| shorten(&value.to_string(), 80).into_owned();
    let phrase = match difference.seen {
        Some(seen) => Phrase::new("backend-http-member").with("seen", short(seen)),
        None => Phrase::new("backend-http-member-missing"),
    };
    Check {
        name: format!("http.{}", difference.path),
        verdict: Verdict::Unhealthy,
        seen: phrase.with("member", difference.path.as_str()).with("expected", short(difference.expected)),
        latency: None,
    }
}

fn silent(limit: Duration) -> Phrase {
    Phrase::new("backend-http-silent").with("limit", span::show(limit))
}

/// Why there was no answer, by the last cause; the URL stays out, it may carry a key.
fn why(error: reqwest::Error) -> Phrase {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let detail = shorten(&cause.to_string(), 200).into_owned();
    let id = if error.is_connect() { "backend-http-unreachable" } else { "backend-http-broken" };
    Phrase::new(id).with("detail", detail)
}
