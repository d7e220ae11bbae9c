//! Incidents of the guides: in which order people are told, by what, and what is written about it afterwards.

use std::collections::BTreeSet;

use super::desk::BLUE;
use crate::pagers::server::{Fault, Providers, ROUTING_KEY};
use crate::rig::app::{OPS, Plan};
use crate::rig::night::Night;
use crate::slack::fake::Said;

/// Everybody who is not outside.
const EVERYBODY: [&str; 9] =
    ["ito", "kimura", "kobayashi", "miller", "nakamura", "sato", "suzuki", "tanaka", "yamada"];

async fn paged(night: &Night) -> Vec<String> {
    let incident = night.incident().await.unwrap();
    incident.paged.iter().map(ToString::to_string).collect()
}

/// Who has a direct message.
fn messaged(night: &Night) -> BTreeSet<String> {
    let state = night.rig.slack.state();
    state.messages.iter().filter_map(|said| said.channel.strip_prefix('D')).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_26_the_on_call_at_once_the_technical_lead_after_30_minutes_all_stakeholders_after_60() {
    let Some(mut night) = Night::begin().await else { return };
    night.says("sagebase", "High Error Rate", true).await;
    assert_eq!((paged(&night).await, messaged(&night).len()), (vec!["sato".to_owned()], 1));
    night.pass(10).await;
    // 佐藤 has it, and has not solved it: that is what counts.
    night.types("U0SATO", "ack INC-1", "佐藤 has it").await;
    night.pass(19).await;
    assert_eq!(paged(&night).await, ["sato"]);
    night.pass(1).await;
    assert_eq!(paged(&night).await, ["sato", "suzuki"]);
    night.pass(29).await;
    assert_eq!(messaged(&night).len(), 2);
    night.pass(1).await;
    assert_eq!(paged(&night).await, EVERYBODY);
    assert_eq!(messaged(&night).len(), EVERYBODY.len());
    let told = |said: &Said| said.channel == OPS && said.shown().contains("told 佐藤, 田中, 鈴木");
    night.rig.sees_that("the step in the channel", told).await;
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_26_refused_what_is_solved_in_time_is_told_to_nobody_else() {
    let Some(mut night) = Night::begin().await else { return };
    night.says("sagebase", "High Error Rate", true).await;
    night.pass(20).await;
    night.says("sagebase", "High Error Rate", false).await;
    night.pass(100).await;
    assert!(!night.incident().await.unwrap().is_open());
    assert_eq!((paged(&night).await, messaged(&night).len()), (vec!["sato".to_owned()], 1));
    let news: Vec<&str> = night.log().lines().filter(|line| line.contains("→ 佐藤")).collect();
    assert!(news.last().unwrap().contains("✅ INC-1"), "佐藤 is told that it is over: {news:#?}");
    night.end().await;
}

/// What stands under each heading of a Markdown text.
fn chapters(text: &str) -> Vec<(String, String)> {
    let parts = text.split("\n## ").skip(1);
    parts
        .map(|part| {
            let (head, body) = part.split_once('\n').unwrap();
            (head.trim().to_owned(), body.trim().to_owned())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn ts_22_the_postmortem_follows_the_phases_of_the_guide_and_each_holds_what_happened_in_it() {
    let Some(mut night) = Night::begin().await else { return };
    night.says("taisun", "API down", true).await;
    night.pass(4).await;
    night.types("U0SATO", "ack INC-1", "佐藤 has it").await;
    night.pass(10).await;
    night.types("U0SATO", "note INC-1 \"the cache is full\"", "Noted").await;
    night.pass(6).await;
    night.says("taisun", "API down", false).await;
    night.pass(2).await;
    night.types("U0SATO", "postmortem INC-1", "INC-1-postmortem.md").await;
    let text = night.file("INC-1-postmortem.md");
    for line in ["- Time to acknowledge (MTTA): 4m", "- Time to resolve (MTTR): 22m", "- Severity: critical"]
    {
        assert!(text.contains(line), "{line:?} is not in:\n{text}");
    }
    let found = chapters(&text);
    let phases: Vec<&str> = found.iter().map(|(head, _)| head.as_str()).collect();
    assert_eq!(
        phases,
        [
            "Impact",
            "Detection",
            "Triage",
            "Containment",
            "Eradication",
            "Recovery",
            "Post-mortem",
            "Improvement",
            "Timeline"
        ]
    );
    for (phase, says) in [
        ("Impact", "taisun, 22m"),
        ("Detection", "API down"),
        ("Triage", "told 佐藤"),
        ("Triage", "took it on"),
        ("Containment", "the cache is full"),
        ("Recovery", "an alert ended: API down"),
        ("Recovery", "resolved"),
        ("Timeline", "took it on"),
        ("Improvement", "- [ ]"),
    ] {
        let body = &found.iter().find(|(head, _)| head == phase).unwrap().1;
        assert!(body.contains(says), "{says:?} is not under {phase}:\n{body}");
    }

    night.rig.type_as("U0SATO", BLUE, "postmortem INC-1").await;
    let file = |said: &Said| said.channel == BLUE && !said.files.is_empty();
    night.rig.sees_that("the file in Japanese", file).await;
    let japanese: Vec<String> = {
        let state = night.rig.slack.state();
        let said = state.messages.iter().find(|said| file(said)).unwrap();
        chapters(&said.files[0].1).into_iter().map(|(head, _)| head).collect()
    };
    assert_eq!(
        japanese,
        ["影響", "検知", "トリアージ", "封じ込め", "根絶", "復旧", "ポストモーテム", "改善", "タイムライン"]
    );
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ts_22_refused_a_stranger_reads_no_postmortem_and_there_is_none_of_what_never_was() {
    let Some(mut night) = Night::begin().await else { return };
    night.says("taisun", "API down", true).await;
    let seen = night.types("U0STRANGER", "postmortem INC-1", "I do not know you here").await;
    seen.never_says("API down");
    assert!(seen.only.is_some());
    night.types("U0SATO", "postmortem INC-2", "There is no INC-2").await;
    night.types("U0SATO", "postmortem", "Which incident?").await;
    assert!(night.rig.slack.state().messages.iter().all(|said| said.files.is_empty()));
    night.end().await;
}

fn by_all_three(plan: &mut Plan, providers: &Providers, address: &str) {
    plan.environment.push(("SATO_PAGERDUTY", ROUTING_KEY.to_owned()));
    plan.config.push_str(&format!(
        "\n[pagerduty]\nevents_url = \"{}\"\n[[person]]\nid = \"sato\"\nemail = \"{address}\"\n\
         contact = [{{ by = \"slack\" }}, {{ by = \"email\" }}, {{ by = \"pagerduty\", routing_key = \"env:SATO_PAGERDUTY\" }}]",
        providers.url
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn ts_23_an_alert_reaches_slack_e_mail_and_pagerduty_and_its_end_does_too() {
    let providers = Providers::start().await;
    let Some(mut night) = Night::with(|plan| by_all_three(plan, &providers, "sato@example.com")).await else {
        return;
    };
    night.says("taisun", "API down", true).await;
    let message = night.rig.sees("🚨 INC-1 taisun: API down").await;
    assert_eq!(message.channel, "DU0SATO");
    assert!(message.button("対応する").starts_with("ack"), "{}", message.shown);
    let mail = night.mail_to("sato@example.com");
    assert_eq!(mail.subject, "INC-1 taisun: API down");
    assert!(mail.link().starts_with(&format!("{}/p/", night.rig.url)), "{}", mail.text);
    let event = providers.taken()[0].body.clone();
    assert_eq!((&event["event_action"], &event["dedup_key"]), (&"trigger".into(), &"INC-1".into()));
    assert_eq!(
        (&event["payload"]["summary"], &event["payload"]["severity"]),
        (&"INC-1 taisun: API down".into(), &"critical".into())
    );
    assert_eq!(night.told_at(0), 2, "nobody but 佐藤:\n{}", night.log());

    night.says("taisun", "API down", false).await;
    night.pass(2).await;
    let actions: Vec<String> = providers
        .taken()
        .iter()
        .map(|taken| taken.body["event_action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(actions, ["trigger", "resolve"]);
    assert_eq!(providers.taken()[1].body["dedup_key"], "INC-1");
    assert_eq!(providers.refused(), Vec::<String>::new());
    night.rig.sees("✅ INC-1 taisun: API down").await;
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ts_23_refused_a_mail_server_and_pagerduty_that_say_no_hold_up_nothing_and_are_on_record() {
    let providers = Providers::start().await;
    let wrong = serde_json::json!({ "status": "invalid event", "errors": ["'routing_key' is invalid"] });
    providers.fail(Fault::Status(400, wrong, None));
    let Some(mut night) = Night::with(|plan| by_all_three(plan, &providers, "nobody@example.com")).await
    else {
        return;
    };
    night.says("taisun", "API down", true).await;
    night.rig.sees("🚨 INC-1 taisun: API down").await;
    let pages = night.rig.store.incident_pages(&"INC-1".into()).await.unwrap();
    let mut ends: Vec<(&str, &str, &str)> = pages
        .iter()
        .map(|page| (page.means.as_str(), page.state.as_str(), page.why.as_deref().unwrap_or_default()))
        .collect();
    ends.sort_unstable();
    assert_eq!((ends[0].0, ends[0].1), ("email", "failed"));
    assert!(ends[0].2.contains("550"), "{ends:?}");
    assert_eq!((ends[1].0, ends[1].1), ("pagerduty", "failed"));
    assert!(ends[1].2.contains("routing_key"), "{ends:?}");
    assert_eq!((ends[2].0, ends[2].1), ("slack", "sent"));
    assert_eq!(paged(&night).await, ["sato"], "one way was enough: nobody else is woken");
    night.end().await;
}
