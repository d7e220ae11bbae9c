//! The desk: understands one message, asks whether its sender may, and has the verb answer it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::company::Company;
use crate::app::delivery::Delivery;
use crate::app::estate::Estate;
use crate::app::incidents::Incidents;
use crate::app::limits::Limits;
use crate::app::progress::Progress;
use crate::app::verb::{Ask, Proposal, Verb};
use crate::app::verbs::say;
use crate::base::clock::within;
use crate::base::ids::{ComponentId, ServiceId};
use crate::base::{Clock, span};
use crate::domain::access::{Permit, Refusal, Wish};
use crate::domain::audit::Event;
use crate::domain::catalogue::Catalogue;
use crate::domain::failure::{Failure, Why};
use crate::domain::invocation::{self, Context, Invocation, Misunderstood};
use crate::domain::message::{Entry, Message, Thread};
use crate::domain::person::{Person, Risk};
use crate::domain::plan::{Draft, PlanState};
use crate::domain::report::{Block, Body, Report, Tone};
use crate::domain::words::{Phrase, Words};
use crate::store::{Cached, NewPost, Store, StoreError, Wake};

/// Everything that is needed to answer.
pub struct Desk {
    /// What can be said.
    pub catalogue: Arc<Catalogue>,
    /// Who may say it.
    pub company: Arc<Company>,
    /// What it is about.
    pub estate: Arc<Estate>,
    /// Who does it, by name.
    pub verbs: BTreeMap<&'static str, Arc<dyn Verb>>,
    /// Plans, results, topics.
    pub store: Store,
    /// What people work on, where there is anything to be told of it.
    pub incidents: Option<Incidents>,
    /// Says what cannot wait for the answer.
    pub delivery: Delivery,
    /// How long things may take.
    pub limits: Limits,
    /// The dictionary, for files.
    pub words: Arc<Words>,
    /// The time.
    pub clock: Clock,
}

/// What came of a message.
#[derive(Debug)]
pub struct Answer {
    /// What is said.
    pub report: Report,
    /// Whether the sender alone should see it.
    pub private: bool,
    /// Whether the same is being told in the same place already: then nothing is said.
    pub told_already: bool,
    /// For the audit.
    pub event: Event,
    /// For the audit: `answered`, `refused: …`.
    pub outcome: String,
    /// What it is about: `sagebase` or `sagebase.db`.
    pub topic: Option<String>,
    /// What was asked for, so that "more" asks for the same right.
    pub wish: Option<Cached>,
    /// A draft that waits for a yes, with the command that made it.
    pub draft: Option<(Box<Draft>, Invocation)>,
    /// The plan this was about and its new state.
    pub plan: Option<(crate::base::ids::PlanId, Option<PlanState>)>,
    /// A file instead of a report.
    pub file: Option<Body>,
    /// Other messages that change with it.
    pub edits: Vec<NewPost>,
    /// Work for later.
    pub wakes: Vec<Wake>,
}

impl Answer {
    /// An answer for everybody in the place.
    pub fn new(report: Report) -> Self {
        Self {
            report,
            private: false,
            told_already: false,
            event: Event::Command,
            outcome: "answered".to_owned(),
            topic: None,
            wish: None,
            draft: None,
            plan: None,
            file: None,
            edits: Vec::new(),
            wakes: Vec::new(),
        }
    }

    /// An answer for the sender alone: what was said could not be done.
    pub fn private(report: Report, outcome: impl Into<String>) -> Self {
        Self { private: true, event: Event::Refusal, outcome: outcome.into(), ..Self::new(report) }
    }

    /// A failure, for everybody.
    pub fn failed(failure: &Failure) -> Self {
        Self { outcome: format!("failed: {}", failure.reference), ..Self::new(failure.report()) }
    }
}

