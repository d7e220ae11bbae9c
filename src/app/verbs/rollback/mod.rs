//! `rollback SERVICE[.COMPONENT] [previous|latest|REVISION]`: plan, change, verify, and the way back.
//!
//! Only traffic is moved; nothing is built or deleted. A change is never undone by itself.

mod choose;
mod draft;
mod run;
mod verify;

pub(super) use choose::traffic;
pub(super) use run::Told;
pub use run::{component_of, from_of};
pub use verify::{SETTLE, recheck};
pub(super) use verify::{Verified, verify};

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join;
use jiff::Timestamp;

use crate::app::estate::Estate;
use crate::app::verb::{Ask, Outcome, Proposal, Show, Verb};
use crate::app::verbs::health::{self, look_at};
use crate::app::verbs::releases::{History, LIMIT, remembered};
use crate::app::verbs::{failure_of, limited, pick};
use crate::base::Clock;
use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::access::Permit;
use crate::domain::failure::Failure;
use crate::domain::invocation::RevisionRef;
use crate::domain::plan::Plan;
use crate::domain::words::Phrase;
use crate::ports;

/// Where traffic shall go, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// Nothing was said: the choices are shown.
    Unsaid,
    /// By the rule.
    Previous,
    /// Back to whatever is the newest ready revision, also in future.
    Latest,
    /// By name, or a part of it.
    Named(&'a str),
}

impl<'a> From<&'a str> for Target<'a> {
    fn from(typed: &'a str) -> Self {
        match typed {
            "" => Self::Unsaid,
            "previous" => Self::Previous,
            "latest" => Self::Latest,
            name => Self::Named(name),
        }
    }
}

/// The verb.
pub struct Rollback {
    estate: Arc<Estate>,
    clock: Clock,
    history: Arc<dyn History>,
    limit: Duration,
}

impl std::fmt::Debug for Rollback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rollback")
    }
}

impl Rollback {
    /// Changes what the estate has.
    pub fn new(estate: Arc<Estate>, clock: Clock, history: Arc<dyn History>) -> Self {
        Self { estate, clock, history, limit: health::LIMIT }
    }

    /// With another limit for one health check than [`health::LIMIT`].
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The plan, or the question that has to be answered first.
    ///
    /// # Errors
    /// When nothing there has releases, the backend does not answer, or the target cannot serve.
    pub async fn plan(
        &self,
        service: &ServiceId,
        component: Option<&ComponentId>,
        target: Target<'_>,
        now: Timestamp,
    ) -> Result<Proposal, Failure> {
        let picked = pick::capable::<dyn ports::Releases>(&self.estate, service, component)?;
        if !picked.others.is_empty() {
            let rest = match target {
                Target::Unsaid => "",
                Target::Previous => "previous",
                Target::Latest => "latest",
                Target::Named(name) => name,
            };
            return Ok(Proposal::Answer(pick::which(&picked, "rollback", rest)));
        }
        let place = picked.place();
        let (serving, checks) = join(
            limited(LIMIT, "releases", picked.port.serving()),
            look_at(&self.estate, picked.service, picked.component, self.limit),
        )
        .await;
        let serving = serving.map_err(|error| {
            failure_of(&error, Phrase::new("rollback-unread").with("place", place.as_str()))
        })?;
        let gone = self.history.rolled_back_from(service, remembered(now)).await;
        let choice = match choose::choose(&place, &serving, target, &gone)? {
            choose::Choice::Go(choice) => choice,
            choose::Choice::Ask(report) => return Ok(Proposal::Answer(*report)),
        };
        let draft = draft::draft(&draft::World {
            place: &place,
            component: &picked.component.id,
            serving: &serving,
            choice: &choice,
            checks: &checks,
            now,
        });
        Ok(Proposal::Plan(Box::new(draft)))
    }

    /// Moves the traffic and says what came of it.
    ///
    /// # Errors
    /// When it was not done, or when it is not known whether it was; the failure says which.
    pub async fn go(&self, plan: &Plan, progress: &dyn Show) -> Result<Outcome, Failure> {
        run::run(&self.estate, &self.clock, self.limit, plan, progress).await
    }
}

#[async_trait]
impl Verb for Rollback {
    fn name(&self) -> &'static str {
        "rollback"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let about = pick::target(&self.estate, ask)?;
        let target = match ask.invocation.args.revision() {
            None => Target::Unsaid,
            Some(RevisionRef::Previous) => Target::Previous,
            Some(RevisionRef::Named(name)) => Target::from(name.as_str()),
        };
        self.plan(&about.service, about.component.as_ref(), target, ask.now).await
    }

    async fn run(&self, _: &Permit, plan: &Plan, progress: &dyn Show) -> Result<Outcome, Failure> {
        self.go(plan, progress).await
    }
}
