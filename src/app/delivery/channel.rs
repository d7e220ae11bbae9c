//! The worker of one channel: one post after the other, until none is left.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;

use crate::base::ids::PostId;
use crate::domain::message::{Audience, Place, Thread};
use crate::domain::person::Door;
use crate::domain::report::{Block, Body, Report, Tone};
use crate::domain::words::Phrase;
use crate::ports::{Chat, ChatError, Outgoing};
use crate::store::{Post, StoreError};

use super::gather::gather;
use super::pace::Pace;
use super::{Delivery, reader};

/// The first pause between tries while a platform or the store is down, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// How long an answer waits for another look at the first message of its thread.
const LATER: Duration = Duration::from_millis(250);
/// Threads that a worker remembers; those of answers still to come are among the newest.
const REMEMBERED: usize = 64;

/// What waits for one channel.
#[derive(Default)]
pub(super) struct Channel {
    pub(super) queue: VecDeque<Post>,
}

impl Channel {
    /// Adds a post, or replaces the waiting older version of it; whether it was added.
    pub(super) fn push(&mut self, post: Post) -> bool {
        match self.queue.iter_mut().find(|waiting| waiting.new.id == post.new.id) {
            Some(waiting) => {
                if post.version >= waiting.version {
                    *waiting = post;
                }
                false
            }
            None => {
                self.queue.push_back(post);
                true
            }
        }
    }
}

/// What the worker remembers while it lives.
struct Memory {
    pace: Pace,
    /// The platform's ids of first messages that it put there itself: saves a look into the store for their answers.
    roots: HashMap<PostId, String>,
}

/// How a try ended.
enum Settled {
    /// This version of it stands there.
    Arrived { version: u32, remote: String },
    /// It never will.
    GivenUp(String),
    /// There is nothing to do: it or a newer version stands there already, or is somebody else's to put there.
    Nothing,
    /// The first message of its thread is not there yet.
    TooEarly(Box<Post>),
}

/// How one post left the queue.
enum Left {
    Settled,
    Back(Box<Post>),
}

pub(super) async fn work(delivery: Delivery, key: (Door, String), chat: Arc<dyn Chat>) {
    let mut memory =
        Memory { pace: Pace::new(delivery.0.pace, delivery.0.clock.now()), roots: HashMap::new() };
    while let Some(post) = next(&delivery, &key) {
        let id = post.new.id.clone();
        let bringing = AssertUnwindSafe(bring(&delivery, &key, chat.as_ref(), post, &mut memory));
        match bringing.catch_unwind().await {
            Ok(Left::Settled) => {}
            Ok(Left::Back(post)) => {
                delivery.0.clock.sleep(LATER).await;
                let mut channels = delivery.0.channels.lock().unwrap_or_else(PoisonError::into_inner);
                if channels.get_mut(&key).is_some_and(|channel| channel.push(*post)) {
                    continue;
                }
            }
            Err(_) => {
                tracing::error!(post.id = %id, "bringing a message to its platform panicked; it is given up");
                let why = "the work on it panicked";
                told(&id, surely(&delivery, || delivery.0.store.give_up_post(&id, why)).await);
            }
        }
        delivery.uncount();
    }
}

/// The next post of the channel; with the last one, the channel itself goes.
fn next(delivery: &Delivery, key: &(Door, String)) -> Option<Post> {
    let mut channels = delivery.0.channels.lock().unwrap_or_else(PoisonError::into_inner);
    let post = channels.get_mut(key)?.queue.pop_front();
    if post.is_none() {
        channels.remove(key);
    }
    post
}

