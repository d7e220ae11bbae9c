//! Contracts between the work and the outside. A port is one capability; a backend implements those it can.

mod calendar;
mod chat;
mod error;
mod group;
mod health;
mod intake;
mod logs;
mod metrics;
mod pager;
mod pulse;
mod releases;
mod replies;
mod restart;

pub use calendar::Calendar;
pub use chat::{Chat, ChatError, Inbox, NotTaken, Outgoing, Taken};
pub use error::{BackendError, Kind};
pub use group::GroupSync;
pub use health::Health;
pub use intake::{Heartbeats, Intake};
pub use logs::{LogStream, Logs};
pub use metrics::Metrics;
pub use pager::{Found, Pager, PagerError, Paging, Purpose};
pub use pulse::Pulse;
pub use releases::{Progress, Releases};
pub use replies::{Press, Replies, Reply};
pub use restart::{Anew, Restart};

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
    /// What is measured of it.
    pub metrics: Option<Arc<dyn Metrics>>,
    /// Starting it anew.
    pub restart: Option<Arc<dyn Restart>>,
}

impl std::fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Capabilities")
            .field("health", &self.health.len())
            .field("logs", &self.logs.is_some())
            .field("releases", &self.releases.is_some())
            .field("metrics", &self.metrics.is_some())
            .field("restart", &self.restart.is_some())
            .finish()
    }
}
