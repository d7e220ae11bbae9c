//! Whether all is well with Toban itself: its store, its ticker and a way to reach people. Only then may the outbound heartbeat
//! go, so that somebody outside raises the alarm else.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::app::incidents::Incidents;
use crate::app::paging::Paging;
use crate::base::clock::pause;

/// The ticker comes round every second; it may take a while under load.
const TICK: Duration = Duration::from_secs(15);
/// How often providers are asked whether they are there.
const ASK: Duration = Duration::from_mins(1);

/// Looks after all of it.
pub struct Wellness {
    store: Arc<AtomicBool>,
    incidents: Incidents,
    paging: Paging,
    ways: Mutex<Result<(), String>>,
}

impl Wellness {
    /// Of these; `store` says whether the store can be written.
    pub fn new(store: Arc<AtomicBool>, incidents: Incidents, paging: Paging) -> Self {
        let ways = Mutex::new(Err("it is not known yet whether anybody can be paged".to_owned()));
        Self { store, incidents, paging, ways }
    }

    /// Whether all is well. Does not wait.
    ///
    /// # Errors
    /// What is not, in a few words.
    pub fn look(&self) -> Result<(), String> {
        if !self.store.load(Ordering::Relaxed) {
            return Err("the store cannot be written".to_owned());
        }
        if self.incidents.ticked().is_none_or(|ago| ago > TICK) {
            return Err("what is due in incidents is not looked at".to_owned());
        }
        if !self.paging.providers_reachable() {
            return Err("no provider of pages can be reached".to_owned());
        }
        self.ways.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the providers once.
    pub async fn ask(&self) {
        let ways = self.paging.has_a_way().await;
        *self.ways.lock().unwrap_or_else(PoisonError::into_inner) = ways;
    }

    /// Asks them until it is dropped.
    pub async fn watch(&self) -> Infallible {
        loop {
            self.ask().await;
            pause(ASK).await;
        }
    }
}
