//! The chat platforms.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{SecretKey, Span, Url};

/// The Slack workspace.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slack {
    /// Where Slack's methods are.
    pub api_url: Url,
    /// How Slack reaches Toban.
    pub mode: SlackMode,
    /// The bot's token (`xoxb-…`); without it Slack is not connected.
    pub bot_token: Option<SecretKey>,
    /// The app's token (`xapp-…`), for `mode = "socket"`.
    pub app_token: Option<SecretKey>,
    /// The secret that Slack signs its requests with, for `mode = "http"`.
    pub signing_secret: Option<SecretKey>,
    /// Verbs that get a slash command of their own; every verb can be said as `/toban VERB`.
    #[schemars(length(max = 49))]
    pub commands: Vec<String>,
    /// Put before each slash command, so that two bots do not clash: `tb-` makes `/tb-health`.
    pub command_prefix: String,
    /// Connections in socket mode.
    #[schemars(range(min = 1, max = 10))]
    pub connections: u32,
    /// The time between two messages into one channel.
    pub pace: Span,
}

/// How Slack reaches Toban.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlackMode {
    /// By connections that Toban opens; needs no public address.
    Socket,
    /// By requests to `web.public_url`.
    Http,
}

/// The Discord guild.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Discord {
    /// Where Discord's API is; its own if not said.
    pub api_url: Option<Url>,
    /// How Discord reaches Toban.
    pub mode: DiscordMode,
    /// The bot's token; without it Discord is not connected.
    pub token: Option<SecretKey>,
    /// The application's id.
    pub application_id: Option<String>,
    /// The application's public key in hexadecimal, for `mode = "http"`.
    pub public_key: Option<String>,
}

/// How Discord reaches Toban.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiscordMode {
    /// By a connection that Toban opens.
    Gateway,
    /// By requests to `web.public_url`.
    Http,
}
