//! A small world: the example company's ladders, one person on call, and an engine that can be killed.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use sqlx::Row as _;
use toban::app::attach::{AlertNews, Attach as _};
use toban::app::company::{Company, Speech};
use toban::app::delivery::Delivery;
use toban::app::escalator;
use toban::app::estate::Estate;
use toban::app::incidents::{Actions, Incidents, OrderPages, PageOrder, Tools, WhoIsOnCall, Wish};
use toban::app::roster::Roster;
use toban::app::set_back::Setbacks;
use toban::base::Clock;
use toban::base::clock::{pause, within};
use toban::base::ids::{IncidentId, PersonId, ServiceId};
use toban::config::Config;
use toban::domain::alert::{AlertSeverity, Signal};
use toban::domain::contact::Means;
use toban::domain::escalation::{Ended, Fitness, Heard};
use toban::domain::incident::Incident;
use toban::domain::incident::timeline::Origin;
use toban::domain::policy::Action;
use toban::domain::words::{Lang, Reader, Words};
use toban::ports::Capabilities;
use toban::store::{NewPage, Role, Store, StoreError};
use toban::wire;
use tokio::task::JoinHandle;

/// Longer than anything takes that is not broken.
const LONG: Duration = Duration::from_secs(30);

/// 佐藤 is on call; pages are rows with what they say; the bot's restart never helps.
struct Others(Words);

#[async_trait]
impl WhoIsOnCall for Others {
    async fn on_call(&self, _: &str, _: Timestamp) -> Result<Vec<PersonId>, StoreError> {
        Ok(vec!["sato".into()])
    }
}

impl OrderPages for Others {
    fn pages(&self, order: &PageOrder, now: Timestamp) -> Vec<NewPage> {
        let mut says = self.0.say(&Reader::default(), &order.subject);
        for line in &order.lines {
            let _ = write!(says, " | {}", self.0.say(&Reader::default(), line));
        }
        vec![NewPage {
            id: format!("{}/{}/0", order.key, order.person).into(),
            incident: order.incident.clone(),
            person: order.person.clone(),
            means: Means::Slack,
            content: says,
            due: now,
        }]
    }
}

#[async_trait]
impl Actions for Others {
    async fn fitness(&self, _: &Incident, _: &Action) -> Fitness {
        Fitness::Fits
    }
    async fn run(&self, _: &Incident, _: &str) -> Option<Ended> {
        Some(Ended { worked: false, say: "the portal still answers 503".into() })
    }
    async fn heard(&self, _: &Incident) -> Heard {
        Heard::Running
    }
    async fn healthy(&self, _: &ServiceId) -> bool {
        false
    }
}

pub struct World {
    pub clock: Clock,
    pub incidents: Incidents,
    pub store: Store,
    escalating: JoinHandle<()>,
    config: Config,
    url: String,
    folder: tempfile::TempDir,
    asked: u32,
    start: Timestamp,
    setbacks: Setbacks,
}

pub fn wish(person: &str, message: &str) -> Wish {
    Wish { person: person.into(), from: Origin::Slack, message: message.to_owned() }
}

impl World {
    pub async fn begin() -> Self {
        Self::begin_at("2026-03-02T00:00:00Z", "").await
    }

