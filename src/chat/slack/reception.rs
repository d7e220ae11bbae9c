//! Where both ways in meet: a message is stored before Slack is told that it was heard, and nothing that goes
//! wrong on the way stops the next one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::inbound::{Ear, Unheard};
use crate::base::Clock;
use crate::base::clock::within;
use crate::domain::message::Message;
use crate::ports::{Inbox, NotTaken, Taken};

/// Slack waits three seconds for an acknowledgement; a later one is of no use to it.
const PATIENCE: Duration = Duration::from_millis(2_800);

/// Takes messages to the inbox and counts what came.
pub struct Reception {
    /// Understands payloads.
    pub ear: Ear,
    /// Tells when a message arrived.
    pub clock: Clock,
    /// What came in so far.
    pub counts: Counts,
    inbox: Arc<dyn Inbox>,
}

/// What came in since the start.
#[derive(Debug, Default)]
pub struct Counts {
    /// Messages stored.
    pub taken: AtomicU64,
    /// Second copies.
    pub duplicates: AtomicU64,
    /// Messages that could not be stored.
    pub failed: AtomicU64,
    /// Payloads that were not understood.
    pub garbled: AtomicU64,
    /// Requests that are not from Slack, or too late.
    pub forged: AtomicU64,
}

/// What Slack is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is stored, or there is nothing to store.
    Acknowledge,
    /// It is not stored: Slack may try again.
    Refuse,
}

impl std::fmt::Debug for Reception {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reception")
            .field("ear", &self.ear)
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl Reception {
    /// Takes to `inbox` what `ear` understands.
    pub fn new(ear: Ear, inbox: Arc<dyn Inbox>, clock: Clock) -> Self {
        Self { ear, clock, counts: Counts::default(), inbox }
    }

    /// Stores what was heard. The storing runs in a task of its own, so that it survives a caller that hangs up
    /// and a panic in it stays there.
    pub async fn receive(&self, heard: Result<Message, Unheard>) -> Verdict {
        let message = match heard {
            Ok(message) => message,
            Err(Unheard::Idle(why)) => {
                tracing::debug!(slack.why = why, "slack: left alone");
                return Verdict::Acknowledge;
            }
            Err(garbled) => {
                self.garbled(&garbled.to_string());
                return Verdict::Acknowledge;
            }
        };
        let inbox = Arc::clone(&self.inbox);
        let id = message.id.clone();
        let storing = tokio::spawn(async move { inbox.take(message).await });
        let taken = match within(PATIENCE, storing).await {
            Ok(Ok(taken)) => taken,
            Ok(Err(broken)) if broken.is_panic() => Err(NotTaken("panicked".to_owned())),
            Ok(Err(_)) => Err(NotTaken("cancelled".to_owned())),
            Err(late) => Err(NotTaken(late.to_string())),
        };
        match taken {
            Ok(Taken::First) => add(&self.counts.taken),
            Ok(Taken::Duplicate) => {
                add(&self.counts.duplicates);
                tracing::info!(inbox.id = %id, "slack: second copy of a delivery, left alone");
            }
            Err(error) => {
                add(&self.counts.failed);
                tracing::error!(inbox.id = %id, error = %error, "slack: could not store a message, not acknowledged");
                return Verdict::Refuse;
            }
        }
        Verdict::Acknowledge
    }

    /// Counts and logs a payload that was not understood; trying it again would not help.
    pub fn garbled(&self, why: &str) {
        add(&self.counts.garbled);
        tracing::warn!(slack.why = why, "slack: a payload was not understood and is lost");
    }

    /// Counts and logs a request that is not believed.
    pub fn forged(&self, why: &str) {
        add(&self.counts.forged);
        tracing::warn!(slack.why = why, "slack: a request was refused");
    }
}

fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}
