//! Settings that depend on each other.

use crate::config::fault::Fault;
use crate::config::meaning::Reader;
use crate::config::meaning::services::has_password;
use crate::config::secret::MaybeSecret;
use crate::config::shape::doors::{DiscordMode, SlackMode};
use crate::config::shape::settings::Settings;

/// The commands that Slack keeps for itself.
const SLACKS_OWN: &[&str] = &[
    "active",
    "all",
    "apps",
    "archive",
    "away",
    "call",
    "collapse",
    "dm",
    "dnd",
    "expand",
    "feed",
    "feedback",
    "giphy",
    "huddle",
    "invite",
    "invite_people",
    "join",
    "kick",
    "leave",
    "list",
    "me",
    "msg",
    "mute",
    "open",
    "part",
    "prefs",
    "remind",
    "remove",
    "rename",
    "search",
    "shortcuts",
    "shrug",
    "star",
    "status",
    "topic",
    "who",
];

/// The longest slash command with its slash, at Slack.
const LONGEST_COMMAND: usize = 32;

/// Reads the sections; none only if the built-in defaults are broken.
pub(in crate::config) fn settings(reader: &mut Reader<'_>) -> Option<Settings> {
    match serde_json::from_value::<Settings>(reader.root.json()) {
        Ok(settings) => {
            slack(reader, &settings);
            discord(reader, &settings);
            store(reader, &settings);
            Some(settings)
        }
        Err(error) => {
            reader.unread.push(Fault::new(&reader.root.at, format!("the settings cannot be read: {error}")));
            None
        }
    }
}

fn slack(reader: &mut Reader<'_>, settings: &Settings) {
    let slack = &settings.slack;
    let Some(node) = reader.root.get("slack") else { return };
    if slack.bot_token.is_some() {
        let (mode, missing) = match slack.mode {
            SlackMode::Socket => ("socket", slack.app_token.is_none().then_some("app_token")),
            SlackMode::Http => ("http", slack.signing_secret.is_none().then_some("signing_secret")),
        };
        if let Some(missing) = missing {
            let message = format!("slack.mode = {mode:?} needs slack.{missing}");
            reader.fault(Fault::new(node.at("bot_token"), message));
        }
    } else {
        for key in ["app_token", "signing_secret"] {
            if node.get(key).is_some() {
                reader.warn(node.at(key), "Slack is not connected: there is no slack.bot_token");
            }
        }
    }
    let prefix = &slack.command_prefix;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !prefix.chars().all(fits) {
        let message = "slack.command_prefix: only a-z, 0-9, - and _ are possible";
        reader.fault(Fault::new(node.at("command_prefix"), message));
    }
    // The list that is built in names verbs that this version may not have yet.
    let own = &*node.at("commands").file != crate::config::layers::DEFAULT_NAME;
    for (index, command) in slack.commands.iter().enumerate().filter(|_| own) {
        let at = node.item_at("commands", index);
        let said = format!("{prefix}{command}");
        reader.verb(command, at);
        if SLACKS_OWN.contains(&said.as_str()) {
            let message = format!("/{said} is a command of Slack's own");
            reader.fault(
                Fault::new(at, message).hint(format!("set slack.command_prefix, or say /toban {command}")),
            );
        }
        if said.len() >= LONGEST_COMMAND {
            reader
                .fault(Fault::new(at, format!("/{said} is too long: at most {LONGEST_COMMAND} characters")));
        }
        if slack.commands[..index].contains(command) {
            reader.fault(Fault::new(at, format!("/{said} is named twice")));
        }
    }
}

fn discord(reader: &mut Reader<'_>, settings: &Settings) {
    let discord = &settings.discord;
    let Some(node) = reader.root.get("discord") else { return };
    let hexadecimal = |key: &String| key.len() == 64 && key.chars().all(|c| c.is_ascii_hexdigit());
    if discord.public_key.as_ref().is_some_and(|key| !hexadecimal(key)) {
        let message = "discord.public_key has to be 64 hexadecimal digits";
        reader.fault(Fault::new(node.at("public_key"), message));
    }
    if discord.token.is_none() {
        return;
    }
    let at = node.at("token");
    if discord.application_id.is_none() {
        reader.fault(Fault::new(at, "discord.token needs discord.application_id beside it"));
    }
    if discord.mode == DiscordMode::Http && discord.public_key.is_none() {
        reader.fault(Fault::new(at, "discord.mode = \"http\" needs discord.public_key"));
    }
}

fn store(reader: &mut Reader<'_>, settings: &Settings) {
    let Some(node) = reader.root.get("store") else { return };
    let at = node.at("url");
    if let MaybeSecret::Plain(url) = &settings.store.url.0 {
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|kind| url.starts_with(kind)) {
            let message = "store.url has to begin with sqlite:// or postgres://";
            reader.fault(Fault::new(at, message));
        }
        if has_password(url) {
            reader.warn(at, "a password stands in the config: keep the whole address in env:NAME");
        }
    }
}