    /// With more config, and then with its schedules in place of the one person.
    pub async fn begin_at(start: &str, overlay: &str) -> Self {
        let start = start.parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("toban.db").display());
        let config = Config::example(overlay, Vec::new(), &[]).unwrap();
        let clock = Clock::manual(start);
        let (store, incidents, setbacks, escalating) = build(&config, &url, &clock).await;
        Self { clock, incidents, store, escalating, config, url, folder, asked: 0, start, setbacks }
    }

    /// Ends it without a word, as `kill -9` does, and starts anew on the same store.
    pub async fn killed(self) -> Self {
        let Self { clock, incidents, store, escalating, config, url, folder, asked, start, setbacks } = self;
        escalating.abort();
        let _ = escalating.await;
        drop((incidents, store, setbacks));
        let again = async {
            loop {
                if Store::open(&url, clock.clone(), Role::Serve).await.is_ok() {
                    break;
                }
                pause(Duration::from_millis(5)).await;
            }
        };
        within(LONG, again).await.unwrap();
        let (store, incidents, setbacks, escalating) = build(&config, &url, &clock).await;
        Self { clock, incidents, store, escalating, config, url, folder, asked, start, setbacks }
    }

    /// Time passes; what becomes due is done before this returns.
    pub async fn pass(&self, minutes: u64) {
        for _ in 0..minutes {
            self.clock.advance(Duration::from_mins(1));
            self.setbacks.look().await.unwrap();
            self.settled().await;
        }
    }

    /// The clock is set, and that is noticed.
    pub async fn set_clock(&self, by: SignedDuration) {
        self.clock.set(by);
        self.setbacks.look().await.unwrap();
    }

    /// Nothing is due any more.
    pub async fn settled(&self) {
        let done = async {
            loop {
                let next = self.store.next_dues(1).await.unwrap();
                if next.first().is_none_or(|(_, at)| *at > self.clock.now()) {
                    break;
                }
                pause(Duration::from_millis(2)).await;
            }
        };
        within(LONG, done).await.unwrap();
    }

    /// Waits until an incident is like that.
    pub async fn until(&self, number: u64, like: impl Fn(&Incident) -> bool) {
        let done = async {
            while !like(&self.incident(number).await) {
                pause(Duration::from_millis(2)).await;
            }
        };
        within(LONG, done).await.unwrap();
    }

    pub fn wish(&mut self, person: &str) -> Wish {
        self.asked += 1;
        wish(person, &format!("slack:{}", self.asked))
    }

    async fn raw(&self) -> sqlx::AnyPool {
        sqlx::any::install_default_drivers();
        sqlx::AnyPool::connect(&self.url).await.unwrap()
    }

    /// A source says that an alert fires, or is over.
    pub async fn says(&self, service: &str, key: &str, firing: bool) {
        self.tells(service, key, firing, AlertSeverity::Critical).await;
    }

    /// The same of any severity.
    pub async fn tells(&self, service: &str, key: &str, firing: bool, severity: AlertSeverity) {
        let raw = self.raw().await;
        let signal = Signal {
            key: key.to_owned(),
            firing,
            severity,
            unknown_severity: None,
            service: Some(service.to_owned()),
            environment: None,
            headline: key.to_owned(),
            detail: String::new(),
            labels: Default::default(),
            link: None,
            started: self.clock.now(),
            ended: None,
        };
        let first = sqlx::query("select version from alert where id = $1")
            .bind(key)
            .fetch_optional(&raw)
            .await
            .unwrap();
        let version = first.as_ref().map_or(1, |row| row.get::<i64, _>(0) + 1);
        sqlx::query(
            "insert into alert (id, source, service, grouping, severity, firing, content, count, first, seen, version,
                attached, owner, print, started, ticket)
             values ($1, 'prometheus', $2, 'production', 'critical', $3, $4, 1, 0, 0, $5, 0, '', 0, 0, 0)
             on conflict (id) do update set firing = excluded.firing, content = excluded.content,
                version = excluded.version",
        )
        .bind(key)
        .bind(service)
        .bind(i64::from(firing))
        .bind(serde_json::to_string(&signal).unwrap())
        .bind(version)
        .execute(&raw)
        .await
        .unwrap();
        raw.close().await;
        let news = AlertNews {
            id: key.to_owned(),
            version: u32::try_from(version).unwrap(),
            signal,
            silenced: None,
            first: first.is_none(),
        };
        self.incidents.alerted(&service.into(), "production", vec![news]).await.unwrap();
        self.settled().await;
    }

    /// Everybody who was paged, when and with what.
    pub async fn pages(&self) -> String {
        let raw = self.raw().await;
        let rows = sqlx::query("select created, person, state, content from page order by created, id")
            .fetch_all(&raw)
            .await
            .unwrap();
        raw.close().await;
        let start = self.start.as_millisecond();
        let mut text = String::new();
        for row in rows {
            let minute = (row.get::<i64, _>(0) - start) / 60_000;
            let (person, state, content): (String, String, String) = (row.get(1), row.get(2), row.get(3));
            let _ = writeln!(text, "{minute:>4} min  {person} [{state}] {content}");
        }
        text
    }

    pub async fn incident(&self, number: u64) -> Incident {
        let id = IncidentId::from(format!("INC-{number}"));
        self.store.incident(&id).await.unwrap().unwrap().incident
    }

    /// The incident's own story.
    pub async fn story(&self, number: u64) -> String {
        let report = self.incidents.show(&format!("INC-{number}").into()).await.unwrap();
        crate::rig::transcript::transcript(&report, Lang::En)
    }
}

async fn build(config: &Config, url: &str, clock: &Clock) -> (Store, Incidents, Setbacks, JoinHandle<()>) {
    let store = Store::open(url, clock.clone(), Role::Serve).await.unwrap();
    let others = || Arc::new(Others(Words::load().unwrap()));
    let estate = Estate::new(config.services.clone(), |_, _| Capabilities::default());
    let on_call: Arc<dyn WhoIsOnCall> = match config.schedules.contains_key("night") {
        true => Arc::new(Roster::new(config, store.clone(), clock.clone())),
        false => others(),
    };
    let incidents = Incidents::new(Tools {
        store: store.clone(),
        delivery: Delivery::new(store.clone(), clock.clone(), Duration::from_millis(1), []),
        company: Arc::new(Company::new(config.people.clone(), config.roles.clone(), Speech::default())),
        estate: Arc::new(estate),
        ladders: wire::ladders(config),
        on_call,
        pages: others(),
        actions: others(),
        clock: clock.clone(),
    });
    let escalating = tokio::spawn(escalator::escalate(incidents.clone()));
    let setbacks = Setbacks::new(incidents.clone());
    setbacks.look().await.unwrap();
    (store, incidents, setbacks, escalating)
}
