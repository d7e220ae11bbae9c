//! What a verb is: it looks and answers, or it plans a change and, once somebody has said yes, makes it.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::access::Permit;
use crate::domain::failure::Failure;
use crate::domain::invocation::Invocation;
use crate::domain::person::Person;
use crate::domain::plan::{Draft, Plan};
use crate::domain::report::Report;
use crate::domain::words::{Lang, Phrase};

/// One verb. A file each under `app/verbs`; each holds just what it needs.
#[async_trait]
pub trait Verb: Send + Sync {
    /// The name that the catalogue binds commands to.
    fn name(&self) -> &'static str;

    /// Looks, changes nothing, and answers or proposes a change.
    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure>;

    /// Makes the change that was agreed to. Only verbs that propose plans have it.
    async fn run(&self, permit: &Permit, plan: &Plan, progress: &dyn Show) -> Result<Outcome, Failure> {
        let _ = (permit, plan, progress);
        Err(Failure::new(Phrase::new("verb-changes-nothing"), crate::domain::failure::Why::Internal))
    }
}

/// What a verb is asked.
pub struct Ask<'a> {
    /// Proof that the asker may.
    pub permit: &'a Permit,
    /// Who asks.
    pub asker: &'a Person,
    /// The command, understood.
    pub invocation: &'a Invocation,
    /// When.
    pub now: Timestamp,
    /// In whose zone moments without one are meant.
    pub zone: &'a TimeZone,
    /// The language of the place; only for what cannot be a phrase.
    pub lang: Lang,
    /// The channel, so that `/help` can show only what may be run there.
    pub channel: &'a str,
    /// Where progress and intermediate answers are shown.
    pub progress: &'a dyn Show,
}

/// Where a running verb shows how far it is. Cheap: what comes too fast is never sent.
pub trait Show: Send + Sync {
    /// Replaces the progress line by one sentence.
    fn say(&self, line: Phrase);
    /// Replaces the whole message while the work goes on (`logs follow`).
    fn show(&self, report: Report);
    /// The command that stops this work, for a button (`stop …`).
    fn stop_command(&self) -> String;
    /// Resolves when somebody pressed it.
    fn stopped(&self) -> futures_util::future::BoxFuture<'_, ()>;
}

/// What came of looking.
#[derive(Debug, Clone)]
pub enum Proposal {
    /// The answer.
    Answer(Report),
    /// A change to be confirmed.
    Plan(Box<Draft>),
}

/// What came of a change.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What is said about it; the verdict included.
    pub report: Report,
    /// The command that plans the way back (`rollback api-key-server api-key-server-00042-abc`), if there is one.
    pub undo: Option<String>,
    /// Whether the verdict is early and must be looked at again after 5 min, with the checks before the change.
    pub recheck: Option<Vec<crate::domain::health::Check>>,
}
