//! Services as they are written: components, probes, watch rules, runbook.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Name, Pattern, Span, Url};
use crate::domain::alert::AlertSeverity;
use crate::domain::person::Door;
use crate::domain::words::Lang;

/// A service.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The id, as people say it.
    pub id: Name,
    /// What it is, in one line.
    pub description: Option<String>,
    /// Other names it answers to.
    #[serde(default)]
    pub aliases: Vec<Name>,
    /// `production`, `staging`, …; `production` if not said.
    pub environment: Option<String>,
    /// Its home channel at each door.
    #[serde(default)]
    #[schemars(with = "super::ByDoor<String>")]
    pub channels: BTreeMap<Door, String>,
    /// The ladder that its incidents climb.
    pub policy: Option<String>,
    /// From which severity on they climb it; `critical` if not said. What is less bad reaches the on-call in working hours.
    pub climbs: Option<AlertSeverity>,
    /// People who own it.
    #[serde(default)]
    pub owners: Vec<String>,
    /// Whom to turn to besides, for what.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// The language of its answers, where it differs from the channel's.
    pub lang: Option<Lang>,
    /// Its parts.
    #[serde(default)]
    pub component: Vec<Component>,
    /// What is watched.
    #[serde(default)]
    pub watch: Vec<Watch>,
    /// Known troubles with cause and remedy.
    #[serde(default)]
    pub runbook: Vec<Entry>,
}

/// Whom to turn to in an emergency.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// For what: `security`.
    #[serde(rename = "for")]
    pub about: String,
    /// Who: `person:ID`, `schedule:ID` or `group:ID`.
    pub who: String,
}

/// A part of a service. `place` has the keys of its backend.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The id, unique in its service.
    pub id: Name,
    /// The kind of system that it is.
    pub backend: String,
    /// Where it is.
    #[serde(default)]
    pub place: serde_json::Map<String, serde_json::Value>,
    /// An HTTP check besides the backend's own.
    pub probe: Option<Probe>,
}

/// An HTTP check.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// What is fetched with GET.
    pub url: Url,
    /// What a good answer is; status 200 if not said.
    #[serde(default)]
    pub expect: Expect,
    /// How the probe proves who it is; not at all if not said.
    pub auth: Option<ProbeAuth>,
    /// For whom a Google ID token is made; the URL without its path if not said.
    pub audience: Option<String>,
    /// How long an answer may take at most; `limits.probe` if not said.
    pub timeout: Option<Span>,
    /// Slower than this is degraded.
    pub slow: Option<Span>,
}

/// What a good answer is.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The HTTP status; 200 if not said.
    #[schemars(range(min = 100, max = 599))]
    pub status: Option<u16>,
    /// Members that the JSON answer must have, with these values.
    #[serde(default)]
    pub json: BTreeMap<String, serde_json::Value>,
}

/// How a probe proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProbeAuth {
    /// It does not.
    None,
    /// By an ID token of Toban's own Google account.
    GoogleIdToken,
}

/// A watch rule: a metric that is too high or too low for too long.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// The component and its metric, `web.error_rate`.
    pub metric: String,
    /// Wrong when above this.
    pub above: Option<f64>,
    /// Wrong when below this.
    pub below: Option<f64>,
    /// For how long before it counts; 5 minutes if not said.
    #[serde(rename = "for")]
    pub lasting: Option<Span>,
    /// How long it must be well before it is over; 5 minutes if not said.
    pub clear: Option<Span>,
    /// How bad; `critical` if not said.
    pub severity: Option<AlertSeverity>,
    /// The headline.
    pub say: String,
    /// What to do about it, in one line.
    pub remedy: Option<String>,
}

/// A known trouble.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The service that it belongs to, where it stands outside of `[[service]]`.
    pub service: Option<String>,
    /// Short and stable.
    pub id: Name,
    /// What people see, one line.
    pub symptom: String,
    /// Why it happens.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
    /// The HTTP status that goes with it.
    #[schemars(range(min = 100, max = 599))]
    pub status: Option<u16>,
    /// A pattern that finds it in log lines.
    pub matches: Option<Pattern>,
    /// More words to be found by, in either language.
    #[serde(default)]
    pub words: Vec<String>,
    /// Commands that help to diagnose it.
    #[serde(default)]
    pub commands: Vec<String>,
}
