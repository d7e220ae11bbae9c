//! How people say it: `incident`, `ack`, `escalate`, `assign`, `snooze`, `resolve`, `note`, `postmortem`, `drill`. In an
//! incident's thread it need not be named. Whoever was paged for an incident may take it on, escalate it, note and read
//! it until it is over, whatever their roles say.

use std::time::Duration;

use super::{Done, IncidentError, Incidents, NewIncident, Wish};
use crate::app::desk::{Answer, Desk, note};
use crate::base::ids::{IncidentId, ServiceId};
use crate::domain::access::{self, Wish as Asked};
use crate::domain::alert::AlertSeverity;
use crate::domain::escalation::Reply;
use crate::domain::incident::timeline::Origin;
use crate::domain::incident::{Incident, Wrong};
use crate::domain::invocation::Invocation;
use crate::domain::message::{Entry, Message, Thread};
use crate::domain::person::{Door, Person, Risk};
use crate::domain::report::{Body, Look, Report, Tone};
use crate::domain::words::{Phrase, Reader};

/// What a snooze without a span means.
const SNOOZE: Duration = Duration::from_hours(1);

/// The verbs that are answered here.
const VERBS: [&str; 9] =
    ["incident", "ack", "escalate", "assign", "snooze", "resolve", "note", "postmortem", "drill"];

impl Desk {
    /// The answer to a command about incidents; `None` if it is any other command.
    pub(in crate::app) async fn about_incidents(
        &self,
        message: &Message,
        person: &Person,
        invocation: &Invocation,
    ) -> Option<Answer> {
        let incidents = self.incidents.as_ref()?;
        if !VERBS.contains(&invocation.verb.as_str()) {
            return None;
        }
        let asked = Asking { desk: self, incidents, message, person, invocation };
        Some(asked.answer().await)
    }

    /// Whoever says anything in the thread of an incident that they hold is still on it.
    pub(in crate::app) async fn heard_of(&self, message: &Message, person: &Person) {
        let Some(incidents) = &self.incidents else { return };
        let Some(id) = self.incident_here(message).await else { return };
        if let Err(error) = incidents.touch(&id, &person.id).await {
            tracing::warn!(incident.id = %id, error = %error, "the deadline of an acknowledgement could not be moved");
        }
    }

    /// The incident in whose thread something is said.
    pub(in crate::app) async fn incident_here(&self, message: &Message) -> Option<IncidentId> {
        let Some(Thread::Known(thread)) = &message.place.thread else { return None };
        let place = &message.place;
        self.store.incident_of_thread(place.door, &place.channel, thread).await.ok().flatten()
    }
}

struct Asking<'a> {
    desk: &'a Desk,
    incidents: &'a Incidents,
    message: &'a Message,
    person: &'a Person,
    invocation: &'a Invocation,
}

