//! Hands alerts on: for each service and grouping one batch at a time, and what arrives meanwhile is the next batch.
//! So two alerts never race for the same incident within a process, and a storm costs few writes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::app::attach::{AlertNews, Attach};
use crate::base::clock::pause;
use crate::base::ids::ServiceId;
use crate::domain::intake::STALE;
use crate::store::{Store, WaitingAlert};

/// Alerts in a batch, at most.
const MOST: usize = 1_000;
/// Alerts in memory, at most; more are left to the store.
const BACKLOG: usize = 50_000;
/// How often a batch is tried before it is left to the store, and the pauses between.
const TRIES: u32 = 6;
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

type Group = (ServiceId, String);

/// Hands on what it is given. Cheap to clone.
#[derive(Clone)]
pub(super) struct Hands(Arc<Inner>);

struct Inner {
    store: Store,
    attach: Arc<dyn Attach>,
    /// What waits for each group; a group that is here is being worked on.
    groups: Mutex<HashMap<Group, Vec<WaitingAlert>>>,
    /// Alerts in memory.
    backlog: watch::Sender<usize>,
}

impl Hands {
    pub fn new(store: Store, attach: Arc<dyn Attach>) -> Self {
        Self(Arc::new(Inner { store, attach, groups: Mutex::default(), backlog: watch::Sender::new(0) }))
    }

    /// Sees to it that these are handed on; returns at once.
    pub fn pass(&self, alerts: Vec<WaitingAlert>) {
        if alerts.is_empty() {
            return;
        }
        if self.backlog() > BACKLOG {
            return self.0.store.leave_alerts(alerts.into_iter().map(|alert| alert.id));
        }
        self.0.backlog.send_modify(|backlog| *backlog += alerts.len());
        let mut groups = self.0.groups.lock().unwrap_or_else(PoisonError::into_inner);
        for alert in alerts {
            let group = (alert.service.clone(), alert.grouping.clone());
            match groups.get_mut(&group) {
                Some(waiting) => waiting.push(alert),
                None => {
                    groups.insert(group.clone(), vec![alert]);
                    tokio::spawn(work(self.clone(), group));
                }
            }
        }
    }

    /// How many have not been handed on yet.
    pub fn backlog(&self) -> usize {
        *self.0.backlog.borrow()
    }

    /// Resolves when nothing waits here.
    pub async fn idle(&self) {
        // The sender lives as long as we do, so an error cannot happen.
        let _ = self.0.backlog.subscribe().wait_for(|backlog| *backlog == 0).await;
    }

    /// The next batch of a group; none ends the work on it.
    fn next(&self, group: &Group) -> Option<Vec<WaitingAlert>> {
        let mut groups = self.0.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = groups.get_mut(group)?;
        if waiting.is_empty() {
            groups.remove(group);
            return None;
        }
        let rest = waiting.split_off(waiting.len().min(MOST));
        Some(std::mem::replace(waiting, rest))
    }

    async fn hand_on(&self, (service, grouping): &Group, batch: Vec<WaitingAlert>) {
        let news = news(batch);
        let mut wait = PAUSE.0;
        for attempt in 1..=TRIES {
            let Err(error) = self.0.attach.alerted(service, grouping, news.clone()).await else { return };
            if attempt == TRIES || self.0.store.is_closed() {
                tracing::error!(service.id = %service, alerts = news.len(), error = %error, "alerts could not be handed on; trying again later");
                break;
            }
            pause(wait).await;
            wait = (wait * 2).min(PAUSE.1);
        }
        self.0.store.leave_alerts(news.into_iter().map(|news| news.id));
    }
}

async fn work(hands: Hands, group: Group) {
    while let Some(batch) = hands.next(&group) {
        // Whatever becomes of the batch, also if whoever takes it panics: it is not here any more.
        let _taken = Counted { hands: &hands, alerts: batch.len() };
        let ids: Vec<String> = batch.iter().map(|alert| alert.id.clone()).collect();
        let handed = std::panic::AssertUnwindSafe(hands.hand_on(&group, batch));
        if futures_util::FutureExt::catch_unwind(handed).await.is_err() {
            tracing::error!(service.id = %group.0, alerts = ids.len(), "handing alerts on panicked");
            hands.0.store.leave_alerts(ids);
        }
    }
}

struct Counted<'a> {
    hands: &'a Hands,
    alerts: usize,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.hands.0.backlog.send_modify(|backlog| *backlog = backlog.saturating_sub(self.alerts));
    }
}

/// A batch as news. Of two versions of one alert the later one says it all; it is first news if one of them was.
fn news(batch: Vec<WaitingAlert>) -> Vec<AlertNews> {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(batch.len());
    let mut news: Vec<AlertNews> = Vec::with_capacity(batch.len());
    for alert in batch {
        let fresh = told(alert);
        match places.get(&fresh.id) {
            Some(at) => {
                let known = &mut news[*at];
                let first = known.first || fresh.first;
                if fresh.version >= known.version {
                    *known = fresh;
                }
                known.first = first;
            }
            None => {
                places.insert(fresh.id.clone(), news.len());
                news.push(fresh);
            }
        }
    }
    news
}

fn told(alert: WaitingAlert) -> AlertNews {
    let mut signal = Arc::unwrap_or_clone(alert.signal);
    if let Some(since) = alert.stale {
        signal.labels.insert(STALE.to_owned(), since.to_string());
    }
    AlertNews { id: alert.id, version: alert.version, signal, silenced: alert.silence, first: alert.first }
}
