//! A provider that does as it is told, an engine that only listens, and paging between them on a clock moved by hand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use toban::app::company::{Company, Speech};
use toban::app::contacts::Contacts;
use toban::app::paging::{
    Answered, Answering, Answers, Desk, PageOrder, PageOutcomes, Paging, Standing, pages, test_order,
};
use toban::base::Clock;
use toban::base::clock::{pause, within};
use toban::base::ids::{IncidentId, PageId, PersonId};
use toban::domain::alert::AlertSeverity;
use toban::domain::contact::{Address, Contact, Means};
use toban::domain::person::Person;
use toban::domain::words::{Lang, Phrase, Words};
use toban::ports::{Found, Pager, PagerError, Paging as Message, Purpose};
use toban::store::{Role, Store, StoreError};

/// What was sent, when (seconds since the story began).
#[derive(Debug, Clone)]
pub struct Sent {
    pub at: i64,
    pub means: Means,
    pub page: Message,
}

/// Providers that answer as told, and that are all well otherwise.
#[derive(Clone)]
pub struct Script(Arc<Mutex<Play>>, Clock, Timestamp);

#[derive(Default)]
struct Play {
    sent: Vec<Sent>,
    tries: Vec<(Means, i64)>,
    results: VecDeque<(Means, Result<String, PagerError>)>,
    /// Every try fails until it is taken away.
    broken: Vec<(Means, PagerError)>,
    found: Vec<(Means, Option<Found>)>,
    unreachable: bool,
    stuck: bool,
}

impl Play {
    /// A try; whether its answer never comes.
    fn take(&mut self, means: Means, page: &Message, at: i64) -> (Result<String, PagerError>, bool) {
        self.tries.push((means, at));
        if self.unreachable {
            return (Err(PagerError::Down("no network".into())), false);
        }
        if let Some((_, error)) = self.broken.iter().find(|(of, _)| *of == means) {
            return (Err(error.clone()), false);
        }
        let due = self.results.iter().position(|(of, _)| *of == means);
        let result =
            due.and_then(|due| self.results.remove(due)).map_or(Ok("remote".into()), |(_, result)| result);
        if result.is_ok() {
            self.sent.push(Sent { at, means, page: page.clone() });
        }
        (result, self.stuck)
    }
}

#[async_trait]
impl Pager for Script {
    fn means(&self) -> &[Means] {
        &[Means::Slack, Means::Ntfy, Means::Voice, Means::Email, Means::Pagerduty]
    }

    async fn send(&self, means: Means, page: &Message) -> Result<String, PagerError> {
        let (result, stuck) =
            self.0.lock().unwrap().take(means, page, self.1.now().duration_since(self.2).as_secs());
        if stuck {
            std::future::pending::<()>().await;
        }
        result
    }

    async fn find(&self, means: Means, _: &Message) -> Result<Option<Found>, PagerError> {
        let play = self.0.lock().unwrap();
        Ok(play.found.iter().find(|(of, _)| *of == means).and_then(|(_, found)| found.clone()))
    }

    async fn check(&self) -> Result<(), PagerError> {
        if self.0.lock().unwrap().unreachable { Err(PagerError::Down("no network".into())) } else { Ok(()) }
    }
}

impl Script {
    pub fn next(&self, means: Means, error: PagerError) {
        self.0.lock().unwrap().results.push_back((means, Err(error)));
    }
    pub fn break_down(&self, means: Means, error: PagerError) {
        self.0.lock().unwrap().broken.push((means, error));
    }
    pub fn mend(&self) {
        let mut play = self.0.lock().unwrap();
        play.broken.clear();
        play.unreachable = false;
        play.stuck = false;
    }
    pub fn cut_off(&self) {
        self.0.lock().unwrap().unreachable = true;
    }
    /// From now on nothing ever answers although it does what it is asked.
    pub fn stick(&self) {
        self.0.lock().unwrap().stuck = true;
    }
    pub fn will_find(&self, means: Means, found: Option<Found>) {
        self.0.lock().unwrap().found.push((means, found));
    }
    pub fn sent(&self) -> Vec<Sent> {
        self.0.lock().unwrap().sent.clone()
    }
    pub fn tries(&self) -> Vec<(Means, i64)> {
        self.0.lock().unwrap().tries.clone()
    }
    /// `slack at 0, ntfy at 120`.
    pub fn story(&self) -> Vec<(&'static str, i64)> {
        self.sent().iter().map(|sent| (sent.means.as_str(), sent.at)).collect()
    }
}

