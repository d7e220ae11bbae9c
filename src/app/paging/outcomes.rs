//! Who is told how pages ended: the engine, which writes it into the timeline and climbs the ladder.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::Paging;
use crate::base::clock::{pause, within};
use crate::base::ids::{IncidentId, PageId, PersonId};
use crate::domain::contact::Means;
use crate::store::StoreError;

/// How often it is looked for people nobody could reach, besides when one is found out.
const ROUND: Duration = Duration::from_secs(1);
const BATCH: u32 = 100;

/// Hears how pages end. What is told may be told twice, after a crash or by two replicas.
#[async_trait]
pub trait PageOutcomes: Send + Sync {
    /// A provider took a page about the incident. Told as well as possible: the page's row says it for certain.
    async fn delivered(&self, incident: &IncidentId, person: &PersonId, means: Means, at: Timestamp);

    /// No way to that person worked: the next step is due at once. Told until it is taken; `page` is the same every
    /// time, and another one in another order of pages.
    ///
    /// # Errors
    /// When it could not be written: then it is told again.
    async fn exhausted(
        &self,
        incident: &IncidentId,
        person: &PersonId,
        page: &PageId,
        why: &str,
    ) -> Result<(), StoreError>;

    /// Pages by these means fail until somebody mends our access. Told once, until it works again.
    async fn undeliverable_now(&self, means: Means, why: &str);
}

/// Tells of people nobody could reach, until it is dropped.
pub(super) async fn tell(paging: Paging) {
    let desk = &paging.0.desk;
    loop {
        let lapsed = match desk.store.lapsed_pages(BATCH).await {
            Ok(lapsed) => lapsed,
            Err(error) => {
                tracing::warn!(error = %error, "it cannot be read who could not be paged");
                Vec::new()
            }
        };
        for lapsed in lapsed {
            let told = desk.outcomes.exhausted(&lapsed.incident, &lapsed.person, &lapsed.page, &lapsed.why);
            let told = match told.await {
                Ok(()) => desk.store.lapse_told(&lapsed.page).await,
                error => error,
            };
            if let Err(error) = told {
                tracing::warn!(page.id = %lapsed.page, error = %error, "it is told again that somebody could not be paged");
            }
        }
        // An end of the wait by the clock is as good as one by the bell.
        let _ = within(ROUND, paging.0.told.notified()).await;
        pause(Duration::from_millis(1)).await;
    }
}
