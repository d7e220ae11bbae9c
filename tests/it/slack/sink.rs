//! An inbox for tests.

use std::collections::HashSet;
use std::sync::Mutex;

use async_trait::async_trait;
use toban::domain::message::Message;
use toban::ports::{Inbox, NotTaken, Taken};
use tokio::sync::{Semaphore, watch};

/// Remembers what it took.
pub struct Sink {
    /// In the order of storing.
    pub taken: watch::Sender<Vec<Message>>,
    seen: Mutex<HashSet<String>>,
    /// Messages wait here before they are stored, if the gate is closed.
    gate: Semaphore,
    waiting: std::sync::atomic::AtomicUsize,
}

impl Sink {
    /// Takes at once.
    pub fn open() -> Self {
        Self::with(Semaphore::MAX_PERMITS)
    }

    /// Takes only what [`Sink::let_in`] lets in.
    pub fn closed() -> Self {
        Self::with(0)
    }

    fn with(permits: usize) -> Self {
        Self {
            taken: watch::Sender::default(),
            seen: Mutex::default(),
            gate: Semaphore::new(permits),
            waiting: 0.into(),
        }
    }

    /// Lets so many messages be stored.
    pub fn let_in(&self, count: usize) {
        self.gate.add_permits(count);
    }

    /// How many have ever come to the gate.
    pub fn waiting(&self) -> usize {
        self.waiting.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// The texts taken so far.
    pub fn texts(&self) -> Vec<String> {
        self.taken.borrow().iter().map(|message| message.text.clone()).collect()
    }

    /// Waits until so many were taken.
    pub async fn wait(&self, count: usize) -> Vec<Message> {
        let mut taken = self.taken.subscribe();
        let waiting = taken.wait_for(|taken| taken.len() >= count);
        toban::base::clock::within(super::fake::LONG, waiting)
            .await
            .expect("messages in time")
            .unwrap()
            .clone()
    }
}

#[async_trait]
impl Inbox for Sink {
    async fn take(&self, message: Message) -> Result<Taken, NotTaken> {
        assert!(!message.text.starts_with("panic"), "as the test asked");
        if message.text.starts_with("fail") {
            return Err(NotTaken("disk full".to_owned()));
        }
        self.waiting.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.gate.acquire().await.unwrap().forget();
        if !self.seen.lock().unwrap().insert(message.id.as_str().to_owned()) {
            return Ok(Taken::Duplicate);
        }
        self.taken.send_modify(|taken| taken.push(message));
        Ok(Taken::First)
    }
}