/// Listens, and takes incidents on.
#[derive(Default)]
pub struct Engine {
    pub delivered: Mutex<Vec<(String, Means)>>,
    pub exhausted: Mutex<Vec<String>>,
    pub locked: Mutex<Vec<Means>>,
    pub presses: Mutex<Vec<(String, String, Means, &'static str)>>,
    pub holder: Mutex<Option<PersonId>>,
    pub unsaved: Mutex<bool>,
}

#[async_trait]
impl PageOutcomes for Engine {
    async fn delivered(&self, incident: &IncidentId, _: &PersonId, means: Means, _: Timestamp) {
        self.delivered.lock().unwrap().push((incident.to_string(), means));
    }
    async fn exhausted(
        &self,
        incident: &IncidentId,
        person: &PersonId,
        _: &PageId,
        why: &str,
    ) -> Result<(), StoreError> {
        self.exhausted.lock().unwrap().push(format!("{incident} {person}: {why}"));
        Ok(())
    }
    async fn undeliverable_now(&self, means: Means, _: &str) {
        self.locked.lock().unwrap().push(means);
    }
}

#[async_trait]
impl Answers for Engine {
    async fn acknowledge(&self, incident: &IncidentId, person: &PersonId, from: Means) -> Answered {
        if *self.unsaved.lock().unwrap() {
            return Answered::NotSaved("disk full".into());
        }
        self.presses.lock().unwrap().push((incident.to_string(), person.to_string(), from, "acknowledge"));
        self.holder.lock().unwrap().get_or_insert_with(|| person.clone());
        Answered::Now(self.standing(incident).await.unwrap())
    }
    async fn resolve(&self, incident: &IncidentId, person: &PersonId, from: Means) -> Answered {
        self.presses.lock().unwrap().push((incident.to_string(), person.to_string(), from, "resolve"));
        Answered::Now(Standing::Over { since: Timestamp::UNIX_EPOCH })
    }
    async fn standing(&self, _: &IncidentId) -> Result<Standing, StoreError> {
        Ok(match &*self.holder.lock().unwrap() {
            Some(by) => Standing::Held { by: by.clone(), since: Timestamp::UNIX_EPOCH },
            None => Standing::Open,
        })
    }
}

/// Paging at work.
pub struct Rig {
    pub clock: Clock,
    pub store: Store,
    pub script: Script,
    pub engine: Arc<Engine>,
    pub paging: Paging,
    pub answering: Arc<Answering>,
    url: String,
    work: tokio::task::JoinHandle<()>,
    _folder: Arc<tempfile::TempDir>,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.work.abort();
    }
}

pub fn contact(by: Means, seconds: u64, address: &str) -> Contact {
    let (after, severity) = (Duration::from_secs(seconds), Vec::new());
    Contact { by, after, severity, address: Address::Plain(address.into()) }
}

fn person(id: &str, name: &str, lang: Lang) -> Person {
    Person {
        id: id.into(),
        name: name.into(),
        identities: [].into(),
        roles: Vec::new(),
        lang: Some(lang),
        zone: None,
    }
}

