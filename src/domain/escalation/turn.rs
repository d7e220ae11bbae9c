//! One move of an incident, while it is being decided on.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::{Act, By, Cancel, Decision, Facts, HOUR, Notice, Order, Reply};
use crate::base::ids::PersonId;
use crate::domain::incident::timeline::{Actor, Entry, Happened, Why};
use crate::domain::incident::{Due, Fired, Incident, Pending, State};
use crate::domain::policy::{Target, Unless};

/// How many of the newest orders an incident remembers.
const REMEMBERED: usize = 16;
/// How much may become due in one go: far more than any ladder has.
const MOST: usize = 500;

pub(super) struct Turn<'a> {
    pub incident: Incident,
    pub facts: &'a Facts,
    pub now: Timestamp,
    by: By,
    entries: Vec<Entry>,
    orders: Vec<Order>,
    cancels: Vec<Cancel>,
    notices: Vec<Notice>,
    counted: bool,
    pub act: Option<Act>,
}

impl<'a> Turn<'a> {
    pub fn new(incident: Incident, facts: &'a Facts, by: By, now: Timestamp) -> Self {
        Self {
            incident,
            facts,
            now,
            by,
            entries: Vec::new(),
            orders: Vec::new(),
            cancels: Vec::new(),
            notices: Vec::new(),
            counted: false,
            act: None,
        }
    }

    /// Who moves it.
    pub fn mover(&self) -> &Actor {
        &self.by.who
    }

    /// The moment that much later.
    pub fn after(&self, span: Duration) -> Timestamp {
        later(self.now, span)
    }

    /// Adds a row to the timeline. The first one of a person's wish is the wish.
    pub fn log(&mut self, what: Happened) {
        let by = By { id: self.by.id.take(), ..self.by.clone() };
        self.log_by(by, what);
    }

    /// Adds a row about what we did ourselves.
    pub fn note(&mut self, what: Happened) {
        self.log_by(By::ladder(), what);
    }

    fn log_by(&mut self, by: By, what: Happened) {
        self.incident.entries += 1;
        let seq = self.incident.entries;
        let id = by.id.unwrap_or_else(|| format!("{}/t{seq}", self.incident.id));
        self.entries.push(Entry { id, seq, at: self.now, who: by.who, from: by.from, what });
    }

    /// Puts something on the list of what is to come.
    pub fn plan(&mut self, at: Timestamp, what: Due) {
        self.incident.pending.push(Pending { at, what });
    }

    /// The same, in place of what there is of its kind.
    pub fn plan_only(&mut self, at: Timestamp, what: Due) {
        self.forget(|due| std::mem::discriminant(due) == std::mem::discriminant(&what));
        self.plan(at, what);
    }

    /// Takes off what is like that.
    pub fn forget(&mut self, like: impl Fn(&Due) -> bool) {
        self.incident.pending.retain(|pending| !like(&pending.what));
    }

    /// Pages people in one go: those who were not told in this move already. Whoever is outside is left out of a drill, and
    /// whoever has no way to be paged always; they may answer all the same.
    pub fn page(
        &mut self,
        people: impl IntoIterator<Item = PersonId>,
        step: Option<usize>,
        why: &Why,
    ) -> Vec<PersonId> {
        self.page_late(people, step, why, None)
    }

    pub fn page_late(
        &mut self,
        people: impl IntoIterator<Item = PersonId>,
        step: Option<usize>,
        why: &Why,
        late: Option<Timestamp>,
    ) -> Vec<PersonId> {
        let news = matches!(why, Why::Taken { .. } | Why::Over);
        let mut told: Vec<PersonId> = Vec::new();
        let mut fresh = Vec::new();
        for person in people {
            let vendor = self.facts.external.contains(&person);
            if (vendor && self.incident.drill) || told.contains(&person) {
                continue;
            }
            if self.facts.mute.contains(&person) {
                if !news && !vendor {
                    self.incident.paged.insert(person);
                }
                continue;
            }
            if !self.orders.iter().any(|order| order.person == person) {
                fresh.push((person.clone(), vendor));
            }
            told.push(person);
        }
        if fresh.is_empty() {
            return told;
        }
        self.incident.told += 1;
        let key = format!("{}/{}", self.incident.id, self.incident.told);
        if !news {
            self.incident.paged.extend(fresh.iter().map(|(person, _)| person.clone()));
            let unless = step
                .and_then(|step| self.incident.policy.steps.get(step))
                .map_or(Unless::Acknowledged, |step| step.unless);
            let people: BTreeSet<PersonId> = told.iter().cloned().collect();
            let fired = Fired { key: key.clone(), step, unless, people, lost: BTreeSet::new() };
            self.incident.fired.push(fired);
            let excess = self.incident.fired.len().saturating_sub(REMEMBERED);
            self.incident.fired.drain(..excess);
        }
        let orders = fresh.into_iter().map(|(person, vendor)| Order {
            key: key.clone(),
            person,
            why: why.clone(),
            vendor,
            late,
        });
        self.orders.extend(orders);
        told
    }

    /// Pages people besides the ladder, and puts it on record.
    pub fn tell(&mut self, people: impl IntoIterator<Item = PersonId>, why: Why) {
        let people = self.page(people, None, &why);
        if !people.is_empty() {
            self.note(Happened::Paged { people, why });
        }
    }

