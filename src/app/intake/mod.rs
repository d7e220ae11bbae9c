//! Intake: what sources of alerts say is stored first, answered, and then passed on to whoever makes incidents of it.
//!
//! The store is the queue. What this process has stored it hands on at once, a batch for each service and grouping at a
//! time (`hands`); what a dead replica stored, or could not be handed on, is claimed every second. A source past its
//! limit and a store that cannot write are refused, so that the source tries again: nothing is taken that could be lost.

mod hands;
mod heartbeats;
mod herald;
mod ledger;
mod rate;
mod silences;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join;
use jiff::Timestamp;

use crate::app::attach::Attach;
use crate::base::Clock;
use crate::base::clock::pause;
use crate::base::ids::ServiceId;
use crate::domain::alert::Signal;
use crate::domain::intake::{Directory, UNASSIGNED};
use crate::ports::{Intake, NotTaken};
use crate::store::{NewAlert, Store, StoreError};

use hands::Hands;
use rate::Rates;

pub use heartbeats::{HEARTBEAT, Heartbeat};
pub use herald::{HomeHerald, matter};
pub use ledger::{Account, Ledger};
pub use silences::{Herald, Silences};

/// How often it looks for what was left behind or is due.
const ROUND: Duration = Duration::from_secs(1);
/// How many times as often it does so at most when time runs fast.
const HASTE: u32 = 10;
/// How often it looks for alerts that nobody has told again.
const STALE_ROUND: Duration = Duration::from_mins(1);
/// How many waiting alerts are taken over at once.
const BATCH: u32 = 1_000;
/// As many as one statement marks.
const STALE_BATCH: usize = 200;

/// What intake is told of the config.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// How many alerts a second are taken of one source.
    pub limit: u32,
    /// For each source, after how long without a word a firing alert is stale.
    pub stale_after: BTreeMap<String, Duration>,
    /// Who has to report.
    pub heartbeats: Vec<Heartbeat>,
}

/// The intake. Cheap to clone.
#[derive(Clone)]
pub struct AlertIntake(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    directory: Arc<Directory>,
    terms: Terms,
    rates: Rates,
    ledger: Arc<Ledger>,
    silences: Silences,
    hands: Hands,
    began: Timestamp,
    looked_for_stale: Mutex<Timestamp>,
}

impl std::fmt::Debug for AlertIntake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AlertIntake({} alerts on their way)", self.0.hands.backlog())
    }
}

impl AlertIntake {
    /// Stores alerts and hands them to `attach`.
    pub fn new(
        store: Store,
        clock: Clock,
        directory: Arc<Directory>,
        terms: Terms,
        silences: Silences,
        attach: Arc<dyn Attach>,
    ) -> Self {
        let began = clock.now();
        Self(Arc::new(Inner {
            rates: Rates::new(terms.limit),
            ledger: Arc::new(Ledger::new(began)),
            hands: Hands::new(store.clone(), attach),
            looked_for_stale: Mutex::new(began),
            store,
            clock,
            directory,
            terms,
            silences,
            began,
        }))
    }

    /// What was taken in and what was not, for `/status`.
    pub fn ledger(&self) -> Arc<Ledger> {
        self.0.ledger.clone()
    }

    /// The silences.
    pub fn silences(&self) -> &Silences {
        &self.0.silences
    }

    /// Passes on what was left behind and does what is due, until it is dropped.
    pub async fn keep(self) {
        loop {
            self.round().await;
            join(self.0.clock.sleep(ROUND), pause(ROUND / HASTE)).await;
        }
    }

    /// One look for what is left behind or due. Each part goes on without the others.
    pub async fn round(&self) {
        told(self.see_to_silences().await, "silences could not be seen to");
        told(self.take_over().await, "waiting alerts could not be taken over");
        told(self.look_for_stale().await, "stale alerts could not be looked for");
        told(self.look_for_missed().await, "heartbeats could not be looked for");
    }

    /// Resolves when all that was stored here has been passed on, or left to others.
    pub async fn idle(&self) {
        self.0.hands.idle().await;
    }

    async fn take_over(&self) -> Result<(), StoreError> {
        let waiting = self.0.store.waiting_alerts(BATCH).await?;
        if !waiting.is_empty() {
            tracing::info!(alerts = waiting.len(), "taking up alerts that were left behind");
        }
        self.0.hands.pass(waiting);
        Ok(())
    }

    async fn see_to_silences(&self) -> Result<(), StoreError> {
        self.0.silences.round(&self.0.directory, &|free| self.0.hands.pass(free)).await
    }

    /// An alert that was not told again for too long is marked; it is never closed because of that.
    async fn look_for_stale(&self) -> Result<(), StoreError> {
        let now = self.0.clock.now();
        {
            let mut last = self.0.looked_for_stale.lock().unwrap_or_else(PoisonError::into_inner);
            if *last <= now && now < *last + STALE_ROUND {
                return Ok(());
            }
            *last = now;
        }
        for (source, after) in &self.0.terms.stale_after {
            let before = now.checked_sub(*after).unwrap_or(Timestamp::MIN);
            loop {
                let stale = self.0.store.stale_alerts(source, before).await?;
                let last = stale.len() < STALE_BATCH;
                self.0.hands.pass(stale);
                if last {
                    break;
                }
            }
        }
        Ok(())
    }

    /// A signal with its service, grouping and silence.
    fn placed(&self, source: &str, signal: Signal, now: Timestamp) -> NewAlert {
        let named = signal.service.as_deref().and_then(|name| self.0.directory.find(name));
        let service = named.cloned().unwrap_or_else(|| ServiceId::new(UNASSIGNED));
        // What belongs to nobody is at least kept apart by where it came from.
        let grouping = match (&signal.environment, named) {
            (_, None) => source,
            (Some(environment), Some(_)) => environment,
            (None, Some(service)) => self.0.directory.environment(service),
        }
        .to_owned();
        let silence = self.0.silences.holding(&service, &grouping, &signal, now);
        NewAlert { source: source.to_owned(), service, grouping, silence, signal }
    }
}

#[async_trait]
impl Intake for AlertIntake {
    async fn take(&self, source: &str, signals: Vec<Signal>, faulty: Vec<String>) -> Result<(), NotTaken> {
        let now = self.0.clock.now();
        if !self.0.rates.admits(source, signals.len(), now) {
            let why = format!("more than {} alerts a second", self.0.terms.limit);
            self.0.ledger.refused(source, now, &why);
            return Err(NotTaken(why));
        }
        let refused = |error: StoreError| {
            let why = error.to_string();
            self.0.ledger.refused(source, now, &why);
            NotTaken(why)
        };
        self.0.silences.ready().await.map_err(refused)?;
        let count = signals.len();
        let alerts: Vec<NewAlert> =
            signals.into_iter().map(|signal| self.placed(source, signal, now)).collect();
        if !alerts.is_empty() {
            let news = self.0.store.alerts(alerts).await.map_err(refused)?;
            self.0.hands.pass(news);
        }
        self.0.ledger.taken(source, now, count, &faulty);
        Ok(())
    }

    async fn malformed(&self, source: &str, why: String) {
        self.0.ledger.malformed(source, self.0.clock.now(), &why);
    }
}

fn told(result: Result<(), StoreError>, what: &'static str) {
    if let Err(error) = result {
        tracing::warn!(error = %error, "{what}");
    }
}