impl Rig {
    /// 佐藤 by Slack at once, ntfy after five minutes, voice after ten.
    pub async fn start() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let url = format!("sqlite://{}", folder.path().join("toban.db").display());
        let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let clock = Clock::manual(start);
        let script = Script(Arc::default(), clock.clone(), start);
        Self::with(clock, script, url, folder, Arc::default()).await
    }

    async fn with(
        clock: Clock,
        script: Script,
        url: String,
        folder: Arc<tempfile::TempDir>,
        engine: Arc<Engine>,
    ) -> Self {
        let store = Store::open(&url, clock.clone(), Role::Serve).await.unwrap();
        store.beat().await.unwrap();
        let ways = |number: &str| {
            vec![
                contact(Means::Slack, 0, "U1"),
                contact(Means::Ntfy, 300, "t"),
                contact(Means::Voice, 600, number),
            ]
        };
        let mut texted = ways("+819011111111");
        texted.push(contact(Means::Sms, 600, "+819011111111"));
        let contacts = Contacts::of_all([("sato".into(), ways("+819012345678")), ("suzuki".into(), texted)]);
        let people = vec![person("sato", "佐藤", Lang::Ja), person("suzuki", "Suzuki", Lang::En)];
        let paging = Paging::new(Desk {
            store: store.clone(),
            clock: clock.clone(),
            contacts: contacts.into(),
            company: Company::new(people, [].into(), Speech::default()).into(),
            words: Words::load().unwrap().into(),
            public_url: Some("https://toban.example.com".into()),
            pagers: vec![Arc::new(script.clone())],
            outcomes: engine.clone(),
        });
        let working = paging.clone();
        let work = tokio::spawn(async move { working.work().await });
        let answering = Arc::new(Answering::new(paging.clone(), engine.clone()));
        Self { clock, store, script, engine, paging, answering, url, work, _folder: folder }
    }

    /// The process is gone in the midst of its work; another one starts on the same store.
    pub async fn killed(self) -> Self {
        self.work.abort();
        self.store.close().await;
        let Self { clock, script, engine, url, _folder, .. } = &self;
        Self::with(clock.clone(), script.clone(), url.clone(), _folder.clone(), engine.clone()).await
    }

    /// Somebody is needed for that incident.
    pub async fn order(&self, incident: &str, key: &str, person: &str) {
        self.order_for(Purpose::Trigger, incident, key, person).await;
    }

    pub async fn order_for(&self, purpose: Purpose, incident: &str, key: &str, person: &str) {
        let order = PageOrder {
            key: format!("{incident}/{key}"),
            incident: Some(incident.into()),
            severity: AlertSeverity::Critical,
            purpose,
            subject: Phrase::raw(format!("{incident}: sagebase is down")),
            lines: vec![Phrase::raw("token=ghp_abcdefghijklmnopqrstuvwxyz0123456789 seen")],
            ..test_order(&person.into())
        };
        self.put(&order).await;
    }

    pub async fn put(&self, order: &PageOrder) {
        let contacts = self.paging_contacts(&order.person);
        self.store.put_pages(pages(&contacts, order, self.clock.now())).await.unwrap();
        self.paging.nudge();
    }

    fn paging_contacts(&self, person: &PersonId) -> Vec<Contact> {
        self.paging.contacts_of(person).to_vec()
    }

    /// Time passes, second by second, so that what is due goes out in its second.
    pub async fn pass(&self, seconds: u64) {
        for _ in 0..seconds {
            self.clock.advance(Duration::from_secs(1));
            self.quiet().await;
        }
    }

    /// Waits until nothing is due and nothing is being sent.
    pub async fn quiet(&self) {
        let quiet = async {
            loop {
                self.store.beat().await.unwrap();
                self.paging.nudge();
                pause(Duration::from_millis(2)).await;
                let busy = within(Duration::from_millis(1), self.paging.idle()).await.is_err();
                if !busy && self.paging.lag().await.unwrap().is_zero() && !self.due().await {
                    return;
                }
            }
        };
        within(Duration::from_secs(60), quiet).await.unwrap();
    }

    async fn due(&self) -> bool {
        for means in Means::ALL {
            if self.store.next_page(means).await.unwrap().is_some_and(|due| due <= self.clock.now()) {
                return true;
            }
        }
        false
    }

    /// Waits until that is so.
    pub async fn until(&self, what: &str, so: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !so(self) {
                self.store.beat().await.unwrap();
                pause(Duration::from_millis(5)).await;
            }
        };
        if within(Duration::from_secs(60), waiting).await.is_err() {
            panic!("never: {what}");
        }
    }
}
