//! A night on duty: a whole Toban, a source of alerts, a mailbox on a real mail server, time that is moved by hand, and
//! a log of what people do and of what reaches them, minute by minute.

use std::fmt::Write as _;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use toban::base::Clock;
use toban::base::clock::{pause, within};
use toban::base::ids::IncidentId;
use toban::domain::contact::Means;
use toban::domain::incident::Incident;

use super::app::{OPS, Plan, Rig};
use super::mail::{Mail, Mailbox};
use super::talk::Seen;
use crate::slack::fake::State;

/// Longer than anything takes that is not broken.
const LONG: Duration = Duration::from_secs(60);

/// A Wednesday in March, 02:12 in Tokyo: 佐藤 is on call.
pub const BEGIN: &str = "2026-03-03T17:12:00Z";

/// By what a source proves itself.
pub const TOKEN: &str = "hook-token-1";

/// A source.
const CONFIG: &str = r#"
[[source]]
id = "prometheus"
kind = "alertmanager"
token = "env:HOOK_TOKEN"
"#;

/// Ids of Slack, addresses, names.
const PEOPLE: [(&str, &str, &str); 9] = [
    ("U0SATO", "sato@example.com", "佐藤"),
    ("U0TANAKA", "tanaka@example.com", "田中"),
    ("U0SUZUKI", "suzuki@example.com", "鈴木"),
    ("U0YAMADA", "yamada@example.com", "山田"),
    ("U0KOBAYASHI", "security@example.com", "小林"),
    ("U0ITO", "ito@example.com", "伊藤"),
    ("U0MILLER", "miller@example.com", "Anna Miller"),
    ("U0NAKAMURA", "infra@example.com", "中村"),
    ("U0KIMURA", "kimura@example.com", "木村"),
];

/// A plan whose Toban knows the source.
pub fn plan(clock: Clock, more: &str) -> Plan {
    Plan {
        clock,
        config: format!("{CONFIG}\n{more}"),
        // E-mails lead to this very Toban.
        environment: vec![
            ("HOOK_TOKEN", TOKEN.to_owned()),
            ("TOBAN__WEB__PUBLIC_URL", "{address}".to_owned()),
        ],
        ..Plan::default()
    }
}

/// The night.
pub struct Night {
    pub rig: Rig,
    pub clock: Clock,
    /// Every e-mail so far.
    pub mails: Vec<Mail>,
    mailbox: Mailbox,
    http: reqwest::Client,
    log: String,
    /// Messages and e-mails that stand in the log already.
    told: (usize, usize),
    minute: u64,
}

impl Night {
    /// Begins it; `None` where there is no mail server.
    pub async fn begin() -> Option<Self> {
        Self::with(|_| {}).await
    }

    /// With another plan.
    pub async fn with(change: impl FnOnce(&mut Plan)) -> Option<Self> {
        let mailbox = Mailbox::open().await?;
        let clock = Clock::manual(BEGIN.parse().unwrap());
        let smtp =
            format!("[smtp]\nurl = \"{}\"\nfrom = \"Toban <toban@example.com>\"", mailbox.url.reveal());
        let mut plan = plan(clock.clone(), &smtp);
        change(&mut plan);
        let rig = Rig::with(plan).await;
        let http = reqwest::Client::builder().no_proxy().timeout(LONG).build().unwrap();
        let log = String::new();
        Some(Self { rig, clock, mails: Vec::new(), mailbox, http, log, told: (0, 0), minute: 0 })
    }

    /// Writes a line of the log.
    pub fn note(&mut self, line: &str) {
        let _ = writeln!(self.log, "{:>4} min  {line}", self.minute);
    }

