//! From alerts to incidents: what intake hands over, and who takes it.

use async_trait::async_trait;

use crate::base::ids::ServiceId;
use crate::domain::alert::Signal;
use crate::store::StoreError;

/// One alert of which its incident has not heard yet.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertNews {
    /// Its id: source and dedup key.
    pub id: String,
    /// The version that is told here.
    pub version: u32,
    /// What its source says.
    pub signal: Signal,
    /// The silence that keeps it from paging, if there is one.
    pub silenced: Option<String>,
    /// Whether it is new, or fires anew.
    pub first: bool,
}

/// Takes alerts that are stored already.
#[async_trait]
pub trait Attach: Send + Sync {
    /// Attaches alerts of one service and grouping to their incident, in one transaction with what follows from it. When
    /// it returns, these versions are known; if it fails, they are told again.
    async fn alerted(
        &self,
        service: &ServiceId,
        grouping: &str,
        news: Vec<AlertNews>,
    ) -> Result<(), StoreError>;
}
