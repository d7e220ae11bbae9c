//! What is known of the world at the moment of a decision.

use jiff::Timestamp;

use super::Incidents;
use crate::base::ids::{PersonId, ServiceId};
use crate::domain::escalation::{Facts, Found};
use crate::domain::incident::Incident;
use crate::domain::policy::{Policy, Target};
use crate::store::StoreError;

/// How many alerts are named.
const NAMED: u32 = 5;

impl Incidents {
    /// Who the targets of a policy stand for now, and what else holds for all incidents.
    pub(in crate::app) async fn facts_for(
        &self,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Facts, StoreError> {
        let tools = self.tools();
        let mut facts = Facts {
            external: tools.ladders.external.clone(),
            morning: tools.ladders.hours.next(now),
            blocked: !tools.pages.reachable(),
            mute: tools.pages.mute(),
            ..Facts::default()
        };
        for target in policy.targets() {
            if facts.targets.contains_key(target) {
                continue;
            }
            let found = match target {
                Target::Schedule(id) => Found {
                    people: tools.on_call.on_call(id, now).await?,
                    owner: tools.ladders.schedule_owners.get(id).cloned(),
                },
                Target::Group(id) => {
                    Found { people: tools.ladders.groups.get(id).cloned().unwrap_or_default(), owner: None }
                }
                Target::Person(_) | Target::Channel(_) => continue,
            };
            facts.targets.insert(target.clone(), found);
        }
        Ok(facts)
    }

    /// The same with what is known of one incident's alerts.
    pub(in crate::app) async fn facts(
        &self,
        incident: &Incident,
        now: Timestamp,
    ) -> Result<Facts, StoreError> {
        let store = &self.tools().store;
        let mut facts = self.facts_for(&incident.policy, now).await?;
        if incident.alerts.total > 0 {
            facts.firing = store.firing_alerts(&incident.id).await?;
            if facts.firing > 0 {
                facts.names = store.firing_names(&incident.id, NAMED).await?;
            }
        }
        Ok(facts)
    }

    /// The people of a service.
    pub(super) fn owners(&self, service: &ServiceId) -> Vec<PersonId> {
        self.tools().estate.service(service).map(|service| service.owners.clone()).unwrap_or_default()
    }

    /// The ladder of a service, as the config has it now.
    pub(super) fn policy(&self, service: &ServiceId) -> Policy {
        self.tools().ladders.policy(service, &self.owners(service))
    }
}
