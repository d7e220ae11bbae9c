//! Commands that an incident's ladder runs by itself: as a message that no door brings, through the same verbs, plans,
//! audit and crashes as everybody's. What differs is the yes: the line of the config that names the command is it.

use std::time::Duration;

use crate::app::desk::{Answer, Desk, note};
use crate::app::dispatch::Ended;
use crate::app::progress::Progress;
use crate::app::verb::Proposal;
use crate::base::ids::{InboxId, IncidentId, PlanId, PostId, ServiceId};
use crate::domain::access::{self, Permit, Wish};
use crate::domain::audit::Event;
use crate::domain::escalation;
use crate::domain::failure::{Failure, Why};
use crate::domain::incident::Incident;
use crate::domain::invocation::{self, Context, Invocation};
use crate::domain::message::{Entry, Message};
use crate::domain::person::BOT;
use crate::domain::plan::{Draft, PlanState};
use crate::domain::redact::redacted_block;
use crate::domain::words::Phrase;
use crate::store::{Conclusion, StoreError, StoredPlan};

/// How often ladders may change a service by themselves, over all its incidents.
const OFTEN: (usize, Duration) = (2, Duration::from_hours(6));

/// The message that stands for an incident's command: it runs at most once in an incident.
pub(super) fn message_of(incident: &IncidentId) -> InboxId {
    InboxId::from(format!("{incident}/act"))
}

/// The end of such a message, as its incident hears of it: whether something was changed. Whether that helped is seen by
/// looking.
pub(super) fn heard(ended: &Ended) -> escalation::Ended {
    escalation::Ended { worked: ended.outcome == "done", say: ended.report.headline.clone() }
}

/// What is said of a command that was written down as begun, and whose process was gone before it changed anything.
pub(super) fn never_begun(message: &Message) -> Answer {
    let what = Phrase::new("act-never-begun").with("command", message.text.as_str());
    refused(what, "its process was gone before it began")
}

fn refused(why: Phrase, outcome: &str) -> Answer {
    Answer { event: Event::Refusal, outcome: format!("refused: {outcome}"), ..Answer::new(note(why)) }
}

impl Desk {
    /// A ladder's command, understood: what it does not name itself is its incident's service.
    pub(super) fn line(&self, service: &ServiceId, command: &str) -> Result<Invocation, Phrase> {
        let zone = self.company.zone().clone();
        let mut context = Context { service: None, zone, now: self.clock.now() };
        let parse = |context: &Context| {
            let (services, people) = (self.estate.services(), self.company.people());
            invocation::parse(command, &self.catalogue, services, people, context)
        };
        let understood = parse(&context).or_else(|_| {
            context.service = Some((service.clone(), None));
            parse(&context)
        });
        understood.map_err(|misunderstood| misunderstood.report().headline)
    }

    /// Why a ladder must not change a service now, if there is a reason; `own` is the plan of whoever asks.
    pub(super) async fn barred(
        &self,
        service: &ServiceId,
        own: Option<&PlanId>,
    ) -> Result<Option<Phrase>, StoreError> {
        // A freeze of changes will be one more reason.
        let since = self.clock.now().checked_sub(OFTEN.1).unwrap_or(jiff::Timestamp::MIN);
        let mut changes = self.store.changes(service, since).await?;
        changes.retain(|change| Some(&change.plan.id) != own);
        Ok(changes.iter().find_map(|change| self.in_the_way(change)).or_else(|| {
            let own = changes.iter().filter(|it| it.begun_by.is_some() && it.plan.asked_by.as_str() == BOT);
            let times = own.count();
            (times >= OFTEN.0).then(|| Phrase::new("act-barred-often").with("times", times))
        }))
    }

