//! `swap SCHEDULE PERSON`: two people exchange their next shifts; with a range, one does the other a favour. Nothing
//! changes before the other one accepts.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::app::verb::{Ask, Proposal, Verb};
use crate::app::verbs::oncall::{Duties, stretch, table, unanswered};
use crate::base::ids::{PersonId, derived};
use crate::domain::failure::{Failure, Why};
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::schedule::{Override, Shift};
use crate::domain::words::Phrase;
use crate::store::{Swap, SwapState};

/// How far ahead a next shift is looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The verb.
pub struct Exchange {
    /// People and schedules.
    pub duties: Duties,
}

#[async_trait]
impl Verb for Exchange {
    fn name(&self) -> &'static str {
        "swap"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let report = match ask.invocation.args.id("offer") {
            Some(id) => self.decide(id, ask).await?,
            None => self.offer(ask).await?,
        };
        Ok(Proposal::Answer(report))
    }
}

impl Exchange {
    async fn offer(&self, ask: &Ask<'_>) -> Result<Report, Failure> {
        let (args, duties) = (&ask.invocation.args, &self.duties);
        let schedule = duties.schedule(args.schedule())?;
        let giver = ask.asker.id.clone();
        let taker = args.person().cloned().unwrap_or_else(|| giver.clone());
        if taker == giver {
            return Err(invalid(Phrase::new("oncall-swap-self")));
        }
        let shifts = self.shifts(&schedule.id, ask.now).await?;
        let (given, returned) = match args.range() {
            Some((from, Some(to))) if to > ask.now => ((from.max(ask.now), to), None),
            Some((_, Some(_))) => return Err(invalid(Phrase::new("oncall-override-past"))),
            Some((_, None)) => return Err(invalid(Phrase::new("oncall-override-when"))),
            None => {
                let next = |person| self.next(&shifts, person, ask.now);
                (next(&giver)?, Some(next(&taker)?))
            }
        };
        self.holding(&shifts, &giver, given)?;
        let swap = Swap {
            id: derived("S", &format!("{giver} {} {}", ask.now, ask.invocation.to_text())),
            schedule: schedule.id.clone(),
            giver,
            taker,
            given,
            returned,
        };
        duties.store.offer_swap(&swap).await.map_err(|error| unanswered(&error))?;
        let headline = Phrase::new("oncall-swap-offer")
            .with("giver", duties.company.name(&swap.giver))
            .with("taker", duties.company.name(&swap.taker))
            .with("schedule", swap.schedule.as_str());
        let warning = table::hardly_reached(duties, &swap.taker);
        let lines = self.lines(&swap, ask).into_iter().chain(warning).collect();
        Ok(Report::new(Tone::Plain, headline)
            .block(Block::List(lines))
            .button(Phrase::new("oncall-swap-accept"), format!("swap-accept {}", swap.id), Look::Primary)
            .button(Phrase::new("oncall-swap-decline"), format!("swap-decline {}", swap.id), Look::Plain)
            .footnote(Phrase::new("oncall-swap-who").with("name", duties.company.name(&swap.taker))))
    }

    async fn decide(&self, id: &str, ask: &Ask<'_>) -> Result<Report, Failure> {
        let duties = &self.duties;
        let found = duties.store.swap(id).await.map_err(|error| unanswered(&error))?;
        let Some((swap, state)) = found else {
            return Err(Failure::new(Phrase::new("oncall-no-offer").with("id", id), Why::NotFound));
        };
        let accept = ask.invocation.command == "swap-accept";
        let me = &ask.asker.id;
        let name = |person: &PersonId| duties.company.name(person);
        if *me != swap.taker && (accept || *me != swap.giver) {
            let told = Phrase::new("oncall-swap-not-yours").with("name", name(&swap.taker));
            return Err(Failure::new(told, Why::Conflict));
        }
        let (decision, overrides) = if accept {
            (SwapState::Accepted, self.overrides(&swap, ask).await?)
        } else {
            (SwapState::Declined, Vec::new())
        };
        let first = state == SwapState::Open
            && duties
                .store
                .decide_swap(&swap, decision, &overrides)
                .await
                .map_err(|error| unanswered(&error))?;
        duties.roster.forget();
        // Worked on again after a crash, it was decided by this very press.
        let state = if first { decision } else { self.state(id).await? };
        let said = match state {
            SwapState::Accepted => "oncall-swap-done",
            SwapState::Declined => "oncall-swap-declined",
            SwapState::Open => return Err(Failure::new(Phrase::new("store-failed"), Why::Unavailable)),
        };
        let headline = Phrase::named(said)
            .with("giver", name(&swap.giver))
            .with("taker", name(&swap.taker))
            .with("schedule", swap.schedule.as_str());
        let tone = if state == SwapState::Accepted { Tone::Good } else { Tone::Plain };
        let mut report = Report::new(tone, headline);
        if state == SwapState::Accepted {
            report = report.block(Block::List(self.lines(&swap, ask)));
            for over in overrides.iter().filter(|_| first) {
                let when = stretch(over.from, over.to, ask.zone);
                let label =
                    Phrase::new("oncall-cancel-of").with("name", name(&over.person)).with("when", when);
                report = report.button(label, format!("override-cancel {}", over.id), Look::Plain);
            }
        }
        Ok(report)
    }

