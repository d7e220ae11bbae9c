//! Silences at work: which of them holds an alert, and what is to be done near their end.
//!
//! A silence is one row that says when it ends, so its end cannot be lost: whoever looks first after that moment lets go
//! of what it held. What is looked up for every alert is a list in memory, renewed every second and after every change of
//! our own; another replica's new silence therefore takes effect here within a second.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use jiff::Timestamp;

use crate::base::Clock;
use crate::base::ids::ServiceId;
use crate::domain::alert::Signal;
use crate::domain::intake::Directory;
use crate::domain::silence::{NOTICE, Silence};
use crate::store::{Store, StoreError, WaitingAlert};

/// Alerts that are let go at a time.
const BATCH: u32 = 200;

/// Tells people of silences.
#[async_trait]
pub trait Herald: Send + Sync {
    /// The owner is told that it is about to end. Told twice it is the same message.
    async fn ending(&self, silence: &Silence) -> Result<(), StoreError>;
    /// It is over; so many alerts that it held still fire.
    async fn over(&self, silence: &Silence, firing: usize) -> Result<(), StoreError>;
}

/// The silences. Cheap to clone.
#[derive(Clone)]
pub struct Silences(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    herald: Arc<dyn Herald>,
    /// Those that are not over; none before they were read once.
    known: RwLock<Option<Arc<Vec<Silence>>>>,
}

impl Silences {
    /// The silences of this store.
    pub fn new(store: Store, clock: Clock, herald: Arc<dyn Herald>) -> Self {
        Self(Arc::new(Inner { store, clock, herald, known: RwLock::new(None) }))
    }

    /// Those that are not over, those that end first before the others.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn list(&self) -> Result<Vec<Silence>, StoreError> {
        Ok(self.renew().await?.into_iter().map(|(silence, _)| silence).collect())
    }

    /// Begins one.
    ///
    /// # Errors
    /// When the store does not answer: nothing is silenced.
    pub async fn add(&self, silence: &Silence) -> Result<(), StoreError> {
        self.0.store.add_silence(silence).await?;
        self.renew().await.map(drop)
    }

    /// Ends one now. What it held is let go with the next round. False if there is none of that id.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn end(&self, id: &str) -> Result<bool, StoreError> {
        let ended = self.0.store.end_silence(id, self.0.clock.now()).await?;
        self.renew().await?;
        Ok(ended)
    }

    /// The silence that holds an alert that begins to fire now.
    pub fn holding(
        &self,
        service: &ServiceId,
        environment: &str,
        signal: &Signal,
        now: Timestamp,
    ) -> Option<String> {
        let known = self.known()?;
        known.iter().find(|one| one.holds(service, environment, signal, now)).map(|one| one.id.clone())
    }

    /// Returns once the list in memory is there.
    pub(super) async fn ready(&self) -> Result<(), StoreError> {
        if self.known().is_none() {
            self.renew().await?;
        }
        Ok(())
    }

    /// Sees to those that are about to end or are over. What they held and still fires is given to `pass`, as new.
    pub(super) async fn round(
        &self,
        directory: &Directory,
        pass: &(dyn Fn(Vec<WaitingAlert>) + Sync),
    ) -> Result<(), StoreError> {
        let mut over = false;
        for (silence, warned) in self.renew().await? {
            let now = self.0.clock.now();
            if silence.ends <= now {
                over = true;
                let firing = self.release(&silence, directory, pass).await?;
                self.0.herald.over(&silence, firing).await?;
                self.0.store.silence_done(&silence.id).await?;
            } else if !warned && silence.ends <= now + NOTICE && silence.lasts(now) {
                self.0.herald.ending(&silence).await?;
                self.0.store.silence_warned(&silence.id).await?;
            }
        }
        if over {
            self.renew().await?;
        }
        Ok(())
    }

    /// Lets go of all that a silence held; how much of it still fires.
    async fn release(
        &self,
        silence: &Silence,
        directory: &Directory,
        pass: &(dyn Fn(Vec<WaitingAlert>) + Sync),
    ) -> Result<usize, StoreError> {
        let mut firing = 0;
        loop {
            let held = self.0.store.held_alerts(&silence.id, BATCH).await?;
            if held.is_empty() {
                return Ok(firing);
            }
            let now = self.0.clock.now();
            let next = |alert: WaitingAlert| {
                let environment = match alert.signal.environment.as_deref() {
                    Some(environment) => environment,
                    None => directory.environment(&alert.service),
                };
                let next = self.holding(&alert.service, environment, &alert.signal, now);
                (alert.id, next.filter(|next| *next != silence.id))
            };
            let alerts = held.into_iter().map(next).collect();
            let free = self.0.store.release_alerts(&silence.id, alerts).await?;
            firing += free.len();
            pass(free);
        }
    }

    fn known(&self) -> Option<Arc<Vec<Silence>>> {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn renew(&self) -> Result<Vec<(Silence, bool)>, StoreError> {
        let all = self.0.store.silences().await?;
        let known = Arc::new(all.iter().map(|(silence, _)| silence.clone()).collect());
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(all)
    }
}
