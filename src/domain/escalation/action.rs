//! Steps that do something: a command is proposed or run, at most once in an incident, and it ends the incident only
//! if that is seen to have helped.

use std::time::Duration;

use jiff::Timestamp;

use super::turn::Turn;
use super::{Act, By, Decision, Facts, Fitness, Reply};
use crate::domain::incident::timeline::{Happened, Left, Why};
use crate::domain::incident::{Acting, Due, Incident, State};

/// How long a command may be unheard of before it counts as failed.
const UNHEARD: Duration = Duration::from_mins(10);
/// When it is looked a second time whether a command is needed.
const AGAIN: Duration = Duration::from_mins(10);
/// How long health has to hold.
pub const SETTLE: Duration = Duration::from_mins(2);

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Whether it did what it should.
    pub worked: bool,
    /// What came of it, in a line.
    pub say: String,
}

/// A command of the ladder has ended. `None` if that is known.
pub fn ended(incident: Incident, end: &Ended, facts: &Facts, now: Timestamp) -> Option<Decision> {
    let acting = incident.action.clone().filter(|acting| acting.worked.is_none())?;
    let mut turn = Turn::new(incident, facts, By::ladder(), now);
    let command = turn.command(acting.step)?;
    turn.incident.action = Some(Acting { worked: Some(end.worked), ..acting.clone() });
    turn.forget(|due| *due == Due::Unheard);
    turn.note(Happened::ActionEnded { command, worked: end.worked, say: end.say.clone() });
    if turn.incident.is_open() {
        if end.worked {
            turn.plan_only(turn.after(SETTLE), Due::Settle);
        } else {
            turn.next_at_once(acting.step, &Why::ActionFailed);
        }
    }
    Some(turn.end(Reply::Done))
}

impl Turn<'_> {
    fn command(&self, step: usize) -> Option<String> {
        let action = self.incident.policy.steps.get(step)?.action.as_ref()?;
        Some(action.command.clone())
    }

    /// A step with a command fired: somebody has to look whether it is right.
    pub fn plan_action(&mut self, step: usize) {
        let Some(command) = self.command(step) else { return };
        if self.incident.drill {
            self.note(Happened::ActionLeft { command, why: Left::Drill });
        } else if self.incident.action.is_some() {
            self.note(Happened::ActionLeft { command, why: Left::Once });
        } else if !self.incident.pending.iter().any(|pending| matches!(pending.what, Due::Act { .. })) {
            self.plan(self.now, Due::Act { step, again: false });
        }
    }

    /// Somebody has looked whether a command is right.
    pub fn act_due(&mut self, step: usize, again: bool) {
        let action = self.incident.policy.steps.get(step).and_then(|step| step.action.clone());
        let (Some(action), Some(fitness)) = (action, self.facts.fitness.clone()) else { return };
        if !matches!(self.incident.state, State::Triggered) || self.incident.action.is_some() {
            return;
        }
        let command = action.command;
        match fitness {
            Fitness::Fits if action.automatic => {
                self.incident.action = Some(Acting { step, begun: self.now, worked: None });
                self.note(Happened::ActionBegun { command: command.clone() });
                self.plan_only(self.after(UNHEARD), Due::Unheard);
                self.act = Some(Act { incident: self.incident.id.clone(), step, command });
            }
            Fitness::Fits => self.note(Happened::Proposed { command }),
            Fitness::NotNeeded => {
                self.note(Happened::ActionLeft { command, why: Left::NotNeeded });
                if !again {
                    self.plan(self.after(AGAIN), Due::Act { step, again: true });
                }
            }
            Fitness::Barred(why) => {
                self.note(Happened::ActionLeft { command, why: Left::Barred(why) });
                self.next_at_once(step, &Why::ActionFailed);
            }
        }
    }

    /// A command was begun, and nobody knows how it ended: whoever ran it is gone.
    pub fn unheard_due(&mut self) {
        let Some(acting) = self.incident.action.clone().filter(|acting| acting.worked.is_none()) else {
            return;
        };
        if let Some(command) = self.command(acting.step) {
            self.note(Happened::ActionLeft { command, why: Left::Unknown });
        }
        self.incident.action = Some(Acting { worked: Some(false), ..acting.clone() });
        self.next_at_once(acting.step, &Why::ActionFailed);
    }

    /// A command worked a while ago: the incident is over if the service is well and no alert fires.
    pub fn settle_due(&mut self) {
        let Some(acting) = self.incident.action.clone() else { return };
        if self.facts.healthy == Some(true) && self.facts.firing == 0 {
            if self.incident.is_open() {
                self.is_over(None, 0);
            }
        } else {
            self.next_at_once(acting.step, &Why::ActionFailed);
        }
    }
}