impl Desk {
    /// Answers a message, whatever it says.
    pub async fn answer(&self, message: &Message, progress: &Progress) -> Answer {
        if let Entry::Ladder { incident } = &message.entry {
            return self.by_ladder(message, incident, progress).await;
        }
        let Some(person) = self.company.person_at(message.place.door, &message.user) else {
            return Answer::private(stranger(message), "refused: unknown person");
        };
        self.heard_of(message, person).await;
        match self.understand(message, person).await {
            Ok(invocation) => self.obey(message, person, &invocation, progress).await,
            Err(misunderstood) => {
                Answer { event: Event::Command, ..Answer::private(misunderstood.report(), "not understood") }
            }
        }
    }

    /// Parses. A command that means nothing by itself may do so in its thread, which is looked up only then.
    pub async fn understand(&self, message: &Message, person: &Person) -> Result<Invocation, Misunderstood> {
        let text = command_text(message);
        let zone = self.company.zone_of(person).clone();
        let mut context = Context { service: None, zone, now: message.received };
        let parse = |context: &Context| {
            invocation::parse(&text, &self.catalogue, self.estate.services(), self.company.people(), context)
        };
        let alone = parse(&context);
        if alone.is_ok() {
            return alone;
        }
        context.service = self.topic(message).await;
        if context.service.is_none() { alone } else { parse(&context) }
    }

    /// What the thread of a message is about.
    pub(super) async fn topic(&self, message: &Message) -> Option<(ServiceId, Option<ComponentId>)> {
        let Some(Thread::Known(thread)) = &message.place.thread else { return None };
        let topic = match self.store.topic(message.place.door, &message.place.channel, thread).await {
            Ok(topic) => topic?,
            Err(error) => {
                tracing::warn!(error = %error, "the topic of a thread could not be read");
                return None;
            }
        };
        let (service, component) =
            topic.split_once('.').map_or((topic.as_str(), None), |(s, c)| (s, Some(c)));
        let service = self.estate.services().find(service)?;
        let component = component.and_then(|id| service.component(id)).map(|component| component.id.clone());
        Some((service.id.clone(), component))
    }

    /// Answers what has been understood.
    pub(super) async fn obey(
        &self,
        message: &Message,
        person: &Person,
        invocation: &Invocation,
        progress: &Progress,
    ) -> Answer {
        if let Some(answer) = self.pressed(message, person, invocation, progress).await {
            return answer;
        }
        if let Some(answer) = self.about_incidents(message, person, invocation).await {
            return answer;
        }
        let permit = match self.permit(message, person, &invocation.verb, invocation.risk, invocation) {
            Ok(permit) => permit,
            Err(refusal) => return self.refused(&refusal),
        };
        let mut answer = match self.propose(message, person, &permit, invocation, progress).await {
            Ok(Proposal::Answer(report)) => Answer::new(report),
            Ok(Proposal::Plan(draft)) => Answer {
                outcome: "planned".to_owned(),
                draft: Some((draft, invocation.clone())),
                ..Answer::new(Report::new(Tone::Plain, Phrase::raw("")))
            },
            Err(failure) => Answer::failed(&failure),
        };
        answer.topic = invocation.service.as_ref().map(ToString::to_string);
        answer.wish = Some(Cached {
            verb: invocation.verb.clone(),
            risk: invocation.risk,
            service: invocation.service.as_ref().map(|target| target.service.clone()),
            at: message.received,
            report: Report::new(Tone::Plain, ""),
        });
        answer
    }

