//! What people do besides: escalate, assign, snooze, note, hand over, exchange the ladder.

use std::time::Duration;

use jiff::Timestamp;

use super::turn::{Turn, later};
use super::{By, Decision, Facts, RETAKE, Reply, SNOOZE};
use crate::base::ids::PersonId;
use crate::domain::incident::timeline::{Happened, Why};
use crate::domain::incident::{Due, Incident, State, Wrong};
use crate::domain::policy::{Policy, Unless};

fn begin<'a>(incident: Incident, by: By, facts: &'a Facts, now: Timestamp) -> Result<Turn<'a>, Wrong> {
    if incident.is_open() { Ok(Turn::new(incident, facts, by, now)) } else { Err(Wrong::Over) }
}

/// Fires the next step now and leaves the times of later ones alone; the last one again if there is none above.
///
/// # Errors
/// When it is over.
pub fn escalate(incident: Incident, by: By, facts: &Facts, now: Timestamp) -> Result<Decision, Wrong> {
    let mut turn = begin(incident, by, facts, now)?;
    turn.log(Happened::Escalated);
    let last = turn.incident.policy.steps.len().saturating_sub(1);
    let next = turn.incident.run.reached.map_or(0, |reached| (reached + 1).min(last));
    turn.forget(|due| matches!(due, Due::Step { step, nth: 0 } if *step == next));
    turn.fire(next, 0, None, &Why::Escalated);
    Ok(turn.end(Reply::Done))
}

/// Gives it to somebody, who is paged and has ten minutes to take it.
///
/// # Errors
/// When it is over.
pub fn assign(
    incident: Incident,
    to: &PersonId,
    by: By,
    facts: &Facts,
    now: Timestamp,
) -> Result<Decision, Wrong> {
    let own = by.who.person() == Some(to);
    let mut turn = begin(incident, by, facts, now)?;
    turn.log(Happened::Assigned { to: to.clone() });
    turn.take_on(to.clone());
    turn.cancel_taken(to);
    if !own {
        turn.tell([to.clone()], Why::Assigned);
        turn.plan_only(turn.after(RETAKE), Due::Retake);
    }
    Ok(turn.end(Reply::Done))
}

/// Puts it off; whoever does so has it.
///
/// # Errors
/// When it is over, or for more than eight hours.
pub fn snooze(
    incident: Incident,
    person: &PersonId,
    span: Duration,
    by: By,
    facts: &Facts,
    now: Timestamp,
) -> Result<Decision, Wrong> {
    if span > SNOOZE {
        return Err(Wrong::TooLong(SNOOZE));
    }
    let mut turn = begin(incident, by, facts, now)?;
    if let Some(holder) = turn.incident.held_by().filter(|holder| *holder != person).cloned() {
        turn.log(Happened::AlreadyHeld { by: holder.clone() });
        return Ok(turn.end(Reply::HeldBy(holder)));
    }
    let until = later(now, span);
    turn.take_on(person.clone());
    turn.cancel_taken(person);
    turn.incident.state = State::Snoozed { by: person.clone(), until };
    turn.forget(|due| matches!(due, Due::Ask | Due::Lapse));
    turn.hold_steps(until);
    turn.plan_only(until, Due::Wake);
    turn.log(Happened::Snoozed { until });
    Ok(turn.end(Reply::Done))
}

/// Puts a remark on record. Also when it is over: people write up what they learn.
pub fn note(incident: Incident, text: String, by: By, facts: &Facts, now: Timestamp) -> Decision {
    let person = by.who.person().cloned();
    let touched = person.and_then(|person| super::touch(incident.clone(), &person, now));
    let mut turn = Turn::new(touched.unwrap_or(incident), facts, by, now);
    turn.log(Happened::Noted { text });
    turn.end(Reply::Done)
}

/// The next shift is told of it; whoever has it keeps it. `None` if there is nobody new to tell.
pub fn handed_over(incident: Incident, to: &[PersonId], facts: &Facts, now: Timestamp) -> Option<Decision> {
    let new: Vec<PersonId> = to.iter().filter(|person| incident.held_by() != Some(person)).cloned().collect();
    if !incident.is_open() || new.is_empty() {
        return None;
    }
    let mut turn = Turn::new(incident, facts, By::ladder(), now);
    let to = turn.page(new, None, &Why::Shift);
    turn.log(Happened::HandedOver { to });
    Some(turn.end(Reply::Done))
}

/// Climbs another ladder from where it is: steps whose time has passed are done, or fire now if none of that height did.
///
/// # Errors
/// When it is over.
pub fn reapply(
    incident: Incident,
    policy: Policy,
    by: By,
    facts: &Facts,
    now: Timestamp,
) -> Result<Decision, Wrong> {
    let mut turn = begin(incident, by, facts, now)?;
    turn.log(Happened::Reapplied { policy: policy.id.clone() });
    turn.incident.policy = policy;
    if !turn.incident.climbs() || turn.incident.flapping {
        return Ok(turn.end(Reply::Done));
    }
    let held = turn.incident.held_by().is_some();
    let (base, reached) = (turn.incident.run.base, turn.incident.run.reached);
    turn.forget(|due| matches!(due, Due::Step { .. } | Due::Act { .. } | Due::Cycle | Due::Hourly));
    let first = reached.map_or(0, |reached| reached + 1);
    let steps: Vec<(Timestamp, Unless)> =
        turn.incident.policy.steps.iter().map(|step| (later(base, step.after), step.unless)).collect();
    for (step, (at, unless)) in steps.into_iter().enumerate().skip(first) {
        if !held || unless == Unless::Resolved {
            turn.plan(at.max(now), Due::Step { step, nth: 0 });
        }
    }
    if !held {
        let end = later(base, turn.incident.policy.height()).max(now);
        let height = turn.incident.policy.height();
        turn.plan_end(end.checked_sub(height).unwrap_or(end));
    }
    Ok(turn.end(Reply::Done))
}

impl Turn<'_> {
    /// The person who moves it, if it is one.
    pub fn person(&self) -> Option<PersonId> {
        self.mover().person().cloned()
    }
}
