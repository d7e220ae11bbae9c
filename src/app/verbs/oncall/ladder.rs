//! `oncall SERVICE`: who is told when something breaks, step by step, with the contacts of each.

use std::collections::BTreeMap;

use crate::app::estate::Estate;
use crate::app::verb::Ask;
use crate::app::verbs::oncall::{Duties, table, unanswered};
use crate::app::verbs::{pick, say};
use crate::base::ids::{PersonId, ServiceId};
use crate::base::span;
use crate::config::shape::ladder::Step;
use crate::domain::failure::Failure;
use crate::domain::report::{Block, Report, Tone};
use crate::domain::words::Phrase;
use crate::store::StoreError;

/// The ladder of a service as an answer.
///
/// # Errors
/// For a service that does not exist, or when the store does not answer.
pub(super) async fn report(
    duties: &Duties,
    estate: &Estate,
    service: &ServiceId,
    ask: &Ask<'_>,
) -> Result<Report, Failure> {
    let service = pick::service(estate, service)?;
    answer(duties, &service.id, &service.owners, ask).await.map_err(|error| unanswered(&error))
}

async fn answer(
    duties: &Duties,
    service: &ServiceId,
    owners: &[PersonId],
    ask: &Ask<'_>,
) -> Result<Report, StoreError> {
    let mut people: Vec<PersonId> = Vec::new();
    let mut meet = |found: &[PersonId]| {
        for person in found {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
    };
    let first = duties.roster.for_service(service, ask.now).await?;
    let steps = duties.roster.policy_of(service).map(|policy| policy.step.as_slice()).unwrap_or_default();
    let mut rows = Vec::with_capacity(steps.len());
    for (number, step) in steps.iter().enumerate() {
        let found = duties.roster.people_of_all(&step.notify, ask.now).await?;
        rows.push(vec![Phrase::raw((number + 1).to_string()), after(step), told(duties, step, &found)]);
        meet(&found);
    }
    let mut contacts = Vec::new();
    let known = duties.roster.duty(service).map(|duty| duty.contacts.as_slice()).unwrap_or_default();
    let mut about: BTreeMap<PersonId, Vec<&str>> = BTreeMap::new();
    for contact in known {
        let found = duties.roster.people_of(&contact.who, ask.now).await?;
        for person in &found {
            about.entry(person.clone()).or_default().push(&contact.about);
        }
        contacts.push((contact.about.as_str(), found));
    }
    // Whoever is named for something comes first, then the ladder in its order.
    let mut shown: Vec<PersonId> = Vec::new();
    for person in contacts.iter().flat_map(|(_, found)| found).chain(&people).chain(owners) {
        if !shown.contains(person) {
            shown.push(person.clone());
        }
    }
    let (tone, headline) = match (steps.is_empty(), first.is_empty()) {
        (true, _) => (Tone::Warn, Phrase::new("oncall-service-no-ladder")),
        (false, true) => (Tone::Bad, Phrase::new("oncall-service-nobody")),
        (false, false) => (Tone::Plain, Phrase::new("oncall-service").with("names", duties.names(&first))),
    };
    let mut report = Report::new(tone, headline.with("service", service.as_str()));
    if !rows.is_empty() {
        let heads = ["oncall-head-step", "oncall-head-after", "oncall-head-told"];
        report = report
            .block(Block::Heading(Phrase::new("oncall-ladder")))
            .block(Block::Table { heads: heads.map(Phrase::new).into(), rows });
    }
    if !shown.is_empty() {
        let heads = ["oncall-head-who", "oncall-head-for", "oncall-head-ways"];
        let rows = shown
            .iter()
            .map(|person| {
                let role = about.get(person).map(|about| about.join(", ")).unwrap_or_default();
                vec![Phrase::raw(duties.company.name(person)), Phrase::raw(role), table::ways(duties, person)]
            })
            .collect();
        report = report
            .block(Block::Heading(Phrase::new("oncall-contacts")))
            .block(Block::Table { heads: heads.map(Phrase::new).into(), rows });
    }
    let mut warnings: Vec<Phrase> =
        first.iter().filter_map(|person| table::hardly_reached(duties, person)).collect();
    let gone = contacts.iter().filter(|(_, found)| found.is_empty());
    warnings.extend(gone.map(|(about, _)| Phrase::new("oncall-contact-nobody").with("what", *about)));
    if !warnings.is_empty() {
        report.tone = if report.tone == Tone::Plain { Tone::Warn } else { report.tone };
        report = report.block(Block::List(warnings));
    }
    Ok(report)
}

fn after(step: &Step) -> Phrase {
    if step.after.0.is_zero() {
        return Phrase::new("oncall-at-once");
    }
    Phrase::raw(span::show(step.after.0))
}

/// The people of a step by name, its channels as they are written, its action as the command that it is.
fn told(duties: &Duties, step: &Step, found: &[PersonId]) -> Phrase {
    let mut parts: Vec<Phrase> = Vec::new();
    if let Some(action) = &step.action {
        parts.push(Phrase::new("oncall-action").with("command", action.as_str()));
    }
    parts.extend(found.iter().map(|person| Phrase::raw(duties.company.name(person))));
    let empty = |target: &&String| target.starts_with("schedule:") && found.is_empty();
    parts.extend(step.notify.iter().filter(empty).map(|target| {
        Phrase::new("oncall-nobody-of").with("schedule", target.trim_start_matches("schedule:"))
    }));
    let channels = step.notify.iter().filter_map(|target| target.strip_prefix("channel:"));
    parts.extend(channels.map(|channel| Phrase::new("oncall-channel").with("channel", channel)));
    say::list(parts)
}
