//! Steps that do something: somebody looks whether their command is right, and runs it once that is written down.

use async_trait::async_trait;

use super::Incidents;
use crate::base::ids::ServiceId;
use crate::domain::escalation::{self, Act, Ended, Facts, Fitness};
use crate::domain::incident::{Due, Incident};
use crate::domain::policy::Action;
use crate::store::{StoreError, StoredIncident};

/// Looks at services, and runs commands as the bot.
#[async_trait]
pub trait Actions: Send + Sync {
    /// Whether the command should run now: what it mends fails, it ran less than twice in six hours for this service, and
    /// there is no freeze, other change or open plan.
    async fn fitness(&self, incident: &Incident, action: &Action) -> Fitness;

    /// Runs it to its end.
    async fn run(&self, incident: &Incident, command: &str) -> Ended;

    /// Whether the service is well.
    async fn healthy(&self, service: &ServiceId) -> bool;
}

/// Where commands cannot be run: every one of them is left alone, and the ladder goes on at once.
pub struct NoActions;

#[async_trait]
impl Actions for NoActions {
    async fn fitness(&self, _: &Incident, _: &Action) -> Fitness {
        Fitness::Barred("commands are not run here".to_owned())
    }

    async fn run(&self, _: &Incident, _: &str) -> Ended {
        Ended { worked: false, say: String::new() }
    }

    async fn healthy(&self, _: &ServiceId) -> bool {
        false
    }
}

impl Incidents {
    /// What somebody has to look at before the moment of something can be decided on.
    pub(in crate::app) async fn look(
        &self,
        stored: &StoredIncident,
        mut facts: Facts,
        now: jiff::Timestamp,
    ) -> Facts {
        let incident = &stored.incident;
        for pending in incident.pending.iter().filter(|pending| pending.at <= now) {
            match pending.what {
                Due::Act { step, .. } => {
                    let action = incident.policy.steps.get(step).and_then(|step| step.action.as_ref());
                    if let Some(action) = action {
                        facts.fitness = Some(self.tools().actions.fitness(incident, action).await);
                    }
                }
                Due::Settle => {
                    facts.healthy = Some(self.tools().actions.healthy(&incident.service).await);
                }
                _ => {}
            }
        }
        facts
    }

    /// Runs a command of the ladder, which stands in the store as begun: if we die, it is not run again.
    pub(super) fn run(&self, act: Act) {
        let this = self.clone();
        tokio::spawn(async move {
            if let Err(error) = this.run_to_end(&act).await {
                tracing::error!(incident.id = %act.incident, error = %error, "how a command of the ladder ended could not be stored");
            }
        });
    }

    async fn run_to_end(&self, act: &Act) -> Result<(), StoreError> {
        let Some(stored) = self.tools().store.incident(&act.incident).await? else { return Ok(()) };
        let end = self.tools().actions.run(&stored.incident, &act.command).await;
        let clock = &self.tools().clock;
        self.change(&act.incident, |incident, facts| {
            Ok::<_, std::convert::Infallible>(escalation::ended(incident, &end, facts, clock.now()))
        })
        .await
        .map(drop)
    }
}
