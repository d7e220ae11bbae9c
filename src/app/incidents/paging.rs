//! What incidents ask of others: who is on call, and pages for people.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::app::contacts::Contacts;
use crate::app::paging::{self, Paging};
use crate::app::roster::Roster;
use crate::base::ids::{IncidentId, PersonId};
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

    /// People whom nothing that is set up reaches.
    fn mute(&self) -> Arc<BTreeSet<PersonId>> {
        Arc::default()
    }

    /// How many new pages by each means may be taken along by [`OrderPages::written`].
    fn hands(&self) -> HashMap<Means, usize> {
        HashMap::new()
    }

    /// New pages are in the store: these are ours to send now, others are left there, by those means.
    fn written(&self, _taken: Vec<(Means, ClaimedPage)>, _left: &BTreeSet<Means>) {}

    /// Somebody took the incident on, and that cannot be saved: its pages are held here for a while.
    fn hush(&self, _: &IncidentId) {}
}

/// Pages by the ways that people chose. Paging needs incidents, and incidents need paging: whoever builds both says
/// afterwards who sends.
pub struct Pages {
    contacts: Arc<Contacts>,
    sent: OnceLock<Sent>,
}

/// Who sends, and what follows from that.
struct Sent {
    paging: Paging,
    /// The ways that somebody sends by.
    contacts: Contacts,
    mute: Arc<BTreeSet<PersonId>>,
}

impl Pages {
    /// To these addresses; as yet nobody sends.
    pub fn new(contacts: Arc<Contacts>) -> Self {
        Self { contacts, sent: OnceLock::new() }
    }

    /// From now on these are sent, by the means that are set up; that others are named is said here, once.
    pub fn sent_by(&self, paging: Paging) {
        for (means, people) in self.contacts.without(|means| paging.sends(means)) {
            tracing::warn!(
                page.means = means.as_str(),
                people,
                "nobody is paged by these means: they are not set up"
            );
        }
        let contacts = self.contacts.only(|means| paging.sends(means));
        let mute: BTreeSet<PersonId> = contacts.unreachable().cloned().collect();
        if !mute.is_empty() {
            let names: Vec<&str> = mute.iter().map(PersonId::as_str).collect();
            tracing::warn!(people = names.join(", "), "these people cannot be paged at all");
        }
        // A second one changes nothing.
        let _ = self.sent.set(Sent { paging, contacts, mute: Arc::new(mute) });
    }
}

impl OrderPages for Pages {
    fn pages(&self, order: &PageOrder, now: Timestamp) -> Vec<NewPage> {
        let contacts = self.sent.get().map_or(&*self.contacts, |sent| &sent.contacts);
        paging::pages(contacts.of(&order.person), order, now)
    }

    fn reachable(&self) -> bool {
        self.sent.get().is_none_or(|sent| sent.paging.providers_reachable())
    }

    fn mute(&self) -> Arc<BTreeSet<PersonId>> {
        self.sent.get().map(|sent| sent.mute.clone()).unwrap_or_default()
    }

    fn hands(&self) -> HashMap<Means, usize> {
        self.sent.get().map(|sent| sent.paging.hands()).unwrap_or_default()
    }

    fn written(&self, taken: Vec<(Means, ClaimedPage)>, left: &BTreeSet<Means>) {
        if let Some(sent) = self.sent.get() {
            sent.paging.send(taken, left);
        }
    }

    fn hush(&self, incident: &IncidentId) {
        if let Some(sent) = self.sent.get() {
            sent.paging.hush(incident);
        }
    }
}

#[async_trait]
impl WhoIsOnCall for Roster {
    async fn on_call(&self, schedule: &str, at: Timestamp) -> Result<Vec<PersonId>, StoreError> {
        Roster::on_call(self, schedule, at).await
    }
}
