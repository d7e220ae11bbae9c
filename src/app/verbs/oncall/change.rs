//! `override SCHEDULE PERSON from..to ["reason"]`: somebody takes a time that is not theirs.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::app::verb::{Ask, Proposal, Verb};
use crate::app::verbs::oncall::{Duties, stretch, table, unanswered};
use crate::base::ids::{PersonId, derived};
use crate::base::span;
use crate::base::text::shorten;
use crate::domain::failure::{Failure, Why};
use crate::domain::redact::redact;
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::schedule::{self, Shift};
use crate::domain::words::Phrase;

/// An override is at most so long: who takes more should be in the rotation.
const LONGEST: Duration = Duration::from_hours(92 * 24);

/// The verb.
pub struct Override {
    /// People and schedules.
    pub duties: Duties,
}

#[async_trait]
impl Verb for Override {
    fn name(&self) -> &'static str {
        "override"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let report = match ask.invocation.args.id("override") {
            Some(id) => self.cancel(id, ask).await?,
            None => self.write(ask).await?,
        };
        Ok(Proposal::Answer(report))
    }
}

impl Override {
    async fn write(&self, ask: &Ask<'_>) -> Result<Report, Failure> {
        let (args, duties) = (&ask.invocation.args, &self.duties);
        let schedule = duties.schedule(args.schedule())?;
        let person = args.person().cloned().unwrap_or_else(|| ask.asker.id.clone());
        let (from, to) = when(ask)?;
        let over = schedule::Override {
            // A command that is worked on again writes the same override.
            id: derived("O", &format!("{} {} {}", ask.asker.id, ask.now, ask.invocation.to_text())),
            person,
            instead: self.instead(ask)?,
            from,
            to,
            holiday: false,
            by: Some(ask.asker.id.clone()),
            reason: args.texts().first().map(|text| shorten(&redact(text), 200).into_owned()),
            written: ask.now,
        };
        let replaced = duties
            .roster
            .shifts(&schedule.id, from, to)
            .await
            .map_err(|error| unanswered(&error))?
            .into_iter()
            .filter(|shift| shift.person != over.person && meant(&over, shift))
            .map(|shift| Shift { from: shift.from.max(from), to: shift.to.min(to), ..shift });
        let replaced: Vec<Shift> = replaced.collect();
        let again =
            duties.store.override_shift(&over.id).await.map_err(|error| unanswered(&error))?.is_some();
        if over.instead.is_some() && replaced.is_empty() && !again {
            let name = over.instead.as_ref().map(|person| duties.company.name(person)).unwrap_or_default();
            return Err(Failure::new(
                Phrase::new("oncall-override-nothing")
                    .with("name", name)
                    .with("schedule", schedule.id.as_str()),
                Why::Invalid,
            ));
        }
        duties.store.put_override(&schedule.id, &over).await.map_err(|error| unanswered(&error))?;
        duties.roster.forget();
        Ok(self.told(&schedule.id, &over, &replaced, ask))
    }

    fn told(&self, schedule: &str, over: &schedule::Override, replaced: &[Shift], ask: &Ask<'_>) -> Report {
        let name = self.duties.company.name(&over.person);
        let headline = Phrase::new("oncall-override-done")
            .with("name", name)
            .with("schedule", schedule)
            .with("when", stretch(over.from, over.to, ask.zone));
        let mut report = Report::new(Tone::Good, headline);
        if let Some(reason) = &over.reason {
            report = report.text(Phrase::new("oncall-why-reason").with("reason", reason.as_str()));
        }
        let mut lines: Vec<Phrase> = replaced
            .iter()
            .take(8)
            .map(|shift| {
                Phrase::new("oncall-override-instead")
                    .with("name", self.duties.company.name(&shift.person))
                    .with("when", stretch(shift.from, shift.to, ask.zone))
            })
            .collect();
        lines.extend(table::hardly_reached(&self.duties, &over.person));
        if !lines.is_empty() {
            report = report.block(Block::List(lines));
        }
        let zone = ask.invocation.zone.iana_name().unwrap_or("UTC");
        report
            .button(Phrase::new("oncall-cancel"), format!("override-cancel {}", over.id), Look::Plain)
            .footnote(Phrase::new("oncall-zone-read").with("id", over.id.as_str()).with("zone", zone))
    }

