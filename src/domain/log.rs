//! Log lines, whatever backend they come from.

mod ask;
mod fold;
mod request;

pub use ask::{LogWish, MOST, Shape, Wanted, want};
pub use fold::{Folded, Folder, by_count, fold, join_traces};
pub use request::Request;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::words::Phrase;

/// How bad a line is; Cloud Logging's scale, coarsened to what people ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Not said.
    Default,
    /// For developers.
    Debug,
    /// Normal work.
    Info,
    /// Worth knowing.
    Notice,
    /// It goes on, but.
    Warning,
    /// Something failed.
    Error,
    /// Critical, alert or emergency.
    Critical,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// When it happened (the newest time, for folded lines).
    pub at: Timestamp,
    /// How bad.
    pub severity: Severity,
    /// The text, one or more physical lines; redacted before it leaves `app`.
    pub text: String,
    /// How many alike were folded into it; at least 1.
    #[serde(default = "one")]
    pub count: u32,
}

fn one() -> u32 {
    1
}

/// What is asked of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogQuery {
    /// From here (inclusive).
    pub since: Timestamp,
    /// To here (exclusive); the present if `None`.
    pub until: Option<Timestamp>,
    /// This bad or worse.
    pub at_least: Option<Severity>,
    /// Exactly this severity, where asked (`debug` means DEBUG only).
    pub exactly: Option<Severity>,
    /// All of these words occur in the text.
    pub words: Vec<String>,
    /// The text matches (RE2 syntax, checked by [`regex::Regex`] already).
    pub pattern: Option<String>,
    /// Only lines of requests (access log).
    pub requests: bool,
    /// At most so many, newest first served.
    pub limit: usize,
}

impl Severity {
    /// The phrase that names it.
    pub fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::Default => "logs-severity-default",
            Self::Debug => "logs-severity-debug",
            Self::Info => "logs-severity-info",
            Self::Notice => "logs-severity-notice",
            Self::Warning => "logs-severity-warning",
            Self::Error => "logs-severity-error",
            Self::Critical => "logs-severity-critical",
        })
    }
}

/// How many lines there are of each severity, the worst first; none that is zero.
pub fn counts<'a>(lines: impl IntoIterator<Item = &'a LogLine>) -> Vec<(Severity, u64)> {
    let mut counts = std::collections::BTreeMap::new();
    for line in lines {
        *counts.entry(line.severity).or_insert(0) += u64::from(line.count);
    }
    counts.into_iter().rev().collect()
}
