//! A component's revisions, and which of them gets the traffic.

use async_trait::async_trait;

use crate::domain::release::Serving;
use crate::domain::words::Phrase;
use crate::ports::BackendError;

/// Where a long operation tells how far it is.
pub trait Progress: Send + Sync {
    /// Replaces the progress line.
    fn say(&self, line: Phrase);
}

/// A component's revisions.
#[async_trait]
pub trait Releases: Send + Sync {
    /// All revisions and the traffic, read afresh.
    async fn serving(&self) -> Result<Serving, BackendError>;

    /// Gives all traffic to `revision` (`None`: to whatever is the latest ready one, also in future), provided
    /// that the backend's version still is `version`. Returns when the backend says that it is done.
    ///
    /// # Errors
    /// [`crate::ports::Kind::Conflict`] if the version moved; `Timeout` or `Unavailable` leave the result unknown.
    async fn route(
        &self,
        revision: Option<&str>,
        version: &str,
        progress: &dyn Progress,
    ) -> Result<(), BackendError>;
}