/// Brings one post to its platform and writes down how that went.
async fn bring(
    delivery: &Delivery,
    key: &(Door, String),
    chat: &dyn Chat,
    post: Post,
    memory: &mut Memory,
) -> Left {
    let id = post.new.id.clone();
    let root = post.new.place.thread.is_none();
    let stored = match settle(delivery, key, chat, post, memory).await {
        Ok(Settled::Arrived { version, remote }) => {
            // Before anything else may need it: whoever does not find the platform's id would say it twice.
            let stored = surely(delivery, || delivery.0.store.delivered(&id, version, &remote)).await;
            if root {
                if memory.roots.len() == REMEMBERED {
                    memory.roots.clear();
                }
                memory.roots.insert(id.clone(), remote);
            }
            stored
        }
        Ok(Settled::GivenUp(why)) => {
            tracing::error!(post.id = %id, channel.id = key.1, error = why, "a message was refused by the platform and is given up");
            surely(delivery, || delivery.0.store.give_up_post(&id, &why)).await
        }
        Ok(Settled::Nothing) => Ok(()),
        Ok(Settled::TooEarly(post)) => return Left::Back(post),
        Err(error) => Err(error),
    };
    told(&id, stored);
    Left::Settled
}

fn told(id: &PostId, stored: Result<(), StoreError>) {
    if let Err(error) = stored {
        // The row stays undelivered: after the next start it is looked for on the platform before another try.
        tracing::error!(post.id = %id, error = %error, "the store did not take the state of a message");
    }
}

/// Asks the store until it answers or is closed: a message that is forgotten here is forgotten until the next start.
async fn surely<T, F>(delivery: &Delivery, ask: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut pause = PAUSE.0;
    loop {
        match ask().await {
            Err(error @ (StoreError::Away(_) | StoreError::Database(_))) if !delivery.0.store.is_closed() => {
                tracing::warn!(error = %error, "the store does not answer; a message waits");
                delivery.0.clock.sleep(backoff(&mut pause)).await;
            }
            end => return end,
        }
    }
}

/// Tries until the post has arrived or never will.
async fn settle(
    delivery: &Delivery,
    key: &(Door, String),
    chat: &dyn Chat,
    mut post: Post,
    memory: &mut Memory,
) -> Result<Settled, StoreError> {
    let inner = &delivery.0;
    if post.version > 1 || post.uncertain {
        // An older version may have arrived since this one was written.
        match surely(delivery, || inner.store.post(&post.new.id)).await? {
            // A newer version waits behind this one, or is another replica's.
            Some(stored) if stored.version > post.version => return Ok(Settled::Nothing),
            Some(stored) if stored.delivered < post.version => {
                post.remote = stored.remote;
                post.delivered = stored.delivered;
            }
            _ => return Ok(Settled::Nothing),
        }
    }
    let thread = match &post.new.place.thread {
        None => None,
        Some(Thread::Known(thread)) => Some(thread.clone()),
        Some(Thread::Under(root)) => match root_of(delivery, root, memory).await? {
            Root::Stands(remote) => Some(remote),
            Root::Comes => return Ok(Settled::TooEarly(Box::new(post))),
            Root::Fails => {
                return Ok(last_resort(chat, &post, "the thread's first message did not arrive").await);
            }
        },
    };
    let mut uncertain = post.uncertain && post.remote.is_none();
    // What an earlier try whose answer was lost would have put there; of a try before the last start nobody knows.
    let mut tried = (!uncertain).then_some(post.version).or((post.version == 1).then_some(1));
    let (mut pause, mut again) = (PAUSE.0, false);
    loop {
        if matches!(post.new.audience, Audience::All) {
            while let Err(wait) = memory.pace.take(inner.clock.now()) {
                inner.clock.sleep(wait).await;
            }
        }
        post = gather(delivery, key, post).await;
        if std::mem::replace(&mut again, true) {
            // Another replica may have written a newer version while we waited, and brings it.
            match surely(delivery, || inner.store.post(&post.new.id)).await? {
                Some(stored) if stored.version <= post.version => {}
                _ => return Ok(Settled::Nothing),
            }
        }
        uncertain |= post.uncertain && post.remote.is_none();
        let reader = reader(&post.new);
        let message = Outgoing {
            post: &post.new.id,
            channel: &post.new.place.channel,
            thread: thread.as_deref(),
            audience: &post.new.audience,
            body: &post.new.body,
            reader: &reader,
        };
        let result = match &post.remote {
            Some(remote) => chat.edit(&message, remote).await.map(|()| remote.clone()),
            None if uncertain => match chat.find(&message).await {
                Ok(Some(remote)) if tried == Some(post.version) => Ok(remote),
                Ok(Some(remote)) => {
                    // An older version of it stands there.
                    post.remote = Some(remote);
                    continue;
                }
                Ok(None) => {
                    tried = Some(post.version);
                    chat.post(&message).await
                }
                Err(error) => Err(error),
            },
            None => {
                tried = Some(post.version);
                chat.post(&message).await
            }
        };
        let wait = match result {
            Ok(remote) => return Ok(Settled::Arrived { version: post.version, remote }),
            Err(ChatError::Refused(why)) if post.remote.is_none() => {
                return Ok(last_resort(chat, &post, &why).await);
            }
            Err(ChatError::Refused(why)) => return Ok(Settled::GivenUp(why)),
            Err(ChatError::RateLimited(wait)) => wait,
            Err(ChatError::Down(why)) => {
                tracing::warn!(post.id = %post.new.id, error = why, "the platform is down; the message waits");
                backoff(&mut pause)
            }
            Err(ChatError::Uncertain(why)) => {
                tracing::warn!(post.id = %post.new.id, error = why, "the platform's answer was lost; it is looked for before another try");
                uncertain = true;
                backoff(&mut pause)
            }
        };
        if inner.store.is_closed() {
            return Ok(Settled::Nothing);
        }
        inner.clock.sleep(wait).await;
    }
}

