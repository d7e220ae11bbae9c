//! A word to one person that does not pass through the store: once, at once, and lost if it does not arrive.

use std::time::Duration;

use super::Delivery;
use crate::base::clock::within;
use crate::base::ids::PostId;
use crate::domain::message::{Audience, Message, Thread};
use crate::domain::report::{Body, Report};
use crate::domain::words::Reader;
use crate::ports::Outgoing;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl Delivery {
    /// Tells whoever wrote `message`, and nobody else.
    pub async fn whisper(&self, message: &Message, reader: &Reader, report: Report) {
        let Some(chat) = self.0.chats.get(&message.place.door) else { return };
        let post = PostId::from(format!("{}/unsaved", message.id));
        let thread = match &message.place.thread {
            Some(Thread::Known(thread)) => Some(thread.as_str()),
            Some(Thread::Under(_)) | None => None,
        };
        let audience = Audience::Only {
            user: message.user.clone(),
            reply_url: message.entry.reply_url().map(str::to_owned),
        };
        let body = Body::Report(report);
        let channel = message.place.channel.as_str();
        let outgoing = Outgoing { post: &post, channel, thread, audience: &audience, body: &body, reader };
        let why = match within(PATIENCE, chat.post(&outgoing)).await {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => error.to_string(),
            Err(late) => late.to_string(),
        };
        tracing::warn!(message.id = %message.id, error = why, "whoever asked could not be told that nothing was saved");
    }
}
