//! Our own fault, told from a provider's: when none of them can be reached, nothing is anybody else's fault.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{Notify, watch};

use super::Paging;
use crate::base::clock::{pause, within};
use crate::domain::contact::Means;
use crate::ports::{Pager, PagerError};

/// How long a provider may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks: while all are away, and else.
const AGAIN: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(15));

/// Whether providers can be reached.
pub struct Outage {
    pagers: Vec<Arc<dyn Pager>>,
    reachable: watch::Sender<bool>,
    /// One of them could not be reached.
    doubt: Notify,
    /// Means whose access was found to be wrong, and that was told.
    locked: Mutex<HashSet<Means>>,
}

impl Outage {
    pub(super) fn new(pagers: Vec<Arc<dyn Pager>>) -> Self {
        let reachable = watch::Sender::new(true);
        Self { pagers, reachable, doubt: Notify::new(), locked: Mutex::default() }
    }

    /// Whether any provider can be reached.
    pub fn reachable(&self) -> watch::Receiver<bool> {
        self.reachable.subscribe()
    }

    /// A provider was asked for something; whether its refusal of our access is news.
    pub(super) fn heard<T>(&self, means: Means, result: &Result<T, PagerError>) -> bool {
        if reached(result) {
            self.turn(true);
        } else {
            self.doubt.notify_one();
        }
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Err(PagerError::Access(_)) => locked.insert(means),
            Ok(_) => {
                locked.remove(&means);
                false
            }
            Err(_) => false,
        }
    }

    fn turn(&self, reachable: bool) {
        let turned = self.reachable.send_if_modified(|now| std::mem::replace(now, reachable) != reachable);
        if turned && reachable {
            tracing::warn!("a provider of pages can be reached again");
        } else if turned {
            tracing::error!("no provider of pages can be reached: the fault is here; pages wait");
        }
    }

    /// Whether one of those that are used takes pages, as far as it can be asked.
    pub(super) async fn has_a_way(&self, used: impl Fn(Means) -> bool) -> Result<(), String> {
        let used: Vec<_> =
            self.pagers.iter().filter(|pager| pager.means().iter().any(|means| used(*means))).collect();
        if used.is_empty() {
            return Err("there is no way to page anybody".to_owned());
        }
        // A webhook has no place of its own that could be asked; whoever has nothing else has to trust it.
        let asked: Vec<_> = used.into_iter().filter(|pager| pager.means() != [Means::Webhook]).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let asked = asked.into_iter().map(|pager| async {
            match within(PATIENCE, pager.check()).await {
                Ok(answer) => answer.map_err(|error| error.to_string()),
                Err(late) => Err(late.to_string()),
            }
        });
        let found = join_all(asked).await;
        if found.iter().any(Result::is_ok) {
            return Ok(());
        }
        let why: Vec<String> = found.into_iter().filter_map(Result::err).collect();
        Err(format!("no way to page anybody works: {}", why.join("; ")))
    }

    /// Asks all of them at once whether they are there.
    async fn look(&self) {
        let asked = self.pagers.iter().map(|pager| async {
            matches!(within(PATIENCE, pager.check()).await, Ok(result) if reached(&result))
        });
        let any = self.pagers.is_empty() || join_all(asked).await.contains(&true);
        self.turn(any);
    }
}

/// Any answer at all is one, also a refusal.
fn reached<T>(result: &Result<T, PagerError>) -> bool {
    !matches!(result, Err(PagerError::Down(_) | PagerError::Uncertain(_)))
}

/// Looks whenever a provider could not be reached, until it is dropped.
pub(super) async fn watch(paging: Paging) {
    let outage = &paging.0.outage;
    loop {
        if *outage.reachable.borrow() {
            outage.doubt.notified().await;
        }
        outage.look().await;
        pause(if *outage.reachable.borrow() { AGAIN.1 } else { AGAIN.0 }).await;
    }
}
