//! The thread: a root message in each of the service's channels, edited in place, and under it what people and ladders
//! do, as it happens. All of it are wishes of how it shall stand, and what could not be told yet is told in one: after an
//! outage of the platform the root is brought up to date by one edit and the thread by one reply.

use super::Incidents;
use crate::base::ids::PostId;
use crate::domain::escalation::{Decision, Notice};
use crate::domain::incident::timeline::{Entry, Happened};
use crate::domain::incident::{Incident, State};
use crate::domain::message::{Audience, Place, Thread};
use crate::domain::news::News;
use crate::domain::person::Door;
use crate::domain::policy::Step;
use crate::domain::redact::{redacted, redacted_phrase};
use crate::domain::report::{Body, Button, Look, Report, Tone};
use crate::domain::words::Phrase;
use crate::store::NewPost;

impl Incidents {
    /// What the thread says once a decision is written.
    pub(super) fn posts(&self, decision: &Decision) -> Vec<NewPost> {
        let incident = &decision.incident;
        if decision.entries.is_empty() && decision.orders.is_empty() && !decision.counted {
            return Vec::new();
        }
        let (homes, news) = (self.homes(incident), self.news(decision));
        let asides: Vec<_> = self.asides(decision).into_iter().chain(self.proposals(decision)).collect();
        let mut posts: Vec<NewPost> = Vec::new();
        for (door, channel) in &homes {
            let id = root_of(incident, *door);
            let under = Some(Thread::Under(id.clone()));
            let root = Body::Report(redacted(self.root(incident)));
            posts.push(self.post(incident, id, *door, channel, None, root));
            for (name, aside) in &asides {
                let id = PostId::from(format!("{}/{name}/{}", incident.id, door.as_str()));
                let aside = Body::Report(redacted(aside.clone()));
                posts.push(self.post(incident, id, *door, channel, under.clone(), aside));
            }
            if let Some(news) = &news {
                let log = PostId::from(format!("{}/log/{}/{}", incident.id, incident.entries, door.as_str()));
                posts.push(self.post(incident, log, *door, channel, under, Body::News(news.clone())));
            }
        }
        let elsewhere = decision.notices.iter().filter(|notice| notice.channel.is_some());
        posts.extend(elsewhere.flat_map(|notice| self.notice(incident, notice, &homes)));
        posts
    }

    /// What people and ladders did. A step that fires is shown in the channel as well; the first one, at once, is so by
    /// the root message.
    fn news(&self, decision: &Decision) -> Option<News> {
        let incident = &decision.incident;
        let opens = decision.entries.iter().any(|entry| matches!(entry.what, Happened::Opened { .. }));
        // Whom the first step told stands in the root: the first reply is about what changed.
        let silent = incident.policy.steps.first().is_some_and(Step::only_shows);
        let first = |entry: &Entry| {
            opens
                && matches!(&entry.what, Happened::Fired { step: 0, people, .. } if silent || !people.is_empty())
        };
        let told = decision.entries.iter().filter(|entry| is_told(entry) && !first(entry));
        let lines: Vec<Phrase> = told.map(|entry| self.line(incident, entry)).collect();
        if lines.is_empty() {
            return None;
        }
        let first = |notice: &Notice| incident.opened == incident.run.base && notice.step == Some(0);
        let loud = decision.notices.iter().any(|notice| notice.channel.is_none() && !first(notice));
        let buttons = if loud { acknowledge(incident) } else { Vec::new() };
        let over = decision.entries.iter().any(|entry| matches!(entry.what, Happened::Resolved { .. }));
        let tone = if loud || over { tone(incident) } else { Tone::Plain };
        Some(News { loud, buttons, ..News::new(all_of(incident), tone, lines) })
    }

    /// A line of the thread: read while it happens, so the time of day will do.
    fn line(&self, incident: &Incident, entry: &Entry) -> Phrase {
        redacted_phrase(self.say_entry(incident, entry)).by_the_hour()
    }

    /// Replies that are edited in place: alerts that are only counted, and whom a step did not reach.
    fn asides(&self, decision: &Decision) -> Vec<(String, Report)> {
        let incident = &decision.incident;
        let mut asides = Vec::new();
        let storms = decision.entries.iter().any(|entry| matches!(entry.what, Happened::Storm { .. }));
        if let Some(since) = incident.alerts.storm.filter(|_| storms || decision.counted) {
            let headline = Phrase::new("incident-storm")
                .with("since", since)
                .with("total", incident.alerts.total)
                .with("firing", incident.alerts.firing)
                .by_the_hour();
            asides.push(("storm".to_owned(), Report::new(Tone::Warn, headline)));
        }
        for entry in &decision.entries {
            let Happened::Unreached { person, why } = &entry.what else { continue };
            let Some(fired) = incident.fired.iter().rfind(|fired| fired.lost.contains(person)) else {
                continue;
            };
            let number = fired.key.rsplit('/').next().unwrap_or_default();
            let report = match fired.lost.len() {
                1 => Report::new(Tone::Warn, self.line(incident, entry)),
                _ => {
                    let headline = Phrase::new("incident-unreached").with("names", self.names(&fired.lost));
                    Report::new(Tone::Warn, headline).text(Phrase::raw(why.as_str()))
                }
            };
            asides.push((format!("lost/{number}"), report));
        }
        asides
    }

