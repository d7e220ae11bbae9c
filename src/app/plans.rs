//! Plans: proposed, confirmed by somebody who may, run once, looked at afterwards, and undone.

use jiff::Timestamp;

use crate::app::desk::{Answer, Desk, list, note};
use crate::app::progress::Progress;
use crate::app::recheck;
use crate::app::verb::{Outcome, Proposal};
use crate::base::clock::within;
use crate::base::ids::PlanId;
use crate::base::span;
use crate::domain::access::{Permit, Wish};
use crate::domain::audit::{AuditEntry, Event};
use crate::domain::failure::{Failure, Why};
use crate::domain::invocation::Invocation;
use crate::domain::message::{Audience, Message};
use crate::domain::person::{Door, Person, Risk};
use crate::domain::plan::{Draft, Moved, Plan, PlanState, moved};
use crate::domain::redact::redact;
use crate::domain::report::{Body, Look, Report, Tone};
use crate::domain::words::Phrase;
use crate::store::{Begun, NewPost, StoredPlan};

impl Desk {
    /// Makes a plan of a draft, and the report that asks for a yes.
    pub(super) fn plan(
        &self,
        message: &Message,
        person: &Person,
        draft: Draft,
        invocation: &Invocation,
        post: &crate::base::ids::PostId,
    ) -> Option<(Plan, Report)> {
        let service = invocation.service.as_ref()?.service.clone();
        let valid = if invocation.risk == Risk::Danger { self.limits.danger_plan } else { self.limits.plan };
        let plan = Plan {
            id: PlanId::from(crate::base::ids::fresh("P")),
            command: invocation.to_text().to_owned(),
            verb: invocation.verb.clone(),
            risk: invocation.risk,
            service,
            asked_by: person.id.clone(),
            place: message.place.clone(),
            post: post.clone(),
            draft,
            expires: self.clock.now() + valid,
        };
        let report = self
            .preview(&plan)
            .button(Phrase::new("plan-confirm"), format!("confirm {}", plan.id), Look::Danger)
            .button(Phrase::new("plan-cancel"), format!("cancel {}", plan.id), Look::Plain)
            .footnote(Phrase::new("plan-terms").with("plan", plan.id.as_str()).with("until", plan.expires));
        Some((plan, report))
    }

    pub(super) fn preview(&self, plan: &Plan) -> Report {
        let mut report = Report::new(Tone::Warn, plan.draft.headline.clone());
        report.blocks.clone_from(&plan.draft.preview);
        report
    }

    /// Runs a plan once, if it still holds and the person may.
    pub(super) async fn confirm(
        &self,
        message: &Message,
        person: &Person,
        id: &PlanId,
        progress: &Progress,
    ) -> Answer {
        let stored = match self.known(id).await {
            Ok(stored) => stored,
            Err(answer) => return *answer,
        };
        let plan = &stored.plan;
        let permit = match self.permit_for(message, person, plan) {
            Ok(permit) => permit,
            Err(answer) => return *answer,
        };
        if stored.state != PlanState::Proposed {
            return self.decided(&stored.state);
        }
        // A terminal may speak for others, so it cannot be the second person.
        let alone = plan.asked_by == person.id || message.place.door == Door::Terminal;
        if plan.risk == Risk::Danger && alone {
            return Answer::private(
                note(Phrase::new("plan-second-person")),
                "refused: needs a second person",
            );
        }
        if self.clock.now() >= plan.expires {
            return self.expired(plan);
        }
        match self.fresh(message, person, &permit, plan, progress).await {
            // Looking takes time, and a yes is good for what is asked in time.
            Ok(moves) if moves.is_empty() && self.clock.now() >= plan.expires => return self.expired(plan),
            Ok(moves) if moves.is_empty() => {}
            Ok(moves) => return self.void(person, stored, &moves).await,
            Err(failure) => return self.about(plan, Answer::failed(&failure)),
        }
        let terms = Phrase::new("plan-confirmed-by").with("name", person.name.as_str());
        self.begin(message, person, &permit, plan, terms, progress).await
    }

