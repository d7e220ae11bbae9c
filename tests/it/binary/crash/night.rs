//! A night to be survived: the example company with somebody on call who is reached by every means, the providers in
//! this process, and alerts that are told until they are taken.

use std::time::Duration;

use serde_json::{Value, json};
use toban::base::Clock;
use toban::base::clock::{pause, within};
use toban::base::ids::IncidentId;
use toban::domain::contact::Means;
use toban::store::{Role, Store, StoredIncident, StoredPage};

use super::knife::Knife;
use super::mail::Mail;
use crate::binary::process::{LONG, Process};
use crate::binary::site::{Serving, Site};
use crate::pagers::server::{ACCOUNT, AUTH_TOKEN, NTFY_TOKEN, Providers, ROUTING_KEY, Taken};
use crate::rig::app::OPS;
use crate::slack::fake::Said;

/// How somebody is reached who never sleeps alone.
pub const ALL: &str = r#"[{ by = "slack" }, { by = "ntfy", topic = "sato" }, { by = "email" },
    { by = "pagerduty", routing_key = "env:ROUTING_KEY" },
    { by = "webhook", url = "env:WEBHOOK_URL", secret = "env:WEBHOOK_SECRET" }]"#;

pub const WEBHOOK: &str = r#"[{ by = "webhook", url = "env:WEBHOOK_URL", secret = "env:WEBHOOK_SECRET" }]"#;

pub const NTFY: &str = r#"[{ by = "ntfy", topic = "sato" }]"#;

/// At once, and once more much later.
pub const LATER: &str = r#"[{ by = "ntfy", topic = "sato" },
    { by = "webhook", url = "env:WEBHOOK_URL", secret = "env:WEBHOOK_SECRET", after = "1h" }]"#;

pub const VOICE: &str = r#"[{ by = "voice", number = "+819012345678" }]"#;

const HOOK_TOKEN: &str = "hook-token";

pub struct Night {
    pub site: Site,
    pub providers: Providers,
    pub mail: Mail,
    pub knife: Knife,
    /// Looks into the same store from outside.
    pub store: Store,
    http: reqwest::Client,
    clock: Clock,
}

/// What of an incident came out, by every means.
#[derive(Debug, Default)]
pub struct Heard {
    pub slack: Vec<Said>,
    pub ntfy: Vec<Value>,
    pub mail: Vec<String>,
    pub pagerduty: Vec<Value>,
    pub webhook: Vec<Value>,
    pub calls: usize,
}

impl Night {
    /// With 佐藤 on call, reached by these means.
    pub async fn new(site: Site, contact: &str) -> Self {
        let providers = Providers::start().await;
        providers.keep_time(Clock::system());
        let mail = Mail::start().await;
        let first =
            r#"contact = [{ by = "slack" }, { by = "email", after = "5m", severity = ["critical"] }]"#;
        let people = std::fs::read_to_string(site.config().join("people.toml")).unwrap();
        assert!(people.contains(first));
        site.write("people.toml", &people.replacen(first, &format!("contact = {contact}"), 1));
        site.change("zz-here.toml", "smtp://127.0.0.1:9", &mail.url);
        site.change("services/sagebase.toml", "policy = \"sagebase\"", "policy = \"night\"");
        site.write(
            "zz-night.toml",
            &format!(
                r#"
[web]
public_url = "https://toban.example.com"
[ntfy]
url = "{url}"
token = "env:NTFY_TOKEN"
[pagerduty]
events_url = "{url}"
[twilio]
api_url = "{url}"
account_sid = "env:TWILIO_ACCOUNT"
auth_token = "env:TWILIO_TOKEN"
from = "env:TWILIO_FROM"
[[source]]
id = "prometheus"
kind = "alertmanager"
token = "env:HOOK_TOKEN"
map = {{ service = "labels.service", severity = "labels.severity" }}
[[policy]]
id = "night"
step = [
  {{ after = "0m", notify = ["person:sato"] }},
  {{ after = "30m", notify = ["person:suzuki"] }},
]
"#,
                url = providers.url
            ),
        );
        let knife = Knife::forge(site.folder.path(), "one");
        let store = Store::open(&site.store, Clock::system(), Role::Run).await.unwrap();
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        Self { site, providers, mail, knife, store, http, clock: Clock::system() }
    }

    /// Starts the bot with the night's knife in it, at rest.
    pub async fn serve(&self) -> Serving {
        self.serve_with(&self.knife).await
    }

    pub async fn serve_with(&self, knife: &Knife) -> Serving {
        let mut command = self.site.command(&["serve"]);
        knife.load(&mut command, &self.site.folder.path().join("toban.db.reserve"));
        command.envs([
            ("NTFY_TOKEN", NTFY_TOKEN),
            ("ROUTING_KEY", ROUTING_KEY),
            ("WEBHOOK_URL", &format!("{}/hook", self.providers.url)),
            ("WEBHOOK_SECRET", "webhook-secret"),
            ("TWILIO_ACCOUNT", ACCOUNT),
            ("TWILIO_TOKEN", AUTH_TOKEN),
            ("TWILIO_FROM", "+15005550006"),
            ("HOOK_TOKEN", HOOK_TOKEN),
        ]);
        let process = Process::spawn(&mut command);
        let address = process.says("Toban is on duty web.address=").await;
        Serving { process, url: format!("http://{address}") }
    }

    /// Starts it again after its end, as soon as the others take it for dead.
    pub async fn serve_again(&self) -> Serving {
        self.site.lease_over().await;
        self.serve().await
    }

    /// Tells an alert, once; whether it was taken.
    pub async fn alert(&self, url: &str, name: &str) -> Option<u16> {
        self.alerts(url, &[name]).await
    }

