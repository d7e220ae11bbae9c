//! Sending pages. Paging decides when, to whom and how often; a pager only does it once.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::base::Secret;
use crate::base::ids::{IncidentId, PageId};
use crate::domain::alert::AlertSeverity;
use crate::domain::contact::{Address, Means};
use crate::domain::words::Lang;

/// A page in the reader's own words, to be sent.
#[derive(Debug, Clone)]
pub struct Paging {
    /// Our id of it, the same on every try: the provider's idempotency key where it has one.
    pub id: PageId,
    /// Where to.
    pub address: Address,
    /// The incidents that it tells of, the first one first.
    pub incidents: Vec<IncidentId>,
    /// How bad the worst of them is.
    pub severity: AlertSeverity,
    /// What it is for.
    pub purpose: Purpose,
    /// One line, redacted.
    pub subject: String,
    /// The details, a paragraph a line, redacted; may be empty.
    pub text: String,
    /// The language of the above, for a voice.
    pub lang: Lang,
    /// What stands on the button that acknowledges, in that language.
    pub ack_label: String,
    /// The secret with which it is answered; none where there is nothing to be answered.
    pub secret: Option<Secret>,
    /// `https://…/p/SECRET`, where Toban has a public address and the reader may have a link.
    pub ack_link: Option<String>,
    /// All pages that it tells of, the first one's [`Paging::id`] too.
    pub pages: Vec<PageId>,
    /// For [`Pager::find`]: what the provider calls the person's other messages of that time. None of them is this one.
    pub others: Vec<String>,
    /// Whether an earlier try may have arrived: it is marked so that nobody takes it for a second trouble.
    pub again: bool,
    /// When it was decided.
    pub at: Timestamp,
}

/// What a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Somebody is needed.
    Trigger,
    /// Somebody has it: whoever was paged can rest.
    Acknowledged,
    /// It is over.
    Resolved,
    /// News, or a question, to somebody who knows of it already.
    Note,
    /// A test of the way itself.
    Test,
}

/// One way to reach people.
#[async_trait]
pub trait Pager: Send + Sync {
    /// Which ones; a telephone company sends texts and calls.
    fn means(&self) -> &[Means];

    /// Finds out what can be known before, so that nothing lies between the last look whether it is still wanted and its
    /// first byte. What goes wrong here goes wrong in [`Pager::send`] again, and is told there.
    async fn ready(&self, _: Means, _: &Paging) {}

    /// Sends it once; the provider's id of it (may be empty).
    async fn send(&self, means: Means, page: &Paging) -> Result<String, PagerError>;

    /// Looks whether an earlier try whose answer was lost arrived after all. `None`: nobody can tell.
    async fn find(&self, means: Means, page: &Paging) -> Result<Option<Found>, PagerError>;

    /// Whether the provider itself can be reached at all, without paging anybody.
    async fn check(&self) -> Result<(), PagerError>;
}

/// What a provider says of an earlier try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It took it, under this id.
    Sent(String),
    /// It never took it.
    Never,
}

/// Why a page did not go out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PagerError {
    /// Nothing was sent; not before this long.
    #[error("rate limited for {0:?}")]
    RateLimited(Duration),
    /// Nothing was sent: no connection, or the provider said that it is down. The fault is not the person's.
    #[error("provider down: {0}")]
    Down(String),
    /// The answer was lost: it may be there.
    #[error("answer lost: {0}")]
    Uncertain(String),
    /// This address will never take it (unknown user, blocked number): another try is useless.
    #[error("refused: {0}")]
    Refused(String),
    /// Our own access is wrong (token, account): every page by this means fails until somebody mends it.
    #[error("access: {0}")]
    Access(String),
}
