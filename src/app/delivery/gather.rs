//! What has come for the same place while a post waits: its newer version, and news that go along with it. After an
//! outage each message is brought up to date by one request, however much happened meanwhile.

use std::sync::PoisonError;
use std::time::Duration;

use crate::domain::person::Door;
use crate::domain::report::Body;
use crate::store::{NewPost, Post};

use super::Delivery;
use super::channel::Channel;

/// News that wait longer than this say so.
const LATE: Duration = Duration::from_secs(90);

impl Channel {
    /// Takes the newer version of a post out of the queue.
    fn newer(&mut self, post: &Post) -> Option<Post> {
        let newer = |other: &Post| other.new.id == post.new.id && other.version > post.version;
        let at = self.queue.iter().position(newer)?;
        self.queue.remove(at)
    }

    /// Takes the news out of the queue that belong with `post` and were never tried.
    fn along_with(&mut self, post: &Post) -> Vec<Post> {
        let Body::News(first) = &post.new.body else { return Vec::new() };
        let (news, others) = self.queue.drain(..).partition(|other| {
            let fresh = other.delivered == 0 && other.remote.is_none() && !other.uncertain;
            let alike = matches!(&other.new.body, Body::News(news) if news.of == first.of);
            fresh && alike && other.new.place == post.new.place && other.new.audience == post.new.audience
        });
        self.queue = others;
        news.into_iter().collect()
    }
}

/// The post as it is to be sent now.
pub(super) async fn gather(delivery: &Delivery, key: &(Door, String), post: Post) -> Post {
    let channels = &delivery.0.channels;
    let (newer, news) = {
        let mut channels = channels.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(channel) = channels.get_mut(key) else { return post };
        let unseen = post.delivered == 0 && post.remote.is_none();
        (channel.newer(&post), if unseen { channel.along_with(&post) } else { Vec::new() })
    };
    let post = match newer {
        Some(newer) => {
            delivery.uncount();
            let (remote, delivered) = (newer.remote.or(post.remote), newer.delivered.max(post.delivered));
            Post { remote, delivered, uncertain: newer.uncertain || post.uncertain, ..newer }
        }
        None => post,
    };
    if news.is_empty() {
        return post;
    }
    let parts: Vec<_> = news.iter().map(|part| part.new.id.clone()).collect();
    match delivery.0.store.fold_posts(joined(delivery, &post, &news), &parts).await {
        Ok(folded) => {
            news.iter().for_each(|_| delivery.uncount());
            Post { uncertain: folded.uncertain || post.uncertain, ..folded }
        }
        Err(error) => {
            // They are told one by one.
            tracing::warn!(post.id = %post.new.id, error = %error, "news that wait could not be joined");
            let mut channels = channels.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(channel) = channels.get_mut(key) {
                news.into_iter().rev().for_each(|part| channel.queue.push_front(part));
            }
            post
        }
    }
}

fn joined(delivery: &Delivery, post: &Post, news: &[Post]) -> NewPost {
    let mut whole = post.new.clone();
    if let Body::News(first) = &mut whole.body {
        for part in news {
            if let Body::News(later) = &part.new.body {
                *first = first.clone().and(later.clone());
            }
        }
        let waited = delivery.0.clock.now().duration_since(post.created);
        if first.late.is_none() && waited.unsigned_abs() > LATE {
            first.late = Some(post.created);
        }
    }
    whole
}
