//! The app manifest that `toban manifest slack` prints, ready to paste
//! (<https://docs.slack.dev/reference/app-manifest>), and what `toban check` says about command names.

use serde_json::{Value, json};
use url::Url;

use super::render::measure::cut;

/// A slash command of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlashCommand {
    /// Without slash and prefix: `health`.
    pub name: String,
    /// What it does, in one line.
    pub description: String,
    /// What follows it: `SERVICE [SPAN]`.
    pub hint: String,
}

/// How Slack reaches Toban.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// By sockets that Toban opens.
    Socket,
    /// At `web.public_url`.
    Http(Url),
}

/// What the manifest depends on.
#[derive(Debug, Clone)]
pub struct ManifestSettings {
    /// The app's name.
    pub name: String,
    /// The app in one line.
    pub description: String,
    /// How Slack reaches Toban.
    pub mode: Mode,
    /// `slack.command_prefix`.
    pub prefix: String,
    /// Message shortcuts: name, description, and the command that each one runs.
    pub shortcuts: Vec<(String, String, String)>,
}

/// Slash commands in one app.
pub const COMMANDS: usize = 50;

/// Length of a command with its slash.
const NAME: usize = 32;

/// Commands of Slack itself; an app cannot have them.
pub const BUILT_IN: [&str; 45] = [
    "active",
    "apps",
    "archive",
    "away",
    "call",
    "canvas",
    "close",
    "collapse",
    "dm",
    "dnd",
    "expand",
    "feed",
    "feedback",
    "hide",
    "huddle",
    "invite",
    "invite_people",
    "join",
    "keys",
    "kick",
    "leave",
    "list",
    "me",
    "msg",
    "mute",
    "open",
    "part",
    "people",
    "pref",
    "prefs",
    "remind",
    "remove",
    "rename",
    "search",
    "section",
    "shortcuts",
    "shrug",
    "star",
    "status",
    "todo",
    "topic",
    "unarchive",
    "unhide",
    "who",
    "workflow",
];

/// Scopes of the bot's token. `connections:write` belongs to the app-level token, which no manifest makes.
const SCOPES: [&str; 12] = [
    "app_mentions:read",     // `@toban …` in threads, where Slack sends no slash commands
    "channels:history",      // looking for an earlier try of a message before it is sent again
    "chat:write",            // answers
    "chat:write.public",     // answers in public channels that nobody invited it to
    "commands",              // slash commands and message shortcuts
    "files:write",           // long results as a file
    "groups:history",        // as channels:history, in private channels
    "im:history",            // commands in a direct message
    "im:write",              // a file for one person
    "metadata.message:read", // our own id of a message, by which an earlier try is found
    "usergroups:read",       // who is in a group that follows a schedule
    "usergroups:write",      // the same people as are on call
];

/// The manifest as JSON. Names that [`clashes`] complains about are left out; `/toban` is always there.
pub fn manifest(settings: &ManifestSettings, commands: &[SlashCommand]) -> String {
    let at = |path: &str| match &settings.mode {
        Mode::Socket => None,
        Mode::Http(base) => Some(format!("{}/slack/{path}", base.as_str().trim_end_matches('/'))),
    };
    let with_url = |mut value: Value, field: &str, path: &str| {
        if let Some(url) = at(path) {
            value[field] = json!(url);
        }
        value
    };
    let command = |name: &str, description: &str, hint: &str| {
        let mut command = json!({
            "command": format!("/{name}"),
            "description": cut(if description.is_empty() { name } else { description }, 2_000),
            // Mentions and channels arrive by their ids, not by names that may change.
            "should_escape": true,
        });
        if !hint.is_empty() {
            command["usage_hint"] = json!(cut(hint, 1_000));
        }
        with_url(command, "url", "commands")
    };
    let slash: Vec<Value> = std::iter::once(command("toban", "Any command of Toban", "COMMAND"))
        .chain(
            usable(commands.iter().map(|command| command.name.as_str()), &settings.prefix)
                .into_iter()
                .map(|at| &commands[at])
                .map(|each| {
                    command(&format!("{}{}", settings.prefix, each.name), &each.description, &each.hint)
                }),
        )
        .collect();
    let shortcuts: Vec<Value> = settings
        .shortcuts
        .iter()
        .map(|(name, description, command)| {
            json!({
                "name": cut(name, 24), "type": "message", "callback_id": format!("run:{command}"),
                "description": cut(description, 150),
            })
        })
        .collect();
    let manifest = json!({
        "_metadata": { "major_version": 1, "minor_version": 1 },
        "display_information": {
            "name": cut(&settings.name, 35),
            "description": cut(&settings.description, 140),
            "background_color": "#1f2a44",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": false, "messages_tab_enabled": true, "messages_tab_read_only_enabled": false,
            },
            "bot_user": { "display_name": cut(&settings.name, 80), "always_online": true },
            "shortcuts": shortcuts,
            "slash_commands": slash,
        },
        "oauth_config": { "scopes": { "bot": SCOPES } },
        "settings": {
            "event_subscriptions": with_url(json!({ "bot_events": ["app_mention", "message.im"] }), "request_url", "events"),
            "interactivity": with_url(json!({ "is_enabled": true }), "request_url", "interactivity"),
            "org_deploy_enabled": false,
            "socket_mode_enabled": settings.mode == Mode::Socket,
            "token_rotation_enabled": false,
        },
    });
    format!("{manifest:#}\n")
}

/// What is wrong with these names as slash commands, a sentence each.
pub fn clashes<'a>(commands: impl IntoIterator<Item = &'a str>, prefix: &str) -> Vec<String> {
    let names: Vec<&str> = commands.into_iter().collect();
    let mut wrong: Vec<String> =
        names.iter().enumerate().filter_map(|(at, _)| fault(&names, at, prefix)).collect();
    let good = names.len() - wrong.len();
    if good >= COMMANDS {
        wrong.push(format!("{good} slash commands and /toban: Slack takes {COMMANDS} in all"));
    }
    wrong
}

/// Positions of the names that can be slash commands beside `/toban`.
fn usable<'a>(commands: impl Iterator<Item = &'a str>, prefix: &str) -> Vec<usize> {
    let names: Vec<&str> = commands.collect();
    (0..names.len()).filter(|at| fault(&names, *at, prefix).is_none()).take(COMMANDS - 1).collect()
}

fn fault(names: &[&str], at: usize, prefix: &str) -> Option<String> {
    let name = format!("{prefix}{}", names[at]);
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '_');
    if BUILT_IN.contains(&name.as_str()) {
        Some(format!("/{name} is Slack's own command; set slack.command_prefix or use /toban {}", names[at]))
    } else if name == "toban" {
        Some("/toban is always there and need not be named".to_owned())
    } else if names[at].is_empty() || !name.chars().all(plain) {
        Some(format!("/{name}: a slash command is made of a-z, 0-9, - and _"))
    } else if name.len() >= NAME {
        Some(format!("/{name} is longer than {NAME} characters"))
    } else if names[..at].contains(&names[at]) {
        Some(format!("/{name} is named twice"))
    } else {
        None
    }
}
