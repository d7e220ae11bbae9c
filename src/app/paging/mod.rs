//! Paging: sends the pages that the store holds, each by its own means, until they are delivered, called back, or
//! can never be. `README.md` says why it is built so.
//!
//! `orders` makes pages of an order, `round` is the loop of one means, `lane` is what goes to one person by it,
//! `message` joins pages into one message and puts it into words, `verdict` says what a failure means for the next
//! try, `ends` puts it on record, `outage` tells our own fault from a provider's, `answers` takes what people answer.

mod answers;
mod ends;
mod lane;
mod message;
mod orders;
mod outage;
mod outcomes;
mod round;
mod telegram;
mod trial;
mod verdict;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, watch};

use crate::app::company::Company;
use crate::app::contacts::Contacts;
use crate::app::vitals::Vitals;
use crate::base::Clock;
use crate::base::ids::IncidentId;
use crate::domain::contact::Means;
use crate::domain::words::Words;
use crate::ports::Pager;
use crate::store::{ClaimedPage, PageEnd, Store, StoreError};

use message::Page;
use round::Counter;

pub use answers::{Answered, Answering, Answers, Standing};
pub use orders::{Content, PageOrder, pages, test_order};
pub use outage::Outage;
pub use outcomes::PageOutcomes;
pub use telegram::{TELEGRAM_UPDATES, TelegramAnswer, says_ack};
pub use trial::PageTrial;

/// How long a page waits for an answer to be saved that could not be.
const HUSH: Duration = Duration::from_mins(5);

/// What paging needs.
pub struct Desk {
    /// Where the pages are.
    pub store: Store,
    /// Whose time it is.
    pub clock: Clock,
    /// How people are reached.
    pub contacts: Arc<Contacts>,
    /// Their languages.
    pub company: Arc<Company>,
    /// What is said in them.
    pub words: Arc<Words>,
    /// `web.public_url`.
    pub public_url: Option<String>,
    /// The providers.
    pub pagers: Vec<Arc<dyn Pager>>,
    /// Who is told how pages ended.
    pub outcomes: Arc<dyn PageOutcomes>,
}

/// Sends pages. Cheap to clone.
#[derive(Clone)]
pub struct Paging(Arc<Inner>);

struct Inner {
    desk: Desk,
    by_means: HashMap<Means, Arc<dyn Pager>>,
    outage: Outage,
    /// One for each means.
    counters: HashMap<Means, Arc<Counter>>,
    /// Whether what is due is being looked for.
    working: AtomicBool,
    told: Notify,
    /// What is measured, where somebody wants to know.
    vitals: OnceLock<Vitals>,
    /// Incidents that somebody took on although that could not be saved: until then they are quiet here.
    hushed: Mutex<HashMap<IncidentId, Timestamp>>,
    /// Pages that are being sent at this moment.
    busy: watch::Sender<usize>,
}

impl std::fmt::Debug for Paging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Paging({} by {:?})", *self.0.busy.borrow(), self.0.by_means.keys())
    }
}

impl Paging {
    /// Paging at rest.
    pub fn new(desk: Desk) -> Self {
        let by_means: HashMap<_, _> = desk
            .pagers
            .iter()
            .flat_map(|pager| pager.means().iter().map(move |means| (*means, pager.clone())))
            .collect();
        let outage = Outage::new(desk.pagers.clone());
        let counters = Means::ALL.into_iter().map(|means| (means, Arc::new(Counter::new(means)))).collect();
        Self(Arc::new(Inner {
            desk,
            by_means,
            outage,
            counters,
            working: AtomicBool::new(false),
            told: Notify::new(),
            vitals: OnceLock::new(),
            hushed: Mutex::default(),
            busy: watch::Sender::new(0),
        }))
    }

    /// Says that pages were written: to be called after the commit.
    pub fn nudge(&self) {
        self.0.counters.values().for_each(|counter| counter.bell.notify_one());
    }

    /// How many new pages by each means may come here directly ([`Paging::send`]). None by telephone: a call that was on its way
    /// when a process died is not made again.
    pub fn hands(&self) -> HashMap<Means, usize> {
        if !self.0.working.load(Ordering::Relaxed) {
            return HashMap::new();
        }
        let counters = self.0.counters.values().filter(|counter| counter.means != Means::Voice);
        counters.map(|counter| (counter.means, counter.room())).collect()
    }

    /// Sends pages that are this replica's already, and sees to those that were left, by these means.
    pub fn send(&self, pages: Vec<(Means, ClaimedPage)>, left: &BTreeSet<Means>) {
        let mut by_means: BTreeMap<Means, Vec<Page>> = BTreeMap::new();
        for (means, page) in pages {
            by_means.entry(means).or_default().push(Page::read(page));
        }
        for (means, pages) in by_means {
            if let Some(counter) = self.0.counters.get(&means) {
                round::take(self, counter, pages);
            }
        }
        for counter in left.iter().filter_map(|means| self.0.counters.get(means)) {
            counter.bell.notify_one();
        }
    }

