//! The one way in which an incident changes: read, decide, write if nobody was faster, else once more from the beginning.

use super::Incidents;
use crate::base::ids::IncidentId;
use crate::domain::escalation::{Decision, Facts};
use crate::domain::incident::Incident;
use crate::store::{Change, Moved, StoreError, StoredIncident};

/// How often somebody may be faster before we give up.
const TRIES: u32 = 20;

impl Incidents {
    /// Decides on the incident of that id until nobody was faster. `None`: there is no such incident, or nothing to do.
    pub(super) async fn change<E>(
        &self,
        id: &IncidentId,
        decide: impl Fn(Incident, &Facts) -> Result<Option<Decision>, E> + Send + Sync,
    ) -> Result<Result<Option<Decision>, E>, StoreError> {
        for _ in 0..TRIES {
            let Some(stored) = self.tools().store.incident(id).await? else { return Ok(Ok(None)) };
            let now = self.tools().clock.now();
            let facts = self.facts(&stored.incident, now).await?;
            let decision = match decide(stored.incident.clone(), &facts) {
                Ok(Some(decision)) => decision,
                other => return Ok(other),
            };
            if self.write(Some(&stored), &decision, Vec::new()).await? {
                return Ok(Ok(Some(decision)));
            }
        }
        Err(StoreError::Away(format!("others keep changing {id}")))
    }

    /// Writes a decision; false if somebody was faster.
    pub(super) async fn write(
        &self,
        read: Option<&StoredIncident>,
        decision: &Decision,
        attached: Vec<(String, u32)>,
    ) -> Result<bool, StoreError> {
        let change = self.prepared(read.map(|stored| stored.version), decision, attached);
        let moved = self.store(vec![change]).await?;
        let first = read.is_none();
        Ok(moved.into_iter().all(|moved| self.settle(decision, moved, first)))
    }

    /// Writes changes together; their pages leave at once, before anything else follows from them. What came of each.
    pub(in crate::app) async fn store(&self, changes: Vec<Change>) -> Result<Vec<Moved>, StoreError> {
        let tools = self.tools();
        let written = tools.store.move_and_take(changes, tools.pages.hands()).await?;
        tools.pages.written(written.taken, &written.left);
        Ok(written.moved)
    }

    /// A decision with all that follows from it, ready to be written.
    pub(in crate::app) fn prepared(
        &self,
        read: Option<u32>,
        decision: &Decision,
        attached: Vec<(String, u32)>,
    ) -> Change {
        Change {
            read,
            incident: decision.incident.clone(),
            entries: decision.entries.clone(),
            cancels: decision.cancels.clone(),
            pages: self.pages(decision),
            posts: self.posts(decision),
            attached,
        }
    }

    /// Sees to what was written, except for its pages. False if it was not.
    pub(in crate::app) fn settle(&self, decision: &Decision, moved: Moved, first: bool) -> bool {
        let Moved::Done(posts) = moved else { return false };
        self.0.moved.notify_one();
        self.tools().delivery.submit(posts);
        if let Some(act) = decision.act.clone() {
            self.run(act, decision.incident.clone());
        }
        if first {
            self.tell_what_changed(&decision.incident);
        }
        true
    }
}