    /// Begins a plan, if nobody was faster and nothing else changes its service, and sees it through. `terms` say who
    /// agreed to it.
    pub(super) async fn begin(
        &self,
        message: &Message,
        person: &Person,
        permit: &Permit,
        plan: &Plan,
        terms: Phrase,
        progress: &Progress,
    ) -> Answer {
        let begun = AuditEntry {
            at: self.clock.now(),
            who: person.id.to_string(),
            place: format!("{}:{}", message.place.door.as_str(), message.place.channel),
            event: Event::Begun,
            command: redact(&plan.command).into_owned(),
            service: Some(plan.service.to_string()),
            plan: Some(plan.id.to_string()),
            outcome: "begun".to_owned(),
            took_ms: 0,
        };
        match self.store.begin(&plan.id, &person.id, &message.id, begun).await {
            Ok(Begun::Yes) => self.carry_out(person, permit, plan, terms, progress).await,
            Ok(Begun::No(state)) => self.decided(&state),
            Ok(Begun::Busy { plan: other, by, since }) => Answer::private(
                note(
                    Phrase::new("plan-busy")
                        .with("service", plan.service.as_str())
                        .with("name", self.company.name(&by))
                        .with("since", since)
                        .with("plan", other.as_str()),
                ),
                "refused: another change is under way",
            ),
            Err(error) => Self::store_failed(&error),
        }
    }

    /// Too late: the buttons go too, so that nobody else tries.
    fn expired(&self, plan: &Plan) -> Answer {
        let expired = || Phrase::new("plan-expired").with("at", plan.expires);
        let again = note(expired()).button(Phrase::new("plan-again"), plan.command.clone(), Look::Primary);
        Answer {
            edits: vec![self.shown(plan, self.preview(plan).footnote(expired()))],
            ..Answer::private(again, "refused: plan expired")
        }
    }

    async fn carry_out(
        &self,
        person: &Person,
        permit: &Permit,
        plan: &Plan,
        terms: Phrase,
        progress: &Progress,
    ) -> Answer {
        let shown = self.shown(plan, self.preview(plan).footnote(terms));
        let shown = if self.delivery.serves(plan.place.door) { vec![shown] } else { Vec::new() };
        // The buttons go as soon as they mean nothing any more; if this fails a press is answered all the same.
        match self.store.put(shown).await {
            Ok(posts) => self.delivery.submit(posts),
            Err(error) => {
                tracing::warn!(plan.id = %plan.id, error = %error, "the plan's message keeps its buttons");
            }
        }
        tracing::info!(plan.id = %plan.id, plan.command = plan.command, person = %person.id, "a change begins");
        let result = match self.verb(&plan.verb) {
            Ok(verb) => {
                let work = within(self.limits.change, verb.run(permit, plan, progress)).await;
                work.unwrap_or_else(|_| Err(self.change_timed_out(plan)))
            }
            Err(failure) => Err(failure),
        };
        let now = self.clock.now();
        let by = person.id.clone();
        let mut answer = match result {
            Ok(outcome) => self.done(plan, outcome, now, by),
            Err(failure) => {
                // Whoever lost sight of a change does not know that it failed.
                let lost = matches!(failure.why, Why::Timeout | Why::Unknown);
                let state = if lost { PlanState::Unknown { by } } else { PlanState::Failed { by } };
                Answer { plan: Some((plan.id.clone(), Some(state))), ..Answer::failed(&failure) }
            }
        };
        answer.event = Event::Ended;
        tracing::info!(plan.id = %plan.id, outcome = answer.outcome, "a change ended");
        self.about(plan, answer)
    }

    fn change_timed_out(&self, plan: &Plan) -> Failure {
        let limit = span::show(self.limits.change);
        let failure = Failure::new(Phrase::new("change-timed-out").with("limit", limit), Why::Timeout)
            .hint(Phrase::new("plan-interrupted-hint").with("service", plan.service.as_str()));
        tracing::warn!(reference = %failure.reference, plan.id = %plan.id, "a change took longer than its limit");
        failure
    }

