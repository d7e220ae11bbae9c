//! The timeline: what happened in an incident, who did it and from where. It is only ever added to.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::ids::PersonId;
use crate::domain::alert::AlertSeverity;
use crate::domain::contact::Means;
use crate::domain::person::Door;
use crate::domain::words::Phrase;

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The message that asked, or a name made of the incident and the place in its timeline: a second copy is none.
    pub id: String,
    /// Its place.
    pub seq: u32,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Actor,
    /// From where.
    pub from: Origin,
    /// What.
    pub what: Happened,
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person.
    Person(PersonId),
    /// Whoever sends alerts.
    Source,
    /// We ourselves.
    Toban,
}

impl Actor {
    /// The person, if it is one.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person(id) => Some(id),
            Self::Source | Self::Toban => None,
        }
    }
}

/// From where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Slack.
    Slack,
    /// Discord.
    Discord,
    /// The console in the browser.
    Console,
    /// `toban run`.
    Terminal,
    /// The page behind a link.
    Web,
    /// The HTTP interface.
    Api,
    /// The ladder itself.
    Escalation,
    /// A source of alerts.
    Source,
    /// The answer to a page.
    Page(Means),
}

impl From<Door> for Origin {
    fn from(door: Door) -> Self {
        match door {
            Door::Slack => Self::Slack,
            Door::Discord => Self::Discord,
            Door::Console => Self::Console,
            Door::Terminal => Self::Terminal,
        }
    }
}

impl Origin {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Console => "console",
            Self::Terminal => "terminal",
            Self::Web => "web",
            Self::Api => "api",
            Self::Escalation => "escalation",
            Self::Source => "source",
            Self::Page(means) => means.as_str(),
        }
    }
}

/// What happened. Texts of strangers are stored as they came: they are redacted and escaped where they are shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[expect(missing_docs, reason = "the fields say what they are")]
pub enum Happened {
    /// It began.
    Opened { title: String, severity: AlertSeverity, policy: String },
    /// One more alert.
    Joined { alert: String, headline: String, severity: AlertSeverity },
    /// An alert whose severity its source calls by a word that nobody knows: it counts as critical.
    UnknownSeverity { word: String },
    /// So many alerts that they are only counted from now on.
    Storm { alerts: u32 },
    /// It is worse than before.
    Worse { severity: AlertSeverity },
    /// A source says that an alert is over.
    AlertOver { alert: String, headline: String },
    /// None of its alerts fires any more; it resolves itself then.
    Quiet { until: Timestamp },
    /// A step fired. `late` is since when it was due if that is long ago, `times` how many repeats it stands for.
    Fired { step: usize, cycle: u32, people: Vec<PersonId>, late: Option<Timestamp>, times: u32, why: Why },
    /// People were paged besides the steps.
    Paged { people: Vec<PersonId>, why: Why },
    /// A step had nobody to tell.
    Nobody { target: String, told: Option<PersonId> },
    /// People of a step whom nothing that is set up reaches.
    Mute { step: usize, people: Vec<PersonId> },
    /// Every method of a person failed.
    Unreached { person: PersonId, why: String },
    /// No provider takes pages: the steps wait for that.
    Held,
    /// They do again.
    HeldNoMore { since: Timestamp },
    /// Somebody took it on.
    Acknowledged { until: Timestamp },
    /// Somebody wanted to, while another has it.
    AlreadyHeld { by: PersonId },
    /// The holder did nothing until the deadline.
    Lapsed { holder: PersonId },
    /// The holder did not take it on again although it got worse, or was given to them.
    NotTaken { holder: PersonId },
    /// Put off.
    Snoozed { until: Timestamp },
    /// The time of that is over.
    SnoozeOver,
    /// Somebody wanted the next step at once.
    Escalated,
    /// Given to somebody.
    Assigned { to: PersonId },
    /// A remark.
    Noted { text: String },
    /// Somebody wanted to resolve it while alerts fire, and was asked.
    ResolveAsked { firing: u32, names: Vec<String> },
    /// It is over. `firing` alerts fire nevertheless.
    Resolved { firing: u32 },
    /// It is not over: the run of that number begins.
    Reopened { run: u32, still: bool },
    /// It comes and goes.
    Flapping { times: usize },
    /// It neither came nor went for a while.
    FlappingOver,
    /// A command would help: whoever presses its button plans it.
    Proposed { command: String },
    /// A command was begun.
    ActionBegun { command: String },
    /// A command ended.
    ActionEnded { command: String, worked: bool, say: Phrase },
    /// A command was not run.
    ActionLeft { command: String, why: Left },
    /// The ladder was exchanged for the config's present one.
    Reapplied { policy: String },
    /// The next shift was told.
    HandedOver { to: Vec<PersonId> },
    /// It had nothing that would ever wake it: a fault of ours, mended.
    Mended,
    /// The clock was set back: what is to come was moved as far.
    ClockSetBack { by: Duration },
}

/// Why somebody is paged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is their step of the ladder.
    Step,
    /// The same, pulled forward by a person.
    Escalated,
    /// The step before reached nobody.
    NobodyBefore,
    /// The command of the step before did not help.
    ActionFailed,
    /// No command was run in the step before.
    ActionLeft,
    /// A command would help the incident that they hold.
    Proposed {
        /// The command.
        command: String,
    },
    /// The acknowledgement lapsed.
    Lapsed,
    /// It got worse.
    Worse,
    /// The acknowledgement is about to lapse.
    Asked {
        /// Until when it holds.
        until: Timestamp,
    },
    /// The snooze is over.
    SnoozeOver,
    /// It was given to them.
    Assigned,
    /// It began again.
    Reopened,
    /// It comes and goes.
    Flapping,
    /// Nobody has taken it for an hour more.
    Hourly,
    /// They look after a ladder or schedule in which nobody could be told.
    Nobody,
    /// It is a warning, and working hours.
    Warning,
    /// The shift begins.
    Shift,
    /// Somebody has it.
    Taken {
        /// Who.
        by: PersonId,
    },
    /// It is over.
    Over,
}

/// Why a command was not run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// What it mends does not fail.
    NotNeeded,
    /// It is a drill.
    Drill,
    /// It ran in this incident already.
    Once,
    /// Not now: the reason in words.
    Barred(Phrase),
    /// Whoever was to run it was gone before it began.
    Never,
}

/// How long ago something was due for that to be said.
pub const LATE: Duration = Duration::from_mins(1);