    /// What happened, minute by minute.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// Alertmanager says that an alert fires, or is over.
    pub async fn says(&mut self, service: &str, alert: &str, firing: bool) {
        let state = if firing { "fires" } else { "is over" };
        self.note(&format!("Alertmanager: “{alert}” of {service} {state}"));
        assert_eq!(self.post(&alertmanager(service, alert, firing, self.clock.now())).await, 202);
        let heard = |incident: &Incident| incident.alerts.firing == u32::from(firing);
        self.until("the alert is heard of", heard).await;
        self.settle().await;
    }

    /// Posts to the source's hook.
    pub async fn post(&self, body: &Value) -> StatusCode {
        let url = format!("{}/hooks/alertmanager/prometheus", self.rig.url);
        self.http.post(url).bearer_auth(TOKEN).json(body).send().await.unwrap().status()
    }

    /// Time passes; what becomes due is done, and what reaches people stands in the log.
    pub async fn pass(&mut self, minutes: u64) {
        for _ in 0..minutes {
            self.clock.advance(Duration::from_mins(1));
            self.minute += 1;
            self.settle().await;
        }
    }

    /// Waits until nothing is due, and writes down what reached people.
    pub async fn settle(&mut self) {
        let quiet = async {
            while self.is_busy().await {
                pause(Duration::from_millis(5)).await;
            }
        };
        within(LONG, quiet).await.unwrap_or_else(|_| panic!("it never comes to rest:\n{}", self.log));
        self.fetch_mail().await;
        self.write_down();
    }

    async fn is_busy(&self) -> bool {
        let (store, now) = (&self.rig.store, self.clock.now());
        let due = |at: Option<jiff::Timestamp>| at.is_some_and(|at| at <= now);
        if due(store.next_dues(1).await.unwrap().first().map(|(_, at)| *at)) {
            return true;
        }
        for means in Means::ALL {
            if due(store.next_page(means).await.unwrap()) {
                return true;
            }
        }
        store.incident_pages(&self.id()).await.unwrap().iter().any(|page| page.state == "sending")
    }

    /// Every message that the mail server has taken.
    async fn fetch_mail(&mut self) {
        let pages = self.rig.store.incident_pages(&self.id()).await.unwrap();
        let mut taken: Vec<_> = pages
            .iter()
            .filter(|page| page.means == "email")
            .filter_map(|page| page.remote.clone())
            .collect();
        taken.sort();
        taken.dedup();
        while self.mails.len() < taken.len() {
            self.mails.push(self.mailbox.next().await);
        }
    }

    fn write_down(&mut self) {
        let mut lines = Vec::new();
        let said = {
            let state = self.rig.slack.state();
            for said in &state.messages[self.told.0..] {
                if let Some(user) = said.channel.strip_prefix('D') {
                    let who = PEOPLE.iter().position(|(id, _, _)| *id == user).unwrap();
                    lines.push((who, 0, format!("Slack: {}", short(&said.shown()))));
                }
            }
            state.messages.len()
        };
        for mail in &self.mails[self.told.1..] {
            let who = PEOPLE.iter().position(|(_, address, _)| *address == mail.to[0]).unwrap();
            let text = mail.text.replace(&mail.subject, "");
            lines.push((who, 1, format!("e-mail: {} | {}", mail.subject, short(text.trim()))));
        }
        self.told = (said, self.mails.len());
        lines.sort();
        for (who, _, line) in lines {
            self.note(&format!("→ {} · {line}", PEOPLE[who].2));
        }
    }

    fn id(&self) -> IncidentId {
        "INC-1".into()
    }

    /// The incident of the night.
    pub async fn incident(&self) -> Option<Incident> {
        Some(self.rig.store.incident(&self.id()).await.unwrap()?.incident)
    }

    /// Waits until the incident is like that.
    pub async fn until(&self, what: &str, like: impl Fn(&Incident) -> bool) {
        let done = async {
            while !self.incident().await.as_ref().is_some_and(&like) {
                pause(Duration::from_millis(5)).await;
            }
        };
        within(LONG, done).await.unwrap_or_else(|_| panic!("never: {what}\n{}", self.log));
    }

