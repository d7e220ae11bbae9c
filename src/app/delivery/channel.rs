//! The worker of one channel: one post after the other, until none is left.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::base::ids::PostId;
use crate::domain::message::{Audience, Place, Thread};
use crate::domain::person::Door;
use crate::ports::{Chat, ChatError, Outgoing};
use crate::store::{Post, StoreError};

use super::pace::Pace;
use super::{Delivery, reader};

/// The longest pause between tries while a platform is down.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// When a message is tried again whose thread has no first message yet.
const WAIT_FOR_ROOT: Duration = Duration::from_secs(1);

/// What waits for one channel.
#[derive(Default)]
pub(super) struct Channel {
    queue: VecDeque<Post>,
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
    /// The platform's ids of posts that it put there itself: saves a look into the store for their answers.
    remotes: HashMap<PostId, String>,
}

/// How a try ended.
enum Settled {
    /// It stands there.
    Arrived { remote: String },
    /// It never will.
    GivenUp(String),
    /// There is nothing to do: it stands there already.
    Nothing,
    /// The first message of its thread is still on its way; it is given back until that has arrived.
    Later,
}

/// What is known of the first message of a thread.
enum Root {
    /// It stands there, under this id of the platform.
    There(String),
    /// It is still on its way, perhaps by another replica.
    Coming,
    /// It will never stand there.
    Gone,
}

pub(super) async fn work(delivery: Delivery, key: (Door, String), chat: Arc<dyn Chat>) {
    let mut memory =
        Memory { pace: Pace::new(delivery.0.pace, delivery.0.clock.now()), remotes: HashMap::new() };
    while let Some(post) = next(&delivery, &key) {
        let (id, version) = (post.new.id.clone(), post.version);
        let settled = settle(&delivery, chat.as_ref(), post, &mut memory).await;
        let stored = match settled {
            Ok(Settled::Arrived { remote }) => {
                let stored = delivery.0.store.delivered(&id, version, &remote).await;
                memory.remotes.insert(id.clone(), remote);
                stored
            }
            Ok(Settled::GivenUp(why)) => {
                tracing::error!(post.id = %id, channel.id = key.1, error = why, "a message was refused by the platform and is given up");
                delivery.0.store.give_up_post(&id, &why).await
            }
            Ok(Settled::Nothing) => Ok(()),
            Ok(Settled::Later) => {
                let due = delivery.0.clock.now() + WAIT_FOR_ROOT;
                delivery.0.store.retry_post(&id, due, false).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = stored {
            // The row stays undelivered; it is found again and looked for on the platform before another try.
            tracing::error!(post.id = %id, error = %error, "the store did not take the state of a message");
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

/// Tries until the post has arrived or never will.
async fn settle(
    delivery: &Delivery,
    chat: &dyn Chat,
    mut post: Post,
    memory: &mut Memory,
) -> Result<Settled, StoreError> {
    let inner = &delivery.0;
    if post.version > 1 || post.uncertain {
        // An older version may have arrived since this one was written.
        match inner.store.post(&post.new.id).await? {
            Some(stored) if stored.delivered >= post.version => return Ok(Settled::Nothing),
            Some(stored) => {
                post.remote = stored.remote;
                post.delivered = stored.delivered;
            }
            None => return Ok(Settled::Nothing),
        }
    }
    let thread = match &post.new.place.thread {
        None => None,
        Some(Thread::Known(thread)) => Some(thread.clone()),
        Some(Thread::Under(root)) => match root_of(delivery, root, memory).await? {
            Root::There(remote) => Some(remote),
            Root::Coming => return Ok(Settled::Later),
            Root::Gone => return last_resort(chat, &post, "the thread's first message did not arrive").await,
        },
    };
    let reader = reader(&post.new);
    let message = Outgoing {
        post: &post.new.id,
        channel: &post.new.place.channel,
        thread: thread.as_deref(),
        audience: &post.new.audience,
        body: &post.new.body,
        reader: &reader,
    };
    let mut uncertain = post.uncertain && post.remote.is_none();
    let mut pause = Duration::from_secs(1);
    loop {
        if matches!(post.new.audience, Audience::All) {
            while let Err(wait) = memory.pace.take(inner.clock.now()) {
                inner.clock.sleep(wait).await;
            }
        }
        let tried = match &post.remote {
            Some(remote) => chat.edit(&message, remote).await.map(|()| remote.clone()),
            None if uncertain => match chat.find(&message).await {
                Ok(Some(remote)) => Ok(remote),
                Ok(None) => chat.post(&message).await,
                Err(error) => Err(error),
            },
            None => chat.post(&message).await,
        };
        let wait = match tried {
            Ok(remote) => return Ok(Settled::Arrived { remote }),
            Err(ChatError::Refused(why)) if post.remote.is_none() => {
                return last_resort(chat, &post, &why).await;
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
        inner.clock.sleep(wait).await;
    }
}

/// What is known of the message of ours under which others stand.
async fn root_of(delivery: &Delivery, root: &PostId, memory: &Memory) -> Result<Root, StoreError> {
    if let Some(remote) = memory.remotes.get(root) {
        return Ok(Root::There(remote.clone()));
    }
    Ok(match delivery.0.store.post(root).await? {
        Some(Post { remote: Some(remote), .. }) => Root::There(remote),
        Some(Post { failed: None, .. }) => Root::Coming,
        _ => Root::Gone,
    })
}

/// A channel that will not take an answer (the bot is no member of it) must not swallow it: whoever asked gets it
/// alone, where the platform gave a way to do so.
async fn last_resort(chat: &dyn Chat, post: &Post, why: &str) -> Result<Settled, StoreError> {
    let given_up = Ok(Settled::GivenUp(why.to_owned()));
    let Some(reply_url) = post.new.reply_url.clone() else { return given_up };
    let audience = Audience::Only { user: String::new(), reply_url: Some(reply_url) };
    let Place { channel, .. } = &post.new.place;
    let reader = reader(&post.new);
    let message = Outgoing {
        post: &post.new.id,
        channel,
        thread: None,
        audience: &audience,
        body: &post.new.body,
        reader: &reader,
    };
    match chat.post(&message).await {
        Ok(remote) => Ok(Settled::Arrived { remote }),
        Err(error) => Ok(Settled::GivenUp(format!("{why}; to the asker alone: {error}"))),
    }
}

/// The present pause with some jitter, and the next one doubled.
fn backoff(pause: &mut Duration) -> Duration {
    let jitter = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    let wait = *pause + Duration::from_millis(jitter);
    *pause = (*pause * 2).min(LONGEST_PAUSE);
    wait
}
