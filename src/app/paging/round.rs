//! The loop of one means: takes what is due, hands it to the people's lanes, sleeps until the next is due.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

use super::Paging;
use super::lane::{self, Lane};
use super::message::Page;
use crate::base::clock::pause;
use crate::base::ids::PersonId;
use crate::domain::contact::Means;
use crate::store::StoreError;

/// How often it looks without being called: for what another replica wrote or left behind.
const ROUND: Duration = Duration::from_secs(1);
/// Pages of one means in memory, at most.
const MOST: usize = 1_024;

/// What one means has at hand.
pub(super) struct Counter {
    pub means: Means,
    pub lanes: Mutex<HashMap<PersonId, Lane>>,
    /// Requests to the provider at a time.
    pub slots: Arc<Semaphore>,
    /// Something may be due.
    pub bell: Notify,
    /// Something was due and had to wait until a try ends.
    pub full: AtomicBool,
}

impl Counter {
    /// With nothing at hand.
    pub fn new(means: Means) -> Self {
        let slots = Arc::new(Semaphore::new(parallel(means)));
        let (lanes, bell, full) = (Mutex::default(), Notify::new(), AtomicBool::new(false));
        Self { means, lanes, slots, bell, full }
    }

    /// How many more pages may be in memory.
    pub fn room(&self) -> usize {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        MOST.saturating_sub(lanes.values().map(Lane::held).sum())
    }
}

/// Requests to a provider at a time: so that a slow one is not buried, and takes nothing from the others.
fn parallel(means: Means) -> usize {
    match means {
        Means::Email | Means::Voice | Means::Discord => 8,
        Means::Telegram | Means::Pagerduty | Means::Sms | Means::Slack => 16,
        Means::Ntfy | Means::Webhook => 32,
    }
}

/// Works until it is dropped.
pub(super) async fn work(paging: Paging, counter: Arc<Counter>) {
    let (desk, means) = (&paging.0.desk, counter.means);
    loop {
        // What is claimed counts from before it is.
        let looking = paging.looking();
        let looked = look(&paging, &counter).await;
        drop(looking);
        let next = match looked {
            Ok(next) => next,
            Err(error) => {
                tracing::warn!(page.means = means.as_str(), error = %error, "due pages could not be read");
                None
            }
        };
        // With all hands full the end of a try rings.
        let due = async {
            match next {
                Some(wait) => desk.clock.sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = counter.bell.notified() => {}
            () = due => {}
            () = pause(ROUND) => {}
        }
    }
}

/// Takes what is due; how long until the next one is, if it is known and there is room for it.
async fn look(paging: &Paging, counter: &Arc<Counter>) -> Result<Option<Duration>, StoreError> {
    let desk = &paging.0.desk;
    let means = counter.means;
    if desk.store.has_orphan_pages(means).await? {
        let pages = desk.store.adopt_pages(means, room(counter)).await?;
        tracing::warn!(
            page.means = means.as_str(),
            pages = pages.len(),
            "taking over pages that were being sent"
        );
        take(paging, counter, pages.into_iter().map(Page::read).collect());
    }
    loop {
        let Some(due) = desk.store.next_page(means).await? else {
            if !desk.store.has_unheard_pages() {
                return Ok(None);
            }
            let pages = desk.store.due_pages(means, room(counter)).await?;
            take(paging, counter, pages.into_iter().map(Page::read).collect());
            return Ok(None);
        };
        let wait = Duration::try_from(due.duration_since(desk.clock.now())).unwrap_or_default();
        let room = room(counter);
        if !wait.is_zero() {
            return Ok(Some(wait));
        }
        if room == 0 {
            counter.full.store(true, Ordering::Release);
            // A try may have ended before anybody could know.
            if counter.room() > 0 {
                continue;
            }
            return Ok(None);
        }
        let pages = desk.store.due_pages(means, room).await?;
        if pages.is_empty() {
            // Another replica was faster.
            return Ok(Some(Duration::from_millis(5)));
        }
        take(paging, counter, pages.into_iter().map(Page::read).collect());
    }
}

fn room(counter: &Counter) -> u32 {
    u32::try_from(counter.room()).unwrap_or_default()
}

/// Puts pages into their people's lanes and sets those in motion that stand still.
pub(super) fn take(paging: &Paging, counter: &Arc<Counter>, pages: Vec<Page>) {
    paging.0.busy.send_modify(|busy| *busy += pages.len());
    let mut lanes = counter.lanes.lock().unwrap_or_else(PoisonError::into_inner);
    for page in pages {
        let person = page.row.person.clone();
        if lanes.entry(person.clone()).or_default().push(page) {
            tokio::spawn(lane::work(paging.clone(), counter.clone(), person));
        }
    }
}
