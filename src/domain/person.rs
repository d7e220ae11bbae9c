//! People, the doors they come through, and what their roles allow.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::base::ids::{PersonId, RoleId};
use crate::domain::words::Lang;

/// Where people talk to Toban.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// A Slack workspace.
    Slack,
    /// A Discord guild.
    Discord,
    /// The console in the browser.
    Console,
    /// `toban run`.
    Terminal,
}

impl Door {
    /// Its name in ids and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Console => "console",
            Self::Terminal => "terminal",
        }
    }

    /// The key of `[[person]]` that says who somebody is there.
    pub fn key(self) -> &'static str {
        match self {
            Self::Terminal => "os_user",
            other => other.as_str(),
        }
    }
}

/// A person of the config.
#[derive(Debug, Clone)]
pub struct Person {
    /// The id, everywhere.
    pub id: PersonId,
    /// Only to show.
    pub name: String,
    /// Who this is at each door (`U0SATO`, a snowflake, an OS user).
    pub identities: BTreeMap<Door, String>,
    /// Roles, by id.
    pub roles: Vec<RoleId>,
    /// The language of private answers.
    pub lang: Option<Lang>,
    /// The zone in which this person's moments are meant.
    pub zone: Option<TimeZone>,
}

impl Person {
    /// Toban itself, a person of its own kind: no door knows it, and no role gives it a right. What it does stands on
    /// record under this id.
    pub fn bot() -> Self {
        Self {
            id: PersonId::new(BOT),
            name: "Toban".to_owned(),
            identities: BTreeMap::new(),
            roles: Vec::new(),
            lang: None,
            zone: None,
        }
    }
}

/// The id of [`Person::bot`].
pub const BOT: &str = "toban";

/// What a command may do to the world.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Looks only.
    Read,
    /// Changes something; confirmed by whoever asked.
    Change,
    /// Destroys or stops something; a second person approves.
    Danger,
}

/// A role: a list of grants, nothing else.
#[derive(Debug, Clone)]
pub struct Role {
    /// The id.
    pub id: RoleId,
    /// What it allows; what no grant names is denied.
    pub allow: Vec<Grant>,
}

/// One line of a role. A pattern is `*` or a name; all five must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Verbs.
    pub verbs: Vec<String>,
    /// Kinds of risk.
    pub risk: Vec<Risk>,
    /// Service ids.
    pub services: Vec<String>,
    /// Environments.
    pub environments: Vec<String>,
    /// Channel ids of any door.
    pub channels: Vec<String>,
}
