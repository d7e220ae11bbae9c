//! Who is told when: policies, schedules, and the sources of alerts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Day, Moment, Name, SecretKey, Span, Wait, Zone};
use crate::domain::alert::AlertSeverity;

/// An escalation policy.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The id.
    pub id: Name,
    /// The person who is told when the ladder ends.
    pub owner: Option<String>,
    /// How often the ladder is climbed; twice if not said.
    #[schemars(range(min = 1, max = 100))]
    pub repeat: Option<u32>,
    /// How long an acknowledgement holds; 60 minutes if not said.
    pub ack_timeout: Option<Span>,
    /// The steps, in the order of their times.
    pub step: Vec<Step>,
}

/// A step of a policy.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// How long after the trigger or the reopening.
    pub after: Wait,
    /// Who is told: `person:ID`, `schedule:ID`, `group:ID`, `channel:SERVICE` or `channel:CHANNEL-ID`.
    #[serde(default)]
    pub notify: Vec<String>,
    /// What makes the step needless; `acknowledged` if not said.
    pub unless: Option<Unless>,
    /// Again and again with this time between, until acknowledged.
    pub every: Option<Span>,
    /// How often at most, with `every`.
    #[schemars(range(min = 1, max = 100))]
    pub times: Option<u32>,
    /// A command that is proposed to the holder.
    pub action: Option<String>,
    /// When the action is right; always if not said.
    pub when: Option<When>,
    /// Runs the action without asking; this line is its confirmation.
    #[serde(default)]
    pub automatic: bool,
}

/// What makes a step needless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unless {
    /// Somebody has taken the incident.
    Acknowledged,
    /// The incident is over.
    Resolved,
}

/// When an action is right.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// One of these components fails: `bluelamp.portal`.
    #[serde(default)]
    pub components: Vec<String>,
    /// One of these checks fails: `http`, `ready`.
    #[serde(default)]
    pub checks: Vec<String>,
}

/// An on-call schedule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The id.
    pub id: Name,
    /// The zone of its times.
    pub tz: Zone,
    /// The person who looks after it.
    pub owner: Option<String>,
    /// Who takes turns.
    pub rotation: Vec<Rotation>,
    /// Exceptions.
    #[serde(default, rename = "override")]
    pub overrides: Vec<Override>,
    /// Days, from midnight to midnight, that `holiday_people` take in turn.
    #[serde(default)]
    pub holidays: Vec<Day>,
    /// Who covers the holidays.
    #[serde(default)]
    pub holiday_people: Vec<String>,
    /// A Slack user group that always has the people on call as its members.
    pub slack_group: Option<String>,
    /// What a calendar program shows to subscribe to `/calendar/ID.ics?token=…`; no calendar if not said.
    pub calendar_token: Option<SecretKey>,
}

/// People who take turns.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// The people, in their order.
    #[schemars(length(min = 1))]
    pub people: Vec<String>,
    /// How long a turn is.
    pub every: Span,
    /// When the first person's first turn begins, in the schedule's zone.
    pub from: Moment,
}

/// Somebody takes a time that is not theirs by turn.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Who.
    pub person: String,
    /// From when, in the schedule's zone.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
}

/// A source of alerts. It proves itself by a bearer token, by basic authentication or by a signature.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The id, the last part of its address: `/hooks/KIND/ID`.
    pub id: Name,
    /// What it speaks.
    pub kind: SourceKind,
    /// A bearer token.
    pub token: Option<SecretKey>,
    /// Basic authentication.
    pub basic: Option<Basic>,
    /// A signature.
    pub hmac: Option<Hmac>,
    /// Where in an alert to find what: `service = "labels.service"`. Names that mean nothing to Toban become labels.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    /// What its words for severities mean: `page = "critical"`.
    #[serde(default)]
    pub severities: BTreeMap<String, AlertSeverity>,
    /// The service of all of its alerts, where they do not say.
    pub service: Option<String>,
    /// A firing alert that was not told again for so long is marked stale; 24 hours if not said, and never for `google`,
    /// which tells an alert only once.
    pub stale_after: Option<Span>,
}

/// A program that has to report now and then, by `POST /hooks/heartbeat/ID`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The id, the last part of its address.
    pub id: Name,
    /// How often it reports.
    pub every: Span,
    /// How much later it may be; a quarter of `every` if not said.
    pub grace: Option<Wait>,
    /// The service that it belongs to.
    pub service: Option<String>,
    /// How bad it is when it is missed; `critical` if not said.
    pub severity: Option<AlertSeverity>,
    /// The bearer token by which it proves itself.
    pub token: SecretKey,
}

/// What a source speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Alertmanager's webhook, version 4.
    Alertmanager,
    /// Google Cloud Monitoring's webhook, version 1.2.
    Google,
    /// Grafana's webhook.
    Grafana,
    /// JSON of any form, read by `map`.
    Generic,
}

/// Basic authentication.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basic {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: SecretKey,
}

/// A signature: HMAC-SHA256 of the body in hexadecimal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hmac {
    /// The shared secret.
    pub secret: SecretKey,
    /// The header that carries it; `X-Signature` if not said.
    pub header: Option<String>,
}
