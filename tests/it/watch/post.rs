//! A watch over the example company whose instruments are turned by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use toban::app::estate::Estate;
use toban::app::vitals::Vitals;
use toban::app::watch::{Memory, Watch};
use toban::base::Clock;
use toban::config::Config;
use toban::domain::alert::Signal;
use toban::domain::health::{Check, Verdict};
use toban::domain::metric::{Point, Range, Series, Unit};
use toban::domain::watch::Rule;
use toban::domain::words::{Lang, Phrase, Words};
use toban::ports::{BackendError, Capabilities, Health, Intake, Kind, Metrics, NotTaken};
use toban::store::{Role, Store};

/// Values by `service.component.metric`; `None` is no data.
#[derive(Default)]
pub struct Dials(Mutex<BTreeMap<String, Option<f64>>>);

impl Dials {
    pub fn turn(&self, dial: &str, value: impl Into<Option<f64>>) {
        self.0.lock().unwrap().insert(dial.to_owned(), value.into());
    }
    fn read(&self, dial: &str) -> Option<Option<f64>> {
        self.0.lock().unwrap().get(dial).copied()
    }
}

/// The instruments of one component.
struct Instruments {
    dials: Arc<Dials>,
    place: String,
    names: Vec<String>,
    clock: Clock,
}

#[async_trait]
impl Metrics for Instruments {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }
    async fn read(&self, metric: &str, _: Range, _: Duration) -> Result<Series, BackendError> {
        if !self.names.iter().any(|name| name == metric) {
            return Err(BackendError::new("read", Kind::NotFound, "no such metric"));
        }
        let value = self.dials.read(&format!("{}.{metric}", self.place)).flatten();
        let at = self.clock.now();
        Ok(Series::new(Unit::of(metric), value.map(|value| Point { at, value })))
    }
}

#[async_trait]
impl Health for Instruments {
    async fn check(&self) -> Vec<Check> {
        let verdict = match self.dials.read(&format!("{}.available", self.place)) {
            Some(Some(0.0)) => Verdict::Unhealthy,
            Some(None) => Verdict::Unknown,
            _ => Verdict::Healthy,
        };
        vec![Check { name: "http".into(), verdict, seen: Phrase::raw(""), latency: None }]
    }
}

/// Takes alerts in, unless it is told not to.
#[derive(Default)]
pub struct Tray {
    pub taken: Mutex<Vec<Signal>>,
    pub closed: Mutex<bool>,
}

#[async_trait]
impl Intake for Tray {
    async fn take(&self, source: &str, signals: Vec<Signal>, faulty: Vec<String>) -> Result<(), NotTaken> {
        assert_eq!((source, faulty.len()), ("watch", 0));
        if *self.closed.lock().unwrap() {
            return Err(NotTaken("the disk is full".into()));
        }
        self.taken.lock().unwrap().extend(signals);
        Ok(())
    }
    async fn malformed(&self, _: &str, why: String) {
        panic!("{why}");
    }
}

/// The watch and its instruments.
pub struct Post {
    pub dials: Arc<Dials>,
    pub tray: Arc<Tray>,
    pub control: Arc<Dials>,
    pub clock: Clock,
    pub store: Store,
    pub rules: Vec<Rule>,
    watch: Watch,
    /// What is known to fire, so that a repetition is told from news.
    firing: BTreeSet<String>,
    memory: Memory,
    _folder: tempfile::TempDir,
}

impl Post {
    /// Over the whole example company, every instrument as it should be.
    pub async fn open() -> Self {
        Self::with(true).await
    }

    pub async fn with(controlled: bool) -> Self {
        let clock = Clock::manual("2026-01-15T03:00:00Z".parse().unwrap());
        let config = Config::example("", [], &[]).unwrap();
        let rules = config.watch_rules();
        let (dials, control, tray) =
            (Arc::new(Dials::default()), Arc::new(Dials::default()), Arc::new(Tray::default()));
        for rule in &rules {
            dials.turn(&dial(rule), well(rule));
        }
        let estate = Estate::new(config.services.clone(), |service, part| {
            let own = rules.iter().filter(|rule| rule.service == service.id && rule.component == part.id);
            let names: Vec<String> =
                own.map(|rule| rule.metric.clone()).filter(|metric| metric != "available").collect();
            let place = format!("{}.{}", service.id, part.id);
            let instruments =
                Arc::new(Instruments { dials: dials.clone(), place, names, clock: clock.clone() });
            Capabilities {
                health: vec![instruments.clone()],
                metrics: Some(instruments),
                ..Capabilities::default()
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("toban.db").display());
        let store = Store::open(&url, clock.clone(), Role::Serve).await.unwrap();
        let checks = Instruments {
            dials: control.clone(),
            place: "control.probe".into(),
            names: vec![],
            clock: clock.clone(),
        };
        let watch = Watch {
            estate: Arc::new(estate),
            rules: rules.clone().into(),
            store: store.clone(),
            intake: tray.clone(),
            control: controlled.then(|| Arc::new(checks) as Arc<dyn Health>),
            every: Duration::from_secs(30),
            words: Arc::new(Words::load().unwrap()),
            lang: Lang::En,
            clock: clock.clone(),
            vitals: Vitals::default(),
        };
        let memory = Memory::load(&store).await.unwrap();
        Self {
            dials,
            tray,
            control,
            clock,
            store,
            rules,
            watch,
            firing: BTreeSet::new(),
            memory,
            _folder: folder,
        }
    }

    /// Two rounds a minute; all that was told meanwhile, repetitions too, and how many rounds went wrong.
    pub async fn raw_minutes(&mut self, minutes: u32) -> (Vec<Signal>, u32) {
        let mut wrong = 0;
        for _ in 0..minutes * 2 {
            self.clock.advance(Duration::from_secs(30));
            wrong += u32::from(self.watch.round(&mut self.memory).await.is_err());
        }
        (std::mem::take(&mut *self.tray.taken.lock().unwrap()), wrong)
    }

    /// What is new of what was told in so many minutes.
    pub async fn minutes(&mut self, minutes: u32) -> Vec<Signal> {
        let (taken, _) = self.raw_minutes(minutes).await;
        let mut news = |signal: &Signal| match signal.firing {
            true => self.firing.insert(signal.key.clone()),
            false => self.firing.remove(&signal.key),
        };
        taken.into_iter().filter(|signal| news(signal)).collect()
    }

    /// What another replica, or this one after a restart, knows.
    pub async fn forget(&mut self) {
        self.memory = Memory::load(&self.store).await.unwrap();
    }

    /// Leaves one rule out of the config.
    pub fn without(&mut self, metric: &str) {
        let rules = self.rules.iter().filter(|rule| rule.metric != metric).cloned();
        self.watch.rules = rules.collect::<Vec<_>>().into();
    }
}

/// `sagebase.web.cpu`.
pub fn dial(rule: &Rule) -> String {
    format!("{}.{}.{}", rule.service, rule.component, rule.metric)
}

/// A value that every rule on the metric is content with.
pub fn well(rule: &Rule) -> f64 {
    use toban::domain::metric::Threshold::{Above, Below};
    match rule.threshold {
        Above(_) => 0.0,
        Below(limit) => limit * 100.0,
    }
}
