//! People, what they may do, and how they are reached.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Name, OpenKey, SecretKey, Wait, Zone};
use crate::domain::alert::AlertSeverity;
use crate::domain::contact::Means;
use crate::domain::person::Risk;
use crate::domain::words::Lang;

/// A person.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The id, used everywhere.
    pub id: Name,
    /// Only to show; the id if not said.
    pub name: Option<String>,
    /// The Slack user id, `U0SATO`.
    pub slack: Option<String>,
    /// The Discord user id.
    pub discord: Option<String>,
    /// The name at the console in the browser.
    pub console: Option<String>,
    /// The user of the operating system, for `toban run`.
    pub os_user: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The language of private answers.
    pub lang: Option<Lang>,
    /// The zone in which this person's moments are meant.
    pub tz: Option<Zone>,
    /// What this person may do.
    #[serde(default)]
    pub roles: Vec<String>,
    /// How this person is paged, in this order.
    #[serde(default)]
    pub contact: Vec<Contact>,
    /// Somebody outside (a vendor): told name, time and a call-back contact only.
    #[serde(default)]
    pub external: bool,
}

/// One way to page a person.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The means.
    pub by: Means,
    /// How long after the first; at once if not said.
    pub after: Option<Wait>,
    /// Only for these severities; for all if not said.
    #[serde(default)]
    pub severity: Vec<AlertSeverity>,
    /// The topic, for `ntfy`.
    pub topic: Option<OpenKey>,
    /// The telephone number, for `voice` and `sms`.
    pub number: Option<OpenKey>,
    /// The chat's id, for `telegram`.
    pub chat: Option<OpenKey>,
    /// The address, for `email`, where it is not the person's own.
    pub address: Option<OpenKey>,
    /// The integration's key, for `pagerduty`.
    pub routing_key: Option<SecretKey>,
    /// Where to, for `webhook`.
    pub url: Option<OpenKey>,
    /// What a `webhook` is signed with.
    pub secret: Option<SecretKey>,
}

/// A role.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The id.
    pub id: Name,
    /// Roles whose grants this one has too.
    #[serde(default)]
    pub includes: Vec<String>,
    /// What it allows. What no grant names is denied.
    #[serde(default)]
    pub allow: Vec<Grant>,
}

/// One line of a role: allowed where all five match.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Verbs, or `*`.
    pub verbs: Vec<String>,
    /// Kinds of risk.
    pub risk: Vec<Risk>,
    /// Services, or `*`.
    #[serde(default = "all")]
    pub services: Vec<String>,
    /// Environments, or `*`.
    #[serde(default = "all")]
    pub environments: Vec<String>,
    /// Channel ids of any door, or `*`.
    #[serde(default = "all")]
    pub channels: Vec<String>,
}

fn all() -> Vec<String> {
    vec!["*".to_owned()]
}

/// People who are told together.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The id.
    pub id: Name,
    /// People; `*` is everybody who is not external.
    #[serde(default)]
    pub people: Vec<String>,
    /// Other groups.
    #[serde(default)]
    pub groups: Vec<String>,
}
