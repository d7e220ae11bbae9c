//! The ladder: steps that fire, climbs that begin again, and the hourly page after the last of them.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::HOUR;
use super::turn::{Turn, later};
use crate::base::ids::PersonId;
use crate::domain::incident::timeline::{Happened, LATE, Why};
use crate::domain::incident::{Due, State};
use crate::domain::policy::{Target, Unless};

impl Turn<'_> {
    /// Begins a climb at its first step, or goes on at `first`, with times that count from `base`.
    pub fn climb(&mut self, base: Timestamp, first: usize) {
        self.forget(|due| {
            matches!(due, Due::Step { .. } | Due::Act { .. } | Due::Cycle | Due::Hourly | Due::Morning)
        });
        self.incident.run.base = base;
        self.incident.run.reached = first.checked_sub(1);
        let after: Vec<Duration> = self.incident.policy.steps.iter().map(|step| step.after).collect();
        for (step, after) in after.into_iter().enumerate().skip(first) {
            self.plan(later(base, after), Due::Step { step, nth: 0 });
        }
        self.plan_end(base);
    }

    /// What comes after the last step.
    pub fn plan_end(&mut self, base: Timestamp) {
        let policy = &self.incident.policy;
        let end = later(base, policy.height());
        if self.incident.run.cycle < policy.repeat {
            let again = later(end, policy.pause());
            self.plan_only(again, Due::Cycle);
        } else {
            self.plan_only(later(end, HOUR), Due::Hourly);
        }
    }

    fn is_late(&self, due: Timestamp) -> bool {
        later(due, LATE) < self.now
    }

    /// A step's time has come.
    pub fn step_due(&mut self, step: usize, nth: u32, at: Timestamp) {
        let Some(unless) = self.incident.policy.steps.get(step).map(|step| step.unless) else { return };
        let needless = match (&self.incident.state, unless) {
            (State::Resolved { .. }, _) => true,
            (State::Acknowledged { .. } | State::Snoozed { .. }, Unless::Acknowledged) => true,
            // Of a step that is only stopped by the end, its repeats stop when somebody has it.
            (State::Acknowledged { .. } | State::Snoozed { .. }, Unless::Resolved) => nth > 0,
            (State::Triggered, _) => false,
        };
        if !needless {
            let late = self.is_late(at).then_some(at);
            self.fire(step, nth, late, &Why::Step);
        }
    }

    /// Fires a step: whoever it names now is paged, its channels are told, and its repeat is planned.
    pub fn fire(&mut self, step: usize, nth: u32, late: Option<Timestamp>, why: &Why) {
        let Some(this) = self.incident.policy.steps.get(step).cloned() else { return };
        let run = &mut self.incident.run;
        run.reached = Some(run.reached.map_or(step, |reached| reached.max(step)));
        let cycle = run.cycle;
        let people: Vec<PersonId> = this.notify.iter().flat_map(|target| self.people(target)).collect();
        let (times, next) = match (this.again, late) {
            (Some(again), Some(since)) => missed(since, self.now, again.every),
            (Some(again), None) => (1, self.after(again.every)),
            (None, _) => (1, self.now),
        };
        let mute: BTreeSet<PersonId> =
            people.iter().filter(|person| self.facts.mute.contains(*person)).cloned().collect();
        let told = self.page_late(people, Some(step), why, late);
        let fired = Happened::Fired { step, cycle, people: told.clone(), late, times, why: why.clone() };
        self.note(fired);
        if !mute.is_empty() {
            self.note(Happened::Mute { step, people: mute.into_iter().collect() });
        }
        self.notice(None, Some(step), &told, why);
        for target in &this.notify {
            if let Target::Channel(channel) = target {
                self.notice(Some(channel.clone()), Some(step), &told, why);
            }
        }
        if let Some(again) = this.again
            && nth + times < again.times
            && matches!(self.incident.state, State::Triggered)
        {
            self.plan(next, Due::Step { step, nth: nth + times });
        }
        if nth == 0 {
            self.plan_action(step);
        }
        if told.is_empty() && this.notify.iter().any(tells) {
            self.nobody(step, &this.notify);
        }
    }

    /// A step told nobody: whoever looks after it is told, and the next one fires at once.
    fn nobody(&mut self, step: usize, targets: &[Target]) {
        for target in targets.iter().filter(|target| tells(target)) {
            let found = self.facts.targets.get(target);
            let owner =
                found.and_then(|found| found.owner.clone()).or_else(|| self.incident.policy.owner.clone());
            self.note(Happened::Nobody { target: target.to_string(), told: owner.clone() });
            self.tell(owner, Why::Nobody);
        }
        self.next_at_once(step, &Why::NobodyBefore);
    }

    /// Fires the step after `step` at once; those after it keep their times.
    pub fn next_at_once(&mut self, step: usize, why: &Why) {
        let next = step + 1;
        if next >= self.incident.policy.steps.len() || !self.incident.is_open() {
            return;
        }
        if self.incident.run.reached.is_some_and(|reached| reached >= next) {
            return;
        }
        let held = self.incident.held_by().is_some();
        if held && self.incident.policy.steps[next].unless == Unless::Acknowledged {
            return;
        }
        self.forget(|due| matches!(due, Due::Step { step, nth: 0 } if *step == next));
        self.fire(next, 0, None, why);
    }

    /// The ladder is climbed anew. If its time has long passed, what was missed has just fired: the next climb waits.
    pub fn cycle_due(&mut self, at: Timestamp) {
        if !matches!(self.incident.state, State::Triggered) {
            return;
        }
        if self.is_late(at) {
            let again = self.after(self.incident.policy.pause());
            return self.plan_only(again, Due::Cycle);
        }
        self.incident.run.cycle += 1;
        self.climb(at, 0);
    }

    /// The ladder has ended, and still nobody has it.
    pub fn hourly_due(&mut self) {
        if !matches!(self.incident.state, State::Triggered) {
            return;
        }
        let people: Vec<PersonId> =
            self.on_call().into_iter().chain(self.incident.policy.owner.clone()).collect();
        self.tell(people, Why::Hourly);
        self.plan_only(self.after(HOUR), Due::Hourly);
    }

    /// A warning reaches the on-call in working hours, once a day until somebody has it.
    pub fn morning_due(&mut self) {
        if !matches!(self.incident.state, State::Triggered) {
            return;
        }
        if let Some(morning) = self.facts.morning {
            return self.plan_only(morning.max(later(self.now, Duration::from_mins(1))), Due::Morning);
        }
        let people = self.on_call();
        self.tell(people, Why::Warning);
        self.plan_only(self.after(Duration::from_hours(24)), Due::Morning);
    }

    /// A warning waits for working hours.
    pub fn wait_for_morning(&mut self) {
        let at = self.facts.morning.unwrap_or(self.now);
        self.plan_only(at, Due::Morning);
    }
}

/// Whether a target stands for people.
fn tells(target: &Target) -> bool {
    !matches!(target, Target::Channel(_))
}

/// How many repeats have become due from `since` until now, and when the next one is.
fn missed(since: Timestamp, now: Timestamp, every: Duration) -> (u32, Timestamp) {
    let past = now.duration_since(since).as_millis().max(0);
    let every_ms = i128::try_from(every.as_millis()).unwrap_or(i128::MAX).max(1);
    let times = u32::try_from(past / every_ms + 1).unwrap_or(u32::MAX);
    (times, later(since, every.saturating_mul(times)))
}
