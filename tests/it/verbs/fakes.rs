//! Ports played by hand, and a small company.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use regex::Regex;

use toban::app::estate::Estate;
use toban::app::verb::Show;
use toban::app::verbs::releases::History;
use toban::base::ids::{ComponentId, ServiceId};
use toban::domain::health::{Check, Verdict};
use toban::domain::log::{LogLine, LogQuery, Severity};
use toban::domain::release::{Revision, Serving};
use toban::domain::report::Report;
use toban::domain::runbook::Entry;
use toban::domain::service::{Backend, Component, Service, Services};
use toban::domain::words::Phrase;
use toban::ports::{BackendError, Capabilities, Health, Kind, LogStream, Logs, Progress, Releases};

/// 2026-01-15 12:00 in Tokyo.
pub const NOW: Timestamp = Timestamp::constant(1_768_446_000, 0);

/// So many seconds before [`NOW`].
pub fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW.as_second() - seconds).unwrap()
}

pub fn id(text: &str) -> ServiceId {
    text.into()
}

pub fn part(text: &str) -> ComponentId {
    text.into()
}

pub fn service(name: &str, components: &[&str]) -> Service {
    Service {
        id: name.into(),
        aliases: vec![],
        environment: "production".into(),
        channels: BTreeMap::new(),
        owners: vec![],
        lang: None,
        components: components
            .iter()
            .map(|component| Component {
                id: (*component).into(),
                place: match *component {
                    "db" => Backend::CloudSql {
                        project: "p".into(),
                        instance: format!("{name}-db"),
                        database: None,
                    },
                    "files" => Backend::Bucket { url: "gs://files".into() },
                    _ => Backend::CloudRun {
                        project: "p".into(),
                        region: "asia-northeast1".into(),
                        service: format!("{name}-{component}"),
                    },
                },
                probe: None,
            })
            .collect(),
        runbook: vec![],
    }
}

/// An estate of one service; `can` gives each component what it can do.
pub fn estate(services: Vec<Service>, can: impl Fn(&str, &str) -> Capabilities) -> Arc<Estate> {
    Arc::new(Estate::new(Services::new(services), |service, component| {
        can(service.id.as_str(), component.id.as_str())
    }))
}

pub fn check(name: &str, verdict: Verdict, seen: &str) -> Check {
    Check { name: name.into(), verdict, seen: Phrase::raw(seen), latency: Some(Duration::from_millis(41)) }
}

/// Answers look by look; the last answer stays.
pub struct Looks(Mutex<VecDeque<Vec<Check>>>);

impl Looks {
    pub fn in_turn(looks: impl IntoIterator<Item = Vec<Check>>) -> Arc<dyn Health> {
        Arc::new(Self(Mutex::new(looks.into_iter().collect())))
    }
    pub fn always(verdict: Verdict, seen: &str) -> Arc<dyn Health> {
        Self::in_turn([vec![check("http", verdict, seen)]])
    }
}

#[async_trait]
impl Health for Looks {
    async fn check(&self) -> Vec<Check> {
        let mut looks = self.0.lock().unwrap();
        if looks.len() > 1 { looks.pop_front().unwrap() } else { looks[0].clone() }
    }
}

/// Never answers.
pub struct Mute;

#[async_trait]
impl Health for Mute {
    async fn check(&self) -> Vec<Check> {
        std::future::pending().await
    }
}

pub fn line(seconds_ago: i64, severity: Severity, text: &str) -> LogLine {
    LogLine { at: ago(seconds_ago), severity, text: text.into(), count: 1 }
}

/// A log that keeps what it was asked.
#[derive(Default)]
pub struct Log {
    pub lines: Vec<LogLine>,
    pub fails: Option<Kind>,
    pub stream: Mutex<Option<LogStream>>,
    pub asked: Mutex<Vec<LogQuery>>,
}

#[async_trait]
impl Logs for Log {
    async fn read(&self, query: &LogQuery) -> Result<Vec<LogLine>, BackendError> {
        self.asked.lock().unwrap().push(query.clone());
        if let Some(kind) = self.fails {
            return Err(BackendError::new(
                "logging.entries.list",
                kind,
                "no, token=sk-Ab12Cd34Ef56Gh78Ij90Kl",
            ));
        }
        let skip = self.lines.len().saturating_sub(query.limit);
        Ok(self.lines.iter().skip(skip).cloned().collect())
    }

    async fn follow(&self, query: &LogQuery) -> Result<LogStream, BackendError> {
        self.asked.lock().unwrap().push(query.clone());
        Ok(self.stream.lock().unwrap().take().unwrap_or_else(|| futures_util::stream::pending().boxed()))
    }
}

