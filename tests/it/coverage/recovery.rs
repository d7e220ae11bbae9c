//! BlueLamp's ladder of the guide: automatic recovery, the developers, the emergency team after 30 minutes, the vendor
//! after 60. The alert comes through the webhook, the bot restarts the portal at Cloud Run, people are paged by Slack
//! and mail.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use toban::base::Clock;
use toban::base::clock::{pause, within};
use toban::domain::audit::{AuditEntry, Event};
use toban::domain::message::Place;
use toban::domain::person::{Door, Risk};
use toban::domain::plan::{Draft, Plan as StoredPlan, PlanState};
use toban::domain::words::Phrase;
use toban::sandbox::{Fault, Kind, System};
use toban::store::{Begun, Conclusion};

use super::desk::{BLUE, Desk, writes};
use crate::rig::app::{Plan, movable_clock};
use crate::rig::mailbox::{Mail, Mailbox};
use crate::rig::talk;
use crate::slack::fake::Said;

/// The portal's service at Cloud Run.
const PORTAL: &str = "/v2/projects/bluelamp-prod/locations/asia-northeast1/services/bluelamp";
const LONG: Duration = Duration::from_secs(60);
/// The people of the ladder, and where Slack tells them; the vendor is told by mail.
const PEOPLE: [(&str, Option<&str>); 5] = [
    ("伊藤", Some("DU0ITO")),
    ("Anna Miller", Some("DU0MILLER")),
    ("鈴木", Some("DU0SUZUKI")),
    ("中村", Some("DU0NAKAMURA")),
    ("vendor", None),
];

/// BlueLamp with everything around it.
struct Night {
    desk: Desk,
    clock: Clock,
    mail: Mailbox,
    token: tempfile::NamedTempFile,
    /// Before the first alert.
    began: Timestamp,
}

impl Night {
    async fn begin() -> Self {
        Self::with("").await
    }

    async fn with(config: &str) -> Self {
        let mail = Mailbox::open().await;
        let token = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(token.path(), "the token of the hook").unwrap();
        let config = format!(
            r#"
[smtp]
url = "{}"
[[source]]
id = "prometheus"
kind = "alertmanager"
token = "file:{}"
map = {{ service = "labels.service", severity = "labels.severity" }}
{config}
"#,
            mail.url,
            token.path().display()
        );
        let clock = movable_clock();
        let desk = Desk::with(Plan { config, clock: clock.clone(), ..Plan::default() }).await;
        let began = clock.now();
        Self { desk, clock, mail, token, began }
    }

    /// The portal answers 503.
    fn portal_fails(&self) {
        self.desk.world().fault(Fault::new(System::Bluelamp, Kind::Unavailable));
    }

    /// A new instance is what it needs.
    async fn a_new_instance_helps(&self) {
        self.desk.rig.was_asked("PATCH", "services/bluelamp", 1).await;
        self.desk.world().clear_faults();
    }

