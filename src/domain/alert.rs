//! Alerts: what sources of monitoring say, in one form.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How bad an alert or an incident is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertSeverity {
    /// It is stored.
    Info,
    /// It is told in the channel, and to the on-call in working hours.
    Warning,
    /// It climbs the ladder.
    Critical,
}

impl AlertSeverity {
    /// Its name in the config and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// What a source says about one alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The dedup key: the same key of the same source is the same alert.
    pub key: String,
    /// Whether it is firing; else its source resolved it.
    pub firing: bool,
    /// How bad.
    pub severity: AlertSeverity,
    /// The source's own word for a severity that the config does not know; such an alert counts as critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_severity: Option<String>,
    /// The service it is about, as the config names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The environment, where the source says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What is wrong, in one line. Text of a stranger: it is escaped and redacted wherever it is shown.
    pub headline: String,
    /// More about it, of any length.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// What identifies it at its source.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Where to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Since when.
    pub started: Timestamp,
    /// Until when, once it is resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
}
