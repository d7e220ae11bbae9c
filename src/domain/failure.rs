//! A failure as people see it: what failed, why, what to try, and a reference to the log.

use serde::{Deserialize, Serialize};

use crate::base::ids::ReferenceId;
use crate::domain::report::{Report, Tone};
use crate::domain::words::Phrase;

/// What is told when something did not work. The chain of causes goes to the log under the same reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What failed, as a sentence.
    pub what: Phrase,
    /// The kind of reason.
    pub why: Why,
    /// What to try next.
    pub hint: Option<Phrase>,
    /// The log line with the causes.
    pub reference: ReferenceId,
    /// The cause in the backend's own words, redacted; shown small.
    pub detail: Option<String>,
}

/// Why it failed; each has a word in `locales` (`why-not-found`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The input cannot mean anything.
    Invalid,
    /// It does not exist there.
    NotFound,
    /// Toban's own account is not allowed to.
    Denied,
    /// Another operation is going on, or the world moved.
    Conflict,
    /// A quota is used up.
    Quota,
    /// It could not be reached or answered an error.
    Unavailable,
    /// It took longer than its limit.
    Timeout,
    /// It answered something that makes no sense.
    Garbled,
    /// The component has no backend yet.
    NotConnected,
    /// Toban stopped in between; the result is not known.
    Unknown,
    /// A fault of ours.
    Internal,
}

impl Why {
    /// The id of the message that names it.
    pub fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::Invalid => "why-invalid",
            Self::NotFound => "why-not-found",
            Self::Denied => "why-denied",
            Self::Conflict => "why-conflict",
            Self::Quota => "why-quota",
            Self::Unavailable => "why-unavailable",
            Self::Timeout => "why-timeout",
            Self::Garbled => "why-garbled",
            Self::NotConnected => "why-not-connected",
            Self::Unknown => "why-unknown",
            Self::Internal => "why-internal",
        })
    }
}

impl Failure {
    /// A failure with a reference of its own.
    pub fn new(what: impl Into<Phrase>, why: Why) -> Self {
        let reference = ReferenceId::from(crate::base::ids::fresh("E"));
        Self { what: what.into(), why, hint: None, reference, detail: None }
    }

    /// With what to try next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Phrase>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the cause's own words.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The failure as an answer.
    pub fn report(&self) -> Report {
        let mut report = Report::new(Tone::Bad, self.what.clone())
            .text(Phrase::new("failure-why").with("why", self.why.phrase()));
        if let Some(detail) = &self.detail {
            report = report.block(crate::domain::report::Block::Code(detail.clone()));
        }
        if let Some(hint) = &self.hint {
            report = report.text(Phrase::new("failure-hint").with("hint", hint.clone()));
        }
        report.footnote(Phrase::new("failure-reference").with("reference", self.reference.as_str()))
    }
}
