//! How pages ended, and what people answered to them.

use std::convert::Infallible;

use super::{Done, IncidentError, Incidents, Wish};
use crate::base::ids::{IncidentId, PageId, PersonId};
use crate::domain::contact::Means;
use crate::domain::escalation;
use crate::domain::incident::timeline::Origin;
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
}

/// Each press is one of its own; a second one of a holder only moves the deadline.
fn by_page(person: &PersonId, from: Means) -> Wish {
    let message = format!("page:{}", crate::base::ids::row());
    Wish { person: person.clone(), from: Origin::Page(from), message }
}
