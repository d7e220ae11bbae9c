//! Somebody takes an incident on, and is heard of while they have it.

use std::time::Duration;

use jiff::Timestamp;

use super::turn::{Turn, earlier, later};
use super::{ASK_BEFORE, By, Decision, Facts, Reply};
use crate::base::ids::PersonId;
use crate::domain::incident::timeline::{Happened, Why};
use crate::domain::incident::{Due, Incident, State, Wrong};
use crate::domain::policy::Unless;

/// `person` takes it on. Whoever comes second is told who has it.
///
/// # Errors
/// When it is over.
pub fn acknowledge(
    incident: Incident,
    person: &PersonId,
    by: By,
    facts: &Facts,
    now: Timestamp,
) -> Result<Decision, Wrong> {
    if !incident.is_open() {
        return Err(Wrong::Over);
    }
    let mut turn = Turn::new(incident, facts, by, now);
    if let Some(holder) = turn.incident.held_by().filter(|holder| *holder != person).cloned() {
        turn.log(Happened::AlreadyHeld { by: holder.clone() });
        return Ok(turn.end(Reply::HeldBy(holder)));
    }
    let news = turn.incident.held_by().is_none();
    let until = turn.take_on(person.clone());
    turn.log(Happened::Acknowledged { until });
    turn.cancel_taken(person);
    if news {
        // A provider that goes on by itself has to hear of it, the holder's own too.
        let everybody: Vec<PersonId> = turn.incident.paged.iter().cloned().collect();
        turn.page(everybody, None, &Why::Taken { by: person.clone() });
    }
    Ok(turn.end(Reply::Done))
}

/// The holder was heard of: the deadline moves. `None` if nothing changes by it.
pub fn touch(mut incident: Incident, person: &PersonId, now: Timestamp) -> Option<Incident> {
    let State::Acknowledged { by, until, .. } = &mut incident.state else { return None };
    if by != person {
        return None;
    }
    let extended = later(now, incident.policy.ack_timeout);
    // A row is not written for every word.
    let again = incident.pending.iter().any(|pending| pending.what == Due::Retake);
    if !again && extended <= later(*until, Duration::from_mins(1)) {
        return None;
    }
    *until = extended;
    incident.pending.retain(|pending| !matches!(pending.what, Due::Ask | Due::Lapse | Due::Retake));
    incident.pending.extend(deadline(now, extended));
    Some(incident)
}

/// The question before the deadline, and the deadline.
fn deadline(now: Timestamp, until: Timestamp) -> [crate::domain::incident::Pending; 2] {
    use crate::domain::incident::Pending;
    let half = Duration::try_from(until.duration_since(now)).unwrap_or_default() / 2;
    let ask = earlier(until, ASK_BEFORE.min(half));
    [Pending { at: ask, what: Due::Ask }, Pending { at: until, what: Due::Lapse }]
}

impl Turn<'_> {
    /// Makes somebody the holder: steps that need nobody any more go, the deadline is set.
    pub fn take_on(&mut self, person: PersonId) -> Timestamp {
        let until = self.after(self.incident.policy.ack_timeout);
        self.incident.state = State::Acknowledged { by: person.clone(), at: self.now, until };
        self.incident.holder = Some(person);
        self.incident.asked = None;
        self.stop_climbing();
        self.forget(|due| matches!(due, Due::Ask | Due::Lapse | Due::Wake | Due::Retake));
        self.incident.pending.extend(deadline(self.now, until));
        until
    }

    /// Takes off what an acknowledgement makes needless; steps that only the end stops go on, once each.
    fn stop_climbing(&mut self) {
        let steps = &self.incident.policy.steps;
        self.incident.pending.retain(|pending| match pending.what {
            Due::Step { step, nth } => {
                nth == 0 && steps.get(step).is_some_and(|step| step.unless == Unless::Resolved)
            }
            Due::Cycle | Due::Hourly | Due::Morning | Due::Calm => false,
            _ => true,
        });
    }
}
