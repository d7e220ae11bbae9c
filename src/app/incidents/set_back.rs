//! An incident whose clock was set back while somebody else moved it.

use super::Incidents;
use crate::base::ids::IncidentId;
use crate::domain::escalation;
use crate::store::{SetBack, StoreError};

impl Incidents {
    /// Moves back what is to come in one incident.
    pub(in crate::app) async fn set_back(&self, id: &IncidentId, back: SetBack) -> Result<(), StoreError> {
        let decide = |incident, _: &escalation::Facts| {
            Ok::<_, std::convert::Infallible>(Some(escalation::set_back(incident, back.by, back.now)))
        };
        self.change(id, decide).await.map(drop)
    }
}
