//! The thread: a root message in each of the service's channels, edited in place, under it the newest of the timeline,
//! edited too, and in the channel a line for each step that fires. All of it are wishes of how it shall stand: after an
//! outage of the platform each is brought up to date by one edit.

use super::Incidents;
use super::say;
use crate::base::ids::PostId;
use crate::domain::escalation::{Decision, Notice};
use crate::domain::incident::timeline::Entry;
use crate::domain::incident::{Due, Incident, State};
use crate::domain::message::{Audience, Place, Thread};
use crate::domain::person::Door;
use crate::domain::redact::redacted;
use crate::domain::report::{Block, Body, Look, Report, Tone};
use crate::domain::words::Phrase;
use crate::store::NewPost;

impl Incidents {
    /// What the thread says once a decision is written.
    pub(super) fn posts(&self, decision: &Decision) -> Vec<NewPost> {
        let incident = &decision.incident;
        if decision.entries.is_empty() && decision.orders.is_empty() {
            return Vec::new();
        }
        let homes = self.homes(incident);
        let mut posts: Vec<NewPost> = Vec::new();
        for (door, channel) in &homes {
            let id = root_of(incident, *door);
            posts.push(self.post(incident, id.clone(), *door, channel, None, self.root(incident)));
            let told = decision.entries.iter().filter(|entry| is_told(entry));
            let lines: Vec<Phrase> = told.map(|entry| self.say_entry(incident, entry)).collect();
            if !lines.is_empty() {
                let log = PostId::from(format!("{}/log/{}/{}", incident.id, incident.entries, door.as_str()));
                let mut report = Report::new(Tone::Plain, lines[0].clone());
                if lines.len() > 1 {
                    report = report.block(Block::List(lines[1..].to_vec()));
                }
                posts.push(self.post(incident, log, *door, channel, Some(Thread::Under(id)), report));
            }
        }
        for notice in &decision.notices {
            posts.extend(self.notice(incident, notice, &homes));
        }
        posts
    }

    /// A step that fired, shown in its channel. The first ones, at once, are the root message itself.
    fn notice(&self, incident: &Incident, notice: &Notice, homes: &[(Door, String)]) -> Vec<NewPost> {
        let places: Vec<(Door, String)> = match &notice.channel {
            None if incident.opened == incident.run.base && notice.step == Some(0) => Vec::new(),
            None => homes.to_vec(),
            Some(named) => self.named(named).into_iter().filter(|place| !homes.contains(place)).collect(),
        };
        let headline = Phrase::new("incident-notice")
            .with("id", incident.id.as_str())
            .with("service", incident.service.as_str())
            .with("title", incident.title.as_str())
            .with("names", self.names(&notice.people))
            .with("why", self.say_why(incident, &notice.why));
        let report = Report::new(tone(incident), headline).button(
            Phrase::new("incident-button-ack"),
            format!("ack {}", incident.id),
            Look::Primary,
        );
        places
            .iter()
            .map(|(door, channel)| {
                let id = PostId::from(format!("{}/{}/{channel}", notice.key, door.as_str()));
                self.post(incident, id, *door, channel, None, report.clone())
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
        report: Report,
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
            body: Body::Report(redacted(report)),
            reply_url: None,
            topic: Some(incident.service.to_string()),
        }
    }

    /// The root message: how it stands, what comes next, and what can be done.
    pub(super) fn root(&self, incident: &Incident) -> Report {
        let headline = Phrase::new(if incident.drill { "incident-root-drill" } else { "incident-root" })
            .with("id", incident.id.as_str())
            .with("service", incident.service.as_str())
            .with("title", incident.title.as_str());
        let mut report = Report::new(tone(incident), headline).block(Block::Fields(self.fields(incident)));
        if !incident.is_open() {
            return report;
        }
        let (id, service) = (&incident.id, &incident.service);
        if incident.held_by().is_none() {
            report = report.button(Phrase::new("incident-button-ack"), format!("ack {id}"), Look::Primary);
        }
        report
            .button(Phrase::new("incident-button-escalate"), format!("escalate {id}"), Look::Plain)
            .button(Phrase::new("incident-button-logs"), format!("logs {service} errors 1h"), Look::Plain)
            .button(
                Phrase::new("incident-button-rollback"),
                format!("rollback {service} previous"),
                Look::Danger,
            )
            .button(Phrase::new("incident-button-snooze"), format!("snooze {id} 1h"), Look::Plain)
            .button(Phrase::new("incident-button-resolve"), format!("resolve {id}"), Look::Plain)
    }

    pub(super) fn fields(&self, incident: &Incident) -> Vec<(Phrase, Phrase)> {
        let mut fields = vec![
            (Phrase::new("incident-field-state"), self.say_state(incident)),
            (Phrase::new("incident-field-severity"), say::severity(incident.severity)),
            (Phrase::new("incident-field-began"), incident.opened.into()),
        ];
        if incident.alerts.total > 0 {
            let alerts = Phrase::new("incident-alerts")
                .with("firing", incident.alerts.firing)
                .with("total", incident.alerts.total);
            fields.push((Phrase::new("incident-field-alerts"), alerts));
        }
        if let Some(next) = self.next(incident) {
            fields.push((Phrase::new("incident-field-next"), next));
        }
        fields
    }

    /// What comes next, and when.
    fn next(&self, incident: &Incident) -> Option<Phrase> {
        if let Some(until) = incident.when(|due| *due == Due::Quiet) {
            return Some(Phrase::new("incident-next-quiet").with("at", until));
        }
        if let Some((step, at)) = incident.next_step() {
            let targets: Vec<String> = incident
                .policy
                .steps
                .get(step)
                .map(|step| step.notify.iter().map(ToString::to_string).collect())
                .unwrap_or_default();
            let next = Phrase::new("incident-next-step").with("step", step + 1).with("at", at);
            return Some(next.with("targets", targets.join(", ")));
        }
        let at = incident.when(|due| matches!(due, Due::Cycle | Due::Hourly | Due::Morning))?;
        Some(Phrase::new("incident-next-page").with("at", at))
    }
}

/// The root message at a door.
pub(super) fn root_of(incident: &Incident, door: Door) -> PostId {
    PostId::from(format!("{}/root/{}", incident.id, door.as_str()))
}

fn tone(incident: &Incident) -> Tone {
    match incident.state {
        State::Triggered if incident.climbs() => Tone::Bad,
        State::Triggered | State::Acknowledged { .. } | State::Snoozed { .. } => Tone::Warn,
        State::Resolved { .. } => Tone::Good,
    }
}

/// Alerts that come and go are counted in the root message; the thread tells of what people and ladders do.
fn is_told(entry: &Entry) -> bool {
    use crate::domain::incident::timeline::Happened;
    !matches!(
        entry.what,
        Happened::Opened { .. }
            | Happened::Joined { .. }
            | Happened::AlertOver { .. }
            | Happened::Quiet { .. }
    )
}
