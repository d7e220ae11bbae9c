//! It is over, or it only seemed so.

use std::time::Duration;

use jiff::Timestamp;

use super::turn::{Turn, later};
use super::{By, Cancel, Decision, Facts, HOUR, REOPEN_WITHIN, Reply};
use crate::base::ids::PersonId;
use crate::domain::incident::timeline::{Happened, Why};
use crate::domain::incident::{Due, Incident, Run, State};

/// From the third reopening within an hour it is flapping.
const FLAPPING: usize = 3;
/// How long a yes after the question counts.
const ASKED: Duration = Duration::from_mins(10);

/// A person says that it is over. While alerts fire, they are named and it takes a second word.
pub fn resolve(incident: Incident, by: By, facts: &Facts, now: Timestamp) -> Decision {
    let mut turn = Turn::new(incident, facts, by, now);
    if !turn.incident.is_open() {
        return turn.end(Reply::OverAlready);
    }
    turn.incident.alerts.firing = facts.firing;
    let asked = turn.incident.asked.is_some_and(|at| now <= later(at, ASKED));
    if facts.firing > 0 && !asked {
        turn.incident.asked = Some(now);
        turn.log(Happened::ResolveAsked { firing: facts.firing, names: facts.names.clone() });
        return turn.end(Reply::StillFiring(facts.firing, facts.names.clone()));
    }
    let person = turn.person();
    turn.is_over(person, facts.firing);
    if facts.firing > 0 {
        turn.plan(turn.after(REOPEN_WITHIN), Due::StillFiring);
    }
    turn.end(Reply::Done)
}

impl Turn<'_> {
    /// Ends it: nothing is to come any more, and everybody who was paged is told.
    pub fn is_over(&mut self, by: Option<PersonId>, firing: u32) {
        self.log(Happened::Resolved { firing });
        self.incident.state = State::Resolved { by: by.clone(), at: self.now };
        self.incident.pending.clear();
        self.incident.asked = None;
        self.incident.held = None;
        self.cancel(Cancel::All);
        let others: Vec<PersonId> =
            self.incident.paged.iter().filter(|person| Some(*person) != by.as_ref()).cloned().collect();
        self.page(others, None, &Why::Over);
    }

    /// No alert has fired for a while.
    pub fn quiet_due(&mut self) {
        self.incident.alerts.firing = self.facts.firing;
        if self.facts.firing == 0 && self.incident.is_open() {
            self.is_over(None, 0);
        }
    }

    /// A person resolved it while alerts fired, and they still do.
    pub fn still_firing_due(&mut self) {
        self.incident.alerts.firing = self.facts.firing;
        if self.facts.firing > 0 && !self.incident.is_open() {
            self.reopen(true);
        }
    }

    /// It begins again, with a climb of its own.
    pub fn reopen(&mut self, still: bool) {
        let incident = &mut self.incident;
        let number = incident.run.number + 1;
        incident.run = Run { number, began: self.now, cycle: 1, base: self.now, reached: None };
        incident.state = State::Triggered;
        incident.pending.clear();
        let now = self.now;
        incident.reopened.retain(|at| now <= later(*at, HOUR));
        incident.reopened.push(now);
        let times = incident.reopened.len();
        self.log(Happened::Reopened { run: number, still });
        let holder = self.incident.holder.clone();
        if times < FLAPPING || !self.incident.climbs() {
            self.incident.flapping = false;
            let first: Vec<PersonId> = if self.incident.climbs() {
                holder.into_iter().chain(self.on_call()).collect()
            } else {
                Vec::new()
            };
            self.tell(first, Why::Reopened);
            return self.set_out();
        }
        // One page says so; after that, only something worse does, or that it stays.
        if times == FLAPPING {
            self.incident.flapping = true;
            self.note(Happened::Flapping { times });
            let people: Vec<PersonId> = holder.into_iter().chain(self.on_call()).collect();
            self.tell(people, Why::Flapping);
        }
        self.incident.flapping = true;
        self.plan(self.after(REOPEN_WITHIN), Due::Calm);
        self.plan(self.after(HOUR), Due::Hourly);
    }
}
