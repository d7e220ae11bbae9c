//! What people wish of an incident. The same wish twice (a redelivered press) is granted once: its row in the timeline has
//! the id of the message that asked.

use std::convert::Infallible;
use std::time::Duration;

use super::Incidents;
use crate::base::ids::{IncidentId, PersonId, ServiceId};
use crate::domain::alert::AlertSeverity;
use crate::domain::escalation::{self, By, Decision, Opening, Reply};
use crate::domain::incident::timeline::{Actor, Origin};
use crate::domain::incident::{Incident, Wrong};
use crate::store::{StoreError, StoredIncident};

/// How often another replica may have chosen the same number before we give up.
const TRIES: u32 = 20;

/// Who wishes something, and from where.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Who.
    pub person: PersonId,
    /// From where.
    pub from: Origin,
    /// The id of the message that asks.
    pub message: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// The incident as it is now.
    pub incident: Incident,
    /// What to say.
    pub reply: Reply,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum IncidentError {
    /// There is no such incident.
    #[error("no incident {0}")]
    Unknown(IncidentId),
    /// It cannot be moved like that.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// The store does not answer: nothing is saved, press again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new incident, by a person.
#[derive(Debug, Clone)]
pub struct NewIncident {
    /// What it is about.
    pub service: ServiceId,
    /// What is wrong.
    pub title: String,
    /// How bad.
    pub severity: AlertSeverity,
    /// Whether it is an exercise.
    pub drill: bool,
}

type Answer = Result<Done, IncidentError>;

impl Wish {
    fn by(&self) -> By {
        By { who: Actor::Person(self.person.clone()), from: self.from, id: Some(self.message.clone()) }
    }
}

impl Incidents {
    /// The incident of that id.
    ///
    /// # Errors
    /// When there is none.
    pub async fn find(&self, id: &IncidentId) -> Result<StoredIncident, IncidentError> {
        self.tools().store.incident(id).await?.ok_or_else(|| IncidentError::Unknown(id.clone()))
    }

    /// Opens an incident.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn open(&self, new: NewIncident, wish: &Wish) -> Answer {
        let store = &self.tools().store;
        if let Some(id) = store.incident_of_entry(&wish.message).await? {
            return Ok(Done { incident: self.find(&id).await?.incident, reply: Reply::Done });
        }
        let policy = self.policy(&new.service);
        let now = self.tools().clock.now();
        let facts = self.facts_for(&policy, now).await?;
        for _ in 0..TRIES {
            let number = store.next_incident().await?;
            // By hand each is one of its own: people know best whether it is the same.
            let grouping = format!("{}/{number}", if new.drill { "drill" } else { "by-hand" });
            let NewIncident { service, title, severity, drill } = new.clone();
            let opening =
                Opening { number, service, grouping, title, severity, drill, policy: policy.clone() };
            let decision = escalation::open(opening, wish.by(), &facts, now);
            if self.write(None, &decision, Vec::new()).await? {
                return Ok(Done { incident: decision.incident, reply: Reply::Done });
            }
        }
        Err(StoreError::Away("others keep opening incidents".to_owned()).into())
    }

    /// Takes it on.
    ///
    /// # Errors
    /// When it is over, unknown, or not saved.
    pub async fn acknowledge(&self, id: &IncidentId, wish: &Wish) -> Answer {
        let now = self.tools().clock.now();
        self.wished(id, wish, |incident, facts| {
            escalation::acknowledge(incident, &wish.person, wish.by(), facts, now)
        })
        .await
    }

    /// Says that it is over.
    ///
    /// # Errors
    /// When it is unknown or not saved.
    pub async fn resolve(&self, id: &IncidentId, wish: &Wish) -> Answer {
        let now = self.tools().clock.now();
        self.wished(id, wish, |incident, facts| Ok(escalation::resolve(incident, wish.by(), facts, now)))
            .await
    }

    /// Fires the next step now.
    ///
    /// # Errors
    /// When it is over, unknown, or not saved.
    pub async fn escalate(&self, id: &IncidentId, wish: &Wish) -> Answer {
        let now = self.tools().clock.now();
        self.wished(id, wish, |incident, facts| escalation::escalate(incident, wish.by(), facts, now)).await
    }

    /// Gives it to somebody.
    ///
    /// # Errors
    /// When it is over, unknown, or not saved.
    pub async fn assign(&self, id: &IncidentId, to: &PersonId, wish: &Wish) -> Answer {
        let now = self.tools().clock.now();
        self.wished(id, wish, |incident, facts| escalation::assign(incident, to, wish.by(), facts, now)).await
    }

    /// Puts it off.
    ///
    /// # Errors
    /// When it is over, unknown, not saved, or for too long.
    pub async fn snooze(&self, id: &IncidentId, span: Duration, wish: &Wish) -> Answer {
        let now = self.tools().clock.now();
        self.wished(id, wish, |incident, facts| {
            escalation::snooze(incident, &wish.person, span, wish.by(), facts, now)
        })
        .await
    }

    /// Puts a remark on record.
    ///
    /// # Errors
    /// When it is unknown or not saved.
    pub async fn note(&self, id: &IncidentId, text: &str, wish: &Wish) -> Answer {
        let now = self.tools().clock.now();
        self.wished(id, wish, |incident, facts| {
            Ok(escalation::note(incident, text.to_owned(), wish.by(), facts, now))
        })
        .await
    }

    /// Climbs the ladder that the config has now.
    ///
    /// # Errors
    /// When it is over, unknown, or not saved.
    pub async fn reapply(&self, id: &IncidentId, wish: &Wish) -> Answer {
        let now = self.tools().clock.now();
        let policy = self.policy(&self.find(id).await?.incident.service);
        self.wished(id, wish, |incident, facts| {
            escalation::reapply(incident, policy.clone(), wish.by(), facts, now)
        })
        .await
    }

    async fn wished(
        &self,
        id: &IncidentId,
        wish: &Wish,
        decide: impl Fn(Incident, &escalation::Facts) -> Result<Decision, Wrong> + Send + Sync,
    ) -> Answer {
        if self.tools().store.incident_of_entry(&wish.message).await?.is_some() {
            let incident = self.find(id).await?.incident;
            let reply = match incident.held_by().filter(|holder| **holder != wish.person) {
                Some(holder) => Reply::HeldBy(holder.clone()),
                None => Reply::Done,
            };
            return Ok(Done { incident, reply });
        }
        let decided = self.change(id, |incident, facts| decide(incident, facts).map(Some)).await??;
        let decision = decided.ok_or_else(|| IncidentError::Unknown(id.clone()))?;
        Ok(Done { incident: decision.incident, reply: decision.reply })
    }

    /// The holder was heard of in the thread.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn touch(&self, id: &IncidentId, person: &PersonId) -> Result<(), StoreError> {
        let clock = &self.tools().clock;
        let touched = self.change(id, |incident, _| {
            let now = clock.now();
            let touched = escalation::touch(incident, person, now);
            Ok::<_, Infallible>(touched.map(escalation::unchanged))
        });
        touched.await.map(drop)
    }

    /// The next shift of a schedule is told of the open incidents that climb a ladder with it.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn handed_over(&self, schedule: &str, to: &[PersonId]) -> Result<(), StoreError> {
        const MANY: u32 = 1_000;
        let target = crate::domain::policy::Target::Schedule(schedule.to_owned());
        let clock = &self.tools().clock;
        for stored in self.tools().store.open_incidents(None, MANY).await? {
            let incident = stored.incident;
            if incident.policy.targets().any(|other| *other == target) {
                let told = self.change(&incident.id, |incident, facts| {
                    Ok::<_, Infallible>(escalation::handed_over(incident, to, facts, clock.now()))
                });
                told.await?.map_or_else(|never| match never {}, drop);
            }
        }
        Ok(())
    }
}
