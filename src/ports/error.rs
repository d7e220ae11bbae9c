//! What can go wrong at a backend, in kinds that a person can act on.

use crate::domain::failure::Why;
use crate::domain::words::Phrase;

/// A backend's refusal or failure.
#[derive(Debug, thiserror::Error)]
#[error("{call}: {kind}: {message}")]
pub struct BackendError {
    /// What was being done, `run.services.get sagebase-streamlit`.
    pub call: String,
    /// The kind of failure.
    pub kind: Kind,
    /// The backend's own words, without secrets.
    pub message: String,
    /// What to try, where the backend's adapter knows it (the role that is missing).
    pub hint: Option<Phrase>,
}

/// The kind of a backend's failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    /// 404.
    #[error("not found")]
    NotFound,
    /// 401 or 403.
    #[error("permission denied")]
    Denied,
    /// 409 or 412.
    #[error("conflict")]
    Conflict,
    /// 429.
    #[error("quota used up")]
    Quota,
    /// 400.
    #[error("invalid request")]
    Invalid,
    /// 5xx, refused connections, DNS.
    #[error("unavailable")]
    Unavailable,
    /// It took longer than its limit. For a write the result is not known.
    #[error("timed out")]
    Timeout,
    /// It answered something that makes no sense.
    #[error("garbled answer")]
    Garbled,
    /// The operation was accepted and then failed.
    #[error("operation failed")]
    Failed,
}

impl BackendError {
    /// An error of `kind` in `call`.
    pub fn new(call: impl Into<String>, kind: Kind, message: impl Into<String>) -> Self {
        Self { call: call.into(), kind, message: message.into(), hint: None }
    }

    /// With what to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Phrase>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The kind as it is told to people.
    pub fn why(&self) -> Why {
        match self.kind {
            Kind::NotFound => Why::NotFound,
            Kind::Denied => Why::Denied,
            Kind::Conflict => Why::Conflict,
            Kind::Quota => Why::Quota,
            Kind::Invalid => Why::Invalid,
            Kind::Unavailable | Kind::Failed => Why::Unavailable,
            Kind::Timeout => Why::Timeout,
            Kind::Garbled => Why::Garbled,
        }
    }
}
