//! What goes to one person by one means: one message after the other, each with all that has come together.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use tokio::sync::SemaphorePermit;

use super::message::{self, Page};
use super::round::Counter;
use super::{Paging, ends, verdict};
use crate::base::clock::within;
use crate::base::ids::{IncidentId, PageId, PersonId};
use crate::domain::contact::Means;
use crate::ports::{Found, Pager, PagerError, Paging as Message, Purpose};
use crate::store::PageEnd;

/// Pages within this time go out as one message; the first one of an incident does not wait for it.
const TOGETHER: Duration = Duration::from_secs(30);
/// How long one request may take, whatever the pager itself allows.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it is remembered who was told of what.
const MEMORY: Duration = Duration::from_hours(1);

/// What waits for one person, and what the person was told lately. What a restart forgets here is sent at once.
#[derive(Default)]
pub(super) struct Lane {
    queue: Vec<Page>,
    sending: usize,
    working: bool,
    last: Option<Timestamp>,
    told: HashMap<IncidentId, Timestamp>,
}

impl Lane {
    /// Pages in memory.
    pub fn held(&self) -> usize {
        self.queue.len() + self.sending
    }

    /// Adds a page; whether the lane stood still and is to be worked on.
    pub fn push(&mut self, page: Page) -> bool {
        self.queue.push(page);
        !std::mem::replace(&mut self.working, true)
    }

    /// Until when these wait for others to go along with; `None`: they go now.
    fn hold(&self, means: Means, pages: &[Page], now: Timestamp) -> Option<Timestamp> {
        // A clock that was set back keeps nobody waiting until it has caught up.
        let last = self.last.filter(|last| *last <= now)?;
        let until = last.checked_add(TOGETHER).ok().filter(|until| *until > now)?;
        let waits = |page: &Page| {
            let first = page.row.incident.as_ref().is_none_or(|incident| !self.told.contains_key(incident));
            // One telephone rings once at a time.
            matches!(page.content.purpose, Purpose::Trigger | Purpose::Note)
                && (!first || means == Means::Voice)
        };
        pages.iter().all(waits).then_some(until)
    }

    /// The person was told of these.
    fn tell(&mut self, incidents: Vec<Option<IncidentId>>, now: Timestamp) {
        self.last = Some(now);
        self.told.retain(|_, at| now.duration_since(*at).unsigned_abs() < MEMORY);
        self.told.extend(incidents.into_iter().filter_map(|incident| Some((incident?, now))));
    }
}

/// Sends until nothing is left.
pub(super) async fn work(paging: Paging, counter: Arc<Counter>, person: PersonId) {
    let slots = counter.slots.clone();
    loop {
        // The slots are never closed.
        let Ok(slot) = slots.acquire().await else { return };
        let (held, pages) = {
            let mut lanes = counter.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            let now = paging.0.desk.clock.now();
            let Some(lane) = lanes.get_mut(&person) else { return };
            let pages = std::mem::take(&mut lane.queue);
            if pages.is_empty() {
                lane.working = false;
                if lane.last.is_none_or(|last| now.duration_since(last).unsigned_abs() > MEMORY) {
                    lanes.remove(&person);
                }
                return;
            }
            lane.sending = pages.len();
            (lane.hold(counter.means, &pages, now), pages)
        };
        let count = pages.len();
        let mut out = Out::default();
        let hands = Hands { paging: &paging, counter: &counter, slot: Some(slot) };
        let sending = AssertUnwindSafe(handle(hands, pages, held, &mut out));
        if sending.catch_unwind().await.is_err() {
            // The rows stay claimed; they are adopted after the next start, and looked up before they are sent.
            tracing::error!(page.means = counter.means.as_str(), person.id = %person, "sending pages panicked");
        }
        let over = count - out.left.len();
        {
            let mut lanes = counter.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(lane) = lanes.get_mut(&person) {
                lane.sending = 0;
                lane.queue.append(&mut out.left);
                if !out.told.is_empty() {
                    lane.tell(out.told, paging.0.desk.clock.now());
                }
            }
        }
        paging.0.busy.send_modify(|busy| *busy = busy.saturating_sub(over));
        if counter.full.swap(false, Ordering::AcqRel) {
            counter.bell.notify_one();
        }
    }
}

/// Who sends to one person. A slot is held while the provider is asked, not while its answer is written.
struct Hands<'a> {
    paging: &'a Paging,
    counter: &'a Counter,
    slot: Option<SemaphorePermit<'a>>,
}

