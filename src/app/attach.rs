//! From intake to the engine: news of alerts, which become incidents or join them.

use async_trait::async_trait;

use crate::base::ids::ServiceId;
use crate::domain::alert::Signal;
use crate::store::StoreError;

/// News of one alert that is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertNews {
    /// The alert's id in the store: source and dedup key.
    pub id: String,
    /// Its version; what the incident knows of it is written as `attached`.
    pub version: u32,
    /// What its source says.
    pub signal: Signal,
    /// The silence that keeps it from paging, if one does.
    pub silenced: Option<String>,
    /// Whether no incident has heard of it before, or a silence that held it has ended.
    pub first: bool,
}

/// Whoever makes incidents of alerts.
#[async_trait]
pub trait Attach: Send + Sync {
    /// Takes news of alerts that share a service and a grouping, and returns once what follows is durable. The same news
    /// may come again.
    async fn alerted(
        &self,
        service: &ServiceId,
        grouping: &str,
        news: Vec<AlertNews>,
    ) -> Result<(), StoreError>;
}
