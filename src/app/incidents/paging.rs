//! What incidents ask of others: who is on call, and pages for people.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::app::contacts::Contacts;
use crate::app::paging::{self, Paging};
use crate::app::roster::Roster;
use crate::base::ids::{IncidentId, PersonId};
use crate::store::{NewPage, StoreError};

pub use crate::app::paging::PageOrder;

/// Knows who is on call.
#[async_trait]
pub trait WhoIsOnCall: Send + Sync {
    /// Who is on call in a schedule at a moment; nobody where a shift is not covered.
    ///
    /// # Errors
    /// When the database does not answer.
    async fn on_call(&self, schedule: &str, at: Timestamp) -> Result<Vec<PersonId>, StoreError>;
}

/// Makes pages of the wish that somebody be told, by that person's own methods and delays.
pub trait OrderPages: Send + Sync {
    /// The rows, to be written in the transaction that decided on them.
    fn pages(&self, order: &PageOrder, now: Timestamp) -> Vec<NewPage>;

    /// Whether some provider takes pages. If none does the fault is ours, and steps wait.
    fn reachable(&self) -> bool {
        true
    }

    /// New pages are in the store.
    fn written(&self) {}

    /// Somebody took the incident on, and that cannot be saved: its pages are held here for a while.
    fn hush(&self, _: &IncidentId) {}
}

/// Pages by the ways that people chose. Paging needs incidents, and incidents need paging: whoever builds both says
/// afterwards who sends.
pub struct Pages {
    contacts: Arc<Contacts>,
    paging: OnceLock<Paging>,
}

impl Pages {
    /// To these addresses; as yet nobody sends.
    pub fn new(contacts: Arc<Contacts>) -> Self {
        Self { contacts, paging: OnceLock::new() }
    }

    /// From now on these are sent.
    pub fn sent_by(&self, paging: Paging) {
        // A second one changes nothing.
        let _ = self.paging.set(paging);
    }
}

impl OrderPages for Pages {
    fn pages(&self, order: &PageOrder, now: Timestamp) -> Vec<NewPage> {
        paging::pages(self.contacts.of(&order.person), order, now)
    }

    fn reachable(&self) -> bool {
        self.paging.get().is_none_or(Paging::providers_reachable)
    }

    fn written(&self) {
        if let Some(paging) = self.paging.get() {
            paging.nudge();
        }
    }

    fn hush(&self, incident: &IncidentId) {
        if let Some(paging) = self.paging.get() {
            paging.hush(incident);
        }
    }
}

#[async_trait]
impl WhoIsOnCall for Roster {
    async fn on_call(&self, schedule: &str, at: Timestamp) -> Result<Vec<PersonId>, StoreError> {
        Roster::on_call(self, schedule, at).await
    }
}
