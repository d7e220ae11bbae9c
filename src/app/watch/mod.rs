//! Watch rules at work: every rule is looked at again and again, by one replica at a time, and what has been wrong for long
//! enough is put where all alerts are taken in.
//!
//! What is remembered survives restarts and other replicas taking over. A signal is told until it was heard, so nothing is lost
//! between the look and the alert; the same key told twice is one alert.

mod memory;
pub mod sight;
mod signal;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::future::join;
use futures_util::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::estate::Estate;
use crate::app::vitals::Vitals;
use crate::base::Clock;
use crate::base::clock::{pause, within};
use crate::base::ids::ServiceId;
use crate::domain::alert::{AlertSeverity, Signal};
use crate::domain::health::Verdict;
use crate::domain::metric::{Threshold, Unit};
use crate::domain::service::Service;
use crate::domain::watch::{LASTING, Rule, Sample, State, is_blind};
use crate::domain::words::{Lang, Reader, Words};
use crate::ports::{Health, Intake};
use crate::store::{Store, StoreError};

pub use memory::{Memory, Told, Watched};
use sight::Seen;
pub use signal::{SIGHT, SOURCE};

/// What there is only one of.
const LEASE: &str = "watch";
/// How long it is held, in real time; longer than a round takes.
const HELD: Duration = Duration::from_secs(90);
/// How many metrics are read at once.
const AT_ONCE: usize = 32;
/// How many times as often rounds are made at most when time runs fast.
const HASTE: u32 = 30;
/// How long the control probe may take.
const CONTROL: Duration = Duration::from_secs(10);

/// The watch.
pub struct Watch {
    /// What is watched.
    pub estate: Arc<Estate>,
    /// The rules of the config.
    pub rules: Arc<[Rule]>,
    /// Where it remembers.
    pub store: Store,
    /// Where alerts go.
    pub intake: Arc<dyn Intake>,
    /// A check that has nothing to do with the services.
    pub control: Option<Arc<dyn Health>>,
    /// How often every rule is looked at.
    pub every: Duration,
    /// The dictionary.
    pub words: Arc<Words>,
    /// The language of signals about services that name none.
    pub lang: Lang,
    /// The time.
    pub clock: Clock,
    /// Counts the rounds.
    pub vitals: Vitals,
}

/// What was seen in one round, by component and metric.
type Sights<'w> = BTreeMap<(&'w ServiceId, &'w str, &'w str), Sample>;

impl Watch {
    /// Watches until it is dropped, whenever this replica is the one that does.
    pub async fn run(&self) -> Infallible {
        let mut held: Option<(i64, Memory)> = None;
        loop {
            // A span of the clock's time, but not so little real time that a fast clock keeps everybody busy.
            join(self.clock.sleep(self.every), pause(self.every / HASTE)).await;
            match self.turn(&mut held).await {
                Ok(true) => self.vitals.watch_rounds.add(&["done"]),
                Ok(false) => {}
                Err(error) => {
                    self.vitals.watch_rounds.add(&["failed"]);
                    tracing::warn!(error = %error, "a round of the watch rules failed");
                }
            }
        }
    }

    /// One round, if this replica holds the watch or can take it; whether there was one.
    async fn turn(&self, held: &mut Option<(i64, Memory)>) -> Result<bool, Trouble> {
        if let Some((token, _)) = held
            && !self.store.renew(LEASE, *token, HELD).await?
        {
            *held = None;
        }
        if held.is_none() {
            let Some(token) = self.store.lease(LEASE, HELD).await? else { return Ok(false) };
            *held = Some((token, Memory::default()));
            match Memory::load(&self.store).await {
                Ok(memory) => *held = Some((token, memory)),
                Err(error) => {
                    *held = None;
                    // Best effort: otherwise it expires by itself.
                    let _ = self.store.release(LEASE, token).await;
                    return Err(error.into());
                }
            }
        }
        let Some((token, memory)) = held else { return Ok(false) };
        let sights = self.look().await;
        // Looking takes its time; whoever lost the watch meanwhile says nothing.
        if !self.store.renew(LEASE, *token, HELD).await? {
            *held = None;
            return Ok(false);
        }
        self.judge(memory, &sights).await.map(|()| true)
    }

    /// One round on a memory of one's own, without asking whose turn it is.
    ///
    /// # Errors
    /// When an alert was not taken in, or what is remembered could not be kept; the next round makes good for it.
    pub async fn round(&self, memory: &mut Memory) -> Result<(), Trouble> {
        let sights = self.look().await;
        self.judge(memory, &sights).await
    }

