//! What incidents ask of others: who is on call, and pages for people.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::app::contacts::Contacts;
use crate::app::paging::{self, Paging};
use crate::app::roster::Roster;
use crate::base::ids::PersonId;
use crate::domain::contact::Means;
use crate::store::{ClaimedPage, NewPage, StoreError};

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

    /// How many new pages by each means may be taken along by [`OrderPages::written`].
    fn hands(&self) -> HashMap<Means, usize> {
        HashMap::new()
    }

    /// New pages are in the store: these are ours to send now, others are left there, by those means.
    fn written(&self, _taken: Vec<(Means, ClaimedPage)>, _left: &BTreeSet<Means>) {}
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

    fn hands(&self) -> HashMap<Means, usize> {
        self.paging.get().map(Paging::hands).unwrap_or_default()
    }

    fn written(&self, taken: Vec<(Means, ClaimedPage)>, left: &BTreeSet<Means>) {
        if let Some(paging) = self.paging.get() {
            paging.send(taken, left);
        }
    }
}

#[async_trait]
impl WhoIsOnCall for Roster {
    async fn on_call(&self, schedule: &str, at: Timestamp) -> Result<Vec<PersonId>, StoreError> {
        Roster::on_call(self, schedule, at).await
    }
}
