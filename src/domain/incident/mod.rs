//! Incidents: what people work on. One value holds all of it, with everything that is still to come.

pub mod timeline;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::ids::{IncidentId, PersonId, ServiceId};
use crate::domain::alert::AlertSeverity;
use crate::domain::policy::{Policy, Unless};

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// `INC-42`.
    pub id: IncidentId,
    /// 42.
    pub number: u64,
    /// What it is about.
    pub service: ServiceId,
    /// Alerts of one service and grouping share an incident.
    pub grouping: String,
    /// What is wrong, in one line. Text of a stranger.
    pub title: String,
    /// The worst of its alerts so far.
    pub severity: AlertSeverity,
    /// Whether it is an exercise: nothing is changed, nobody outside is told.
    #[serde(default)]
    pub drill: bool,
    /// Where it stands.
    pub state: State,
    /// Who has it, or had it last.
    #[serde(default)]
    pub holder: Option<PersonId>,
    /// When it began.
    pub opened: Timestamp,
    /// The present climb.
    pub run: Run,
    /// When it began again, within the last hour.
    #[serde(default)]
    pub reopened: Vec<Timestamp>,
    /// Whether it comes and goes.
    #[serde(default)]
    pub flapping: bool,
    /// Everybody who was paged for it.
    #[serde(default)]
    pub paged: BTreeSet<PersonId>,
    /// How many alerts it had.
    #[serde(default)]
    pub alerts: Alerts,
    /// What was told to whom, newest last: whom a cancelled page was for, and whether anybody was reached.
    #[serde(default)]
    pub fired: Vec<Fired>,
    /// The command of its ladder, once it was begun.
    #[serde(default)]
    pub action: Option<Acting>,
    /// Who was asked whether to resolve it while alerts fire, and when.
    #[serde(default)]
    pub asked: Option<Timestamp>,
    /// Since when no provider takes pages.
    #[serde(default)]
    pub held: Option<Timestamp>,
    /// The ladder, as it was when it began.
    pub policy: Policy,
    /// What is to come.
    pub pending: Vec<Pending>,
    /// How many pages and timeline rows there were: numbers for the next.
    #[serde(default)]
    pub told: u32,
    /// See `told`.
    #[serde(default)]
    pub entries: u32,
}

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum State {
    /// Nobody has it.
    Triggered,
    /// Somebody has.
    Acknowledged {
        /// Who.
        by: PersonId,
        /// Since when.
        at: Timestamp,
        /// Until when, if nothing is heard of them.
        until: Timestamp,
    },
    /// Somebody has it and put it off.
    Snoozed {
        /// Who.
        by: PersonId,
        /// Until when.
        until: Timestamp,
    },
    /// It is over.
    Resolved {
        /// Who said so; its sources, if nobody.
        by: Option<PersonId>,
        /// When.
        at: Timestamp,
    },
}

impl State {
    /// Its name in the store.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Triggered => "triggered",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Snoozed { .. } => "snoozed",
            Self::Resolved { .. } => "resolved",
        }
    }
}

/// One climb of the ladder, from the trigger or a reopening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// From 1.
    pub number: u32,
    /// When it began.
    pub began: Timestamp,
    /// How often the ladder was climbed in it, from 1.
    pub cycle: u32,
    /// What the times of the present cycle's steps count from.
    pub base: Timestamp,
    /// The highest step of the present cycle that fired.
    #[serde(default)]
    pub reached: Option<usize>,
}

/// Its alerts in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    /// All there were.
    pub total: u32,
    /// Those firing when it was last looked.
    pub firing: u32,
    /// When the present minute began, and how many came in it.
    #[serde(default)]
    pub minute: Option<(Timestamp, u32)>,
    /// Since when there are so many that most are only counted, if they are.
    #[serde(default)]
    pub storm: Option<Timestamp>,
}

/// What was told in one go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// The pages' key.
    pub key: String,
    /// The step, if it was one.
    pub step: Option<usize>,
    /// What makes it needless.
    pub unless: Unless,
    /// To whom.
    pub people: BTreeSet<PersonId>,
    /// Who of them cannot be reached.
    #[serde(default)]
    pub lost: BTreeSet<PersonId>,
}

/// A command of the ladder that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    /// The step.
    pub step: usize,
    /// As it would be typed.
    pub command: String,
    /// When.
    pub begun: Timestamp,
    /// Whether it worked, once that is known.
    pub worked: Option<bool>,
    /// When that became known.
    #[serde(default)]
    pub ended: Option<Timestamp>,
}

/// Something that is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Due,
}

/// What is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// A step fires; `nth` counts its repeats from 0.
    Step {
        /// Which, from 0.
        step: usize,
        /// Which repeat.
        nth: u32,
    },
    /// The command of a step is looked at, for the second time if `again`.
    Act {
        /// The step.
        step: usize,
        /// Whether it is the second look.
        again: bool,
    },
    /// A command was begun, and it is asked what has become of it.
    Unheard,
    /// A command worked: has it helped?
    Settle,
    /// The ladder is climbed anew.
    Cycle,
    /// The ladder has ended.
    Hourly,
    /// A warning reaches the on-call in working hours.
    Morning,
    /// The holder is asked whether they are still on it.
    Ask,
    /// The acknowledgement ends.
    Lapse,
    /// The snooze ends.
    Wake,
    /// The holder has not taken it on again.
    Retake,
    /// No alert has fired for a while.
    Quiet,
    /// A person resolved it while alerts fired.
    StillFiring,
    /// It has neither come nor gone for a while.
    Calm,
    /// Alerts that are only counted are shown.
    Count,
}

impl Incident {
    /// Whether it is not over.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Resolved { .. })
    }

    /// Whether it climbs its ladder: warnings do not, where the config does not choose otherwise.
    pub fn climbs(&self) -> bool {
        self.severity >= self.policy.climbs
    }

    /// Who has it now.
    pub fn held_by(&self) -> Option<&PersonId> {
        match &self.state {
            State::Acknowledged { by, .. } | State::Snoozed { by, .. } => Some(by),
            State::Triggered | State::Resolved { .. } => None,
        }
    }

    /// When the earliest of what is to come is due.
    pub fn due(&self) -> Option<Timestamp> {
        self.pending.iter().map(|pending| pending.at).min()
    }

    /// The next step of the ladder that will tell people, and when.
    pub fn next_step(&self) -> Option<(usize, Timestamp)> {
        let steps = self.pending.iter().filter_map(|pending| match pending.what {
            Due::Step { step, .. } => Some((step, pending.at)),
            _ => None,
        });
        steps.min_by_key(|(step, at)| (*at, *step))
    }

    /// When something of that kind is due.
    pub fn when(&self, like: impl Fn(&Due) -> bool) -> Option<Timestamp> {
        self.pending.iter().filter(|pending| like(&pending.what)).map(|pending| pending.at).min()
    }
}

/// Why an incident cannot be moved like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is over.
    #[error("it is over")]
    Over,
    /// A snooze is too long.
    #[error("a snooze is at most {0:?} long")]
    TooLong(std::time::Duration),
}
