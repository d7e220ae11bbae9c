//! Escalation policies: who is told of an incident, after how long, unless what has happened.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::ids::PersonId;
use crate::domain::alert::AlertSeverity;

/// A ladder. An incident keeps a copy of the one that it climbs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// The config's id of it.
    pub id: String,
    /// Told when nobody can be reached, and every hour once the ladder has ended.
    #[serde(default)]
    pub owner: Option<PersonId>,
    /// How often it is climbed.
    pub repeat: u32,
    /// How long an acknowledgement holds.
    pub ack_timeout: Duration,
    /// From which severity on incidents climb it.
    #[serde(default = "critical")]
    pub climbs: AlertSeverity,
    /// In the order of their times.
    pub steps: Vec<Step>,
}

/// One step of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// How long after the trigger or the reopening.
    pub after: Duration,
    /// What makes it needless.
    pub unless: Unless,
    /// Who is told.
    pub notify: Vec<Target>,
    /// How often it is repeated.
    #[serde(default)]
    pub again: Option<Again>,
    /// A command that may help.
    #[serde(default)]
    pub action: Option<Action>,
}

impl Step {
    /// Whether it tells no person, and only shows something in channels.
    pub fn only_shows(&self) -> bool {
        self.notify.iter().all(|target| matches!(target, Target::Channel(_)))
    }
}

/// What makes a step needless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unless {
    /// Somebody has taken the incident.
    Acknowledged,
    /// The incident is over.
    Resolved,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A person.
    Person(PersonId),
    /// Whoever is on call in that schedule when the step fires.
    Schedule(String),
    /// A group of the config.
    Group(String),
    /// A channel: a service's id, or a platform's own id of it.
    Channel(String),
}

/// A repeated step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// The time between.
    pub every: Duration,
    /// How often in all, the first one included.
    pub times: u32,
}

/// A command that a step proposes or runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// As it would be typed.
    pub command: String,
    /// Runs without anybody's yes.
    pub automatic: bool,
    /// It is right when one of these components fails (`bluelamp.portal`); always if there are none and no checks.
    #[serde(default)]
    pub components: Vec<String>,
    /// … or one of these checks.
    #[serde(default)]
    pub checks: Vec<String>,
}

fn critical() -> AlertSeverity {
    AlertSeverity::Critical
}

/// What the config does not say.
pub const REPEAT: u32 = 2;
/// How long an acknowledgement holds where the config does not say.
pub const ACK_TIMEOUT: Duration = Duration::from_mins(60);
/// The shortest and the usual pause between two climbs.
const PAUSE: (Duration, Duration) = (Duration::from_mins(5), Duration::from_mins(30));

impl Policy {
    /// The ladder of a service that has none: its people at once, and again.
    pub fn plain(people: &[PersonId]) -> Self {
        let notify = people.iter().cloned().map(Target::Person).collect();
        let step =
            Step { after: Duration::ZERO, unless: Unless::Acknowledged, notify, again: None, action: None };
        Self {
            id: "-".to_owned(),
            owner: people.first().cloned(),
            repeat: REPEAT,
            ack_timeout: ACK_TIMEOUT,
            climbs: critical(),
            steps: vec![step],
        }
    }

    /// Whether an alert that bad is of concern to anybody: what climbs is, and so are warnings.
    pub fn wakes(&self, severity: AlertSeverity) -> bool {
        severity > AlertSeverity::Info || severity >= self.climbs
    }

    /// When its last step is due, counted from its beginning.
    pub fn height(&self) -> Duration {
        self.steps.last().map_or(Duration::ZERO, |step| step.after)
    }

    /// How long after the last step it is climbed again: the distance of the last two.
    pub fn pause(&self) -> Duration {
        let before = self.steps.iter().rev().nth(1).map_or(Duration::ZERO, |step| step.after);
        let gap = self.height().saturating_sub(before);
        if gap.is_zero() { PAUSE.1 } else { gap.max(PAUSE.0) }
    }

    /// Everybody and every schedule that it names.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.steps.iter().flat_map(|step| &step.notify)
    }

    /// Where those on call stand: the first schedule that it names, else whoever its first step tells.
    pub fn on_call(&self) -> Vec<&Target> {
        let schedule = self.targets().find(|target| matches!(target, Target::Schedule(_)));
        match schedule {
            Some(schedule) => vec![schedule],
            None => self
                .steps
                .iter()
                .map(|step| step.notify.iter().filter(|to| !matches!(to, Target::Channel(_))).collect())
                .find(|people: &Vec<&Target>| !people.is_empty())
                .unwrap_or_default(),
        }
    }
}

impl Target {
    /// Whether it has to be looked up who it stands for.
    pub fn is_looked_up(&self) -> bool {
        matches!(self, Self::Schedule(_) | Self::Group(_))
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Schedule(id) => write!(f, "schedule:{id}"),
            Self::Group(id) => write!(f, "group:{id}"),
            Self::Channel(id) => write!(f, "channel:{id}"),
        }
    }
}

impl std::str::FromStr for Target {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text.split_once(':').ok_or(())? {
            ("person", id) => Self::Person(PersonId::new(id)),
            ("schedule", id) => Self::Schedule(id.to_owned()),
            ("group", id) => Self::Group(id.to_owned()),
            ("channel", id) => Self::Channel(id.to_owned()),
            _ => return Err(()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_read_as_it_is_written() {
        for text in ["person:sato", "schedule:primary", "group:stakeholders", "channel:C0OPS"] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        assert!("room:1".parse::<Target>().is_err());
    }
}