    /// Alertmanager says that an alert fires, or is over.
    async fn alert(&self, service: &str, name: &str, status: &str) {
        let now = self.clock.now();
        let ends = if status == "firing" { "0001-01-01T00:00:00Z".to_owned() } else { now.to_string() };
        let body: Value = json!({
            "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "status": status, "receiver": "toban",
            "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am",
            "alerts": [{
                "status": status, "fingerprint": name, "generatorURL": "",
                "labels": { "alertname": name, "service": service, "severity": "critical" },
                "annotations": { "summary": name }, "startsAt": now.to_string(), "endsAt": ends,
            }],
        });
        let token = std::fs::read_to_string(self.token.path()).unwrap();
        let answer = reqwest::Client::builder()
            .build()
            .unwrap()
            .post(format!("{}/hooks/alertmanager/prometheus", self.desk.rig.url))
            .bearer_auth(token)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), 202);
    }

    /// Waits until the thread says it.
    async fn thread_says(&self, text: &str) {
        self.desk.rig.sees_that(text, |said| said.channel == BLUE && said.shown().contains(text)).await;
    }

    /// Waits until these people, and nobody else, have been told since the last time.
    async fn tells(&self, people: &[&str]) -> String {
        let all = async {
            while !people.iter().all(|name| !self.told(name).is_empty()) {
                pause(Duration::from_millis(10)).await;
            }
        };
        let told = within(LONG, all).await;
        assert!(told.is_ok(), "not all of {people:?}:\n{}\n{}", self.thread(), self.pages());
        let pages = self.pages();
        for (name, _) in PEOPLE {
            assert_eq!(people.contains(&name), !self.told(name).is_empty(), "{name}\n{pages}");
        }
        pages
    }

    /// What somebody was told.
    fn told(&self, name: &str) -> Vec<String> {
        let (_, direct) = PEOPLE.iter().find(|(other, _)| *other == name).unwrap();
        let Some(direct) = direct else {
            return self.mail.of("support@vendor.example.com").iter().map(Mail::text).collect();
        };
        let state = self.desk.rig.slack.state();
        state.messages.iter().filter(|said| said.channel == *direct).map(Said::shown).collect()
    }

    /// Time passes until so long after the beginning.
    fn pass_to(&self, minutes: u64) {
        let due = self.began + Duration::from_mins(minutes);
        self.clock.advance(due.duration_since(self.clock.now()).try_into().unwrap());
    }

    fn pages(&self) -> String {
        let mut text = String::new();
        for (name, _) in PEOPLE {
            for told in self.told(name) {
                let _ = writeln!(text, "{name}: {}", told.replace('\n', "\n    "));
            }
        }
        settled(&text)
    }

    /// The incident's thread, without what is told of changes before it.
    fn thread(&self) -> String {
        let state = self.desk.rig.slack.state();
        let mut text = String::new();
        for said in state.messages.iter().filter(|said| said.channel == BLUE) {
            let post = said.metadata["event_payload"]["post"].as_str().unwrap_or_default();
            if post.contains("/changed/") || post.ends_with("/recheck") {
                continue;
            }
            let indent = if said.thread.is_some() { "    " } else { "" };
            said.shown().lines().for_each(|line| {
                let _ = writeln!(text, "{indent}{line}");
            });
            text.push('\n');
        }
        settled(&text)
    }

    fn restarts(&self) -> usize {
        self.desk.rig.asked("PATCH", "services/bluelamp")
    }

    async fn close(self) {
        self.desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_16_level_1_restarts_the_portal_and_ends_it_once_health_holds_and_the_source_is_quiet() {
    let night = Night::begin().await;
    night.portal_fails();
    night.alert("bluelamp", "Portal API応答なし", "firing").await;
    night.a_new_instance_helps().await;
    night.thread_says("実行完了: restart bluelamp.portal").await;
    night.thread_says("正常な状態が続き、アラートがなければ").await;
    night.alert("bluelamp", "Portal API応答なし", "resolved").await;
    night.thread_says("✅ **INC-1").await;
    night.thread_says("– 解決").await;

    let asked = night.desk.world().requests();
    let changes = writes(&asked);
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!((changes[0].method.as_str(), changes[0].path.as_str()), ("PATCH", PORTAL));
    assert_eq!(night.tells(&[]).await, "", "nobody is woken for it");
    insta::assert_snapshot!("mended", night.thread());
    night.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_16_levels_2_to_4_developers_at_once_the_emergency_team_after_30_minutes_the_vendor_after_60() {
    let night = Night::begin().await;
    night.portal_fails();
    night.alert("bluelamp", "Portal API応答なし", "firing").await;
    let (developers, emergency) = (["伊藤", "Anna Miller"], ["伊藤", "Anna Miller", "鈴木", "中村"]);
    let mut told = format!("== at once\n{}", night.tells(&developers).await);
    assert_eq!(night.restarts(), 1);
    night.thread_says("伊藤、Anna Millerへ通知").await;
    night.pass_to(31);
    let _ = write!(told, "\n== after 30 minutes\n{}", night.tells(&emergency).await);
    night.thread_says("鈴木、中村、伊藤、Anna Millerへ通知").await;
    night.pass_to(61);
    let everybody: Vec<&str> = PEOPLE.iter().map(|(name, _)| *name).collect();
    night.tells(&everybody).await;
    night.thread_says("Database vendorへ通知").await;
    let vendor = night.told("vendor");
    let _ = write!(told, "\n== after 60 minutes\n{}", settled(&vendor.join("\n")));
    assert_eq!(night.restarts(), 1, "it is tried once");
    assert!(!vendor.concat().contains("http"), "no link leaves the company: {vendor:?}");
    insta::assert_snapshot!("climbed_told", told);
    insta::assert_snapshot!("climbed", night.thread());
    night.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_16_refused_what_a_restart_does_not_mend_is_looked_at_again_and_then_people_are_told() {
    let night = Night::begin().await;
    night.alert("bluelamp", "パッケージが取得できない", "firing").await;
    night.thread_says("対象は正常").await;
    night.pass_to(6);
    night.tells(&["伊藤", "Anna Miller"]).await;
    night.thread_says("伊藤、Anna Millerへ通知").await;
    night.pass_to(11);
    let twice = |text: &str| text.matches("対象は正常").count() == 2;
    let again = async {
        while !twice(&night.thread()) {
            pause(Duration::from_millis(10)).await;
        }
    };
    assert!(within(LONG, again).await.is_ok(), "{}", night.thread());
    assert_eq!(night.restarts(), 0);
    insta::assert_snapshot!("not_needed", night.thread());
    night.close().await;
}

/// A text without what is another in each run: times of day and how long something took as well.
fn settled(text: &str) -> String {
    let took = regex::Regex::new(r"\*: \d+(\.\d+)?(ミリ秒|秒|ms)").unwrap();
    let hour = regex::Regex::new(r"\b\d\d:\d\d\b").unwrap();
    let text = talk::settled(text);
    hour.replace_all(&took.replace_all(&text, "*: (span)"), "(time)").into_owned()
}

/// What the bot did to the portal earlier tonight.
async fn restarted_before(night: &Night, number: u32) {
    let store = &night.desk.rig.store;
    let id = format!("P-{number}");
    let now = night.clock.now();
    let plan = StoredPlan {
        id: id.as_str().into(),
        command: "restart bluelamp.portal".into(),
        verb: "restart".into(),
        risk: Risk::Change,
        service: "bluelamp".into(),
        asked_by: "toban".into(),
        place: Place { door: Door::Slack, channel: BLUE.into(), thread: None },
        post: format!("INC-0{number}/act/plan").as_str().into(),
        draft: Draft {
            headline: Phrase::raw("restart"),
            preview: Vec::new(),
            basis: Default::default(),
            detail: Value::Null,
        },
        expires: now + Duration::from_mins(5),
    };
    store.conclude(Conclusion { plan: Some(plan), ..Conclusion::default() }).await.unwrap();
    let audit = AuditEntry {
        at: now,
        who: "toban".into(),
        place: format!("slack:{BLUE}"),
        event: Event::Begun,
        command: "restart bluelamp.portal".into(),
        service: Some("bluelamp".into()),
        plan: Some(id.clone()),
        outcome: "begun".into(),
        took_ms: 0,
    };
    let by = format!("INC-0{number}/act");
    let begun = store.begin(&id.as_str().into(), &"toban".into(), &by.as_str().into(), audit).await.unwrap();
    assert_eq!(begun, Begun::Yes);
    let done = PlanState::Done { by: "toban".into(), at: now, undo: None };
    let ended = Conclusion { plan_state: Some((id.as_str().into(), done)), ..Conclusion::default() };
    store.conclude(ended).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_16_refused_a_third_time_within_six_hours_people_are_told_at_once() {
    let night = Night::begin().await;
    for number in 1..=2 {
        restarted_before(&night, number).await;
    }
    night.portal_fails();
    night.alert("bluelamp", "Portal API応答なし", "firing").await;
    night.thread_says("6時間以内の自動実行が 2 回に達した").await;
    night.tells(&["伊藤", "Anna Miller"]).await;
    assert_eq!(night.restarts(), 0);
    night.close().await;

    // Six hours later it may be tried again.
    let night = Night::begin().await;
    for number in 1..=2 {
        restarted_before(&night, number).await;
    }
    night.pass_to(6 * 60 + 1);
    night.portal_fails();
    night.alert("bluelamp", "Portal API応答なし", "firing").await;
    night.a_new_instance_helps().await;
    night.thread_says("実行完了: restart bluelamp.portal").await;
    night.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_16_refused_while_somebody_plans_or_makes_a_change_of_the_service() {
    let night = Night::begin().await;
    let plan = night.desk.types("restart bluelamp.portal").await;
    night.portal_fails();
    night.alert("bluelamp", "Portal API応答なし", "firing").await;
    night.thread_says("佐藤 の計画が承認待ち: restart bluelamp.portal").await;
    night.tells(&["伊藤", "Anna Miller"]).await;
    assert_eq!(night.restarts(), 0);
    night.desk.presses(&plan, "Cancel").await;
    night.close().await;

    let night = Night::begin().await;
    let plan = night.desk.types("restart bluelamp.portal").await;
    night.desk.world().fault(Fault::new(System::Run, Kind::Slow { ms: 6_000 }).on("PATCH"));
    night.desk.rig.press(&plan.seen, "Confirm").await;
    night.desk.rig.was_asked("PATCH", "services/bluelamp", 1).await;
    night.desk.world().clear_faults();
    night.portal_fails();
    night.alert("bluelamp", "Portal API応答なし", "firing").await;
    night.thread_says("佐藤 が変更を実行中: restart bluelamp.portal").await;
    night.tells(&["伊藤", "Anna Miller"]).await;
    assert_eq!(night.restarts(), 1, "佐藤's own");
    night.close().await;
}

/// The same portal under a ladder that only proposes.
const GENTLE: &str = r#"
[[policy]]
id = "gentle"
owner = "suzuki"
step = [
  { after = "0m", notify = ["person:suzuki"], action = "restart lamp.portal", when = { components = ["lamp.portal"] } },
  { after = "5m", notify = ["group:bluelamp-developers"] },
]
[[service]]
id = "lamp"
environment = "production"
channels = { slack = "C0BLUE" }
policy = "gentle"
owners = ["ito"]
  [[service.component]]
  id = "portal"
  backend = "cloud_run"
  place = { project = "bluelamp-prod", region = "asia-northeast1", service = "bluelamp" }
  probe = { url = "https://bluelamp-235426778039.asia-northeast1.run.app/health", expect = { status = 200 }, timeout = "5s" }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn bl_16_what_is_not_automatic_is_one_press_away_for_whoever_may() {
    let night = Night::with(GENTLE).await;
    night.portal_fails();
    night.alert("lamp", "Portal API応答なし", "firing").await;
    let rig = &night.desk.rig;
    let proposal = rig.sees("「restart lamp.portal」で復旧する可能性があります。").await;
    assert!(proposal.thread.is_some() && night.restarts() == 0);
    rig.sees("lampの直近2時間の変更").await;
    // 木村 may only look.
    let refused = rig.push("U0KIMURA", &proposal, "restart lamp.portal").await;
    assert!(refused.only.is_some(), "{}", refused.shown);
    let plan = rig.push("U0SATO", &proposal, "restart lamp.portal").await;
    assert_eq!(night.restarts(), 0, "{}", plan.shown);
    assert_eq!(plan.thread, proposal.thread);
    rig.press_as("U0SATO", &plan, "実行する").await;
    rig.was_asked("PATCH", "services/bluelamp", 1).await;
    night.close().await;
}
