//! `restart SERVICE[.COMPONENT]`: the same again, in new instances. A change like any other: plan, yes, verdict, way back.
//!
//! What serves now is what is started again, not what was deployed last: the two may differ, and the plan says so.

mod draft;
mod run;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join;
use jiff::Timestamp;

use crate::app::estate::Estate;
use crate::app::verb::{Ask, Outcome, Proposal, Show, Verb};
use crate::app::verbs::health::{self, look_at};
use crate::app::verbs::releases::LIMIT;
use crate::app::verbs::{failure_of, limited, pick};
use crate::base::Clock;
use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::access::Permit;
use crate::domain::failure::{Failure, Why};
use crate::domain::plan::Plan;
use crate::domain::release::Serving;
use crate::domain::words::Phrase;
use crate::ports;

/// The verb.
#[derive(Debug)]
pub struct Restart {
    estate: Arc<Estate>,
    clock: Clock,
    limit: Duration,
}

impl Restart {
    /// Changes what the estate has.
    pub fn new(estate: Arc<Estate>, clock: Clock) -> Self {
        Self { estate, clock, limit: health::LIMIT }
    }

    /// With another limit for one health check than [`health::LIMIT`].
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The plan, or the question that has to be answered first.
    ///
    /// # Errors
    /// When nothing there can be restarted, the backend does not answer, or traffic is split.
    pub async fn plan(
        &self,
        service: &ServiceId,
        component: Option<&ComponentId>,
        now: Timestamp,
    ) -> Result<Proposal, Failure> {
        let picked = pick::capable::<dyn ports::Restart>(&self.estate, service, component)?;
        if !picked.others.is_empty() {
            return Ok(Proposal::Answer(pick::which(&picked, "restart", "")));
        }
        let place = picked.place();
        let unread = || Phrase::new("restart-unread").with("place", place.as_str());
        let can = self.estate.capabilities(&picked.service.id, &picked.component.id);
        let Some(releases) = can.releases else {
            return Err(Failure::new(unread(), Why::NotConnected));
        };
        let (serving, checks) = join(
            limited(LIMIT, "releases", releases.serving()),
            look_at(&self.estate, picked.service, picked.component, self.limit),
        )
        .await;
        let serving = serving.map_err(|error| failure_of(&error, unread()))?;
        let from = alone(&place, &serving)?;
        let draft = draft::draft(&place, &picked.component.id, &serving, from, &checks, now);
        Ok(Proposal::Plan(Box::new(draft)))
    }

    /// Restarts and says what came of it.
    ///
    /// # Errors
    /// When it was not done, or when it is not known whether it was; the failure says which.
    pub async fn go(&self, plan: &Plan, progress: &dyn Show) -> Result<Outcome, Failure> {
        run::run(&self.estate, &self.clock, self.limit, plan, progress).await
    }
}

/// The one revision that serves. From a split nobody can tell what shall be started again.
fn alone<'s>(place: &str, serving: &'s Serving) -> Result<&'s crate::domain::release::Revision, Failure> {
    let what = |id| Phrase::new(id).with("place", place);
    match serving.served().as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::new(what("restart-nothing-serves"), Why::NotFound)),
        _ => Err(Failure::new(what("restart-split"), Why::Invalid)
            .hint(Phrase::new("restart-split-hint").with("command", format!("releases {place}")))),
    }
}

#[async_trait]
impl Verb for Restart {
    fn name(&self) -> &'static str {
        "restart"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let about = pick::target(&self.estate, ask)?;
        self.plan(&about.service, about.component.as_ref(), ask.now).await
    }

    async fn run(&self, _: &Permit, plan: &Plan, progress: &dyn Show) -> Result<Outcome, Failure> {
        self.go(plan, progress).await
    }
}
