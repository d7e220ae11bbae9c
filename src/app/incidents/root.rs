//! The root message of an incident: how it stands, what comes next, and what can be done.

use super::Incidents;
use super::propose::settles;
use super::say;
use super::thread::tone;
use crate::app::verbs::say::list;
use crate::domain::incident::{Due, Incident};
use crate::domain::policy::Target;
use crate::domain::report::{Block, Look, Report};
use crate::domain::words::Phrase;

impl Incidents {
    /// The root message.
    pub(super) fn root(&self, incident: &Incident) -> Report {
        let headline = Phrase::new(if incident.drill { "incident-root-drill" } else { "incident-root" })
            .with("id", incident.id.as_str())
            .with("service", incident.service.as_str())
            .with("title", incident.title.as_str());
        // Read while it happens: but for when it began the time of day will do.
        let short =
            |value: Phrase| if matches!(value, Phrase::Moment { .. }) { value } else { value.by_the_hour() };
        let fields = self.fields(incident).into_iter().map(|(label, value)| (label, short(value)));
        let mut report = Report::new(tone(incident), headline).block(Block::Fields(fields.collect()));
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
        if let Some(fired) = incident.fired.iter().rfind(|fired| fired.step.is_some())
            && incident.is_open()
        {
            let told = self.names(fired.people.difference(&fired.lost));
            fields.push((Phrase::new("incident-field-told"), told));
        }
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
        if let Some(at) = settles(incident) {
            return Some(Phrase::new("act-next-settle").with("at", at));
        }
        if let Some((step, at)) = incident.next_step() {
            let targets =
                incident.policy.steps.get(step).map(|step| step.notify.as_slice()).unwrap_or_default();
            let people = targets.iter().filter(|target| !matches!(target, Target::Channel(_)));
            let mut named = people.map(|target| self.target(target)).peekable();
            let next = Phrase::new("incident-next-step").with("step", step + 1).with("at", at);
            let whom = match named.peek() {
                Some(_) => list(named),
                None => list(targets.iter().map(|target| self.target(target))),
            };
            return Some(next.with("targets", whom));
        }
        let at = incident.when(|due| matches!(due, Due::Cycle | Due::Hourly | Due::Morning))?;
        Some(Phrase::new("incident-next-page").with("at", at))
    }
}