    async fn state(&self, id: &str) -> Result<SwapState, Failure> {
        let found = self.duties.store.swap(id).await.map_err(|error| unanswered(&error))?;
        Ok(found.map_or(SwapState::Open, |(_, state)| state))
    }

    /// What an accepted offer means. Both must still have what they give: shifts may have changed since. An offer that
    /// is decided already is not looked at again.
    async fn overrides(&self, swap: &Swap, ask: &Ask<'_>) -> Result<Vec<Override>, Failure> {
        if self.state(&swap.id).await? != SwapState::Open {
            return Ok(Vec::new());
        }
        let shifts = self.shifts(&swap.schedule, ask.now).await?;
        let ways = [(&swap.giver, &swap.taker, Some(swap.given)), (&swap.taker, &swap.giver, swap.returned)];
        let mut overrides = Vec::new();
        for (number, (from, to, time)) in ways.into_iter().enumerate() {
            let Some(time) = time else { continue };
            if time.1 <= ask.now {
                return Err(Failure::new(Phrase::new("oncall-swap-late"), Why::Conflict));
            }
            let time = (time.0.max(ask.now), time.1);
            self.holding(&shifts, from, time)?;
            overrides.push(Override {
                id: derived("O", &format!("{}/{number}", swap.id)),
                person: to.clone(),
                instead: Some(from.clone()),
                from: time.0,
                to: time.1,
                holiday: false,
                by: Some(ask.asker.id.clone()),
                reason: Some(format!("⇄ {}", self.duties.company.name(from))),
                written: ask.now,
            });
        }
        Ok(overrides)
    }

    async fn shifts(&self, schedule: &str, now: Timestamp) -> Result<Vec<Shift>, Failure> {
        let shifts = self.duties.roster.shifts(schedule, now, now + AHEAD).await;
        shifts.map_err(|error| unanswered(&error))
    }

    /// The next shift of a person that has not begun.
    fn next(
        &self,
        shifts: &[Shift],
        person: &PersonId,
        now: Timestamp,
    ) -> Result<(Timestamp, Timestamp), Failure> {
        let next = shifts.iter().find(|shift| shift.person == *person && shift.from > now);
        next.map(|shift| (shift.from, shift.to)).ok_or_else(|| {
            invalid(Phrase::new("oncall-swap-none").with("name", self.duties.company.name(person)))
        })
    }

    /// Fails unless the person is on call all the time.
    fn holding(
        &self,
        shifts: &[Shift],
        person: &PersonId,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<(), Failure> {
        // They are in the order of their beginnings.
        let mut reached = from;
        for shift in shifts.iter().filter(|shift| shift.person == *person) {
            if shift.from <= reached {
                reached = reached.max(shift.to);
            }
        }
        if reached >= to {
            return Ok(());
        }
        let name = self.duties.company.name(person);
        Err(Failure::new(Phrase::new("oncall-swap-not-held").with("name", name), Why::Conflict))
    }

    /// Who takes what.
    fn lines(&self, swap: &Swap, ask: &Ask<'_>) -> Vec<Phrase> {
        let line = |person: &PersonId, (from, to): (Timestamp, Timestamp)| {
            Phrase::new("oncall-swap-takes")
                .with("name", self.duties.company.name(person))
                .with("when", stretch(from, to, ask.zone))
        };
        let mut lines = vec![line(&swap.taker, swap.given)];
        lines.extend(swap.returned.map(|time| line(&swap.giver, time)));
        lines
    }
}

fn invalid(phrase: Phrase) -> Failure {
    Failure::new(phrase, Why::Invalid)
}
