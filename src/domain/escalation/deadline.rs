//! Deadlines: the holder is asked, an acknowledgement lapses, a snooze ends.

use super::RETAKE;
use super::turn::{Turn, earlier};
use crate::base::ids::PersonId;
use crate::domain::incident::timeline::{Happened, Why};
use crate::domain::incident::{Due, State};

impl Turn<'_> {
    /// The deadline is near.
    pub fn ask_due(&mut self) {
        if let State::Acknowledged { by, until, .. } = self.incident.state.clone() {
            self.tell([by], Why::Asked { until });
        }
    }

    /// The deadline has come.
    pub fn lapse_due(&mut self) {
        if let Some(holder) = self.incident.held_by().cloned() {
            self.note(Happened::Lapsed { holder: holder.clone() });
            self.fall_back(holder);
        }
    }

    /// It got worse, or was given to somebody who has not said a word since.
    pub fn retake_due(&mut self) {
        if let Some(holder) = self.incident.held_by().cloned() {
            self.note(Happened::NotTaken { holder: holder.clone() });
            self.fall_back(holder);
        }
    }

    /// The snooze ends: the holder is asked, and steps that were held are fired by their own times.
    pub fn wake_due(&mut self) {
        let State::Snoozed { by, .. } = self.incident.state.clone() else { return };
        let until = self.after(RETAKE);
        self.incident.state = State::Acknowledged { by: by.clone(), at: self.now, until };
        self.plan_only(until, Due::Lapse);
        self.note(Happened::SnoozeOver);
        self.tell([by], Why::SnoozeOver);
    }

    /// Nobody has it any more: the last holder and the next step are told at once, the steps above that at their
    /// original distances; with none above, the last one once more.
    fn fall_back(&mut self, holder: PersonId) {
        self.incident.state = State::Triggered;
        self.forget(|due| matches!(due, Due::Ask | Due::Lapse | Due::Wake | Due::Retake));
        self.tell([holder], Why::Lapsed);
        if !self.incident.climbs() {
            return self.wait_for_morning();
        }
        let steps = &self.incident.policy.steps;
        let Some(last) = steps.len().checked_sub(1) else {
            return self.plan_only(self.after(super::HOUR), Due::Hourly);
        };
        let next = self.incident.run.reached.map_or(0, |reached| (reached + 1).min(last));
        let after = steps[next].after;
        let base = earlier(self.now, after);
        // Steps that were not cancelled (`unless = "resolved"`) keep nothing of their old times: they follow this one.
        self.climb(base, next);
        self.forget(|due| matches!(due, Due::Step { step, nth: 0 } if *step == next));
        self.fire(next, 0, None, &Why::Lapsed);
    }

    /// What a snooze holds: steps up to then, except the last.
    pub fn hold_steps(&mut self, until: jiff::Timestamp) {
        let last = self.incident.policy.steps.len().saturating_sub(1);
        for pending in &mut self.incident.pending {
            if matches!(pending.what, Due::Step { step, .. } if step < last) && pending.at < until {
                pending.at = until;
            }
        }
    }

    /// It neither came nor went for a while: if it still fires, it is no flapping.
    pub fn calm_due(&mut self) {
        if !self.incident.flapping {
            return;
        }
        self.incident.flapping = false;
        self.note(Happened::FlappingOver);
        if matches!(self.incident.state, State::Triggered) {
            self.set_out();
        }
    }
}
