//! What sources of alerts send, read: bytes become [`Signal`]s. One file per kind of source.
//!
//! Nothing that fires may be lost: what is left out or unknown is filled in so that somebody is told (an unknown
//! severity is critical, an unknown service is [`UNASSIGNED`]), and of ten alerts with a bad one the nine are taken.

mod alertmanager;
mod directory;
mod encoding;
mod generic;
mod google;
mod grafana;
mod path;
mod severity;
mod sketch;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::base::ids::ServiceId;
use crate::domain::alert::{AlertSeverity, Signal};

pub use directory::Directory;
pub use encoding::decode;

/// The service of alerts that no service of the config is known for: they are taken in like all others, so nothing is
/// lost, and stand apart until the config says whose they are.
pub const UNASSIGNED: &str = "unassigned";

/// The label that [`Signal::labels`] has while a firing alert was not refreshed for too long: since when, in RFC 3339.
pub const STALE: &str = "toban_stale_since";

/// What a source speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Alertmanager's webhook, version 4.
    Alertmanager,
    /// Google Cloud Monitoring's webhook, version 1.2.
    Google,
    /// Grafana's webhook (unified alerting).
    Grafana,
    /// JSON of any form.
    Generic,
}

/// How a source's requests are to be understood.
///
/// `map` says where in an alert (else in the whole request) to find what, as dotted paths. It goes over what the kind of
/// source says by itself. Its names: `alerts` (the list of alerts, generic only), `key`, `state` (or `firing`),
/// `service`, `environment`, `severity`, `headline`, `detail`, `link`, `started`, `ended`; any other name is a label.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The source's id.
    pub source: String,
    /// What it speaks.
    pub format: Format,
    /// Where to find what.
    pub map: BTreeMap<String, String>,
    /// What its words for severities mean, in small letters.
    pub severities: BTreeMap<String, AlertSeverity>,
    /// The service of alerts that do not say, or say one that nobody knows.
    pub service: Option<ServiceId>,
}

/// What was understood of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taken {
    /// The alerts.
    pub signals: Vec<Signal>,
    /// Parts that could not be understood, each in a few words without the source's own text at length.
    pub faulty: Vec<String>,
}

/// Nothing of a request could be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Its letters.
    #[error("{0}")]
    Encoding(String),
    /// It is no JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// It is JSON of another form.
    #[error("{0}")]
    Shape(&'static str),
}

/// Reads a request's text.
///
/// # Errors
/// When it is no JSON, or not of the source's form.
pub fn read(text: &str, rules: &Rules, directory: &Directory, now: Timestamp) -> Result<Taken, Unreadable> {
    let whole: Value = serde_json::from_str(text).map_err(|error| {
        // The error's own words may quote the request.
        let kind = match error.classify() {
            serde_json::error::Category::Eof => "it ends too early",
            _ => "it is not well formed",
        };
        Unreadable::Json(format!("{kind} at line {} column {}", error.line(), error.column()))
    })?;
    let reading = Reading { rules, directory, now, whole: &whole };
    match rules.format {
        Format::Alertmanager => alertmanager::read(&reading),
        Format::Google => google::read(&reading),
        Format::Grafana => grafana::read(&reading),
        Format::Generic => generic::read(&reading),
    }
}

/// A request in the middle of being read.
struct Reading<'a> {
    rules: &'a Rules,
    directory: &'a Directory,
    now: Timestamp,
    whole: &'a Value,
}

impl<'a> Reading<'a> {
    /// What the config's map points at, in the alert, else in the whole request.
    fn mapped(&self, item: &'a Value, name: &str) -> Option<&'a Value> {
        let path = self.rules.map.get(name)?;
        path::get(item, path).or_else(|| path::get(self.whole, path)).filter(|value| !value.is_null())
    }
}