/// The first message of a thread, for what shall stand under it.
enum Root {
    /// Under the platform's id of it.
    Stands(String),
    /// It is still being delivered, by whoever has it.
    Comes,
    /// It never will.
    Fails,
}

async fn root_of(delivery: &Delivery, root: &PostId, memory: &Memory) -> Result<Root, StoreError> {
    if let Some(remote) = memory.roots.get(root) {
        return Ok(Root::Stands(remote.clone()));
    }
    let stored = surely(delivery, || delivery.0.store.post(root)).await?;
    Ok(match stored {
        Some(Post { remote: Some(remote), .. }) if !remote.is_empty() => Root::Stands(remote),
        Some(Post { remote: None, failed: None, .. }) => Root::Comes,
        _ => Root::Fails,
    })
}

/// A channel that will not take an answer (the bot is no member of it) must not swallow it: whoever asked gets it
/// alone, where the platform gave a way to do so. A file goes as text, since that way takes no files.
async fn last_resort(chat: &dyn Chat, post: &Post, why: &str) -> Settled {
    let Some(reply_url) = post.new.reply_url.clone() else { return Settled::GivenUp(why.to_owned()) };
    let audience = Audience::Only { user: String::new(), reply_url: Some(reply_url) };
    let Place { channel, .. } = &post.new.place;
    let reader = reader(&post.new);
    let body = match &post.new.body {
        Body::File { name, text, .. } => Body::Report(
            Report::new(Tone::Warn, Phrase::new("page-file-as-text").with("name", name.as_str()))
                .block(Block::Code(text.clone())),
        ),
        said @ (Body::Report(_) | Body::News(_)) => said.clone(),
    };
    let message = Outgoing {
        post: &post.new.id,
        channel,
        thread: None,
        audience: &audience,
        body: &body,
        reader: &reader,
    };
    match chat.post(&message).await {
        Ok(remote) => Settled::Arrived { version: post.version, remote },
        Err(error) => Settled::GivenUp(format!("{why}; to the asker alone: {error}")),
    }
}

/// The present pause with some jitter, and the next one doubled.
fn backoff(pause: &mut Duration) -> Duration {
    let jitter = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    let wait = *pause + Duration::from_millis(jitter);
    *pause = (*pause * 2).min(PAUSE.1);
    wait
}
