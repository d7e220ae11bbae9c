//! Starting a component anew without changing what runs.

use async_trait::async_trait;

use crate::ports::{BackendError, Progress};

/// What shall be started anew, and what that rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anew {
    /// The revision that serves, whose template is used again.
    pub from: String,
    /// The backend's version of the whole that the plan rests on.
    pub version: String,
    /// A text of its own for every restart: by it the new revision is known, also after a lost answer.
    pub stamp: String,
}

/// A component that can be started anew.
#[async_trait]
pub trait Restart: Send + Sync {
    /// Makes a new revision like the one that serves, waits until it is ready and lets it serve; its name. What served
    /// before goes on serving until then, and for good if the new one never gets ready.
    ///
    /// # Errors
    /// [`crate::ports::Kind::Conflict`] if the version moved; `Failed` if the new revision did not get ready; `Timeout` or
    /// `Unavailable` leave the result unknown.
    async fn restart(&self, anew: &Anew, progress: &dyn Progress) -> Result<String, BackendError>;
}
