//! Contracts between the work and the outside. A port is one capability; a backend implements those it can.

mod chat;
mod error;
mod health;
mod intake;
mod logs;
mod pager;
mod releases;
mod replies;

pub use chat::{Chat, ChatError, Inbox, NotTaken, Outgoing, Taken};
pub use error::{BackendError, Kind};
pub use health::Health;
pub use intake::Intake;
pub use logs::{LogStream, Logs};
pub use pager::{Found, Pager, PagerError, Paging, Purpose};
pub use releases::{Progress, Releases};
pub use replies::{Press, Replies, Reply};

use std::sync::Arc;

/// What one component can do. A capability that is `None` is said to be not connected.
#[derive(Clone, Default)]
pub struct Capabilities {
    /// Ways to look at its health; all are asked.
    pub health: Vec<Arc<dyn Health>>,
    /// Its log.
    pub logs: Option<Arc<dyn Logs>>,
    /// Its revisions.
    pub releases: Option<Arc<dyn Releases>>,
}

impl std::fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Capabilities")
            .field("health", &self.health.len())
            .field("logs", &self.logs.is_some())
            .field("releases", &self.releases.is_some())
            .finish()
    }
}