impl Asking<'_> {
    async fn answer(&self) -> Answer {
        let named = self.invocation.args.id("incident").map(IncidentId::from);
        let verb = self.invocation.verb.as_str();
        let service = self.invocation.service.as_ref().map(|target| target.service.clone());
        match (verb, service) {
            ("drill", Some(service)) => return self.open(service, true).await,
            ("incident", service)
                if self.invocation.args.action() == Some("open")
                    || (service.is_some() && !self.invocation.args.texts().is_empty()) =>
            {
                return match service.or(self.desk.topic(self.message).await.map(|(service, _)| service)) {
                    Some(service) => self.open(service, false).await,
                    None => self.of_which_service(),
                };
            }
            ("incident", service) if named.is_none() => {
                return match self.desk.incident_here(self.message).await {
                    Some(id) => self.about(&id).await,
                    None => self.list(service.as_ref()).await,
                };
            }
            _ => {}
        }
        let id = match named {
            Some(id) => Some(id),
            None => self.desk.incident_here(self.message).await,
        };
        match id {
            Some(id) => self.about(&id).await,
            None => Answer::private(note(Phrase::new("incident-which")), "refused: no incident named"),
        }
    }

    fn wish(&self) -> Wish {
        Wish {
            person: self.person.id.clone(),
            from: Origin::from(self.message.place.door),
            message: self.message.id.to_string(),
        }
    }

    /// Whether the roles allow it.
    fn refusal(&self, risk: Risk, service: &ServiceId) -> Option<Answer> {
        let service = self.desk.estate.service(service);
        let wish = Asked {
            verb: &self.invocation.verb,
            risk,
            service: service.map(|service| (&service.id, service.environment.as_str())),
            channel: &self.message.place.channel,
        };
        self.desk.company.decide(self.person, wish).err().map(|refusal| self.desk.refused(&refusal))
    }

    async fn list(&self, service: Option<&ServiceId>) -> Answer {
        match self.incidents.list(service).await {
            Ok(report) => Answer::new(report),
            Err(error) => Desk::store_failed(&error),
        }
    }

    /// Nobody can tell what an incident is about: it is asked for, and one press is the answer.
    fn of_which_service(&self) -> Answer {
        let title = self.invocation.args.texts().join(" ").replace('"', "'");
        let report = note(Phrase::new("incident-which-service"));
        let services = self.desk.estate.services().iter();
        let report = services.fold(report, |report, service| {
            let command = format!("incident open {} \"{title}\"", service.id);
            report.button(Phrase::raw(service.id.as_str()), command, Look::Plain)
        });
        Answer::private(report, "refused: no service named")
    }

    async fn open(&self, service: ServiceId, drill: bool) -> Answer {
        if let Some(refused) = self.refusal(Risk::Change, &service) {
            return refused;
        }
        let title = self.invocation.args.texts().join(" ");
        let title = if title.is_empty() { service.to_string() } else { title };
        let new = NewIncident { service, title, severity: AlertSeverity::Critical, drill };
        self.told(self.incidents.open(new, &self.wish()).await, "incident-said-open").await
    }

    async fn about(&self, id: &IncidentId) -> Answer {
        let incident = match self.incidents.find(id).await {
            Ok(stored) => stored.incident,
            Err(error) => return failed(&error),
        };
        let verb = self.invocation.verb.as_str();
        let paged = incident.is_open() && incident.paged.contains(&self.person.id);
        if !(paged && access::whoever_is_paged_may(verb))
            && let Some(refused) = self.refusal(self.invocation.risk, &incident.service)
        {
            return refused;
        }
        let (args, wish) = (&self.invocation.args, self.wish());
        match verb {
            "ack" => {
                let done = self.incidents.acknowledge(id, &wish).await;
                if matches!(done, Err(IncidentError::Store(_))) {
                    self.desk.unsaved(self.message).await;
                }
                self.told(done, "incident-said-ack").await
            }
            "escalate" => self.told(self.incidents.escalate(id, &wish).await, "incident-said-escalate").await,
            "resolve" => self.told(self.incidents.resolve(id, &wish).await, "incident-said-resolve").await,
            "assign" => {
                let to = args.person().unwrap_or(&self.person.id);
                self.told(self.incidents.assign(id, to, &wish).await, "incident-said-assign").await
            }
            "snooze" => {
                let span = args.span().unwrap_or(SNOOZE);
                self.told(self.incidents.snooze(id, span, &wish).await, "incident-said-snooze").await
            }
            "note" => {
                let text = args.words().join(" ");
                self.told(self.incidents.note(id, &text, &wish).await, "incident-said-note").await
            }
            "postmortem" => self.postmortem(&incident).await,
            _ if args.action() == Some("reapply") => match self.refusal(Risk::Change, &incident.service) {
                Some(refused) => refused,
                None => self.told(self.incidents.reapply(id, &wish).await, "incident-said-reapply").await,
            },
            _ => match self.incidents.show(id).await {
                Ok(report) => self.topical(Answer::new(report), &incident),
                Err(error) => failed(&error),
            },
        }
    }

    async fn postmortem(&self, incident: &Incident) -> Answer {
        let service = self.desk.estate.service(&incident.service).map(AsRef::as_ref);
        let reader = Reader {
            lang: self.desk.company.lang(&self.message.place, service),
            zone: self.desk.company.zone_of(self.person).clone(),
        };
        match self.incidents.postmortem(incident, &self.desk.words, &reader).await {
            Ok(text) => {
                let name = format!("{}-postmortem.md", incident.id);
                let file = Body::File { name, text, at: self.desk.clock.now() };
                let said = Phrase::new("incident-said-postmortem").with("id", incident.id.as_str());
                let answer = Answer { file: Some(file), ..Answer::new(Report::new(Tone::Plain, said)) };
                self.topical(answer, incident)
            }
            Err(error) => Desk::store_failed(&error),
        }
    }

    /// What came of a wish, in words.
    async fn told(&self, done: Result<Done, IncidentError>, said: &'static str) -> Answer {
        let Done { incident, reply } = match done {
            Ok(done) => done,
            Err(error) => return failed(&error),
        };
        let id = incident.id.as_str();
        match &reply {
            Reply::Done => {
                let headline = Phrase::named(said)
                    .with("id", id)
                    .with("name", self.person.name.as_str())
                    .with("state", self.incidents.say_state(&incident).by_the_hour());
                let answer = Answer::new(Report::new(Tone::Good, headline));
                self.topical(self.where_it_is_read(answer, &incident).await, &incident)
            }
            Reply::HeldBy(holder) => {
                let headline = Phrase::new("incident-said-held")
                    .with("id", id)
                    .with("name", self.desk.company.name(holder));
                Answer::private(note(headline), "answered")
            }
            Reply::StillFiring(firing, names) => {
                let headline =
                    Phrase::new("incident-said-still-firing").with("id", id).with("firing", *firing);
                let report =
                    note(headline).block(crate::app::desk::list(names.iter().map(Phrase::raw))).button(
                        Phrase::new("incident-button-resolve-still"),
                        format!("resolve {id}"),
                        Look::Danger,
                    );
                self.topical(Answer { private: true, ..Answer::new(report) }, &incident)
            }
            Reply::OverAlready => {
                Answer::private(note(Phrase::new("incident-said-over").with("id", id)), "answered")
            }
        }
    }

    /// At home the incident's own thread tells everybody what was done. Whoever said it in that thread reads it there,
    /// whoever pressed or typed a command is told alone, and nobody reads it twice.
    async fn where_it_is_read(&self, answer: Answer, incident: &Incident) -> Answer {
        let place = &self.message.place;
        let home = |(door, channel): &(Door, String)| *door == place.door && *channel == place.channel;
        if !self.incidents.homes(incident).iter().any(home) {
            return answer;
        }
        match self.message.entry {
            Entry::Slash { .. } | Entry::Button { .. } | Entry::Shortcut { .. } => {
                Answer { private: true, ..answer }
            }
            // The ladder writes down itself what its command did.
            Entry::Ladder { .. } => answer,
            Entry::Mention | Entry::Direct => {
                let here = self.desk.incident_here(self.message).await;
                Answer { told_already: here.as_ref() == Some(&incident.id), ..answer }
            }
        }
    }

    fn topical(&self, answer: Answer, incident: &Incident) -> Answer {
        Answer { topic: Some(incident.service.to_string()), ..answer }
    }
}

/// Why it was not done. A store that does not answer is said loudly: nothing is saved, press again.
fn failed(error: &IncidentError) -> Answer {
    let headline = match error {
        IncidentError::Store(error) => return Desk::store_failed(error),
        IncidentError::Unknown(id) => Phrase::new("incident-said-unknown").with("id", id.as_str()),
        IncidentError::Wrong(Wrong::Over) => Phrase::new("incident-said-over-now"),
        IncidentError::Wrong(Wrong::TooLong(span)) => {
            Phrase::new("incident-said-too-long").with("span", crate::base::span::show(*span))
        }
    };
    Answer::private(note(headline), format!("refused: {error}"))
}
