//! What comes in through a door, and the place where the answer goes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::ids::{InboxId, IncidentId, PostId};
use crate::domain::person::Door;

/// One thing that somebody said or pressed, whichever door it came through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The platform's id of the delivery (`slack:1337.42.abc`); a second copy has the same.
    pub id: InboxId,
    /// Where, and where answers go.
    pub place: Place,
    /// The sender's id at that door (`U0SATO`).
    pub user: String,
    /// How it was said.
    pub entry: Entry,
    /// The command without a leading slash, as typed (`logs bluelamp errors 1h`).
    pub text: String,
    /// When it arrived.
    pub received: Timestamp,
}

/// A channel, perhaps a thread in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The platform.
    pub door: Door,
    /// The channel's id there.
    pub channel: String,
    /// The thread, if it is in one.
    #[serde(default)]
    pub thread: Option<Thread>,
}

/// A thread of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thread {
    /// The platform's own id of it (Slack: the root's `ts`).
    Known(String),
    /// Under a message of ours, which may still be on its way.
    Under(PostId),
}

/// How something was said; decides how the answer is placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A slash command. In a channel the answer opens a thread of its own.
    Slash {
        /// Where Slack takes a few answers without membership of the channel (5 uses, 30 min).
        #[serde(default)]
        reply_url: Option<String>,
    },
    /// `@toban …` in a channel or thread.
    Mention,
    /// Plain text in a direct message, the console or a terminal.
    Direct,
    /// A button under a message of ours.
    Button {
        /// The platform's id of that message.
        message: String,
        #[serde(default)]
        /// As for a slash command.
        reply_url: Option<String>,
    },
    /// No door: the command of an incident's ladder, whose time has come. What may run is what the incident has
    /// written down as begun, and nothing else.
    Ladder {
        /// The incident.
        incident: IncidentId,
    },
    /// A message shortcut: the text of the message is context, the command follows from the shortcut.
    Shortcut {
        /// The text of the message it was used on.
        about: String,
        #[serde(default)]
        /// As for a slash command.
        reply_url: Option<String>,
    },
}

impl Entry {
    /// Slack's URL for answers without membership, where there is one.
    pub fn reply_url(&self) -> Option<&str> {
        match self {
            Self::Slash { reply_url } | Self::Button { reply_url, .. } | Self::Shortcut { reply_url, .. } => {
                reply_url.as_deref()
            }
            Self::Mention | Self::Direct | Self::Ladder { .. } => None,
        }
    }
}

/// Who sees a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody in the place.
    All,
    /// One person, and nobody else.
    Only {
        /// The id at that door.
        user: String,
        /// As in [`Entry`].
        #[serde(default)]
        reply_url: Option<String>,
    },
}