impl<'a> Hands<'a> {
    /// The slot, to be dropped when the provider has answered.
    async fn slot(&mut self) -> Option<SemaphorePermit<'a>> {
        match self.slot.take() {
            Some(slot) => Some(slot),
            // The slots are never closed.
            None => self.counter.slots.acquire().await.ok(),
        }
    }
}

/// What came of pages.
#[derive(Default)]
struct Out {
    /// What the messages that arrived told of.
    told: Vec<Option<IncidentId>>,
    /// What is to be tried again from memory, since the store cannot be written.
    left: Vec<Page>,
}

/// Sends what is to be sent now.
async fn handle(mut hands: Hands<'_>, pages: Vec<Page>, held: Option<Timestamp>, out: &mut Out) {
    let paging = hands.paging;
    let mut going = Vec::with_capacity(pages.len());
    for page in pages {
        match held.or_else(|| paging.hushed(page.row.incident.as_ref())) {
            Some(until) => ends::end(paging, &page, PageEnd::Held(until)).await,
            None => going.push(page),
        }
    }
    let mut fresh: Vec<Page> = Vec::with_capacity(going.len());
    for page in going {
        if page.row.again {
            fresh.extend(look_up(&mut hands, page, out).await);
        } else {
            fresh.push(page);
        }
    }
    for together in groups(hands.counter.means, fresh) {
        send(&mut hands, together, out).await;
    }
}

/// What can be said in one message: the same purpose, the same address; PagerDuty has a place for each incident.
fn groups(means: Means, pages: Vec<Page>) -> Vec<Vec<Page>> {
    let alike = |one: &Page, other: &Page| {
        let (a, b) = (&one.content, &other.content);
        a.purpose == b.purpose
            && a.way == b.way
            && a.vendor == b.vendor
            && a.purpose != Purpose::Test
            && (means != Means::Pagerduty || one.row.incident == other.row.incident)
    };
    let mut groups: Vec<Vec<Page>> = Vec::new();
    for page in pages {
        match groups.iter_mut().find(|group| alike(&group[0], &page)) {
            Some(group) => group.push(page),
            None => groups.push(vec![page]),
        }
    }
    groups
}

/// A page that may have arrived: the provider is asked. What is still to be sent comes back.
async fn look_up(hands: &mut Hands<'_>, mut page: Page, out: &mut Out) -> Option<Page> {
    let (paging, means) = (hands.paging, hands.counter.means);
    // It is looked for in the words in which it was sent.
    page.row.again = false;
    let prepared = prepare(paging, means, std::slice::from_ref(&page));
    page.row.again = true;
    let (pager, mut message) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            fail(paging, means, vec![page], &error, out).await;
            return None;
        }
    };
    message.others = others(paging, means, &page).await;
    let slot = hands.slot().await;
    let found = within(PATIENCE, pager.find(means, &message)).await;
    drop(slot);
    let found = found.unwrap_or_else(|late| Err(PagerError::Uncertain(late.to_string())));
    note(paging, means, &found).await;
    match found {
        Ok(Some(Found::Sent(remote))) => {
            arrived(paging, means, &[page], &remote).await;
            None
        }
        Ok(Some(Found::Never)) => {
            page.row.again = false;
            Some(page)
        }
        Ok(None) | Err(_) if means == Means::Voice => {
            let why = "it may have rung already; nobody can tell".to_owned();
            let end = PageEnd::Unknown(why);
            paging.count(means, page.row.planned, &end);
            ends::end(paging, &page, end).await;
            None
        }
        Ok(None) => Some(page),
        Err(error) => {
            // As long as nobody can tell, it is not sent a second time, unless the other ways are tried as well.
            if page.row.attempts > 0 {
                return Some(page);
            }
            fail(paging, means, vec![page], &error, out).await;
            None
        }
    }
}

/// What the provider calls the person's other messages of that time: none of them is this page.
async fn others(paging: &Paging, means: Means, page: &Page) -> Vec<String> {
    let since = page.row.planned.checked_sub(MEMORY).unwrap_or(Timestamp::MIN);
    let others = paging.0.desk.store.other_remotes(&page.row.id, &page.row.person, means, since).await;
    others.unwrap_or_else(|error| {
        tracing::warn!(page.id = %page.row.id, error = %error, "it cannot be read what else was sent");
        Vec::new()
    })
}

fn prepare(paging: &Paging, means: Means, pages: &[Page]) -> Result<(Arc<dyn Pager>, Message), PagerError> {
    let desk = &paging.0.desk;
    let missing = || PagerError::Refused(format!("{} is not set up", means.as_str()));
    let pager = paging.0.by_means.get(&means).ok_or_else(missing)?.clone();
    let unknown = || PagerError::Refused(format!("this person has no {} any more", means.as_str()));
    let address = pages.first().and_then(|page| message::address(desk, means, page)).ok_or_else(unknown)?;
    let message = message::compose(desk, means, pages, address).ok_or_else(unknown)?;
    Ok((pager, message))
}