pub fn revision(number: u32, hours_ago: i64, ready: Option<bool>, traffic: u32) -> Revision {
    Revision {
        name: format!("api-{number:05}-abc"),
        created: ago(hours_ago * 3_600),
        image: format!("gcr.io/p/api:v1.{number}"),
        ready,
        trouble: (ready == Some(false)).then(|| "container failed to start".into()),
        traffic,
        variables: [("MAX_TOKENS", "digest-1"), (if number > 42 { "NEW" } else { "OLD" }, "digest-2")]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

/// 44 serves, 43 never got ready, 42 and 41 are fine.
pub fn world() -> Serving {
    Serving {
        revisions: vec![
            revision(44, 2, Some(true), 100),
            revision(43, 30, Some(false), 0),
            revision(42, 50, Some(true), 0),
            revision(41, 99, Some(true), 0),
        ],
        follows_latest: true,
        version: "etag-7".into(),
    }
}

/// How a change goes.
#[derive(Clone, Copy, PartialEq)]
pub enum Way {
    Works,
    /// It is refused, nothing changes.
    Fails(Kind),
    /// It is done, yet the answer is lost.
    LosesTheAnswer,
    /// The answer is lost, and from then on reads fail as well.
    GoesDark,
}

/// Revisions that can be moved.
pub struct Fleet {
    pub serving: Mutex<Serving>,
    pub way: Way,
    pub dark: Mutex<bool>,
    pub routed: Mutex<Vec<(Option<String>, String)>>,
}

impl Fleet {
    pub fn new(serving: Serving, way: Way) -> Arc<Self> {
        Arc::new(Self {
            serving: Mutex::new(serving),
            way,
            dark: Mutex::new(false),
            routed: Mutex::default(),
        })
    }
}

#[async_trait]
impl Releases for Fleet {
    async fn serving(&self) -> Result<Serving, BackendError> {
        if *self.dark.lock().unwrap() {
            return Err(BackendError::new("run.services.get api", Kind::Unavailable, "connection refused"));
        }
        Ok(self.serving.lock().unwrap().clone())
    }

    async fn route(
        &self,
        revision: Option<&str>,
        version: &str,
        progress: &dyn Progress,
    ) -> Result<(), BackendError> {
        self.routed.lock().unwrap().push((revision.map(str::to_owned), version.to_owned()));
        progress.say(Phrase::raw("operation under way"));
        let error =
            |kind| Err(BackendError::new("run.services.patch api", kind, "the operation's own words"));
        if let Way::Fails(kind) = self.way {
            return error(kind);
        }
        *self.dark.lock().unwrap() = self.way == Way::GoesDark;
        let mut serving = self.serving.lock().unwrap();
        serving.follows_latest = revision.is_none();
        let to = revision.map_or_else(|| serving.latest_ready().unwrap().name.clone(), str::to_owned);
        for revision in &mut serving.revisions {
            revision.traffic = if revision.name == to { 100 } else { 0 };
        }
        if self.way == Way::Works { Ok(()) } else { error(Kind::Timeout) }
    }
}

/// What was rolled back from.
pub struct Past(pub Vec<String>);

#[async_trait]
impl History for Past {
    async fn rolled_back_from(&self, _: &ServiceId, since: Timestamp) -> Vec<String> {
        assert_eq!(since, ago(7 * 86_400));
        self.0.clone()
    }
}

/// Keeps what is shown; can be stopped.
#[derive(Default)]
pub struct Screen {
    pub said: Mutex<Vec<Phrase>>,
    pub shown: Mutex<Vec<Report>>,
    pub stop: tokio::sync::Notify,
}

impl Show for Screen {
    fn say(&self, line: Phrase) {
        self.said.lock().unwrap().push(line);
    }
    fn show(&self, report: Report) {
        self.shown.lock().unwrap().push(report);
    }
    fn stop_command(&self) -> String {
        "stop W-1".into()
    }
    fn stopped(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.stop.notified())
    }
}

pub fn runbook() -> Vec<Entry> {
    vec![
        Entry {
            id: "upstream-error".into(),
            symptom: "Upstream service error".into(),
            cause: "上流APIエラー、APIキー無効".into(),
            remedy: "Secret Managerのキーを確認".into(),
            status: Some(502),
            matches: Some(Regex::new("Upstream service error").unwrap()),
            words: vec!["上流".into()],
            commands: vec!["logs api errors 1h".into(), "rollback api previous".into()],
        },
        Entry {
            id: "unauthorized".into(),
            symptom: "Unauthorized".into(),
            cause: "JWT/HMAC認証失敗".into(),
            remedy: "トークン有効期限、署名形式確認".into(),
            status: Some(401),
            matches: Some(Regex::new("Unauthorized").unwrap()),
            words: vec!["認証".into()],
            commands: vec![],
        },
    ]
}
