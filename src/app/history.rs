//! What Toban remembers of its own changes.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::app::verbs::releases::History;
use crate::app::verbs::rollback;
use crate::base::ids::ServiceId;
use crate::store::Store;

/// Rollbacks, read from the plans that were carried out.
pub struct RolledBack {
    /// Where plans are kept.
    pub store: Store,
}

#[async_trait]
impl History for RolledBack {
    async fn rolled_back_from(&self, service: &ServiceId, since: Timestamp) -> Vec<String> {
        match self.store.plans_done(service, "rollback", since).await {
            Ok(plans) => plans.iter().filter_map(rollback::from_of).collect(),
            Err(error) => {
                tracing::warn!(service.id = %service, error = %error, "earlier rollbacks could not be read");
                Vec::new()
            }
        }
    }
}
