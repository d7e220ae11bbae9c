//! What Telegram says when a button is pressed or a page is answered in words, whether it calls us or is asked.
//! (<https://core.telegram.org/bots/api#update>)

use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::Secret;
use crate::base::text::shorten;
use crate::domain::contact::Means;
use crate::ports::{NotTaken, Replies, Reply};

/// What stands before our secret in a button's data.
const ACK: &str = "ack:";

/// What is asked of Telegram: nothing else comes in.
pub const TELEGRAM_UPDATES: [&str; 2] = ["callback_query", "message"];

/// An answer to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TelegramAnswer {
    /// A press of one of our buttons.
    Press {
        /// Telegram's id of the press, to be answered.
        id: String,
        /// The page's secret.
        secret: Secret,
    },
    /// `ack`, written in a chat.
    Word {
        /// The chat.
        chat: i64,
    },
}

#[derive(Deserialize)]
struct Update {
    #[serde(default)]
    callback_query: Option<Query>,
    #[serde(default)]
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Query {
    id: String,
    #[serde(default)]
    data: String,
}

#[derive(Deserialize)]
struct Message {
    chat: Chat,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Chat {
    id: i64,
}

/// Whether a short answer to a page, written by hand, takes it on.
pub fn says_ack(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let word = first.trim_start_matches('/').trim_end_matches(['.', '!', '。', '！']);
    matches!(word, "4" | "４" | "了解") || word.eq_ignore_ascii_case("ack")
}

impl TelegramAnswer {
    /// Reads an update; `None` for anything that is no answer to a page.
    pub fn read(update: &Value) -> Option<Self> {
        let update = Update::deserialize(update).ok()?;
        if let Some(query) = update.callback_query {
            let secret = Secret::new(query.data.strip_prefix(ACK)?);
            return Some(Self::Press { id: query.id, secret });
        }
        let message = update.message?;
        says_ack(&message.text).then_some(Self::Word { chat: message.chat.id })
    }

    /// What a button carries, at most 64 bytes.
    pub fn data(secret: &Secret) -> String {
        format!("{ACK}{}", secret.reveal())
    }

    /// Hands it in; the method that answers it and its arguments, if there is anything to be answered.
    ///
    /// # Errors
    /// When it could not be saved: it is to come again.
    pub async fn take(&self, replies: &dyn Replies) -> Result<Option<(&'static str, Value)>, NotTaken> {
        match self {
            Self::Press { id, secret } => {
                let reply = replies.press(secret).await?;
                let text = said(reply).unwrap_or_else(|| "?".to_owned());
                let text = shorten(&text, 200);
                let answer = json!({ "callback_query_id": id, "text": text, "show_alert": true });
                Ok(Some(("answerCallbackQuery", answer)))
            }
            Self::Word { chat } => {
                let reply = replies.texted(&chat.to_string(), Means::Telegram).await?;
                let answer =
                    |text: String| ("sendMessage", json!({ "chat_id": chat.to_string(), "text": text }));
                Ok(said(reply).map(answer))
            }
        }
    }
}

fn said(reply: Option<Reply>) -> Option<String> {
    reply.map(|reply| reply.headline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_yes_takes_it_on_and_nothing_else_does() {
        for yes in ["ack", "ACK", "/ack", "4", " 4 ", "４", "Ack!", "了解。", "ack I am on it"] {
            assert!(says_ack(yes), "{yes}");
        }
        for no in ["", "no", "44", "back", "what is it?", "/start"] {
            assert!(!says_ack(no), "{no}");
        }
    }
}