    fn done(&self, plan: &Plan, outcome: Outcome, now: Timestamp, by: crate::base::ids::PersonId) -> Answer {
        let mut report = outcome.report;
        if outcome.undo.is_some() {
            report = report.button(Phrase::new("plan-undo"), format!("undo {}", plan.id), Look::Danger);
        }
        let wakes = outcome.recheck.and_then(|before| recheck::wake(plan, before, now)).into_iter().collect();
        Answer {
            outcome: "done".to_owned(),
            plan: Some((plan.id.clone(), Some(PlanState::Done { by, at: now, undo: outcome.undo }))),
            wakes,
            ..Answer::new(report)
        }
    }

    /// Withdraws a plan that nobody has confirmed yet.
    pub(super) async fn cancel(&self, message: &Message, person: &Person, id: &PlanId) -> Answer {
        let stored = match self.known(id).await {
            Ok(stored) => stored,
            Err(answer) => return *answer,
        };
        if stored.plan.asked_by != person.id
            && let Err(answer) = self.permit_for(message, person, &stored.plan)
        {
            return *answer;
        }
        match self.store.cancel(id, &person.id).await {
            Ok(None) => {
                let name = person.name.as_str();
                let shown =
                    self.preview(&stored.plan).footnote(Phrase::new("plan-cancelled-by").with("name", name));
                let edits = vec![self.shown(&stored.plan, shown)];
                let report =
                    Report::new(Tone::Plain, Phrase::new("plan-cancelled").with("plan", id.as_str()));
                self.about(
                    &stored.plan,
                    Answer { edits, outcome: "cancelled".to_owned(), ..Answer::new(report) },
                )
            }
            Ok(Some(state)) => self.decided(&state),
            Err(error) => Self::store_failed(&error),
        }
    }

    /// Plans the way back from a plan that was carried out: a plan of its own, with a fingerprint of its own.
    pub(super) async fn undo(
        &self,
        message: &Message,
        person: &Person,
        id: &PlanId,
        progress: &Progress,
    ) -> Answer {
        let stored = match self.known(id).await {
            Ok(stored) => stored,
            Err(answer) => return *answer,
        };
        let PlanState::Done { at, undo: Some(undo), .. } = &stored.state else {
            return Answer::private(
                note(Phrase::new("undo-nothing").with("plan", id.as_str())),
                "refused: nothing to undo",
            );
        };
        if self.clock.now() >= *at + self.limits.undo {
            return Answer::private(
                note(Phrase::new("undo-expired").with("at", *at + self.limits.undo)).button(
                    Phrase::new("plan-again"),
                    undo.clone(),
                    Look::Plain,
                ),
                "refused: too late to undo",
            );
        }
        let retyped =
            Message { text: undo.clone(), entry: crate::domain::message::Entry::Direct, ..message.clone() };
        match self.understand(&retyped, person).await {
            Ok(invocation) => Box::pin(self.obey(&retyped, person, &invocation, progress)).await,
            Err(misunderstood) => Answer::private(misunderstood.report(), "not understood"),
        }
    }

    async fn known(&self, id: &PlanId) -> Result<StoredPlan, Box<Answer>> {
        match self.store.plan(id).await {
            Ok(Some(stored)) => Ok(stored),
            Ok(None) => Err(Box::new(Answer::private(
                note(Phrase::new("plan-unknown").with("plan", id.as_str())),
                "refused: unknown plan",
            ))),
            Err(error) => Err(Box::new(Self::store_failed(&error))),
        }
    }

    /// Rights are those of the person who presses, at this moment, in this channel.
    fn permit_for(&self, message: &Message, person: &Person, plan: &Plan) -> Result<Permit, Box<Answer>> {
        let service = self.estate.service(&plan.service);
        let wish = Wish {
            verb: &plan.verb,
            risk: plan.risk,
            service: service.map(|service| (&service.id, service.environment.as_str())),
            channel: &message.place.channel,
        };
        self.company.decide(person, wish).map_err(|refusal| Box::new(self.refused(&refusal)))
    }

