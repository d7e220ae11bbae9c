//! From a source of alerts to whoever makes incidents of them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod doors;
mod formats;
mod heartbeats;
mod passing;
mod says;
mod silences;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use toban::app::attach::{AlertNews, Attach};
use toban::app::intake::{AlertIntake, Heartbeat, Herald, Silences, Terms};
use toban::base::Clock;
use toban::base::ids::ServiceId;
use toban::domain::alert::{AlertSeverity, Signal};
use toban::domain::intake::Directory;
use toban::domain::service::{Backend, Component, Service, Services};
use toban::domain::silence::Silence;
use toban::store::{Role, Store, StoreError};

/// Two services of the example company, one of which runs under another name.
pub fn directory() -> Directory {
    let service = |id: &str, runs: &str| Service {
        id: id.into(),
        aliases: vec![format!("{id}-alias")],
        environment: "production".into(),
        channels: BTreeMap::new(),
        owners: Vec::new(),
        lang: None,
        components: vec![Component {
            id: "web".into(),
            place: Backend::CloudRun { project: "p".into(), region: "r".into(), service: runs.into() },
            probe: None,
        }],
        runbook: Vec::new(),
    };
    Directory::new(&Services::new([
        service("sagebase", "sagebase-streamlit"),
        service("taisun", "taisun-run"),
    ]))
}

/// Writes down what it is told, instead of making incidents.
#[derive(Default)]
pub struct Recorder {
    news: Mutex<Vec<(String, AlertNews)>>,
    calls: AtomicU32,
    /// How often it still fails.
    failures: AtomicU32,
    silences: Mutex<Vec<String>>,
}

#[async_trait]
impl Attach for Recorder {
    async fn alerted(
        &self,
        service: &ServiceId,
        grouping: &str,
        news: Vec<AlertNews>,
    ) -> Result<(), StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
        {
            return Err(StoreError::Away("for a test".into()));
        }
        let group = format!("{service} {grouping}");
        self.news.lock().unwrap().extend(news.into_iter().map(|news| (group.clone(), news)));
        Ok(())
    }
}

#[async_trait]
impl Herald for Recorder {
    async fn ending(&self, silence: &Silence) -> Result<(), StoreError> {
        self.silences.lock().unwrap().push(format!("{} ends at {}", silence.owner, silence.ends));
        Ok(())
    }
    async fn over(&self, silence: &Silence, firing: usize) -> Result<(), StoreError> {
        self.silences.lock().unwrap().push(format!("{:?} is over, {firing} fire", silence.reason));
        Ok(())
    }
}

/// An intake on a store of its own and a clock that is moved by hand.
pub struct Bench {
    pub clock: Clock,
    pub store: Store,
    pub intake: AlertIntake,
    pub told: Arc<Recorder>,
    pub url: String,
    heartbeats: Vec<Heartbeat>,
    _folder: tempfile::TempDir,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(Vec::new()).await
    }

    /// With a program that has to report every hour.
    pub async fn awaiting() -> Self {
        let backup = Heartbeat {
            id: "backup".into(),
            every: Duration::from_mins(60),
            grace: Duration::from_mins(5),
            service: Some("sagebase".into()),
            severity: AlertSeverity::Critical,
        };
        Self::with(vec![backup]).await
    }

    async fn with(heartbeats: Vec<Heartbeat>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("toban.db").display());
        let clock = Clock::manual("2026-03-02T09:00:00Z".parse().unwrap());
        let told = Arc::new(Recorder::default());
        let (store, intake) = Self::open(&url, &clock, &told, &heartbeats).await;
        Self { clock, store, intake, told, url, heartbeats, _folder: folder }
    }

    async fn open(
        url: &str,
        clock: &Clock,
        told: &Arc<Recorder>,
        heartbeats: &[Heartbeat],
    ) -> (Store, AlertIntake) {
        let store = Store::open(url, clock.clone(), Role::Serve).await.unwrap();
        store.beat().await.unwrap();
        let terms = Terms {
            limit: 100,
            stale_after: [("prometheus".to_owned(), Duration::from_hours(24))].into(),
            heartbeats: heartbeats.to_vec(),
        };
        let silences = Silences::new(store.clone(), clock.clone(), told.clone());
        let intake = AlertIntake::new(
            store.clone(),
            clock.clone(),
            Arc::new(directory()),
            terms,
            silences,
            told.clone(),
        );
        (store, intake)
    }

    /// The process dies and another one starts on the same store; the dead one is known to be dead.
    pub async fn restart(&mut self) {
        self.store.close().await;
        self.clock.advance(Duration::from_secs(11));
        (self.store, self.intake) = Self::open(&self.url, &self.clock, &self.told, &self.heartbeats).await;
    }

    /// Moves the clock on and looks what is due then.
    pub async fn pass(&self, span: Duration) {
        self.clock.advance(span);
        self.store.beat().await.unwrap();
        self.intake.round().await;
    }

    /// What was handed on since the last time, a line each.
    pub async fn heard(&self) -> Vec<String> {
        self.intake.idle().await;
        let news = std::mem::take(&mut *self.told.news.lock().unwrap());
        let line = |(group, news): (String, AlertNews)| {
            let signal = &news.signal;
            let mut line = format!(
                "{group}: {} v{} {} {}",
                news.id,
                news.version,
                signal.severity.as_str(),
                if signal.firing { "firing" } else { "over" }
            );
            for (said, word) in [
                (news.first, "first"),
                (news.silenced.is_some(), "silenced"),
                (signal.labels.contains_key(toban::domain::intake::STALE), "stale"),
            ] {
                if said {
                    line.push(' ');
                    line.push_str(word);
                }
            }
            line
        };
        let mut lines: Vec<String> = news.into_iter().map(line).collect();
        lines.sort();
        lines
    }

    /// What was said of silences since the last time.
    pub fn announced(&self) -> Vec<String> {
        std::mem::take(&mut *self.told.silences.lock().unwrap())
    }
}

/// An alert of sagebase.
pub fn signal(key: &str, firing: bool) -> Signal {
    Signal {
        key: key.into(),
        firing,
        severity: AlertSeverity::Critical,
        unknown_severity: None,
        service: Some("sagebase".into()),
        environment: None,
        headline: format!("{key} is down"),
        detail: String::new(),
        labels: [("alertname".to_owned(), key.to_owned())].into(),
        link: None,
        started: "2026-03-02T08:59:00Z".parse().unwrap(),
        ended: None,
    }
}