    /// The last e-mail to that address.
    pub fn mail_to(&self, address: &str) -> &Mail {
        let mail = self.mails.iter().rev().find(|mail| mail.to[0] == address);
        mail.unwrap_or_else(|| panic!("nothing came to {address}:\n{}", self.log))
    }

    /// Somebody opens the link of an e-mail, and perhaps presses the button there; what the page says.
    pub async fn follow(&mut self, user: &str, link: &str, press: bool) -> String {
        let name = name(user);
        let done = if press { "presses the button there" } else { "opens the link of the e-mail" };
        self.note(&format!("{name} {done}"));
        let request = if press { self.http.post(link) } else { self.http.get(link) };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{link}");
        let page = plain(&answer.text().await.unwrap());
        self.note(&format!("→ {name} · page: {page}"));
        self.settle().await;
        page
    }

    /// Somebody types a command in `#ops`, and waits for an answer that says this.
    pub async fn types(&mut self, user: &str, command: &str, says: &str) -> Seen {
        self.note(&format!("{} in Slack: /{command}", name(user)));
        let before = self.rig.said();
        self.rig.type_as(user, OPS, command).await;
        let found = |state: &State| {
            let fresh = state.messages.iter().skip(before);
            fresh.map(Seen::of).find(|seen| seen.shown.contains(says))
        };
        let seen = within(LONG, self.rig.slack.wait_for(found)).await;
        let seen = seen.unwrap_or_else(|_| panic!("no {says:?} in:\n{}", self.rig.slack.transcript(OPS)));
        self.settle().await;
        seen
    }

    /// A file that was put into Slack, once it is there; moments are in it, since the clock stands still.
    pub fn file(&self, name: &str) -> String {
        let state = self.rig.slack.state();
        let mut files = state.messages.iter().flat_map(|said| &said.files);
        files.find(|(of, _)| of == name).unwrap_or_else(|| panic!("no file {name}")).1.clone()
    }

    /// How many messages that minute brought, by any means.
    pub fn told_at(&self, minute: u64) -> usize {
        let at = format!("{minute:>4} min  → ");
        self.log.lines().filter(|line| line.starts_with(&at)).count()
    }

    pub async fn end(self) {
        // Whatever waits for the clock may go on.
        self.clock.advance(Duration::from_secs(10));
        self.rig.stop().await;
    }
}

fn name(user: &str) -> &str {
    PEOPLE.iter().find(|(id, _, _)| *id == user).map_or(user, |(_, _, name)| name)
}

/// What Alertmanager sends about one alert.
pub fn alertmanager(service: &str, alert: &str, firing: bool, now: jiff::Timestamp) -> Value {
    let status = if firing { "firing" } else { "resolved" };
    json!({
        "version": "4",
        "groupKey": "{}:{alertname=\"x\"}",
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "toban",
        "groupLabels": { "alertname": alert },
        "commonLabels": { "alertname": alert, "service": service, "severity": "critical" },
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.com:9093",
        "alerts": [{
            "status": status,
            "labels": { "alertname": alert, "service": service, "severity": "critical" },
            "annotations": { "summary": alert },
            "startsAt": BEGIN,
            "endsAt": if firing { "0001-01-01T00:00:00Z".to_owned() } else { now.to_string() },
            "generatorURL": "http://prometheus.example.com:9090/graph",
            "fingerprint": "c3f8a1b2d4e5f607"
        }]
    })
}

/// In one line, without what differs from run to run.
fn short(text: &str) -> String {
    let link = regex::Regex::new(r"http\S+").unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    link.replace_all(&lines.join(" | "), "(link)").into_owned()
}

/// The words of a page.
fn plain(html: &str) -> String {
    let tags = regex::Regex::new(r"<[^>]+>").unwrap();
    let body = html.split_once("<body>").unwrap().1;
    let words = tags.replace_all(body, " ");
    words.split("  ").map(str::trim).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" | ")
}
