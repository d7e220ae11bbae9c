//! The progress line of one message: whatever a verb says goes here, and the newest of it to the place where the
//! answer will stand, first after a short while, then at most every two seconds.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::app::verb::Show;
use crate::base::clock::pause;
use crate::base::ids::{InboxId, PostId};
use crate::domain::report::{Report, Tone};
use crate::domain::words::Phrase;
use crate::ports;
use crate::store::Store;

/// An answer that comes within this time needs no progress line.
pub const PATIENCE: Duration = Duration::from_millis(800);
/// How often a long work looks whether somebody stopped it, and how long its lease is good for. Both are real time:
/// the work may be another process's.
const STOP_CHECK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// The post that holds the answer to a message, and its progress until then.
pub fn answer_of(message: &InboxId) -> PostId {
    PostId::from(format!("{message}{ANSWER}"))
}

/// The message that a post answers.
pub fn message_of(post: &str) -> Option<InboxId> {
    post.strip_suffix(ANSWER).map(InboxId::from)
}

const ANSWER: &str = "/answer";

/// What a verb has said last about its work.
pub struct Progress {
    post: PostId,
    store: Store,
    latest: Mutex<Option<Report>>,
}

impl Progress {
    /// Progress of the work whose answer will be `post`.
    pub fn new(post: PostId, store: Store) -> Self {
        Self { post, store, latest: Mutex::new(None) }
    }

    /// What was said since the last call.
    pub fn take(&self) -> Option<Report> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The lease that stands for work which can be stopped.
    pub fn lease_of(post: &str) -> String {
        format!("stoppable:{post}")
    }
}

impl ports::Progress for Progress {
    fn say(&self, line: Phrase) {
        self.show(Report::new(Tone::Busy, line));
    }
}

impl Show for Progress {
    fn say(&self, line: Phrase) {
        self.show(Report::new(Tone::Busy, line));
    }

    fn show(&self, report: Report) {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
    }

    fn stop_command(&self) -> String {
        format!("stop {}", self.post)
    }

    /// Holds a lease while the work runs; "stop" breaks it, on whichever replica it was pressed.
    fn stopped(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let name = Self::lease_of(self.post.as_str());
            let Ok(Some(token)) = self.store.lease(&name, STOP_CHECK.1).await else {
                return std::future::pending().await;
            };
            loop {
                pause(STOP_CHECK.0).await;
                // A store that does not answer is no reason to stop.
                if matches!(self.store.renew(&name, token, STOP_CHECK.1).await, Ok(false)) {
                    return;
                }
            }
        })
    }
}