    /// `instead=tanaka`.
    fn instead(&self, ask: &Ask<'_>) -> Result<Option<PersonId>, Failure> {
        let Some((key, value)) = ask.invocation.args.pairs().next() else { return Ok(None) };
        let wrong = |id, word: &str| Err(Failure::new(Phrase::named(id).with("word", word), Why::Invalid));
        if !key.eq_ignore_ascii_case("instead") {
            return wrong("oncall-override-key", key);
        }
        let name = value.trim_start_matches('@');
        let people = self.duties.company.people();
        let found =
            people.iter().find(|person| person.id.as_str().eq_ignore_ascii_case(name) || person.name == name);
        match found {
            Some(person) => Ok(Some(person.id.clone())),
            None => wrong("oncall-no-person", value),
        }
    }

    async fn cancel(&self, id: &str, ask: &Ask<'_>) -> Result<Report, Failure> {
        let duties = &self.duties;
        let found = duties.store.override_shift(id).await.map_err(|error| unanswered(&error))?;
        let Some(found) = found else {
            return Err(Failure::new(Phrase::new("oncall-no-override").with("id", id), Why::NotFound));
        };
        if found.shift.to <= ask.now {
            return Err(Failure::new(Phrase::new("oncall-override-over"), Why::Conflict));
        }
        let first =
            duties.store.cancel_override(id, &ask.asker.id).await.map_err(|error| unanswered(&error))?;
        duties.roster.forget();
        let now = duties.roster.on_call(&found.schedule, found.shift.from.max(ask.now)).await;
        let now = now.map_err(|error| unanswered(&error))?;
        let said = if first { "oncall-override-cancelled" } else { "oncall-override-was-cancelled" };
        let headline = Phrase::named(said)
            .with("name", duties.company.name(&found.shift.person))
            .with("schedule", found.schedule.as_str())
            .with("when", stretch(found.shift.from, found.shift.to, ask.zone));
        Ok(Report::new(if first { Tone::Good } else { Tone::Plain }, headline)
            .text(Phrase::new("oncall-override-now").with("names", duties.names(&now))))
    }
}

/// Whether the override takes this shift away.
fn meant(over: &schedule::Override, shift: &Shift) -> bool {
    over.instead.as_ref().is_none_or(|person| *person == shift.person)
}

/// The time that is meant: a range with an end, or a span from now on.
fn when(ask: &Ask<'_>) -> Result<(Timestamp, Timestamp), Failure> {
    let invalid = |phrase| Err(Failure::new(phrase, Why::Invalid));
    let args = &ask.invocation.args;
    let (from, to) = match (args.range(), args.span()) {
        (Some((from, Some(to))), None) => (from, to),
        (Some((from, None)), Some(span)) => (from, from.checked_add(span).unwrap_or(Timestamp::MAX)),
        (None, Some(span)) => (ask.now, ask.now.checked_add(span).unwrap_or(Timestamp::MAX)),
        (Some((_, Some(_))), Some(_)) => return invalid(Phrase::new("oncall-override-both")),
        (_, None) => return invalid(Phrase::new("oncall-override-when")),
    };
    if to <= ask.now {
        return invalid(Phrase::new("oncall-override-past"));
    }
    if to.duration_since(from) > jiff::SignedDuration::try_from(LONGEST).unwrap_or(jiff::SignedDuration::MAX)
    {
        return invalid(Phrase::new("oncall-override-long").with("limit", span::show(LONGEST)));
    }
    // What has been is not rewritten.
    Ok((from.max(ask.now), to))
}