    /// Asks the verb again and says what moved since the plan was made.
    async fn fresh(
        &self,
        message: &Message,
        person: &Person,
        permit: &Permit,
        plan: &Plan,
        progress: &Progress,
    ) -> Result<Vec<Moved>, Failure> {
        let asker = self.company.person(&plan.asked_by).unwrap_or(person);
        let retyped = Message {
            text: plan.command.clone(),
            entry: crate::domain::message::Entry::Direct,
            ..message.clone()
        };
        let gone = || Failure::new(Phrase::new("plan-meaningless"), Why::Conflict);
        let invocation = self.understand(&retyped, asker).await.map_err(|_| gone())?;
        match self.propose(&retyped, asker, permit, &invocation, progress).await? {
            Proposal::Plan(draft) => Ok(moved(&plan.draft.basis, &draft.basis)),
            Proposal::Answer(report) => Err(Failure::new(report.headline, Why::Conflict)),
        }
    }

    /// The world moved: the plan is void, and everybody is shown what is different.
    async fn void(&self, person: &Person, stored: StoredPlan, moves: &[Moved]) -> Answer {
        match self.store.cancel(&stored.plan.id, &person.id).await {
            Ok(None) => {}
            // Somebody was faster: what moved may be their change.
            Ok(Some(state)) => return self.decided(&state),
            Err(error) => return Self::store_failed(&error),
        }
        let plan = &stored.plan;
        let shown = self.preview(plan).footnote(Phrase::new("plan-void"));
        let nothing = || "–".to_owned();
        let changes = list(moves.iter().map(|moved| {
            Phrase::new("plan-moved-item")
                .with("name", moved.name.as_str())
                .with("was", moved.was.clone().unwrap_or_else(nothing))
                .with("is", moved.is.clone().unwrap_or_else(nothing))
        }));
        let report = Report::new(Tone::Bad, Phrase::new("plan-moved")).block(changes).button(
            Phrase::new("plan-again"),
            plan.command.clone(),
            Look::Primary,
        );
        let answer = Answer {
            edits: vec![self.shown(plan, shown)],
            event: Event::Refusal,
            outcome: "refused: the service changed since the plan was made".to_owned(),
            ..Answer::new(report)
        };
        self.about(plan, answer)
    }

    /// Somebody was faster, or the button is an old one.
    fn decided(&self, state: &PlanState) -> Answer {
        let (id, who) = match state {
            PlanState::Proposed => ("plan-still-proposed", None),
            PlanState::Running { by } => ("plan-running", Some(by)),
            PlanState::Done { by, .. } => ("plan-done", Some(by)),
            PlanState::Failed { by } => ("plan-failed", Some(by)),
            PlanState::Cancelled { by } => ("plan-was-cancelled", Some(by)),
            PlanState::Unknown { by } => ("plan-ended-unknown", Some(by)),
        };
        let name = who.map(|by| self.company.name(by)).unwrap_or_default();
        Answer::private(note(Phrase::new(id).with("name", name)), format!("refused: {id}"))
    }

    pub(super) fn about(&self, plan: &Plan, mut answer: Answer) -> Answer {
        answer.topic = Some(plan.service.to_string());
        answer.plan.get_or_insert((plan.id.clone(), None));
        answer
    }

    /// The plan's own message, saying something new.
    pub(super) fn shown(&self, plan: &Plan, report: Report) -> NewPost {
        let service = self.estate.service(&plan.service);
        NewPost {
            id: plan.post.clone(),
            place: plan.place.clone(),
            audience: Audience::All,
            lang: self.company.lang(&plan.place, service.map(AsRef::as_ref)),
            zone: self.company.zone_name(),
            body: Body::Report(report),
            reply_url: None,
            topic: Some(plan.service.to_string()),
        }
    }
}
