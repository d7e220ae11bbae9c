//! Checks and the verdict that follows from them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::words::Phrase;

/// How something is. Ordered from best to worst, so that the worst of many is their maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does what is expected.
    Healthy,
    /// No backend is connected: nothing is known, and nothing is wrong.
    NotConnected,
    /// It works, with something to look at.
    Degraded,
    /// It could not be asked.
    Unknown,
    /// It does not do what is expected.
    Unhealthy,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// A short stable name, `http` or `ready`; also used to compare before and after.
    pub name: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen, in one line.
    pub seen: Phrase,
    /// How long the answer took, where that means something.
    #[serde(default)]
    pub latency: Option<Duration>,
}

/// The worst of the checks; [`Verdict::Unknown`] if there is none.
pub fn worst(checks: impl IntoIterator<Item = Verdict>) -> Verdict {
    checks.into_iter().max().unwrap_or(Verdict::Unknown)
}