    /// A step that fired, shown in a channel that its ladder names besides the incident's own.
    fn notice(&self, incident: &Incident, notice: &Notice, homes: &[(Door, String)]) -> Vec<NewPost> {
        let named = notice.channel.iter().flat_map(|named| self.named(named));
        let places = named.filter(|place| !homes.contains(place));
        let headline = Phrase::new("incident-notice")
            .with("id", incident.id.as_str())
            .with("service", incident.service.as_str())
            .with("title", incident.title.as_str())
            .with("state", self.say_state(incident));
        let lines = vec![redacted_phrase(headline).by_the_hour()];
        let news =
            News { buttons: acknowledge(incident), ..News::new(all_of(incident), tone(incident), lines) };
        places
            .map(|(door, channel)| {
                let id = PostId::from(format!("{}/{}/{channel}", notice.key, door.as_str()));
                self.post(incident, id, door, &channel, None, Body::News(news.clone()))
            })
            .collect()
    }

    /// The channels of the incident's service that can be reached.
    pub(super) fn homes(&self, incident: &Incident) -> Vec<(Door, String)> {
        let tools = self.tools();
        let service = tools.estate.service(&incident.service);
        let channels = service.iter().flat_map(|service| &service.channels);
        channels
            .filter(|(door, _)| **door != Door::Terminal && tools.delivery.serves(**door))
            .map(|(door, channel)| (*door, channel.clone()))
            .collect()
    }

    /// A channel of a policy: a service's channels, or a platform's own id.
    fn named(&self, name: &str) -> Vec<(Door, String)> {
        let tools = self.tools();
        let serves = |door: Door| door != Door::Terminal && tools.delivery.serves(door);
        if let Some(service) = tools.estate.services().find(name) {
            let all = service.channels.iter().map(|(door, channel)| (*door, channel.clone()));
            return all.filter(|(door, _)| serves(*door)).collect();
        }
        let door = if name.bytes().all(|c| c.is_ascii_digit()) { Door::Discord } else { Door::Slack };
        if serves(door) { vec![(door, name.to_owned())] } else { Vec::new() }
    }

    pub(super) fn post(
        &self,
        incident: &Incident,
        id: PostId,
        door: Door,
        channel: &str,
        thread: Option<Thread>,
        body: Body,
    ) -> NewPost {
        let company = &self.tools().company;
        let place = Place { door, channel: channel.to_owned(), thread };
        let service = self.tools().estate.service(&incident.service).map(AsRef::as_ref);
        NewPost {
            id,
            lang: company.lang(&place, service),
            zone: company.zone_name(),
            place,
            audience: Audience::All,
            body,
            reply_url: None,
            topic: Some(incident.service.to_string()),
        }
    }
}

/// The root message at a door.
pub(super) fn root_of(incident: &Incident, door: Door) -> PostId {
    PostId::from(format!("{}/root/{}", incident.id, door.as_str()))
}

/// What tells all of an incident.
fn all_of(incident: &Incident) -> String {
    format!("incident {}", incident.id)
}

/// The button that takes it on, as long as nobody has.
fn acknowledge(incident: &Incident) -> Vec<Button> {
    if incident.held_by().is_some() || !incident.is_open() {
        return Vec::new();
    }
    let label = Phrase::new("incident-button-ack");
    vec![Button { label, command: format!("ack {}", incident.id), look: Look::Primary }]
}

pub(super) fn tone(incident: &Incident) -> Tone {
    match incident.state {
        State::Triggered if incident.climbs() => Tone::Bad,
        State::Triggered | State::Acknowledged { .. } | State::Snoozed { .. } => Tone::Warn,
        State::Resolved { .. } => Tone::Good,
    }
}

/// Alerts that come and go are counted in the root message; the thread tells of what people and ladders do.
fn is_told(entry: &Entry) -> bool {
    !matches!(
        entry.what,
        Happened::Opened { .. }
            | Happened::Joined { .. }
            | Happened::AlertOver { .. }
            | Happened::Proposed { .. }
            | Happened::Quiet { .. }
            | Happened::Storm { .. }
            | Happened::Unreached { .. }
    )
}
