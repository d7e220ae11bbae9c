//! Steps that do something: a command is proposed or run, at most once in an incident, and it ends the incident only
//! if that is seen to have helped.

use std::time::Duration;

use jiff::Timestamp;

use super::turn::{Turn, later};
use super::{Act, By, Decision, Facts, Fitness, Reply};
use crate::base::ids::PersonId;
use crate::domain::incident::timeline::{Happened, Left, Why};
use crate::domain::incident::{Acting, Due, Incident, State};
use crate::domain::words::Phrase;

/// How often it is asked what has become of a command. Whoever runs it says so at once; this is for those who are gone.
const UNHEARD: Duration = Duration::from_secs(15);
/// When it is looked a second time whether a command is needed.
const AGAIN: Duration = Duration::from_mins(10);
/// How long health has to hold after a command.
pub const SETTLE: Duration = Duration::from_mins(2);
/// How often it is looked at until then.
const LOOKS: Duration = Duration::from_secs(30);

/// How a command ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Whether it did what it should. Whether that helped is seen afterwards.
    pub worked: bool,
    /// What came of it, in a line.
    pub say: Phrase,
}

/// What has become of a command that was begun.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// It runs, or whoever finds out how it ended has not done so yet.
    Running,
    /// It ended.
    Ended(Ended),
    /// It was never run: whoever was to do it was gone before.
    Never,
}

/// A command of the ladder has ended. `None` if that is known.
pub fn ended(incident: Incident, end: &Ended, facts: &Facts, now: Timestamp) -> Option<Decision> {
    incident.action.as_ref().filter(|acting| acting.worked.is_none())?;
    let mut turn = Turn::new(incident, facts, By::ladder(), now);
    turn.action_ended(end);
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
        if !self.incident.is_open() || self.incident.action.is_some() {
            return;
        }
        let command = action.command;
        match fitness {
            // What somebody has taken on is not changed under their hands.
            Fitness::Fits if action.automatic && matches!(self.incident.state, State::Triggered) => {
                let acting =
                    Acting { step, command: command.clone(), begun: self.now, worked: None, ended: None };
                self.incident.action = Some(acting);
                self.note(Happened::ActionBegun { command: command.clone() });
                self.plan_only(self.after(UNHEARD), Due::Unheard);
                self.act = Some(Act { incident: self.incident.id.clone(), step, command });
            }
            Fitness::Fits => self.propose(command),
            Fitness::NotNeeded => {
                self.note(Happened::ActionLeft { command, why: Left::NotNeeded });
                if again {
                    self.left(step);
                } else {
                    self.plan(self.after(AGAIN), Due::Act { step, again: true });
                }
            }
            Fitness::Barred(why) => {
                self.note(Happened::ActionLeft { command, why: Left::Barred(why) });
                self.left(step);
            }
        }
    }

    /// No command is run: the ladder goes on at once, unless somebody has the incident.
    fn left(&mut self, step: usize) {
        if matches!(self.incident.state, State::Triggered) {
            self.next_at_once(step, &Why::ActionLeft);
        }
    }

    /// Shows a command that would help to everybody, and tells whoever has the incident.
    fn propose(&mut self, command: String) {
        let holder: Option<PersonId> = self.incident.held_by().cloned();
        self.note(Happened::Proposed { command: command.clone() });
        self.page(holder, None, &Why::Proposed { command });
    }

    /// A command was begun: what has become of it?
    pub fn unheard_due(&mut self) {
        let Some(acting) = self.incident.action.clone().filter(|acting| acting.worked.is_none()) else {
            return;
        };
        match self.facts.heard.clone() {
            Some(Heard::Ended(end)) => self.action_ended(&end),
            Some(Heard::Never) => {
                self.note(Happened::ActionLeft { command: acting.command.clone(), why: Left::Never });
                let (worked, ended) = (Some(false), Some(self.now));
                self.incident.action = Some(Acting { worked, ended, ..acting.clone() });
                self.next_at_once(acting.step, &Why::ActionLeft);
            }
            Some(Heard::Running) | None => self.plan_only(self.after(UNHEARD), Due::Unheard),
        }
    }

    /// It is known how the command ended.
    fn action_ended(&mut self, end: &Ended) {
        let Some(acting) = self.incident.action.clone() else { return };
        let (worked, ended) = (Some(end.worked), Some(self.now));
        self.incident.action = Some(Acting { worked, ended, ..acting.clone() });
        self.forget(|due| *due == Due::Unheard);
        let Acting { command, step, .. } = acting;
        self.note(Happened::ActionEnded { command, worked: end.worked, say: end.say.clone() });
        if !self.incident.is_open() {
            return;
        }
        if end.worked {
            self.plan_only(self.now, Due::Settle);
        } else {
            self.next_at_once(step, &Why::ActionFailed);
        }
    }

    /// A command worked: the incident is over once the service has been well for a while and no alert fires. As soon as
    /// the service is not well, the ladder goes on.
    pub fn settle_due(&mut self) {
        let Some(acting) = self.incident.action.clone() else { return };
        let until = later(acting.ended.unwrap_or(self.now), SETTLE);
        let well = self.facts.healthy == Some(true);
        if well && self.now < until {
            self.plan_only(self.after(LOOKS).min(until), Due::Settle);
        } else if well && self.facts.firing == 0 {
            if self.incident.is_open() {
                self.is_over(None, 0);
            }
        } else {
            self.next_at_once(acting.step, &Why::ActionFailed);
        }
    }
}
