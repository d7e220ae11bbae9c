//! `oncall`: every schedule, one of them in full, or a service's ladder with its people.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::app::estate::Estate;
use crate::app::verb::{Ask, Proposal, Verb};
use crate::app::verbs::oncall::{Duties, ladder, moment, stretch, table, unanswered};
use crate::domain::failure::{Failure, Why};
use crate::domain::person::Person;
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::schedule::{self, Schedule};
use crate::domain::words::Phrase;
use crate::store::StoreError;

/// How far ahead one schedule is shown.
const SHOWN: SignedDuration = SignedDuration::from_hours(28 * 24);
/// At most so many shifts; the rest is said in a number.
const MOST: usize = 15;

/// Pages somebody for real, to see whether it arrives: `oncall test`.
#[async_trait]
pub trait PageTest: Send + Sync {
    /// Sends a test by every contact of the person; the answer says what to look for.
    async fn test(&self, person: &Person, now: Timestamp) -> Result<Report, Failure>;
}

/// The verb.
pub struct Oncall {
    /// People and schedules.
    pub duties: Duties,
    /// Services.
    pub estate: Arc<Estate>,
    /// Who tests pagers, where there are any.
    pub test: Option<Arc<dyn PageTest>>,
}

#[async_trait]
impl Verb for Oncall {
    fn name(&self) -> &'static str {
        "oncall"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let args = &ask.invocation.args;
        let report = if args.action() == Some("test") {
            let none = || Failure::new(Phrase::new("oncall-test-none"), Why::NotConnected);
            self.test.as_ref().ok_or_else(none)?.test(ask.asker, ask.now).await?
        } else if args.schedule().is_some() {
            self.one(self.duties.schedule(args.schedule())?, ask).await.map_err(|error| unanswered(&error))?
        } else if let Some(target) = &ask.invocation.service {
            ladder::report(&self.duties, &self.estate, &target.service, ask).await?
        } else {
            self.all(ask).await.map_err(|error| unanswered(&error))?
        };
        Ok(Proposal::Answer(report))
    }
}

impl Oncall {
    /// Now and next of every schedule.
    async fn all(&self, ask: &Ask<'_>) -> Result<Report, StoreError> {
        let roster = &self.duties.roster;
        let (mut rows, mut warnings, mut unmanned) = (Vec::new(), Vec::new(), false);
        for schedule in roster.schedules() {
            let now = roster.on_call(&schedule.id, ask.now).await?;
            unmanned |= now.is_empty();
            let next = roster.next_handoff(&schedule.id, ask.now).await?;
            let (until, then) = match next {
                Some(at) => {
                    (moment(at, ask.zone), self.duties.names(&roster.on_call(&schedule.id, at).await?))
                }
                None => (Phrase::raw("–"), Phrase::raw("–")),
            };
            rows.push(vec![Phrase::raw(schedule.id.as_str()), self.duties.names(&now), until, then]);
            warnings.extend(self.warnings(schedule, ask.now).await?);
        }
        if rows.is_empty() {
            return Ok(Report::new(Tone::Plain, Phrase::new("oncall-none")));
        }
        let heads = ["oncall-head-schedule", "oncall-head-now", "oncall-head-until", "oncall-head-then"];
        let tone = match (unmanned, warnings.is_empty()) {
            (true, _) => Tone::Bad,
            (false, false) => Tone::Warn,
            (false, true) => Tone::Plain,
        };
        let headline = Phrase::new(if unmanned { "oncall-headline-nobody" } else { "oncall-headline" });
        let report =
            Report::new(tone, headline).block(Block::Table { heads: heads.map(Phrase::new).into(), rows });
        Ok(warned(report, warnings))
    }

    /// The coming shifts of one schedule, and the overrides that can be taken back.
    async fn one(&self, schedule: &Schedule, ask: &Ask<'_>) -> Result<Report, StoreError> {
        let roster = &self.duties.roster;
        let id = schedule.id.as_str();
        let now = roster.on_call(id, ask.now).await?;
        let shifts = roster.shifts(id, ask.now, ask.now + SHOWN).await?;
        let headline = Phrase::new(if now.is_empty() { "oncall-one-nobody" } else { "oncall-one" })
            .with("schedule", id)
            .with("names", self.duties.names(&now));
        let warnings = self.warnings(schedule, ask.now).await?;
        let tone = match (now.is_empty(), warnings.is_empty()) {
            (true, _) => Tone::Bad,
            (false, false) => Tone::Warn,
            (false, true) => Tone::Plain,
        };
        let more = shifts.len().saturating_sub(MOST);
        let overrides = roster.overrides(id, ask.now).await?;
        let mut report = Report::new(tone, headline).block(table::shifts(
            &self.duties,
            &shifts[..shifts.len() - more],
            &overrides,
            ask.zone,
        ));
        if more > 0 {
            report = report.text(Phrase::new("oncall-more").with("count", more));
        }
        for over in overrides.iter().take(4) {
            let label = Phrase::new("oncall-cancel-of")
                .with("name", self.duties.company.name(&over.person))
                .with("when", stretch(over.from, over.to, ask.zone));
            report = report.button(label, format!("override-cancel {}", over.id), Look::Plain);
        }
        let zone = schedule.zone.iana_name().unwrap_or("UTC");
        Ok(warned(report, warnings).footnote(Phrase::new("oncall-zone").with("zone", zone)))
    }

    /// Shifts with nobody, and people who can hardly be reached, within seven days.
    async fn warnings(&self, schedule: &Schedule, now: Timestamp) -> Result<Vec<Phrase>, StoreError> {
        let roster = &self.duties.roster;
        let mut warnings = roster.drawn(&schedule.id, |line| schedule::warnings(line, now)).await?;
        let shifts = roster.shifts(&schedule.id, now, now + schedule::AHEAD).await?;
        let mut people: Vec<_> = shifts.into_iter().map(|shift| shift.person).collect();
        people.sort();
        people.dedup();
        warnings.extend(people.iter().filter_map(|person| table::hardly_reached(&self.duties, person)));
        Ok(warnings)
    }
}

fn warned(report: Report, mut warnings: Vec<Phrase>) -> Report {
    // Whoever stands on several schedules is told of once.
    let mut seen: Vec<Phrase> = Vec::new();
    warnings.retain(|warning| {
        let new = !seen.contains(warning);
        seen.push(warning.clone());
        new
    });
    if warnings.is_empty() { report } else { report.block(Block::List(warnings)) }
}
