//! A clock that is set back by an operator or NTP: nothing may come as much later because of that.
//!
//! Every few seconds the store is told the time. When it has seen a later one than it is, the clock was set back, and what is
//! to come is moved as far (`store::set_back`). A clock that is set forward needs nothing: what is overdue is done. While
//! another replica lives in that later time the clocks disagree, and it is that one which is in time.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::app::incidents::Incidents;
use crate::base::clock::{Stopwatch, pause};
use crate::domain::escalation;
use crate::store::{SetBack, StoreError, StoredIncident, Walked};

/// How often it is looked, in real time.
const ROUND: Duration = Duration::from_secs(3);
/// Clocks that are kept by NTP differ by less.
const SLACK: Duration = Duration::from_secs(30);
const HALF: SignedDuration = SignedDuration::from_millis(500);
/// Looks until a replica that lives in a later time would have shown itself.
const LOOKS: u32 = 4;

/// Looks after the clock.
pub struct Setbacks {
    incidents: Incidents,
    seen: Mutex<Seen>,
}

/// What was seen so far.
struct Seen {
    /// Since the clock was found right.
    right: Stopwatch,
    /// The moment that lies ahead, how far, and how often it was found there.
    ahead: Option<(Timestamp, SignedDuration, u32)>,
    /// The moment that was told to the store last.
    told: Option<Timestamp>,
}

impl Setbacks {
    /// For what these are to do.
    pub fn new(incidents: Incidents) -> Self {
        let right = incidents.tools().clock.stopwatch();
        Self { incidents, seen: Mutex::new(Seen { right, ahead: None, told: None }) }
    }

    /// Looks until it is dropped.
    pub async fn watch(&self) -> Infallible {
        loop {
            if let Err(error) = self.look().await {
                tracing::warn!(error = %error, "the time could not be compared with the store's");
            }
            pause(ROUND).await;
        }
    }

    /// Looks once. To be done before anything else at a start: the clock may have been set back meanwhile.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn look(&self) -> Result<(), StoreError> {
        let tools = self.incidents.tools();
        let (store, now) = (&tools.store, tools.clock.now());
        let latest = store.latest_seen().await?;
        let Some(latest) = latest.filter(|latest| *latest > later(now, tools.clock.stretch(SLACK))) else {
            store.see(now).await?;
            let mut seen = self.seen();
            *seen = Seen { right: tools.clock.stopwatch(), ahead: None, told: Some(now) };
            return Ok(());
        };
        let company = store.has_company().await?;
        let Some(back) = self.judge(latest, now, company) else { return Ok(()) };
        if store.set_back(back).await? {
            tracing::warn!(clock.back = %back.by, "the clock was set back: what is to come keeps its distance");
            self.incidents(back).await;
            self.incidents.wake();
        }
        Ok(())
    }

    /// Whether it is certain by now that the clock was set back, and how.
    fn judge(&self, latest: Timestamp, now: Timestamp, company: bool) -> Option<SetBack> {
        let mut seen = self.seen();
        let passed = seen.right.elapsed();
        // Of what we have told ourselves we know how long ago that was.
        let was = if seen.told == Some(latest) { later(latest, passed) } else { latest };
        // To the second: that is as exact as it can be known.
        let by = SignedDuration::from_secs((was.duration_since(now) + HALF).as_secs());
        let (by, looks) = match seen.ahead {
            Some((known, by, looks)) if known == latest => (by, looks + 1),
            Some(_) => {
                tracing::error!(clock.latest = %latest, clock.now = %now, "the clocks of replicas disagree: they have to be kept by NTP");
                (by, 1)
            }
            None => (by, 1),
        };
        seen.ahead = Some((latest, by, looks));
        let since = now.checked_sub(passed).unwrap_or(Timestamp::MIN);
        (!company || looks >= LOOKS).then_some(SetBack { seen: latest, by, since, now })
    }

    /// Moves what is to come in incidents, until all of it is.
    async fn incidents(&self, back: SetBack) {
        let mut walked = Walked::default();
        loop {
            let from = walked.clone();
            match self.some(back, &mut walked).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = %error, "what is to come could not be moved; trying again");
                    walked = from;
                    pause(ROUND / 10).await;
                }
            }
        }
    }

    /// Moves the next few. Where somebody was faster it is read anew: of what is to come nothing was moved by that.
    async fn some(&self, back: SetBack, walked: &mut Walked) -> Result<usize, StoreError> {
        let store = &self.incidents.tools().store;
        let found = store.before_set_back(back, walked).await?;
        let count = found.len();
        let (mut decisions, mut changes) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for StoredIncident { incident, version } in found {
            let decision = escalation::set_back(incident, back.by, back.now);
            let change = self.incidents.prepared(Some(version), &decision, Vec::new());
            decisions.push(decision);
            changes.push(change);
        }
        let moved = store.move_incidents(changes).await?;
        for (decision, moved) in decisions.into_iter().zip(moved) {
            if !self.incidents.settle(&decision, moved, false) {
                self.incidents.set_back(&decision.incident.id, back).await?;
            }
        }
        Ok(count)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
