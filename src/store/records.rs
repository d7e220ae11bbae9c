//! What goes into the store and comes out of it.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::ids::{InboxId, IncidentId, PageId, PersonId, PlanId, PostId, ResultId, ServiceId};
use crate::domain::audit::AuditEntry;
use crate::domain::contact::Means;
use crate::domain::message::{Audience, Message, Place};
use crate::domain::person::Risk;
use crate::domain::plan::{Plan, PlanState};
use crate::domain::report::{Body, Report};
use crate::domain::words::Lang;

/// Why the store did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database refused: disk full, damaged file. Another try ends the same until somebody mends it.
    #[error("store: {0}")]
    Database(String),
    /// What was to be written contradicts what is there: no try will ever end otherwise.
    #[error("store: {0}")]
    Clash(String),
    /// The database is locked or cannot be reached; another try may work. What was asked for was not done, as far
    /// as is known.
    #[error("store: away: {0}")]
    Away(String),
    /// There is no such row.
    #[error("store: no {0}")]
    Missing(String),
    /// The row is no longer this replica's: another one took it over.
    #[error("store: lost to another replica")]
    Lost,
    /// What was read cannot be understood.
    #[error("store: row {0} is damaged: {1}")]
    Damaged(String, String),
    /// The store's URL or its migrations.
    #[error("store: cannot open {0}: {1}")]
    Open(String, String),
}

/// Whether a delivery was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It was, and it is this replica's to answer.
    First,
    /// It is known already.
    Duplicate,
}

/// What a process opens the store for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `toban serve` and `toban demo`: answers messages. On SQLite there is only one at a time.
    Serve,
    /// `toban run` and other short work beside it.
    Run,
}

/// What a check of the audit's chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Nothing was changed, removed, reordered, inserted or cut off.
    Whole {
        /// How many rows there are.
        rows: u64,
        /// The seal of the last one; kept elsewhere, it proves that the chain was not made anew.
        head: String,
    },
    /// The chain does not hold.
    Broken {
        /// The first row that is wrong.
        seq: i64,
        /// What is wrong with it.
        why: String,
    },
}

/// A message whose replica died before it was answered, now this replica's.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// What was said.
    pub message: Message,
    /// How often work on it was begun before.
    pub attempts: u32,
}

/// A message of ours that shall stand on a platform. Writing it again under the same id edits it: delivery brings
/// the platform to the newest version, and versions in between may never be seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewPost {
    /// Chosen by the writer, so that a repeated write is an edit and never a second message.
    pub id: PostId,
    /// Where.
    pub place: Place,
    /// For whom.
    pub audience: Audience,
    /// The language of the place.
    pub lang: Lang,
    /// The IANA name of the zone in which moments are shown there.
    pub zone: String,
    /// What it says.
    pub body: Body,
    /// Where whoever asked gets it alone if the channel will not take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_url: Option<String>,
    /// The service (`sagebase` or `sagebase.db`) that it is about; a thread is about what its posts are about.
    pub topic: Option<String>,
}

/// A post as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// What shall stand there.
    pub new: NewPost,
    /// Grows by one with every write; starts at 1.
    pub version: u32,
    /// The version that the platform has; 0 if none.
    pub delivered: u32,
    /// The platform's id of it.
    pub remote: Option<String>,
    /// Tries since the last success.
    pub attempts: u32,
    /// Not before this moment.
    pub due: Timestamp,
    /// Whether an earlier try may have got there although its answer was lost.
    pub uncertain: bool,
    /// Why it was given up, if it was.
    pub failed: Option<String>,
    /// When it was first written.
    pub created: Timestamp,
}

/// Everything that ends the work on one message, written in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Conclusion {
    /// The message that is answered now; `None` for work that no message asked for.
    pub inbox: Option<InboxId>,
    /// What goes on record.
    pub audit: Vec<AuditEntry>,
    /// What is said.
    pub posts: Vec<NewPost>,
    /// The whole answer, kept for "more" and "as file".
    pub result: Option<(ResultId, Cached, Duration)>,
    /// A plan that waits for a yes.
    pub plan: Option<Plan>,
    /// A plan's new state.
    pub plan_state: Option<(PlanId, PlanState)>,
    /// Work for later.
    pub wakes: Vec<Wake>,
}

/// A whole answer, kept for a while, with the right that it takes to see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cached {
    /// The verb that made it.
    pub verb: String,
    /// Its risk.
    pub risk: Risk,
    /// The service that it is about.
    pub service: Option<ServiceId>,
    /// When it was true.
    pub at: Timestamp,
    /// The answer.
    pub report: Report,
}

/// A plan with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPlan {
    /// The plan.
    pub plan: Plan,
    /// Where it stands.
    pub state: PlanState,
    /// The message that began to run it, if one did.
    pub begun_by: Option<InboxId>,
}

/// The answer to "may I run this plan now?".
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// Yes, and it is on record.
    Yes,
    /// No: it is not waiting any more.
    No(PlanState),
    /// No: another change of the service is under way.
    Busy {
        /// The other plan.
        plan: PlanId,
        /// Who runs it.
        by: PersonId,
        /// Since when.
        since: Timestamp,
    },
}

/// Something to be done at a moment, whatever happens to this process until then.
#[derive(Debug, Clone, PartialEq)]
pub struct Wake {
    /// Chosen by the writer; a second write of the same id changes nothing.
    pub id: String,
    /// What to do: `recheck`.
    pub kind: String,
    /// What it is about, as JSON.
    pub payload: String,
    /// When.
    pub due: Timestamp,
}

/// A page to be sent. A second write of the same id changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPage {
    /// Chosen by the writer: `INC-42/1/0/sato/slack`.
    pub id: PageId,
    /// The incident; none for a test.
    pub incident: Option<IncidentId>,
    /// To whom.
    pub person: PersonId,
    /// How.
    pub means: Means,
    /// What paging needs to know of it, as JSON.
    pub content: String,
    /// When, at the earliest.
    pub due: Timestamp,
}
