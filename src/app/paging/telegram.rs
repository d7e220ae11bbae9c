//! What Telegram says when a button is pressed, whether it calls us or is asked.
//! (<https://core.telegram.org/bots/api#callbackquery>)

use serde::Deserialize;

use crate::base::Secret;
use crate::base::text::shorten;

/// What stands before our secret in a button's data.
const ACK: &str = "ack:";

/// A press of one of our buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TelegramPress {
    /// Telegram's id of the press, to be answered.
    pub id: String,
    /// The page's secret.
    pub secret: Secret,
}

#[derive(Deserialize)]
struct Update {
    #[serde(default)]
    callback_query: Option<Query>,
}

#[derive(Deserialize)]
struct Query {
    id: String,
    #[serde(default)]
    data: String,
}

impl TelegramPress {
    /// Reads an update; `None` for anything else than a press of ours.
    pub fn read(update: &serde_json::Value) -> Option<Self> {
        let query = Update::deserialize(update).ok()?.callback_query?;
        let secret = Secret::new(query.data.strip_prefix(ACK)?);
        Some(Self { id: query.id, secret })
    }

    /// What a button carries, at most 64 bytes.
    pub fn data(secret: &Secret) -> String {
        format!("{ACK}{}", secret.reveal())
    }

    /// The arguments of `answerCallbackQuery`: what is shown over the chat, at most 200 characters.
    pub fn answer(&self, said: Option<&str>) -> serde_json::Value {
        let text = shorten(said.unwrap_or("?"), 200);
        serde_json::json!({ "callback_query_id": self.id, "text": text, "show_alert": true })
    }
}
