//! Settings of Toban itself: web, store, words, limits, logs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::shape::{doors, systems, watching};
use crate::config::values::{Listen, OpenKey, SecretKey, Span, Url, WorkingHours, Zone};
use crate::domain::person::Door;
use crate::domain::words::Lang;

/// Everything that is not an entry of a list, a section each.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Settings {
    /// Toban's own HTTP server.
    pub web: Web,
    /// Toban's memory.
    pub store: Store,
    /// The languages that answers are in.
    pub words: Words,
    /// How long and how much at most.
    pub limits: Limits,
    /// What Toban writes about itself.
    pub log: Log,
    /// What people can say.
    pub commands: Commands,
    /// Incidents.
    pub incidents: Incidents,
    /// The Slack workspace; connected if there is a bot token.
    pub slack: doors::Slack,
    /// The Discord guild; connected if there is a token.
    pub discord: doors::Discord,
    /// HTTP from here to services.
    pub http: Http,
    /// Watch rules as a whole.
    pub watch: watching::Watching,
    /// The heartbeat that Toban sends to somebody outside.
    pub heartbeat_out: watching::HeartbeatOut,
    /// Google Cloud.
    pub google: systems::Google,
    /// The Docker Engine.
    pub docker: systems::Docker,
    /// The index of Python packages.
    pub pypi: systems::Pypi,
    /// MongoDB Atlas.
    pub atlas: systems::Api,
    /// HashiCorp Vault.
    pub vault: systems::Server,
    /// Amazon Web Services, or what speaks like them.
    pub aws: systems::Aws,
    /// Redis, where a component names no other.
    pub redis: systems::Redis,
    /// systemd, where a component names no other host.
    pub systemd: systems::Systemd,
    /// GitHub.
    pub github: systems::Github,
    /// Prometheus.
    pub prometheus: systems::Server,
    /// Loki.
    pub loki: systems::Server,
    /// Jaeger.
    pub jaeger: systems::Server,
    /// Alertmanager.
    pub alertmanager: systems::Server,
    /// The mail server.
    pub smtp: systems::Smtp,
    /// ntfy.
    pub ntfy: systems::Ntfy,
    /// Telegram.
    pub telegram: systems::Telegram,
    /// PagerDuty.
    pub pagerduty: systems::Pagerduty,
    /// Twilio.
    pub twilio: systems::Twilio,
}

/// Toban's own HTTP server.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Address and port to listen on; port 0 lets the kernel choose.
    pub listen: Listen,
    /// How others reach it: links in e-mail, Twilio, the HTTP modes of the chat platforms.
    pub public_url: Option<Url>,
    /// Who may read `/metrics` from elsewhere than this machine.
    pub metrics_token: Option<SecretKey>,
}

/// Toban's memory.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// `sqlite://FILE`, or `postgres://…` for several replicas; `env:NAME` where it holds a password.
    pub url: OpenKey,
}

/// The languages that answers are in: a service's own, else the channel's, else the door's, else the workspace's.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The workspace's language.
    pub lang: Lang,
    /// The zone in which moments are meant and shown, where the person has none.
    pub tz: Zone,
    /// By door.
    #[schemars(with = "super::ByDoor<Lang>")]
    pub doors: BTreeMap<Door, Lang>,
    /// By channel id, of any door.
    pub channels: BTreeMap<String, Lang>,
}

impl Words {
    /// The language of a place: its channel's, else its door's, else the workspace's.
    pub fn lang(&self, door: Door, channel: &str) -> Lang {
        self.channels.get(channel).or_else(|| self.doors.get(&door)).copied().unwrap_or(self.lang)
    }
}

/// How long and how much at most.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// A command that looks, from start to answer.
    pub command: Span,
    /// A change, from confirmation to verdict.
    pub change: Span,
    /// One call to a backend.
    pub call: Span,
    /// One HTTP probe, where it names no time-out of its own.
    pub probe: Span,
    /// One call to a chat platform.
    pub platform: Span,
    /// How long a plan can be confirmed.
    pub plan: Span,
    /// How long a dangerous plan can be approved.
    pub danger_plan: Span,
    /// How long a change can be undone by its button.
    pub undo: Span,
    /// How often a line of progress is edited, at most.
    pub progress: Span,
    /// How long a result is kept for "more" and "as file".
    pub result: Span,
    /// How long a log is followed, at most.
    pub follow: Span,
    /// Lines of a log that are fetched, at most.
    #[schemars(range(min = 1, max = 100_000))]
    pub log_lines: usize,
    /// Characters of a command, at most.
    #[schemars(range(min = 40, max = 40_000))]
    pub text: usize,
    /// Bytes of a request to the web server, at most.
    #[schemars(range(min = 1024))]
    pub body: usize,
    /// Alerts a second that are taken of one source; more are answered 503, so that it tries again.
    #[schemars(range(min = 1))]
    pub alerts: u32,
    /// Commands that run at the same time, at most; the others wait.
    #[schemars(range(min = 1))]
    pub parallel: usize,
}

/// What Toban writes about itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A filter as of tracing: `info`, `toban=debug,warn`.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Incidents.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incidents {
    /// When warnings reach the on-call, Monday to Friday in the zone of `words.tz`: `09:00-18:00`.
    pub working_hours: WorkingHours,
    /// How long an incident is kept after its end, with its timeline; a post-mortem can be read until then.
    pub keep: Span,
}

/// What people can say.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commands {
    /// A folder of command files that go over the built-in ones; relative to the config folder.
    pub folder: Option<String>,
}

/// HTTP from here to services.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// By the origin of a probe's URL (`https://sagebase.example.com`): the address that is asked instead, for
    /// proxies and private access.
    pub origins: BTreeMap<String, String>,
}
