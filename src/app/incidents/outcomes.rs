//! How pages ended, and what people answered to them.

use std::convert::Infallible;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Done, IncidentError, Incidents, Wish};
use crate::app::handoff::{HandOff, HandedOver};
use crate::app::paging::{Answered, Answers, PageOutcomes, Standing};
use crate::base::ids::{IncidentId, PageId, PersonId};
use crate::domain::contact::Means;
use crate::domain::escalation;
use crate::domain::incident::timeline::Origin;
use crate::domain::incident::{Incident, State};
use crate::store::StoreError;

impl Incidents {
    /// No way to a person worked, for the order of pages that `page` is of: once nobody of their step can be reached, the
    /// next step fires. May be told again.
    ///
    /// # Errors
    /// When the store does not answer: tell it again.
    pub async fn unreached(
        &self,
        incident: &IncidentId,
        person: &PersonId,
        page: &PageId,
        why: &str,
    ) -> Result<(), StoreError> {
        // `INC-42/3/sato/0` is of the order `INC-42/3`.
        let key: String = page.as_str().split('/').take(2).collect::<Vec<_>>().join("/");
        let clock = &self.tools().clock;
        let told = self.change(incident, |incident, facts| {
            Ok::<_, Infallible>(escalation::unreached(incident, person, &key, why, facts, clock.now()))
        });
        told.await.map(drop)
    }

    /// Takes an incident on by the answer to a page.
    ///
    /// # Errors
    /// As [`Incidents::acknowledge`].
    pub async fn answered(
        &self,
        incident: &IncidentId,
        person: &PersonId,
        from: Means,
    ) -> Result<Done, IncidentError> {
        self.acknowledge(incident, &by_page(person, from)).await
    }

    /// Ends an incident by the answer to a page. Whoever answers there cannot be asked back: alerts that fire bring it
    /// back in ten minutes.
    ///
    /// # Errors
    /// As [`Incidents::resolve`].
    pub async fn answered_over(
        &self,
        incident: &IncidentId,
        person: &PersonId,
        from: Means,
    ) -> Result<Done, IncidentError> {
        let first = self.resolve(incident, &by_page(person, from)).await?;
        match first.reply {
            escalation::Reply::StillFiring(..) => self.resolve(incident, &by_page(person, from)).await,
            _ => Ok(first),
        }
    }

    /// What is told of an answer: how it stands now. Only what the store cannot save has to be given again; what cannot be
    /// done any more, because it is over, would fail for ever.
    async fn taken(&self, incident: &IncidentId, done: Result<Done, IncidentError>) -> Answered {
        match done {
            Ok(done) => Answered::Now(standing(&done.incident)),
            Err(IncidentError::Unknown(_)) => Answered::Now(Standing::Gone),
            Err(IncidentError::Wrong(_)) => match Answers::standing(self, incident).await {
                Ok(standing) => Answered::Now(standing),
                Err(error) => Answered::NotSaved(error.to_string()),
            },
            Err(IncidentError::Store(error)) => Answered::NotSaved(error.to_string()),
        }
    }
}

#[async_trait]
impl PageOutcomes for Incidents {
    async fn delivered(&self, incident: &IncidentId, person: &PersonId, means: Means, at: Timestamp) {
        // Its row says so for good; a timeline with every page in it could not be read.
        tracing::info!(incident.id = %incident, person.id = %person, page.means = means.as_str(), page.at = %at, "a page was taken");
    }

    async fn exhausted(
        &self,
        incident: &IncidentId,
        person: &PersonId,
        page: &PageId,
        why: &str,
    ) -> Result<(), StoreError> {
        self.unreached(incident, person, page, why).await
    }

    async fn undeliverable_now(&self, means: Means, why: &str) {
        tracing::error!(
            page.means = means.as_str(),
            error = why,
            "pages by these means fail until somebody mends our access"
        );
    }
}

#[async_trait]
impl Answers for Incidents {
    async fn acknowledge(&self, incident: &IncidentId, person: &PersonId, from: Means) -> Answered {
        self.taken(incident, self.answered(incident, person, from).await).await
    }

    async fn resolve(&self, incident: &IncidentId, person: &PersonId, from: Means) -> Answered {
        self.taken(incident, self.answered_over(incident, person, from).await).await
    }

    async fn standing(&self, incident: &IncidentId) -> Result<Standing, StoreError> {
        match self.find(incident).await {
            Ok(stored) => Ok(standing(&stored.incident)),
            Err(IncidentError::Store(error)) => Err(error),
            Err(IncidentError::Unknown(_) | IncidentError::Wrong(_)) => Ok(Standing::Gone),
        }
    }
}

#[async_trait]
impl HandOff for Incidents {
    async fn handed_over(&self, event: &HandedOver) -> Result<(), StoreError> {
        Incidents::handed_over(self, &event.schedule, &event.now).await
    }
}

fn standing(incident: &Incident) -> Standing {
    match &incident.state {
        State::Triggered => Standing::Open,
        State::Acknowledged { by, at, .. } => Standing::Held { by: by.clone(), since: *at },
        State::Snoozed { by, .. } => Standing::Held { by: by.clone(), since: incident.run.began },
        State::Resolved { at, .. } => Standing::Over { since: *at },
    }
}

/// Each press is one of its own; a second one of a holder only moves the deadline.
fn by_page(person: &PersonId, from: Means) -> Wish {
    let message = format!("page:{}", crate::base::ids::row());
    Wish { person: person.clone(), from: Origin::Page(from), message }
}
