//! What stories of incidents share: a company whose monitoring calls, and whose people have more than one telephone.

use std::time::Duration;

use serde_json::{Value, json};
use toban::base::Clock;
use toban::base::clock::{pause, within};

use crate::pagers::server::{NTFY_TOKEN, Providers};
use crate::rig::app::{OPS, Plan, Rig, Seen, movable_clock};
use crate::slack::fake::Said;

/// Longer than anything takes that is not broken.
const LONG: Duration = Duration::from_secs(60);

/// A rig with the doors of monitoring, a clock that can be moved on, and a provider besides Slack.
pub struct Night {
    pub rig: Rig,
    pub clock: Clock,
    pub providers: Providers,
    http: reqwest::Client,
}

/// Everybody who is on call is paged by Slack, and in half an hour by ntfy.
const PEOPLE: &str = r#"
[[source]]
id = "prometheus"
kind = "alertmanager"
token = "env:HOOK_TOKEN"
map = { service = "labels.service", severity = "labels.severity" }
[[person]]
id = "sato"
contact = [{ by = "slack" }, { by = "ntfy", topic = "sato", after = "30m" }]
[[person]]
id = "tanaka"
contact = [{ by = "slack" }, { by = "ntfy", topic = "tanaka", after = "30m" }]
[[schedule]]
id = "primary"
rotation = [{ people = ["sato"], every = "7d", from = "2026-01-05T09:00" }]
"#;

impl Night {
    pub async fn begin(more: &str) -> Self {
        let (providers, clock) = (Providers::start().await, movable_clock());
        let ntfy = format!("[ntfy]\nurl = \"{}\"\ntoken = \"env:NTFY_TOKEN\"\n", providers.url);
        let plan = Plan {
            config: format!("{ntfy}{PEOPLE}{more}"),
            clock: clock.clone(),
            environment: vec![("HOOK_TOKEN", "let me in".to_owned()), ("NTFY_TOKEN", NTFY_TOKEN.to_owned())],
            ..Plan::default()
        };
        let http = reqwest::Client::builder().no_proxy().timeout(LONG).build().unwrap();
        Self { rig: Rig::with(plan).await, clock, providers, http }
    }

    /// Alertmanager says that these alerts of a service fire, or are over.
    pub async fn alerts(&self, service: &str, names: &[String], severity: &str, firing: bool) {
        let status = if firing { "firing" } else { "resolved" };
        let at = self.clock.now();
        let alert = |name: &String| {
            json!({
                "status": status,
                "labels": { "alertname": name, "service": service, "severity": severity },
                "annotations": { "summary": name },
                "fingerprint": format!("{service}-{name}"),
                "startsAt": at.to_string(),
                "endsAt": if firing { "0001-01-01T00:00:00Z".to_owned() } else { at.to_string() },
            })
        };
        let body = json!({
            "version": "4", "status": status, "receiver": "toban", "groupKey": "{}:{}", "truncatedAlerts": 0,
            "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://prometheus",
            "alerts": names.iter().map(alert).collect::<Vec<Value>>(),
        });
        let url = format!("{}/hooks/alertmanager/prometheus", self.rig.url);
        let answer = self.http.post(url).bearer_auth("let me in").json(&body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 202, "{}", answer.text().await.unwrap());
    }

    /// One critical alert.
    pub async fn fires(&self, service: &str, name: &str) {
        self.alerts(service, &[name.to_owned()], "critical", true).await;
    }

    /// It is over.
    pub async fn is_over(&self, service: &str, name: &str) {
        self.alerts(service, &[name.to_owned()], "critical", false).await;
    }

    /// The root message of an incident, in its present form.
    pub async fn root(&self, id: &str) -> Seen {
        let head = format!("{id} ·");
        self.rig
            .sees_that(id, |said| {
                said.thread.is_none()
                    && said.channel.starts_with('C')
                    && said.shown().lines().next().is_some_and(|line| line.contains(&head))
            })
            .await
    }

    /// The root message once it says that.
    pub async fn root_says(&self, id: &str, text: &str) -> Seen {
        let ts = self.root(id).await.ts;
        self.rig.sees_that(text, |said| said.ts == ts && said.shown().contains(text)).await
    }

    /// A reply of an incident's thread, once it says that.
    pub async fn thread_says(&self, id: &str, text: &str) -> Seen {
        let ts = self.root(id).await.ts;
        self.rig
            .sees_that(text, |said| said.thread.as_ref() == Some(&ts) && said.shown().contains(text))
            .await
    }

    /// Time passes, in steps of ten seconds.
    pub async fn pass(&self, span: Duration) {
        const STEP: Duration = Duration::from_secs(10);
        for _ in 0..span.as_secs().div_ceil(STEP.as_secs()) {
            self.clock.advance(STEP);
            pause(Duration::from_millis(10)).await;
        }
    }

    /// Waits until that holds.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !holds(self) {
                pause(Duration::from_millis(5)).await;
            }
        };
        let shown = || self.rig.slack.transcript(OPS);
        within(LONG, waiting).await.unwrap_or_else(|_| panic!("never: {what}; said was:\n{}", shown()));
    }

    /// How many messages of somebody's pages ntfy took.
    pub fn pushed(&self, topic: &str) -> usize {
        self.providers.taken().iter().filter(|taken| taken.body["topic"] == topic).count()
    }

    /// Somebody presses a button; what they alone are answered.
    pub async fn presses(&self, user: &str, seen: &Seen, label: &str) -> Seen {
        self.types_by_button(user, seen, &seen.button(label)).await
    }

    /// The same with a button that has that value.
    pub async fn types_by_button(&self, user: &str, seen: &Seen, value: &str) -> Seen {
        let before = self.rig.said();
        self.rig.deliver("interactive", &self.rig.pressed(user, seen, value)).await;
        self.told_alone(user, before).await
    }

    /// What somebody alone is told after so many messages.
    pub async fn told_alone(&self, user: &str, before: usize) -> Seen {
        let found = |state: &crate::slack::fake::State| {
            let mut after = state.messages.iter().skip(before);
            after.find(|said| said.only.as_deref() == Some(user)).map(Seen::of)
        };
        let shown = || self.rig.slack.transcript(OPS);
        let waiting = within(LONG, self.rig.slack.wait_for(found));
        waiting.await.unwrap_or_else(|_| panic!("{user} was told nothing; said was:\n{}", shown()))
    }

    /// What stands under an incident's root.
    pub fn replies(&self, root: &Seen) -> Vec<Said> {
        let state = self.rig.slack.state();
        state.messages.iter().filter(|said| said.thread.as_ref() == Some(&root.ts)).cloned().collect()
    }

    /// Nothing waits to be said.
    pub async fn settled(&self) {
        let mut before = 0;
        for _ in 0..3 {
            loop {
                pause(Duration::from_millis(150)).await;
                let now = self.rig.slack.state().calls.len();
                if std::mem::replace(&mut before, now) == now {
                    break;
                }
            }
        }
    }

    pub async fn stop(self) {
        self.rig.stop().await;
    }
}

/// What was shown, without the lines that hold one of `besides`, and with what differs from run to run put out of the way.
pub fn told(shown: &str, besides: &[&str]) -> String {
    use std::sync::LazyLock;
    static TIMES: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new(r"\d\d:\d\d").unwrap());
    let lines = shown.lines().filter(|line| !besides.iter().any(|beside| line.contains(beside)));
    let shown: String = lines.map(|line| format!("{line}\n")).collect();
    TIMES.replace_all(&crate::rig::talk::settled(&shown), "(time)").into_owned()
}
