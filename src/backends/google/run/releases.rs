//! A Cloud Run service's releases.

use async_trait::async_trait;

use super::{CloudRun, revision};
use crate::domain::release::Serving;
use crate::ports::{BackendError, Progress, Releases};

#[async_trait]
impl Releases for CloudRun {
    async fn serving(&self) -> Result<Serving, BackendError> {
        let limit = self.google.limits().read;
        let (service, revisions) = tokio::try_join!(self.service(limit), self.revisions())?;
        Ok(revision::serving(&service, &revisions))
    }

    async fn route(
        &self,
        revision: Option<&str>,
        version: &str,
        progress: &dyn Progress,
    ) -> Result<(), BackendError> {
        // On the heap: the official client's futures are large.
        Box::pin(self.give_traffic(revision, version, progress)).await
    }
}
