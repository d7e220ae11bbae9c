//! What Slack sends, as far as Toban reads it. Everything that is not needed is left out, and everything that
//! is not certain is optional: a field that Slack adds, drops or sets to null must not cost a click.

use serde::{Deserialize, Deserializer};

/// A text, or nothing where Slack sends null or something else than text.
fn loose<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(text) => Some(text),
        _ => None,
    })
}

/// As [`loose`], with nothing as the empty text.
fn plain<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    loose(from).map(Option::unwrap_or_default)
}

/// A slash command: a form over HTTP, an object in Socket Mode.
#[derive(Debug, Default, Deserialize)]
pub struct Slash {
    /// `/health`.
    #[serde(default, deserialize_with = "plain")]
    pub command: String,
    /// What follows it, escaped.
    #[serde(default, deserialize_with = "plain")]
    pub text: String,
    /// Where.
    #[serde(default, deserialize_with = "plain")]
    pub channel_id: String,
    /// Who.
    #[serde(default, deserialize_with = "plain")]
    pub user_id: String,
    /// Takes a few answers.
    #[serde(default, deserialize_with = "loose")]
    pub response_url: Option<String>,
    /// Unique to the invocation.
    #[serde(default, deserialize_with = "plain")]
    pub trigger_id: String,
}

impl Slash {
    /// Reads a form; unknown fields are skipped.
    pub fn from_form(body: &[u8]) -> Self {
        let mut slash = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            let place = match &*name {
                "command" => &mut slash.command,
                "text" => &mut slash.text,
                "channel_id" => &mut slash.channel_id,
                "user_id" => &mut slash.user_id,
                "trigger_id" => &mut slash.trigger_id,
                "response_url" => slash.response_url.get_or_insert_default(),
                _ => continue,
            };
            *place = value.into_owned();
        }
        slash
    }
}

/// Something with an id.
#[derive(Debug, Default, Deserialize)]
pub struct Ref {
    /// The id.
    #[serde(default, deserialize_with = "plain")]
    pub id: String,
}

/// A press of a button, or a shortcut.
#[derive(Debug, Deserialize)]
pub struct Interaction {
    /// `block_actions`, `message_action`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Unique to the interaction.
    #[serde(default, deserialize_with = "loose")]
    pub trigger_id: Option<String>,
    /// Who.
    #[serde(default)]
    pub user: Option<Ref>,
    /// Where.
    #[serde(default)]
    pub channel: Option<Ref>,
    /// Where the button is; also there for messages that only one person sees.
    #[serde(default)]
    pub container: Option<Container>,
    /// The message it is about.
    #[serde(default)]
    pub message: Option<Said>,
    /// What was pressed.
    #[serde(default)]
    pub actions: Option<Vec<Action>>,
    /// Which shortcut.
    #[serde(default, deserialize_with = "loose")]
    pub callback_id: Option<String>,
    /// Takes a few answers.
    #[serde(default, deserialize_with = "loose")]
    pub response_url: Option<String>,
}

/// Where a button is.
#[derive(Debug, Default, Deserialize)]
pub struct Container {
    /// The message's id.
    #[serde(default, deserialize_with = "loose")]
    pub message_ts: Option<String>,
    /// The thread it is in.
    #[serde(default, deserialize_with = "loose")]
    pub thread_ts: Option<String>,
    /// The channel it is in.
    #[serde(default, deserialize_with = "loose")]
    pub channel_id: Option<String>,
}

/// One pressed element.
#[derive(Debug, Deserialize)]
pub struct Action {
    /// Ours: the pre-typed command.
    #[serde(default, deserialize_with = "loose")]
    pub value: Option<String>,
}

/// A message inside another payload.
#[derive(Debug, Default, Deserialize)]
pub struct Said {
    /// Its id.
    #[serde(default, deserialize_with = "loose")]
    pub ts: Option<String>,
    /// The thread it is in.
    #[serde(default, deserialize_with = "loose")]
    pub thread_ts: Option<String>,
    /// What it says, in mrkdwn.
    #[serde(default, deserialize_with = "loose")]
    pub text: Option<String>,
}

/// The envelope of the Events API.
#[derive(Debug, Deserialize)]
pub struct Pushed {
    /// `event_callback`, `url_verification`, `app_rate_limited`.
    #[serde(rename = "type")]
    pub kind: String,
    /// To be sent back when a URL is verified.
    #[serde(default, deserialize_with = "loose")]
    pub challenge: Option<String>,
    /// The same in every retry.
    #[serde(default, deserialize_with = "loose")]
    pub event_id: Option<String>,
    /// What happened.
    #[serde(default)]
    pub event: Option<Event>,
}

/// What happened.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// `app_mention`, `message`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Set for anything but a person's plain message.
    #[serde(default, deserialize_with = "loose")]
    pub subtype: Option<String>,
    /// Set when a bot said it.
    #[serde(default, deserialize_with = "loose")]
    pub bot_id: Option<String>,
    /// `im` for direct messages.
    #[serde(default, deserialize_with = "loose")]
    pub channel_type: Option<String>,
    /// Where.
    #[serde(default, deserialize_with = "loose")]
    pub channel: Option<String>,
    /// Who.
    #[serde(default, deserialize_with = "loose")]
    pub user: Option<String>,
    /// The message's id.
    #[serde(default, deserialize_with = "loose")]
    pub ts: Option<String>,
    /// The thread it is in.
    #[serde(default, deserialize_with = "loose")]
    pub thread_ts: Option<String>,
    /// What it says.
    #[serde(default, deserialize_with = "loose")]
    pub text: Option<String>,
}

/// A frame of Socket Mode.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    /// `hello`, `disconnect`, `slash_commands`, `interactive`, `events_api`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What an acknowledgement names.
    #[serde(default, deserialize_with = "loose")]
    pub envelope_id: Option<String>,
    /// Why a connection is about to end.
    #[serde(default, deserialize_with = "loose")]
    pub reason: Option<String>,
    /// As over HTTP, but always JSON.
    #[serde(borrow, default)]
    pub payload: Option<&'a serde_json::value::RawValue>,
}
