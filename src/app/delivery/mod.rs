//! Delivery: brings what stands on the platforms to what the store says should stand there.
//!
//! A post is a wish with a version. One worker per channel takes posts in their order, at the channel's pace, and
//! puts or edits them; newer versions replace older ones that are still waiting. Workers exist only while their
//! channel has something to say.

mod channel;
mod gather;
mod pace;
mod whisper;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::watch;

use crate::base::Clock;
use crate::domain::message::Place;
use crate::domain::person::Door;
use crate::domain::words::Reader;
use crate::ports::Chat;
use crate::store::{NewPost, Post, Store};

use channel::Channel;

/// Takes posts and sees to it that they arrive. Cheap to clone.
#[derive(Clone)]
pub struct Delivery(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    /// Time between two messages into one channel.
    pace: Duration,
    chats: HashMap<Door, Arc<dyn Chat>>,
    channels: Mutex<HashMap<(Door, String), Channel>>,
    /// Posts accepted and not yet settled.
    waiting: watch::Sender<usize>,
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Delivery({} waiting)", *self.0.waiting.borrow())
    }
}

impl Delivery {
    /// Delivers through these platforms, into each channel a message every `pace`.
    pub fn new(
        store: Store,
        clock: Clock,
        pace: Duration,
        chats: impl IntoIterator<Item = Arc<dyn Chat>>,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            pace,
            chats: chats.into_iter().map(|chat| (chat.door(), chat)).collect(),
            channels: Mutex::default(),
            waiting: watch::Sender::new(0),
        }))
    }

    /// Accepts posts that are in the store already; returns at once.
    pub fn submit(&self, posts: Vec<Post>) {
        for post in posts {
            let Place { door, channel, .. } = &post.new.place;
            let Some(chat) = self.0.chats.get(door) else {
                tracing::debug!(post.id = %post.new.id, door = door.as_str(), "no such door here; left to the next replica that has it");
                continue;
            };
            let key = (*door, channel.clone());
            let mut channels = self.0.channels.lock().unwrap_or_else(PoisonError::into_inner);
            match channels.get_mut(&key) {
                Some(channel) => self.count(channel.push(post)),
                None => {
                    let mut fresh = Channel::default();
                    self.count(fresh.push(post));
                    channels.insert(key.clone(), fresh);
                    tokio::spawn(channel::work(self.clone(), key, chat.clone()));
                }
            }
        }
    }

    /// Whether posts of that door can be delivered here.
    pub fn serves(&self, door: Door) -> bool {
        self.0.chats.contains_key(&door)
    }

    /// Resolves when everything accepted has arrived or was given up.
    pub async fn settled(&self) {
        // The sender lives as long as we do, so an error cannot happen.
        let _ = self.0.waiting.subscribe().wait_for(|waiting| *waiting == 0).await;
    }

    /// How many posts have not arrived yet.
    pub fn backlog(&self) -> usize {
        *self.0.waiting.borrow()
    }

    fn count(&self, added: bool) {
        if added {
            self.0.waiting.send_modify(|waiting| *waiting += 1);
        }
    }

    fn uncount(&self) {
        self.0.waiting.send_modify(|waiting| *waiting = waiting.saturating_sub(1));
    }
}

/// For whom a post is put into words.
fn reader(post: &NewPost) -> Reader {
    Reader { lang: post.lang, zone: TimeZone::get(&post.zone).unwrap_or(TimeZone::UTC) }
}
