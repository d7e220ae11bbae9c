//! Answers put on the board, and the history that it is seeded with. It is our own memory: nothing here can be
//! rate limited, down or uncertain.

use async_trait::async_trait;
use jiff::Timestamp;

use super::Console;
use super::board::{Draft, File};
use super::view::Content;
use crate::base::ids::PostId;
use crate::domain::message::{Audience, Entry, Message, Thread};
use crate::domain::person::Door;
use crate::domain::report::Body;
use crate::ports::{Chat, ChatError, Outgoing};

/// Something said before this process started; give them in the order in which they were said.
#[derive(Debug)]
pub enum Past {
    /// A person's line, as it came in. Button presses are not shown and may be left out.
    Said(Message),
    /// A post of ours, in its last version.
    Posted {
        /// Its id (which is also the console's id of it).
        post: PostId,
        /// The channel's id.
        channel: String,
        /// The console's id of the thread.
        thread: Option<String>,
        /// Who sees it.
        audience: Audience,
        /// What it says.
        body: Body,
        /// When it was posted.
        at: Timestamp,
    },
}

impl Console {
    /// Fills the board with what was said before. Only the latest few hundred posts stay.
    pub fn seed(&self, history: impl IntoIterator<Item = Past>) {
        for past in history {
            match past {
                Past::Said(message) if matches!(message.entry, Entry::Button { .. }) => {}
                Past::Said(message) => self.say(&message, false),
                Past::Posted { post, channel, thread, audience, body, at } => {
                    self.put(post.as_str(), &channel, thread.as_deref(), &audience, &body, at);
                }
            }
        }
    }

    /// Shows a person's line: a root under its own id, or in the thread that it was written in.
    pub(super) fn say(&self, message: &Message, failed: bool) {
        let id = message.id.as_str();
        let thread = match &message.place.thread {
            Some(Thread::Known(root)) if root != id => Some(root.clone()),
            Some(Thread::Under(post)) => Some(post.as_str().to_owned()),
            _ => None,
        };
        self.board.put(Draft {
            id: id.to_owned(),
            channel: message.place.channel.clone(),
            thread,
            author: Some((message.user.clone(), self.name_of(&message.user).to_owned())),
            at: message.received,
            only: None,
            failed,
            content: Content::Line(message.text.clone()),
            file: None,
        });
    }

    fn put(
        &self,
        id: &str,
        channel: &str,
        thread: Option<&str>,
        audience: &Audience,
        body: &Body,
        at: Timestamp,
    ) {
        let file = match body {
            Body::Report(_) | Body::News(_) => None,
            Body::File { name, text, .. } => Some(File { name: name.clone(), text: text.as_str().into() }),
        };
        self.board.put(Draft {
            id: id.to_owned(),
            channel: channel.to_owned(),
            thread: thread.map(str::to_owned),
            author: None,
            at,
            only: match audience {
                Audience::All => None,
                Audience::Only { user, .. } => Some(user.clone()),
            },
            failed: false,
            content: Content::Body(body.clone()),
            file,
        });
    }
}

impl Console {
    /// Every page puts it into its own reader's words, so those of the place do not matter here.
    fn show(&self, message: &Outgoing<'_>, id: &str) {
        let now = self.setup.clock.now();
        self.put(id, message.channel, message.thread, message.audience, message.body, now);
    }
}

#[async_trait]
impl Chat for Console {
    fn door(&self) -> Door {
        Door::Console
    }

    async fn post(&self, message: &Outgoing<'_>) -> Result<String, ChatError> {
        if self.channel(message.channel).is_none() {
            return Err(ChatError::Refused("channel_not_found".to_owned()));
        }
        self.show(message, message.post.as_str());
        Ok(message.post.as_str().to_owned())
    }

    /// A post that has left the board meanwhile comes back with its new words.
    async fn edit(&self, message: &Outgoing<'_>, remote: &str) -> Result<(), ChatError> {
        self.show(message, remote);
        Ok(())
    }

    async fn find(&self, message: &Outgoing<'_>) -> Result<Option<String>, ChatError> {
        let post = message.post.as_str();
        Ok(self.board.find(post).map(|_| post.to_owned()))
    }
}
