//! The clock was set back: what is to come keeps its distance, and is not as much later.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::turn::Turn;
use super::{By, Decision, Facts, Reply};
use crate::domain::incident::timeline::Happened;
use crate::domain::incident::{Due, Incident, State};

/// Moves everything that counts time from the clock as it was to the clock as it is, `by` less. The morning stays: it
/// comes by the clock on the wall. So does the timeline, which nobody edits.
pub fn set_back(mut incident: Incident, by: SignedDuration, now: Timestamp) -> Decision {
    incident.moved_back(by);
    let facts = Facts::default();
    let mut turn = Turn::new(incident, &facts, By::ladder(), now);
    turn.note(Happened::ClockSetBack { by: Duration::from_secs_f64(by.as_secs_f64().max(0.0).round()) });
    turn.end(Reply::Done)
}

impl Incident {
    fn moved_back(&mut self, by: SignedDuration) {
        let back = |at: &mut Timestamp| *at = at.checked_sub(by).unwrap_or(Timestamp::MIN);
        for pending in self.pending.iter_mut().filter(|pending| pending.what != Due::Morning) {
            back(&mut pending.at);
        }
        back(&mut self.run.began);
        back(&mut self.run.base);
        match &mut self.state {
            State::Triggered => {}
            State::Acknowledged { at, until, .. } => {
                back(at);
                back(until);
            }
            State::Snoozed { until, .. } => back(until),
            State::Resolved { at, .. } => back(at),
        }
        self.reopened.iter_mut().for_each(back);
        self.asked.iter_mut().for_each(back);
        self.held.iter_mut().for_each(back);
        if let Some((minute, _)) = &mut self.alerts.minute {
            back(minute);
        }
        if let Some(acting) = &mut self.action {
            back(&mut acting.begun);
        }
    }
}