    /// Has the verb look.
    pub async fn propose(
        &self,
        message: &Message,
        person: &Person,
        permit: &Permit,
        invocation: &Invocation,
        progress: &Progress,
    ) -> Result<Proposal, Failure> {
        let verb = self.verb(&invocation.verb)?;
        let service = invocation.service.as_ref().and_then(|target| self.estate.service(&target.service));
        let ask = Ask {
            permit,
            asker: person,
            invocation,
            now: message.received,
            zone: self.company.zone_of(person),
            lang: self.company.lang(&message.place, service.map(AsRef::as_ref)),
            channel: &message.place.channel,
            progress,
        };
        // Work that can be stopped by a button ends by itself; it has a limit of its own.
        if invocation.args.keyword("follow") {
            return verb.propose(&ask).await;
        }
        within(self.limits.command, verb.propose(&ask)).await.unwrap_or_else(|_| {
            let failure = Failure::new(
                Phrase::new("command-timed-out").with("limit", span::show(self.limits.command)),
                Why::Timeout,
            );
            tracing::warn!(reference = %failure.reference, verb = invocation.verb, "a command took longer than its limit");
            Err(failure)
        })
    }

    /// The verb of that name.
    pub fn verb(&self, name: &str) -> Result<&Arc<dyn Verb>, Failure> {
        self.verbs.get(name).ok_or_else(|| {
            tracing::error!(verb = name, "the catalogue binds a command to a verb that does not exist");
            Failure::new(Phrase::new("verb-missing").with("verb", name), Why::Internal)
        })
    }

    /// Decides whether a person may have a verb work on the invocation's service, here.
    pub fn permit(
        &self,
        message: &Message,
        person: &Person,
        verb: &str,
        risk: Risk,
        invocation: &Invocation,
    ) -> Result<Permit, Box<Refusal>> {
        let service = invocation.service.as_ref().and_then(|target| self.estate.service(&target.service));
        let wish = Wish {
            verb,
            risk,
            service: service.map(|service| (&service.id, service.environment.as_str())),
            channel: &message.place.channel,
        };
        self.company.decide(person, wish)
    }

    /// A refusal in words, to the person alone.
    pub fn refused(&self, refusal: &Refusal) -> Answer {
        let service = refusal.service.as_ref().map(ToString::to_string);
        let headline = match &service {
            Some(service) => Phrase::new("refused").with("service", service.as_str()),
            None => Phrase::new("refused-no-service"),
        };
        let mut report = Report::new(Tone::Bad, headline.with("verb", refusal.verb.as_str()));
        if refusal.elsewhere {
            report = report.text(Phrase::new("refused-elsewhere"));
        }
        if refusal.holders.is_empty() {
            report = report.text(Phrase::new("refused-nobody"));
        } else {
            let names = refusal.holders.iter().take(8).map(|id| Phrase::raw(self.company.name(id)));
            report = report.text(Phrase::new("refused-holders").with("names", say::list(names)));
        }
        Answer::private(report, format!("refused: {} {}", refusal.verb, service.as_deref().unwrap_or("-")))
    }

    /// A store that does not answer, in words.
    pub fn store_failed(error: &StoreError) -> Answer {
        let failure =
            Failure::new(Phrase::new("store-failed"), Why::Unavailable).hint(Phrase::new("try-again"));
        tracing::error!(reference = %failure.reference, error = %error, "the store did not answer");
        Answer::failed(&failure)
    }
}

/// The command that a message stands for. A shortcut's command gets the text of the message that it was used on.
fn command_text(message: &Message) -> String {
    match &message.entry {
        Entry::Shortcut { about, .. } => {
            let about: String = about
                .chars()
                .map(|c| if "\"“”「」".contains(c) || c.is_control() { ' ' } else { c })
                .take(200)
                .collect();
            format!("{} \"{}\"", message.text, about.trim())
        }
        _ => message.text.clone(),
    }
}

fn stranger(message: &Message) -> Report {
    Report::new(Tone::Bad, Phrase::new("stranger")).text(
        Phrase::new("stranger-hint")
            .with("key", message.place.door.key())
            .with("user", message.user.as_str()),
    )
}

/// A line about what is missing or gone, for the one who pressed.
pub fn note(headline: Phrase) -> Report {
    Report::new(Tone::Warn, headline)
}

/// A bullet list as a block, for answers that enumerate.
pub fn list(items: impl IntoIterator<Item = Phrase>) -> Block {
    Block::List(items.into_iter().collect())
}
