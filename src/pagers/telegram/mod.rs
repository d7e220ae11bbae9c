//! Telegram by its Bot API. The token is in every address, so no error names one.
//! (<https://core.telegram.org/bots/api>)

mod news;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::http::{Answer, Client};
use crate::app::paging::TelegramAnswer;
use crate::base::Secret;
use crate::base::text::shorten;
use crate::domain::contact::{Address, Means};
use crate::ports::{Found, Pager, PagerError, Paging, Purpose};

pub use news::{listen, register};

/// Characters of a message.
const LONGEST: usize = 4_096;

/// A bot.
#[derive(Debug, Clone)]
pub struct Telegram {
    client: Client,
    url: String,
    token: Secret,
}

impl Telegram {
    /// The bot of `token`, its API at `url` (`https://api.telegram.org`).
    pub fn new(client: Client, url: &str, token: Secret) -> Self {
        Self { client, url: url.trim_end_matches('/').to_owned(), token }
    }

    /// Calls a method; its result.
    async fn call(&self, method: &str, body: &Value) -> Result<Value, PagerError> {
        self.call_for(method, body, super::http::PATIENCE).await
    }

    async fn call_for(&self, method: &str, body: &Value, limit: Duration) -> Result<Value, PagerError> {
        let url = format!("{}/bot{}/{method}", self.url, self.token.reveal());
        let mut answer = self.client.ask_for(self.client.post(&url).json(body), limit).await?;
        if answer.status.is_success() && answer.body["ok"] == true {
            return Ok(answer.body["result"].take());
        }
        Err(fault(&answer))
    }
}

fn fault(answer: &Answer) -> PagerError {
    match answer.status.as_u16() {
        200..=299 => PagerError::Uncertain("an answer that makes no sense".to_owned()),
        429 => match answer.body["parameters"]["retry_after"].as_u64() {
            Some(seconds) => PagerError::RateLimited(Duration::from_secs(seconds)),
            None => answer.fault(),
        },
        // 404 is said of a token that is none.
        401 | 404 => PagerError::Access(answer.said("/description")),
        // Blocked by the user, an unknown chat, a group that became another one.
        400 | 403 | 409 => PagerError::Refused(answer.said("/description")),
        _ => answer.fault(),
    }
}

#[async_trait]
impl Pager for Telegram {
    fn means(&self) -> &[Means] {
        &[Means::Telegram]
    }

    async fn send(&self, _: Means, page: &Paging) -> Result<String, PagerError> {
        let Address::Plain(chat) = &page.address else {
            return Err(PagerError::Refused("no chat".to_owned()));
        };
        let text = if page.text.is_empty() {
            page.subject.clone()
        } else {
            format!("{}\n\n{}", page.subject, page.text)
        };
        let quiet = matches!(page.purpose, Purpose::Acknowledged | Purpose::Resolved);
        let mut body = json!({
            "chat_id": chat,
            "text": shorten(&text, LONGEST),
            "disable_notification": quiet,
            "link_preview_options": { "is_disabled": true },
        });
        if let Some(secret) = &page.secret {
            // At most 64 bytes.
            let data = TelegramAnswer::data(secret);
            body["reply_markup"] =
                json!({ "inline_keyboard": [[{ "text": page.ack_label, "callback_data": data }]] });
        }
        let sent = self.call("sendMessage", &body).await?;
        Ok(format!("{chat}/{}", sent["message_id"]))
    }

    /// A bot cannot read what it has said.
    async fn find(&self, _: Means, _: &Paging) -> Result<Option<Found>, PagerError> {
        Ok(None)
    }

    async fn check(&self) -> Result<(), PagerError> {
        self.call("getMe", &json!({})).await.map(drop)
    }
}
