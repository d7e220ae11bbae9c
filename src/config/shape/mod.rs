//! The shape of a config as it is written: plain structs, from which the schema is made. The doc comments are what
//! an editor shows; the defaults stand in `config/default.toml` and nowhere else.

pub mod doors;
pub mod ladder;
pub mod people;
pub mod service;
pub mod settings;
pub mod systems;
pub mod watching;

use schemars::JsonSchema;

/// What is written as `[[name]]`.
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used: entries are read one by one")]
pub(super) struct Entries {
    /// The people who may talk to Toban and be paged by it.
    pub(super) person: Option<Vec<people::Person>>,
    /// What people may do. `viewer`, `responder`, `operator` and `admin` are ready-made.
    pub(super) role: Option<Vec<people::Role>>,
    /// People who are told together. `stakeholders` (everybody) is ready-made.
    pub(super) group: Option<Vec<people::Group>>,
    /// What Toban looks after.
    pub(super) service: Option<Vec<service::Service>>,
    /// Entries of a service's runbook that stand outside of `[[service]]`.
    pub(super) runbook: Option<Vec<service::Entry>>,
    /// Escalation policies: the ladders.
    pub(super) policy: Option<Vec<ladder::Policy>>,
    /// Who is on call when.
    pub(super) schedule: Option<Vec<ladder::Schedule>>,
    /// Where alerts come from.
    pub(super) source: Option<Vec<ladder::Source>>,
    /// Programs that have to report.
    pub(super) heartbeat: Option<Vec<ladder::Heartbeat>>,
}

/// One value for each door, as a schema: a door that does not exist is an unknown key.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used: it is read as a map")]
pub(super) struct ByDoor<T> {
    /// In Slack.
    slack: Option<T>,
    /// In Discord.
    discord: Option<T>,
    /// In the browser.
    console: Option<T>,
    /// At a terminal.
    terminal: Option<T>,
}
