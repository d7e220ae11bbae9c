//! Putting messages on a platform. Delivery decides when and how often; an adapter only does it once.

use std::time::Duration;

use async_trait::async_trait;

use crate::base::ids::PostId;
use crate::domain::message::{Audience, Message};
use crate::domain::person::Door;
use crate::domain::report::Body;
use crate::domain::words::Reader;

/// A message to be put on a platform or edited there.
#[derive(Debug, Clone)]
pub struct Outgoing<'a> {
    /// Our id of it: goes into the platform's metadata or nonce, so that a retry can find the first try.
    pub post: &'a PostId,
    /// The channel's id.
    pub channel: &'a str,
    /// The platform's id of the thread.
    pub thread: Option<&'a str>,
    /// Who sees it.
    pub audience: &'a Audience,
    /// What it says.
    pub body: &'a Body,
    /// For whom it is put into words.
    pub reader: &'a Reader,
}

/// A chat platform.
#[async_trait]
pub trait Chat: Send + Sync {
    /// Which one.
    fn door(&self) -> Door;

    /// Posts it; the platform's id of the new message (may be empty for messages that cannot be edited).
    async fn post(&self, message: &Outgoing<'_>) -> Result<String, ChatError>;

    /// Replaces what `remote` says.
    async fn edit(&self, message: &Outgoing<'_>, remote: &str) -> Result<(), ChatError>;

    /// Looks whether an earlier try whose answer was lost has put it there after all.
    async fn find(&self, message: &Outgoing<'_>) -> Result<Option<String>, ChatError>;
}

/// Why a message did not go out.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// 429: nothing was sent; not before this long.
    #[error("rate limited for {0:?}")]
    RateLimited(Duration),
    /// Nothing was sent: connection refused, or the platform said that it is down before it took it.
    #[error("platform down: {0}")]
    Down(String),
    /// The answer was lost: it may be there. Look with [`Chat::find`] before another try.
    #[error("answer lost: {0}")]
    Uncertain(String),
    /// The platform will never take it (`channel_not_found`, `msg_too_long`): another try is useless.
    #[error("refused: {0}")]
    Refused(String),
}

/// Where a door puts what came in.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Stores the message (first copy wins) and returns once it is durable; the work goes on in its own task.
    async fn take(&self, message: Message) -> Result<Taken, NotTaken>;
}

/// What became of a message that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is new.
    First,
    /// The same delivery was taken before; nothing more happens.
    Duplicate,
}

/// The message could not be stored: the platform must not be told that it was.
#[derive(Debug, thiserror::Error)]
#[error("not taken: {0}")]
pub struct NotTaken(pub String);
