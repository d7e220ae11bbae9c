//! What incidents ask of others: who is on call, and pages for people.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::base::ids::{IncidentId, PersonId};
use crate::domain::alert::AlertSeverity;
use crate::domain::words::Phrase;
use crate::ports::Purpose;
use crate::store::{NewPage, StoreError};

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
}

/// One person is to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct PageOrder {
    /// Unique to what caused it: the same order twice pages once.
    pub key: String,
    /// The incident.
    pub incident: Option<IncidentId>,
    /// Who.
    pub person: PersonId,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// What for.
    pub purpose: Purpose,
    /// One line.
    pub subject: Phrase,
    /// The details, a paragraph each.
    pub lines: Vec<Phrase>,
    /// Somebody outside: no link, no button.
    pub vendor: bool,
}