    /// Looks at every metric that a rule is about, once.
    async fn look(&self) -> Sights<'_> {
        let now = self.clock.now();
        let wanted: BTreeSet<(&ServiceId, &str, &str)> = self
            .rules
            .iter()
            .map(|rule| (&rule.service, rule.component.as_str(), rule.metric.as_str()))
            .collect();
        // Boxed, and no closure is kept: the compiler cannot see that a lent key outlives the wait.
        let looks: Vec<BoxFuture<'_, _>> = wanted.into_iter().map(|key| self.see(key, now).boxed()).collect();
        let found: Vec<_> = futures_util::stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
        found.into_iter().flatten().collect()
    }

    /// Looks at one metric; none, where nobody can tell it.
    async fn see<'w>(
        &'w self,
        key: (&'w ServiceId, &'w str, &'w str),
        now: Timestamp,
    ) -> Option<((&'w ServiceId, &'w str, &'w str), Sample)> {
        let (service, component, metric) = key;
        let service = self.estate.service(service)?;
        let part = service.component(component)?;
        match sight::look(&self.estate, service, part, metric, now).await {
            Seen::Sample(sample) => Some((key, sample)),
            Seen::Failed(error) => {
                tracing::debug!(service.id = %service.id, component, metric, error = %error, "a metric could not be read");
                Some((key, Sample::Absent(None)))
            }
            Seen::NotConnected => None,
        }
    }

    /// Steps every rule, tells what has to be told, keeps what has changed.
    async fn judge(&self, memory: &mut Memory, sights: &Sights<'_>) -> Result<(), Trouble> {
        let now = self.clock.now();
        let blind = self.is_blind(sights).await;
        let mut untold: Vec<(String, Vec<Signal>)> = Vec::new();
        let mut wishes = self.rule_wishes(memory, sights, blind, now);
        wishes.extend(self.sight_wishes(memory, blind, now));
        // Rules that are gone, from the config or because nothing can tell any more, take back what they told.
        let gone: Vec<String> = memory.rules.keys().filter(|id| !wishes.contains_key(*id)).cloned().collect();
        for id in &gone {
            wishes.insert(id.clone(), Vec::new());
        }
        for (id, wishes) in &wishes {
            let signals = memory.rules.get(id).map(|watched| watched.untold(wishes, now)).unwrap_or_default();
            if !signals.is_empty() {
                untold.push((id.clone(), signals));
            }
        }
        let signals: Vec<Signal> = untold.iter().flat_map(|(_, signals)| signals.iter().cloned()).collect();
        let heard = if signals.is_empty() {
            Ok(())
        } else {
            self.intake
                .take(SOURCE, signals, Vec::new())
                .await
                .map_err(|error| Trouble::Unheard(error.to_string()))
        };
        if heard.is_ok() {
            for (id, signals) in &untold {
                if let Some(watched) = memory.rules.get_mut(id) {
                    watched.heard(signals, now);
                }
            }
            for id in &gone {
                memory.rules.remove(id);
            }
        }
        memory.save(&self.store).await?;
        heard
    }

    /// What each rule wishes to be known of it.
    fn rule_wishes(
        &self,
        memory: &mut Memory,
        sights: &Sights<'_>,
        blind: bool,
        now: Timestamp,
    ) -> BTreeMap<String, Vec<Signal>> {
        let mut led = BTreeSet::new();
        let mut wishes = BTreeMap::new();
        for rule in self.rules.iter() {
            let key = (&rule.service, rule.component.as_str(), rule.metric.as_str());
            let (Some(sample), Some(service)) = (sights.get(&key), self.estate.service(&rule.service)) else {
                continue;
            };
            let state = &mut memory.rules.entry(rule.id()).or_default().state;
            if blind {
                state.suspend();
            } else {
                state.step(rule, *sample, now);
            }
            let reader = self.reader(service);
            let leads = led.insert(key);
            let signals = signal::wishes(rule, service, state, leads, now, &self.words, &reader);
            wishes.entry(rule.id()).or_insert_with(Vec::new).extend(signals);
        }
        wishes
    }

    /// The rule about the watcher itself.
    fn sight_wishes(
        &self,
        memory: &mut Memory,
        blind: bool,
        now: Timestamp,
    ) -> Option<(String, Vec<Signal>)> {
        self.control.as_ref()?;
        let state: &mut State = &mut memory.rules.entry(SIGHT.to_owned()).or_default().state;
        let seeing = if blind { 0.0 } else { 1.0 };
        state.step(&sight_rule(), Sample::Value(seeing, Unit::Flag), now);
        let reader = Reader { lang: self.lang, zone: TimeZone::UTC };
        let signals = state.firing().map(|since| signal::blind(since, &self.words, &reader));
        Some((SIGHT.to_owned(), signals.into_iter().collect()))
    }

    /// Whether more than half of the probed services cannot be seen, nor what has nothing to do with them. The control is
    /// asked only then.
    async fn is_blind(&self, sights: &Sights<'_>) -> bool {
        let Some(control) = &self.control else { return false };
        let mut probed: BTreeMap<&ServiceId, bool> = BTreeMap::new();
        for ((service, _, _), sample) in
            sights.iter().filter(|((_, _, metric), _)| matches!(*metric, "available" | "probe"))
        {
            let fails = !matches!(sample, Sample::Value(value, _) if *value > 0.0);
            *probed.entry(service).or_default() |= fails;
        }
        let failing = probed.values().filter(|fails| **fails).count();
        if !is_blind(failing, probed.len(), true) {
            return false;
        }
        let checks = within(CONTROL, control.check()).await.unwrap_or_default();
        let sees = checks.iter().any(|check| matches!(check.verdict, Verdict::Healthy | Verdict::Degraded));
        !sees
    }

    fn reader(&self, service: &Service) -> Reader {
        Reader { lang: service.lang.unwrap_or(self.lang), zone: TimeZone::UTC }
    }
}

/// The watcher sees: 1, or it does not.
fn sight_rule() -> Rule {
    Rule {
        service: "toban".into(),
        component: "watch".into(),
        metric: "sight".to_owned(),
        threshold: Threshold::Below(1.0),
        lasting: LASTING,
        clear: LASTING,
        severity: AlertSeverity::Critical,
        say: String::new(),
        remedy: None,
    }
}

/// Why a round was not all that it should be.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The alerts were not taken in; they are told again.
    #[error("alerts were not taken in: {0}")]
    Unheard(String),
}

/// Where every rule stands, by its id; for whoever shows it.
///
/// # Errors
/// When the store does not answer.
pub async fn states(store: &Store) -> Result<BTreeMap<String, State>, StoreError> {
    let memory = Memory::load(store).await?;
    Ok(memory.rules.into_iter().map(|(id, watched)| (id, watched.state)).collect())
}