    /// Whether somebody sends by these means.
    pub fn sends(&self, means: Means) -> bool {
        self.0.by_means.contains_key(&means)
    }

    /// From now on it is measured how pages end and how long they take.
    pub fn counted_by(&self, vitals: Vitals) {
        // A second one changes nothing.
        let _ = self.0.vitals.set(vitals);
    }

    /// A try ended.
    fn count(&self, means: Means, planned: Timestamp, end: &PageEnd) {
        let Some(vitals) = self.0.vitals.get() else { return };
        let outcome = match end {
            PageEnd::Held(_) => return,
            PageEnd::Sent(_) => {
                let took = self.0.desk.clock.now().duration_since(planned);
                vitals.page_seconds.observe(Duration::try_from(took).unwrap_or_default());
                "sent"
            }
            PageEnd::Retry { .. } => "again",
            PageEnd::Failed(_) => "failed",
            PageEnd::Unknown(_) => "unknown",
        };
        vitals.pages.add(&[means.as_str(), outcome]);
    }

    /// Whether any way at all is there by which somebody can be paged: those that people have are asked, without
    /// paging anybody.
    ///
    /// # Errors
    /// What is wrong with them, in a few words.
    pub async fn has_a_way(&self) -> Result<(), String> {
        self.0.outage.has_a_way(|means| self.0.desk.contacts.uses(means)).await
    }

    /// How a person is reached, in that person's order.
    pub fn contacts_of(&self, person: &crate::base::ids::PersonId) -> &[crate::domain::contact::Contact] {
        self.0.desk.contacts.of(person)
    }

    /// Whether any provider can be reached. While none can, the fault is ours: no page counts as failed, nobody is
    /// found to be out of reach, and steps that fire do not count as fired.
    pub fn providers_reachable(&self) -> bool {
        *self.0.outage.reachable().borrow()
    }

    /// The same, to wait for.
    pub fn watch_providers(&self) -> watch::Receiver<bool> {
        self.0.outage.reachable()
    }

    /// Sends until it is dropped.
    pub async fn work(&self) {
        self.0.working.store(true, Ordering::Relaxed);
        let _working = Working(self);
        let rounds = self.0.counters.values().map(|counter| round::work(self.clone(), counter.clone()));
        let rounds = futures_util::future::join_all(rounds);
        futures_util::future::join3(rounds, outage::watch(self.clone()), outcomes::tell(self.clone())).await;
    }

    /// Somebody took the incident on, and the store cannot save it: its pages are held in this process for a while, and
    /// go out after it if nobody saved it meanwhile.
    pub fn hush(&self, incident: &IncidentId) {
        let until = self.0.desk.clock.now().checked_add(HUSH).unwrap_or(Timestamp::MAX);
        let mut hushed = self.0.hushed.lock().unwrap_or_else(PoisonError::into_inner);
        hushed.retain(|_, until| *until > self.0.desk.clock.now());
        hushed.insert(incident.clone(), until);
    }

    /// Until when an incident is quiet here.
    fn hushed(&self, incident: Option<&IncidentId>) -> Option<Timestamp> {
        let hushed = self.0.hushed.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *hushed.get(incident?)?;
        let now = self.0.desk.clock.now();
        // A clock that was set back makes no quiet longer.
        (until > now && until <= now.checked_add(HUSH).unwrap_or(Timestamp::MAX)).then_some(until)
    }

    /// Counts a look for what is due as work for as long as it is kept, however that ends.
    fn looking(&self) -> Looking {
        self.0.busy.send_modify(|busy| *busy += 1);
        Looking(self.clone())
    }

    /// Resolves when nothing is being sent.
    pub async fn idle(&self) {
        // The sender lives as long as we do, so an error cannot happen.
        let _ = self.0.busy.subscribe().wait_for(|busy| *busy == 0).await;
    }

    /// How late the oldest page is that waits to be sent.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lag(&self) -> Result<Duration, StoreError> {
        let (mut lag, now) = (Duration::ZERO, self.0.desk.clock.now());
        for means in Means::ALL {
            if let Some(due) = self.0.desk.store.next_page(means).await? {
                lag = lag.max(Duration::try_from(now.duration_since(due)).unwrap_or_default());
            }
        }
        Ok(lag)
    }
}

/// Work that has not been dropped.
struct Working<'a>(&'a Paging);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.0.working.store(false, Ordering::Relaxed);
    }
}

/// A look for pages that are due.
struct Looking(Paging);

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.0.busy.send_modify(|busy| *busy = busy.saturating_sub(1));
    }
}