    /// Tells alerts in one request; the status, if there was an answer.
    pub async fn alerts(&self, url: &str, names: &[&str]) -> Option<u16> {
        let alerts: Vec<Value> = names
            .iter()
            .map(|name| {
                json!({
                    "status": "firing", "fingerprint": name, "startsAt": "2026-03-02T09:00:00Z",
                    "endsAt": "0001-01-01T00:00:00Z", "annotations": { "summary": name },
                    "labels": { "alertname": "Trouble", "service": "sagebase", "severity": "critical", "environment": name },
                })
            })
            .collect();
        let body = json!({ "version": "4", "status": "firing", "groupKey": names[0], "alerts": alerts });
        let request = self.http.post(format!("{url}/hooks/alertmanager/prometheus"));
        let answer = request.bearer_auth(HOOK_TOKEN).json(&body).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    /// Presses the button of the page at that address; the status and what is shown.
    pub async fn post(&self, url: &str) -> Option<(u16, String)> {
        let answer = self.http.post(url).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.text().await.ok()?))
    }

    /// Tells an alert until it is taken, as its source does.
    pub async fn insist(&self, url: &str, name: &str) {
        let told = async {
            while self.alert(url, name).await != Some(202) {
                pause(Duration::from_millis(20)).await;
            }
        };
        within(LONG, told).await.unwrap();
    }

    /// The incident of an alert.
    pub async fn incident(&self, name: &str) -> Option<StoredIncident> {
        self.store.incident_for(&"sagebase".into(), name, jiff::Timestamp::MIN).await.unwrap()
    }

    /// The pages of an incident.
    pub async fn pages(&self, id: &IncidentId) -> Vec<StoredPage> {
        self.store.incident_pages(id).await.unwrap()
    }

    /// Waits until every page of the alert's incident that is due has come to an end and its root message stands.
    pub async fn settled(&self, name: &str) -> StoredIncident {
        let mut last = String::new();
        let waiting = async {
            loop {
                if let Some(stored) = self.incident(name).await {
                    let pages = self.pages(&stored.incident.id).await;
                    let over = |page: &StoredPage| {
                        page.planned > self.clock.now()
                            || !matches!(page.state.as_str(), "waiting" | "sending")
                    };
                    if !pages.is_empty() && pages.iter().all(over) && !self.roots(name).is_empty() {
                        return stored;
                    }
                    last = format!("{pages:#?}");
                }
                pause(Duration::from_millis(10)).await;
            }
        };
        let end = within(LONG, waiting).await;
        end.unwrap_or_else(|_| panic!("{name} never comes to rest: {last}"))
    }

    /// The root messages of an incident; there should be one.
    pub fn roots(&self, name: &str) -> Vec<Said> {
        let state = self.site.slack.state();
        let roots = state.channel(OPS).filter(|said| said.thread.is_none());
        roots.filter(|said| said.shown().contains(name)).cloned().collect()
    }

    /// What came out about an incident.
    pub fn heard(&self, name: &str) -> Heard {
        let taken = self.providers.taken();
        let of = |what: &str| -> Vec<Value> {
            let told = |taken: &&Taken| taken.what == what && taken.body.to_string().contains(name);
            taken.iter().filter(told).map(|taken| taken.body.clone()).collect()
        };
        let slack = self.site.slack.state();
        Heard {
            slack: slack.channel("DU0SATO").filter(|said| said.shown().contains(name)).cloned().collect(),
            ntfy: of("ntfy"),
            mail: self.mail.taken().into_iter().filter(|mail| mail.contains(name)).collect(),
            pagerduty: of("pagerduty"),
            webhook: of("webhook"),
            calls: of("Calls.json").len(),
        }
    }

    /// What the person was sent by one means.
    pub async fn page(&self, id: &IncidentId, means: Means) -> StoredPage {
        let pages = self.pages(id).await;
        pages.into_iter().find(|page| page.means == means.as_str()).unwrap()
    }
}

/// What is said of a page that may have arrived already.
pub const TWICE: &str = "(perhaps a second time)";

impl Heard {
    /// Each means at least once; twice only where nobody can look, and then it says so.
    pub fn check(&self, name: &str, at: &str) {
        assert_eq!(
            self.slack.len(),
            1,
            "{name}, {at}: by Slack, which is looked into, once: {:#?}",
            self.slack
        );
        twice(&self.ntfy, |page| page["title"].as_str().unwrap().contains(TWICE), name, at);
        twice(&self.mail, |mail| mail.contains(TWICE), name, at);
        let ids: Vec<&str> = self
            .mail
            .iter()
            .filter_map(|mail| mail.lines().find(|line| line.starts_with("Message-ID")))
            .collect();
        assert!(ids.windows(2).all(|two| two[0] == two[1]), "{name}, {at}: the same mail: {ids:?}");
        twice(&self.webhook, |page| page["again"] == true, name, at);
        assert!(self.webhook.windows(2).all(|two| two[0]["id"] == two[1]["id"]), "{name}, {at}");
        assert!((1..=2).contains(&self.pagerduty.len()), "{name}, {at}: {:#?}", self.pagerduty);
        assert!(
            self.pagerduty.windows(2).all(|two| two[0]["dedup_key"] == two[1]["dedup_key"]),
            "{name}, {at}: {:#?}",
            self.pagerduty
        );
    }
}

/// One, or two of which the second says that it may be one too many.
fn twice<T: std::fmt::Debug>(pages: &[T], marked: impl Fn(&T) -> bool, name: &str, at: &str) {
    assert!((1..=2).contains(&pages.len()), "{name}, {at}: {pages:#?}");
    assert!(pages.iter().skip(1).all(marked), "{name}, {at}: a second one that does not say so: {pages:#?}");
}