    /// Shows something in channels.
    pub fn notice(&mut self, channel: Option<String>, step: Option<usize>, people: &[PersonId], why: &Why) {
        let key = format!("{}/n{}.{}", self.incident.id, self.incident.entries, self.notices.len());
        self.notices.push(Notice { key, channel, step, people: people.to_vec(), why: why.clone() });
    }

    /// The thread is to show how many alerts there are, although nothing else happened.
    pub fn counts(&mut self) {
        self.counted = true;
    }

    /// Calls back pages.
    pub fn cancel(&mut self, what: Cancel) {
        if !self.cancels.contains(&what) {
            self.cancels.push(what);
        }
    }

    /// Calls back what an acknowledgement by `person` makes needless.
    pub fn cancel_taken(&mut self, person: &PersonId) {
        let needless = self.incident.fired.iter().filter(|fired| fired.unless == Unless::Acknowledged);
        let keys: Vec<Cancel> = needless.map(|fired| Cancel::Key(fired.key.clone())).collect();
        keys.into_iter().for_each(|key| self.cancel(key));
        self.cancel(Cancel::Person(person.clone()));
    }

    /// Who a target stands for now.
    pub fn people(&self, target: &Target) -> Vec<PersonId> {
        match target {
            Target::Person(person) => vec![person.clone()],
            Target::Channel(_) => Vec::new(),
            Target::Schedule(_) | Target::Group(_) => {
                self.facts.targets.get(target).map(|found| found.people.clone()).unwrap_or_default()
            }
        }
    }

    /// Who is on call now.
    pub fn on_call(&self) -> Vec<PersonId> {
        self.incident.policy.on_call().into_iter().flat_map(|target| self.people(target)).collect()
    }

    /// Does everything that is due.
    pub fn run_due(&mut self) {
        for _ in 0..MOST {
            self.hold();
            let Some(pending) = self.pop_due() else { break };
            self.happen(pending);
        }
    }

    /// While no provider takes pages, what would page waits.
    fn hold(&mut self) {
        let now = self.now;
        if !self.facts.blocked {
            if let Some(since) = self.incident.held.take() {
                self.note(Happened::HeldNoMore { since });
            }
            return;
        }
        let wait = self.after(super::HELD);
        let mut held = false;
        for pending in &mut self.incident.pending {
            if pending.at <= now && pages(&pending.what) {
                pending.at = wait;
                held = true;
            }
        }
        if held && self.incident.held.is_none() {
            self.incident.held = Some(now);
            self.note(Happened::Held);
        }
    }

    /// The earliest of what is due and can be decided on; first what may end it, since nobody is paged for what is over.
    fn pop_due(&mut self) -> Option<Pending> {
        let (now, facts) = (self.now, self.facts);
        let ready = |pending: &Pending| {
            pending.at <= now
                && match pending.what {
                    Due::Act { .. } => facts.fitness.is_some(),
                    Due::Settle => facts.healthy.is_some(),
                    Due::Unheard => facts.heard.is_some(),
                    _ => true,
                }
        };
        let due = self.incident.pending.iter().enumerate().filter(|(_, pending)| ready(pending));
        let (at, _) = due.min_by_key(|(_, pending)| (rank(&pending.what), pending.at, pending.what))?;
        Some(self.incident.pending.remove(at))
    }

    fn happen(&mut self, Pending { at, what }: Pending) {
        match what {
            Due::Step { step, nth } => self.step_due(step, nth, at),
            Due::Cycle => self.cycle_due(at),
            Due::Hourly => self.hourly_due(),
            Due::Morning => self.morning_due(),
            Due::Ask => self.ask_due(),
            Due::Lapse => self.lapse_due(),
            Due::Wake => self.wake_due(),
            Due::Retake => self.retake_due(),
            Due::Quiet => self.quiet_due(),
            Due::StillFiring => self.still_firing_due(),
            Due::Calm => self.calm_due(),
            Due::Act { step, again } => self.act_due(step, again),
            Due::Unheard => self.unheard_due(),
            Due::Settle => self.settle_due(),
            Due::Count => self.count_due(),
        }
    }

    /// The decision. What is due by now is done in it, and an open incident leaves it with something to come.
    pub fn end(mut self, reply: Reply) -> Decision {
        self.run_due();
        // To be counted is no wake.
        if self.incident.is_open() && self.incident.pending.iter().all(|pending| pending.what == Due::Count) {
            self.note(Happened::Mended);
            let what = match self.incident.state {
                State::Triggered => Due::Hourly,
                _ => Due::Lapse,
            };
            self.plan(self.after(HOUR), what);
        }
        Decision {
            incident: self.incident,
            entries: self.entries,
            orders: self.orders,
            cancels: self.cancels,
            notices: self.notices,
            counted: self.counted,
            act: self.act,
            reply,
        }
    }
}

/// What may end an incident goes before what pages people.
fn rank(due: &Due) -> u8 {
    match due {
        Due::Quiet => 0,
        Due::Settle => 1,
        _ => 2,
    }
}

/// Whether it pages somebody when it is due.
fn pages(due: &Due) -> bool {
    !matches!(due, Due::Quiet | Due::StillFiring | Due::Unheard | Due::Settle | Due::Act { .. } | Due::Count)
}

/// The moment `span` after `at`.
pub(super) fn later(at: Timestamp, span: Duration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

/// The moment `span` before `at`.
pub(super) fn earlier(at: Timestamp, span: Duration) -> Timestamp {
    at.checked_sub(span).unwrap_or(Timestamp::MIN)
}
