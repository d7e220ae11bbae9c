//! One alert on its way to a [`Signal`]: what its kind of source says of it, what the config's map puts over that, and
//! what stands in where nothing is said.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::path::{moment, text};
use super::severity::severity;
use super::{Reading, UNASSIGNED};
use crate::domain::alert::Signal;

/// Names of the map that are not labels.
const OWN: [&str; 12] = [
    "alerts",
    "key",
    "state",
    "firing",
    "service",
    "environment",
    "severity",
    "headline",
    "detail",
    "link",
    "started",
    "ended",
];
/// Labels that often name a service, the most certain first. One counts only if it names a service of the config.
const SERVICE_LABELS: [&str; 10] = [
    "service",
    "service_name",
    "app",
    "app_kubernetes_io_name",
    "application",
    "component",
    "job",
    "container",
    "namespace",
    "name",
];
/// How much of a stranger's text is kept.
const LONGEST_HEADLINE: usize = 300;
const LONGEST_DETAIL: usize = 8_000;
const LONGEST_VALUE: usize = 1_000;
const LONGEST_KEY: usize = 200;
const MOST_LABELS: usize = 64;
/// How far ahead of ours a source's clock may be.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// What a kind of source says of an alert by itself.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    pub key: Option<String>,
    pub firing: bool,
    pub severity: Option<String>,
    /// What may name the service, besides the labels.
    pub names: Vec<String>,
    pub environment: Option<String>,
    pub headline: Option<String>,
    pub detail: String,
    pub labels: BTreeMap<String, String>,
    pub link: Option<String>,
    pub started: Option<Timestamp>,
    pub ended: Option<Timestamp>,
}

impl Sketch {
    /// The signal. What was found odd without being in the way is added to `faulty`.
    pub fn finish(mut self, reading: &Reading<'_>, item: &Value, faulty: &mut Vec<String>) -> Signal {
        let mapped = |name: &str| reading.mapped(item, name).and_then(text);
        for name in reading.rules.map.keys().filter(|name| !OWN.contains(&name.as_str())) {
            if let Some(value) = mapped(name) {
                self.labels.insert(name.clone(), value);
            }
        }
        let labels = tidy(self.labels);
        if let Some(word) = mapped("state").or_else(|| mapped("firing")) {
            self.firing = fires(&word).unwrap_or_else(|| {
                faulty.push(format!("an unknown state {:?}: taken as firing", clean(&word, 40)));
                true
            });
        }
        let said = mapped("service");
        let named = said.iter().chain(&self.names).map(String::as_str);
        let labelled = SERVICE_LABELS.iter().filter_map(|name| labels.get(*name)).map(String::as_str);
        let service = named
            .chain(labelled)
            .find_map(|name| reading.directory.find(name))
            .or(reading.rules.service.as_ref());
        let environment = mapped("environment")
            .or(self.environment)
            .or_else(|| ["environment", "env", "stage"].iter().find_map(|name| labels.get(*name)).cloned());
        let (severity, unknown_severity) =
            severity(mapped("severity").or(self.severity).as_deref(), &reading.rules.severities);
        let headline = mapped("headline").or(self.headline).unwrap_or_default();
        let headline = clean(
            headline.lines().find(|line| !line.trim().is_empty()).unwrap_or_default(),
            LONGEST_HEADLINE,
        );
        let headline =
            if headline.is_empty() { format!("An alert of {}", reading.rules.source) } else { headline };
        let time = |name: &str| reading.mapped(item, name).and_then(moment);
        let given = time("started").or(self.started);
        let started = given.filter(|at| *at <= reading.now + AHEAD).unwrap_or(reading.now);
        // An end counts only beside a beginning by the same clock.
        let ended = if self.firing { None } else { time("ended").or(self.ended).filter(|_| given.is_some()) };
        let key = mapped("key").or(self.key).map(|key| bounded(&clean(&key, 4_000)));
        let key = key.filter(|key| !key.is_empty()).unwrap_or_else(|| {
            let whose = service.map_or(UNASSIGNED, |service| service.as_str());
            digest(whose, environment.as_deref(), &labels, &headline)
        });
        Signal {
            key,
            firing: self.firing,
            severity,
            unknown_severity: unknown_severity.map(|word| clean(&word, 60)),
            service: service.map(ToString::to_string),
            environment: environment.map(|name| usual(&clean(&name, 60))).filter(|name| !name.is_empty()),
            headline,
            detail: clean(&mapped("detail").unwrap_or(self.detail), LONGEST_DETAIL),
            labels,
            link: mapped("link").or(self.link).map(|link| clean(&link, 2_000)).filter(|link| is_web(link)),
            started,
            ended,
        }
    }
}

/// Whether a word for a state means that it fires; none if nobody knows the word.
pub(super) fn fires(word: &str) -> Option<bool> {
    match word.trim().to_lowercase().as_str() {
        "firing" | "alerting" | "open" | "opened" | "new" | "active" | "trigger" | "triggered" | "down"
        | "problem" | "failing" | "failed" | "critical" | "error" | "true" | "1" | "on" | "yes" => Some(true),
        "resolved" | "resolve" | "closed" | "close" | "ok" | "okay" | "up" | "recovered" | "recovery"
        | "inactive" | "normal" | "healthy" | "success" | "false" | "0" | "off" | "no" => Some(false),
        _ => None,
    }
}

/// An object's plain values as labels.
pub(super) fn labels(object: &Map<String, Value>) -> BTreeMap<String, String> {
    object.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
}

fn tidy(labels: BTreeMap<String, String>) -> BTreeMap<String, String> {
    labels
        .into_iter()
        .take(MOST_LABELS)
        .map(|(name, value)| (clean(&name, 100), clean(&value, LONGEST_VALUE)))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// Without control characters (PostgreSQL takes no NUL, terminals take too much) and of bounded length.
pub(super) fn clean(text: &str, longest: usize) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.len() <= longest && text.chars().all(|c| kept(&c)) {
        return text.trim().to_owned();
    }
    text.trim().chars().filter(kept).take(longest).collect()
}

/// A key that is too long for an index, made short.
fn bounded(key: &str) -> String {
    if key.len() <= LONGEST_KEY { key.to_owned() } else { hex::encode(&Sha256::digest(key)[..16]) }
}

/// A key where the source has none: what identifies the alert, hashed. Labels do, all but those that say how bad it is;
/// without any it is the headline.
fn digest(
    service: &str,
    environment: Option<&str>,
    labels: &BTreeMap<String, String>,
    headline: &str,
) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    part(service);
    part(environment.unwrap_or_default());
    let telling = labels.iter().filter(|(name, _)| !matches!(name.as_str(), "severity" | "status" | "state"));
    let mut any = false;
    for (name, value) in telling {
        any = true;
        part(name);
        part(value);
    }
    if !any {
        part(headline);
    }
    hex::encode(&hash.finalize()[..8])
}

/// `prod` is `production`.
fn usual(environment: &str) -> String {
    match environment.to_lowercase().as_str() {
        "prod" | "prd" => "production".to_owned(),
        "stg" | "stage" => "staging".to_owned(),
        "dev" => "development".to_owned(),
        _ => environment.to_owned(),
    }
}

fn is_web(link: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| link.starts_with(scheme))
}
