//! Changes that were begun and are not known to have ended. They are never run again, and block nobody for ever.

use crate::app::desk::{Answer, Desk};
use crate::base::ids::PostId;
use crate::domain::audit::{AuditEntry, Event};
use crate::domain::failure::{Failure, Why};
use crate::domain::message::Audience;
use crate::domain::plan::PlanState;
use crate::domain::report::{Body, Look};
use crate::domain::words::Phrase;
use crate::store::{Conclusion, NewPost, Post, StoreError, StoredPlan};

impl Desk {
    /// What is said of a change that a crash cut off, to whoever confirmed it and under the plan itself.
    pub(super) fn interrupted(&self, stored: &StoredPlan) -> Answer {
        let plan = &stored.plan;
        let by = match &stored.state {
            PlanState::Running { by } => by.clone(),
            _ => plan.asked_by.clone(),
        };
        let what = || Phrase::new("plan-interrupted").with("command", plan.command.as_str());
        let failure = Failure::new(what(), Why::Unknown)
            .hint(Phrase::new("plan-interrupted-hint").with("service", plan.service.as_str()));
        tracing::error!(reference = %failure.reference, plan.id = %plan.id, "a change was interrupted; its result is not known and it is not run again");
        let (releases, health) = (format!("releases {}", plan.service), format!("health {}", plan.service));
        let report = failure.report().button(Phrase::new("button-releases"), releases, Look::Primary).button(
            Phrase::new("button-health"),
            health,
            Look::Plain,
        );
        let answer = Answer {
            event: Event::Ended,
            outcome: format!("unknown: {}", failure.reference),
            plan: Some((plan.id.clone(), Some(PlanState::Unknown { by }))),
            edits: vec![self.shown(plan, self.preview(plan).footnote(what()))],
            ..Answer::new(report)
        };
        self.about(plan, answer)
    }

    /// Ends a change that nobody works on any more and that no message will end: its service is free again.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn stray(&self, stored: &StoredPlan) -> Result<Vec<Post>, StoreError> {
        let plan = &stored.plan;
        let Answer { report, outcome, plan: state, edits, .. } = self.interrupted(stored);
        let said = NewPost {
            id: PostId::from(format!("{}/interrupted", plan.id)),
            audience: Audience::All,
            body: Body::Report(report),
            ..self.shown(plan, self.preview(plan))
        };
        let record = AuditEntry {
            at: self.clock.now(),
            who: "toban".to_owned(),
            place: format!("{}:{}", plan.place.door.as_str(), plan.place.channel),
            event: Event::Ended,
            command: plan.command.clone(),
            service: Some(plan.service.to_string()),
            plan: Some(plan.id.to_string()),
            outcome,
            took_ms: 0,
        };
        self.store
            .conclude(Conclusion {
                audit: vec![record],
                posts: edits.into_iter().chain([said]).collect(),
                plan_state: state.and_then(|(id, state)| Some((id, state?))),
                ..Conclusion::default()
            })
            .await
    }
}