    fn in_the_way(&self, change: &StoredPlan) -> Option<Phrase> {
        let (id, who) = match &change.state {
            PlanState::Running { by } => ("act-barred-change", by),
            PlanState::Proposed => ("act-barred-plan", &change.plan.asked_by),
            _ => return None,
        };
        let what = Phrase::new(id).with("plan", change.plan.id.as_str());
        Some(what.with("command", change.plan.command.as_str()).with("name", self.company.name(who)))
    }

    /// Runs what an incident has written down as begun.
    pub(super) async fn by_ladder(
        &self,
        message: &Message,
        incident: &IncidentId,
        progress: &Progress,
    ) -> Answer {
        let answer = match self.store.incident(incident).await {
            Ok(Some(stored)) => self.obey_ladder(message, &stored.incident, progress).await,
            Ok(None) => refused(Phrase::new("act-not-its-own"), "no such incident"),
            Err(error) => Self::store_failed(&error),
        };
        // There is nobody who could be told alone.
        Answer { private: false, ..answer }
    }

    async fn obey_ladder(&self, message: &Message, incident: &Incident, progress: &Progress) -> Answer {
        let invocation = match self.line(&incident.service, &message.text) {
            Ok(invocation) => invocation,
            Err(why) => return refused(why, "not understood"),
        };
        let service = invocation.service.as_ref().and_then(|target| self.estate.service(&target.service));
        let wish = Wish {
            verb: &invocation.verb,
            risk: invocation.risk,
            service: service.map(|service| (&service.id, service.environment.as_str())),
            channel: &message.place.channel,
        };
        let begun = incident.action.as_ref();
        let permit = begun.and_then(|begun| access::of_ladder(begun, &message.text, wish));
        let Some(permit) = permit else {
            return refused(Phrase::new("act-not-its-own"), "not what the incident has begun");
        };
        match self.propose(message, self.company.bot(), &permit, &invocation, progress).await {
            Ok(Proposal::Plan(draft)) => {
                self.change_unasked(message, incident, &permit, &invocation, *draft, progress).await
            }
            Ok(Proposal::Answer(report)) => Answer::new(report),
            Err(failure) => Answer::failed(&failure),
        }
    }

    async fn change_unasked(
        &self,
        message: &Message,
        incident: &Incident,
        permit: &Permit,
        invocation: &Invocation,
        mut draft: Draft,
        progress: &Progress,
    ) -> Answer {
        let bot = self.company.bot();
        draft.preview = draft.preview.into_iter().map(redacted_block).collect();
        let post = PostId::from(format!("{}/plan", message.id));
        let Some((plan, _)) = self.plan(message, bot, draft, invocation, &post) else {
            return Answer::failed(&Failure::new(Phrase::new("verb-no-target"), Why::Invalid));
        };
        let kept = Conclusion { plan: Some(plan.clone()), ..Conclusion::default() };
        if let Err(error) = self.store.conclude(kept).await {
            return Self::store_failed(&error);
        }
        let answer = match self.barred(&plan.service, Some(&plan.id)).await {
            Ok(None) => {
                let terms = Phrase::new("act-terms")
                    .with("policy", incident.policy.id.as_str())
                    .with("incident", incident.id.as_str());
                self.begin(message, bot, permit, &plan, terms, progress).await
            }
            Ok(Some(why)) => refused(why, "something else is in the way"),
            Err(error) => Self::store_failed(&error),
        };
        // Nobody else shall say yes to what was not begun. Of what was, this does nothing.
        if let Err(error) = self.store.cancel(&plan.id, &bot.id).await {
            tracing::warn!(plan.id = %plan.id, error = %error, "a ladder's plan waits until it expires");
        }
        self.about(&plan, answer)
    }

    /// Tells an incident how its command ended, if the message was that. Where this fails it asks by itself.
    pub(super) async fn tell_ladder(&self, entry: &Entry, ended: &Ended) {
        if let (Entry::Ladder { incident }, Some(incidents)) = (entry, &self.incidents) {
            incidents.acted(incident, &heard(ended)).await;
        }
    }
}