/// Sends pages as one message. They are looked at once more directly before it: what was called back by then is not
/// sent. Between that look and the request's first byte lies no wait.
async fn send(hands: &mut Hands<'_>, pages: Vec<Page>, out: &mut Out) {
    let (paging, means) = (hands.paging, hands.counter.means);
    let store = &paging.0.desk.store;
    if let [first, _, ..] = &pages[..] {
        let ids: Vec<PageId> = pages.iter().map(|page| page.row.id.clone()).collect();
        if let Err(error) = store.share_page_key(first.row.secret.clone(), ids).await {
            // The first page's own answer works all the same.
            tracing::warn!(page.id = %first.row.id, error = %error, "one answer will not do for all pages of a message");
        }
    }
    let slot = hands.slot().await;
    if means == Means::Slack
        && let Ok((pager, message)) = prepare(paging, means, pages.get(..1).unwrap_or_default())
    {
        // A time-out here is one of the sending as well.
        let _ = within(PATIENCE, pager.ready(means, &message)).await;
    }
    let claims: Vec<_> = pages.iter().map(|page| (page.row.id.clone(), page.row.token)).collect();
    let live = match store.pages_live(&claims).await {
        Ok(live) => live,
        Err(error) => {
            // What was read is sent: a page too many is better than none.
            tracing::warn!(error = %error, "the store is away; pages that were read before are sent");
            claims.into_iter().map(|(id, _)| id).collect()
        }
    };
    let pages: Vec<Page> = pages.into_iter().filter(|page| live.contains(&page.row.id)).collect();
    if pages.is_empty() {
        return;
    }
    let sent = match prepare(paging, means, &pages) {
        Ok((pager, message)) => {
            let sent = within(PATIENCE, pager.send(means, &message)).await;
            let sent = sent.unwrap_or_else(|late| Err(PagerError::Uncertain(late.to_string())));
            note(paging, means, &sent).await;
            sent
        }
        Err(error) => Err(error),
    };
    drop(slot);
    match sent {
        Ok(remote) => {
            arrived(paging, means, &pages, &remote).await;
            out.told.extend(pages.into_iter().map(|page| page.row.incident));
        }
        Err(error) => fail(paging, means, pages, &error, out).await,
    }
}

/// What the try says about the provider.
async fn note<T>(paging: &Paging, means: Means, result: &Result<T, PagerError>) {
    if paging.0.outage.heard(means, result)
        && let Err(error) = result
    {
        tracing::error!(page.means = means.as_str(), error = %error, "pages by these means fail until somebody mends it");
        paging.0.desk.outcomes.undeliverable_now(means, &error.to_string()).await;
    }
}

async fn arrived(paging: &Paging, means: Means, pages: &[Page], remote: &str) {
    let at = paging.0.desk.clock.now();
    if let [one] = pages {
        ends::end(paging, one, PageEnd::Sent(remote.to_owned())).await;
    } else {
        let rows: Vec<_> = pages.iter().map(|page| &page.row).collect();
        ends::surely(paging, &rows[0].id, || paging.0.desk.store.pages_sent(&rows, remote)).await;
    }
    for page in pages {
        paging.count(means, page.row.planned, &PageEnd::Sent(remote.to_owned()));
        if let Some(incident) = &page.row.incident {
            paging.0.desk.outcomes.delivered(incident, &page.row.person, means, at).await;
        }
    }
}

async fn fail(paging: &Paging, means: Means, pages: Vec<Page>, error: &PagerError, out: &mut Out) {
    for page in pages {
        let chance = uuid::Uuid::new_v4().as_bytes()[0];
        let (purpose, attempts, began) = (page.content.purpose, page.row.attempts, page.row.began);
        let tried = verdict::Try { means, purpose, attempts, began, now: paging.0.desk.clock.now(), chance };
        let verdict = verdict::of(error, tried);
        tracing::warn!(page.id = %page.row.id, page.means = means.as_str(), page.attempts = attempts + 1, error = %error,
            page.given_up = matches!(verdict, PageEnd::Failed(_)), "a page did not go out");
        paging.count(means, page.row.planned, &verdict);
        match verdict {
            PageEnd::Retry { .. } => out.left.extend(ends::retry(paging, page, verdict).await),
            verdict => ends::end(paging, &page, verdict).await,
        }
    }
}
