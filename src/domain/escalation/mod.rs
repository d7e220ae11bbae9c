//! Escalation, as a function of what is known and the present moment. Whoever calls it stores what it decides, all of it
//! or nothing: the incident with what is still to come, its timeline, the pages, and what is to be called back.
//!
//! A file each for what can happen: it opens, alerts come, somebody acknowledges, deadlines pass, steps fire …

mod acknowledge;
mod action;
mod alerted;
mod deadline;
mod ladder;
mod manual;
mod open;
mod reach;
mod resolve;
mod set_back;
mod turn;

#[cfg(test)]
mod edges;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::base::ids::{IncidentId, PersonId};
use crate::domain::incident::timeline::{Actor, Entry, Origin, Why};
use crate::domain::incident::{Due, Incident};
use crate::domain::policy::Target;
use crate::domain::words::Phrase;

pub use acknowledge::{acknowledge, touch};
pub use action::{Ended, Heard, SETTLE, ended};
pub use alerted::{News, alerted, reopens};
pub use manual::{assign, escalate, handed_over, note, reapply, snooze};
pub use open::{Opening, open};
pub use reach::unreached;
pub use resolve::resolve;
pub use set_back::set_back;
use turn::Turn;

/// How long no alert may fire before an incident resolves itself.
pub const RESOLVE_HOLD: Duration = Duration::from_mins(2);
/// How long after its end an incident begins again instead of a new one.
pub const REOPEN_WITHIN: Duration = Duration::from_mins(10);
/// The longest snooze.
pub const SNOOZE: Duration = Duration::from_hours(8);
/// How long before its end the holder is asked.
const ASK_BEFORE: Duration = Duration::from_mins(10);
/// How long the holder has to take it on again.
const RETAKE: Duration = Duration::from_mins(10);
/// How long steps wait before another look while no provider takes pages.
const HELD: Duration = Duration::from_secs(15);
const HOUR: Duration = Duration::from_hours(1);

/// What is known of the world at the moment of a decision.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Who each target of the policy stands for now; a target that is missing stands for nobody.
    pub targets: BTreeMap<Target, Found>,
    /// People outside: they are told name, time and a call-back contact only.
    pub external: BTreeSet<PersonId>,
    /// People whom nothing that is set up reaches: no page is made for them, and a step that has only these has nobody.
    pub mute: Arc<BTreeSet<PersonId>>,
    /// When working hours begin next; none if it is working hours.
    pub morning: Option<Timestamp>,
    /// How many of its alerts fire that are not silenced.
    pub firing: u32,
    /// What some of them say.
    pub names: Vec<String>,
    /// Whether no provider takes pages at all: the fault is ours, and no step counts as fired.
    pub blocked: bool,
    /// Whether the command whose time has come should run, once somebody has looked.
    pub fitness: Option<Fitness>,
    /// What has become of the command that was begun, once somebody has asked.
    pub heard: Option<Heard>,
    /// Whether the service is well, once somebody has looked.
    pub healthy: Option<bool>,
}

/// Who a target stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Nobody, where a shift is not covered.
    pub people: Vec<PersonId>,
    /// Who looks after the schedule.
    pub owner: Option<PersonId>,
}

/// Whether a command should run.
#[derive(Debug, Clone, PartialEq)]
pub enum Fitness {
    /// It should.
    Fits,
    /// What it mends does not fail.
    NotNeeded,
    /// It must not now, for this reason.
    Barred(Phrase),
}

/// Who moves an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub who: Actor,
    /// From where.
    pub from: Origin,
    /// The message that asked: its row in the timeline has this id, so that it is done once.
    pub id: Option<String>,
}

impl By {
    /// The ladder itself.
    pub fn ladder() -> Self {
        Self { who: Actor::Toban, from: Origin::Escalation, id: None }
    }

    /// A source of alerts.
    pub fn source() -> Self {
        Self { who: Actor::Source, from: Origin::Source, id: None }
    }
}

/// What was decided. Plain data: nothing has happened yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The incident as it is now.
    pub incident: Incident,
    /// New rows of the timeline.
    pub entries: Vec<Entry>,
    /// Who is paged.
    pub orders: Vec<Order>,
    /// Pages to be called back, before any order.
    pub cancels: Vec<Cancel>,
    /// What is shown in channels besides the thread.
    pub notices: Vec<Notice>,
    /// Whether the thread is to show how many alerts there are, although nothing else happened.
    pub counted: bool,
    /// The command to run once this is stored.
    pub act: Option<Act>,
    /// What to answer whoever asked.
    pub reply: Reply,
}

/// One person is to be paged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// `INC-42/3`, the same for all who are paged in one go.
    pub key: String,
    /// Who.
    pub person: PersonId,
    /// What for.
    pub why: Why,
    /// Whether they are outside.
    pub vendor: bool,
    /// Since when it was due, if that is long ago.
    pub late: Option<Timestamp>,
}

/// Pages that have become needless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancel {
    /// All of the incident.
    All,
    /// Those to a person.
    Person(PersonId),
    /// Those of one order's key.
    Key(String),
}

/// Something that is shown in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Makes its post's id.
    pub key: String,
    /// The channel as the policy names it; the service's own ones if none.
    pub channel: Option<String>,
    /// The step that fired, from 0.
    pub step: Option<usize>,
    /// Whom it told.
    pub people: Vec<PersonId>,
    /// Why.
    pub why: Why,
}

/// A command to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// In which incident.
    pub incident: IncidentId,
    /// Of which step.
    pub step: usize,
    /// As it would be typed.
    pub command: String,
}

/// What whoever asked is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It is done.
    Done,
    /// Another has it.
    HeldBy(PersonId),
    /// So many alerts still fire, among them these: resolve once more if it is meant.
    StillFiring(u32, Vec<String>),
    /// It was over already.
    OverAlready,
}

/// Does everything that is due. What is due and cannot be decided on yet (a command nobody has looked at) stays.
pub fn advance(incident: Incident, facts: &Facts, now: Timestamp) -> Decision {
    let mut turn = Turn::new(incident, facts, By::ladder(), now);
    turn.run_due();
    turn.end(Reply::Done)
}

/// Gives an open incident that nothing would ever wake something that does, and says so. `None` if it is in order.
pub fn mend(incident: &Incident, now: Timestamp) -> Option<Decision> {
    if !incident.is_open() || incident.due().is_some() {
        return None;
    }
    let facts = Facts::default();
    Some(Turn::new(incident.clone(), &facts, By::ladder(), now).end(Reply::Done))
}

/// An incident in which only a deadline has moved.
pub fn unchanged(incident: Incident) -> Decision {
    Decision {
        incident,
        entries: Vec::new(),
        orders: Vec::new(),
        cancels: Vec::new(),
        notices: Vec::new(),
        counted: false,
        act: None,
        reply: Reply::Done,
    }
}

/// Another incident has taken the place of one that is over: it does not begin again.
pub fn superseded(mut incident: Incident, now: Timestamp) -> Decision {
    incident.pending.clear();
    Turn::new(incident, &Facts::default(), By::ladder(), now).end(Reply::OverAlready)
}

/// Whether the moment of something needs somebody to look before [`advance`] can decide on it.
pub fn needs_a_look(incident: &Incident, now: Timestamp) -> bool {
    incident.pending.iter().any(|pending| pending.at <= now && is_looked_at(&pending.what))
}

/// Whether it can only be decided on once somebody has looked.
fn is_looked_at(due: &Due) -> bool {
    matches!(due, Due::Act { .. } | Due::Settle | Due::Unheard)
}
