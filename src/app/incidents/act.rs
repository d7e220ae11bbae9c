//! Steps that do something: somebody looks whether their command is right, and runs it once that is written down.

use async_trait::async_trait;

use super::Incidents;
use crate::base::ids::{IncidentId, ServiceId};
use crate::domain::escalation::{self, Act, Ended, Facts, Fitness, Heard};
use crate::domain::incident::{Due, Incident};
use crate::domain::policy::Action;
use crate::store::StoredIncident;

/// Looks at services, and runs commands as the bot.
#[async_trait]
pub trait Actions: Send + Sync {
    /// Whether the command should run now: what it mends fails, it ran less than twice in six hours for this service, and
    /// there is no freeze, other change or open plan.
    async fn fitness(&self, incident: &Incident, action: &Action) -> Fitness;

    /// Runs it to its end. `None` if that is not known here: [`Actions::heard`] finds out.
    async fn run(&self, incident: &Incident, command: &str) -> Option<Ended>;

    /// What has become of the command that the incident has begun; whoever ran it may be gone.
    async fn heard(&self, incident: &Incident) -> Heard;

    /// Whether the service is well.
    async fn healthy(&self, service: &ServiceId) -> bool;
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
                Due::Unheard => facts.heard = Some(self.tools().actions.heard(incident).await),
                Due::Settle => {
                    facts.healthy = Some(self.tools().actions.healthy(&incident.service).await);
                }
                _ => {}
            }
        }
        facts
    }

    /// Runs a command of the ladder, which stands in the store as begun: if we die, it is not run again.
    pub(super) fn run(&self, act: Act, incident: Incident) {
        let this = self.clone();
        tokio::spawn(async move {
            let end = this.tools().actions.run(&incident, &act.command).await;
            if let Some(end) = end {
                this.acted(&act.incident, &end).await;
            }
        });
    }

    /// A command of the ladder has ended. May be told again; where it cannot be stored, the incident asks by itself.
    pub(in crate::app) async fn acted(&self, incident: &IncidentId, end: &Ended) {
        let clock = &self.tools().clock;
        let told = self.change(incident, |incident, facts| {
            Ok::<_, std::convert::Infallible>(escalation::ended(incident, end, facts, clock.now()))
        });
        if let Err(error) = told.await {
            tracing::warn!(incident.id = %incident, error = %error, "how a command of the ladder ended could not be stored; it is asked for");
        }
    }
}
