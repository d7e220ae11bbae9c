//! Working on an incident from Slack: the buttons under its first message, commands in its thread, and who may.

use serde_json::json;
use toban::domain::incident::timeline::Happened;

use super::incidents::Night;
use crate::rig::app::{OPS, Seen};
use crate::slack::fake::payloads;

const TITLE: &str = "High Error Rate";

/// An incident of Sagebase, with its root.
async fn begin(more: &str) -> (Night, Seen) {
    let night = Night::begin(more).await;
    night.fires("sagebase", TITLE).await;
    night.thread_says("INC-1", "What changed").await;
    let root = night.root("INC-1").await;
    (night, root)
}

/// Whether a reply that says that was shown in the channel besides its thread.
fn is_loud(night: &Night, text: &str) -> bool {
    let state = night.rig.slack.state();
    let mut posted = state.calls.iter().filter(|call| call.method == "chat.postMessage");
    let call = posted.find(|call| call.body.to_string().contains(text)).unwrap();
    call.body["reply_broadcast"] == true
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_under_the_first_message_does_what_it_says() {
    let (night, root) = begin("").await;
    let rig = &night.rig;
    // Who presses is told alone: the thread tells the others.
    night.presses("U0SATO", &root, "Acknowledge").await.says("佐藤 has it");
    night.thread_says("INC-1", "佐藤 (slack): took it on").await;
    let root = night.root_says("INC-1", "佐藤 has it").await;
    assert!(!root.shown.contains("Acknowledge"), "{}", root.shown);

    night.presses("U0SATO", &root, "Escalate").await.says("escalated");
    night.thread_says("INC-1", "step 2 told 鈴木, escalated by hand").await;
    assert!(is_loud(&night, "step 2 told"), "a step that fires is shown in the channel");
    assert!(!is_loud(&night, "took it on"), "all else stays in the thread");

    // These are for everybody: they are answered in the incident's thread.
    rig.press_as("U0SATO", &root, "Logs").await;
    night.thread_says("INC-1", "sagebase.web").await;
    rig.press_as("U0SATO", &root, "Roll back").await;
    night.thread_says("INC-1", "Send all traffic of sagebase.web").await;
    night.presses("U0SATO", &root, "Snooze").await.says("put off by 佐藤");

    // What still fires is named first; a second word ends it.
    let asked = night.presses("U0SATO", &root, "Resolve").await;
    asked.says("1 alerts of INC-1 still fire").says(TITLE);
    night.presses("U0SATO", &asked, "Resolve nevertheless").await.says("resolved by 佐藤");
    let over = night.root_says("INC-1", "resolved by 佐藤").await;
    assert!(over.blocks.as_array().unwrap().iter().all(|block| block["type"] != "actions"), "{}", over.shown);
    night.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_its_thread_nothing_need_be_named() {
    let (night, root) = begin("").await;
    let (rig, thread) = (&night.rig, Some(root.ts.as_str()));
    rig.mention("U0SATO", thread, "ack").await;
    night.thread_says("INC-1", "佐藤 (slack): took it on").await;
    rig.mention("U0SATO", thread, "note the cache of web was full, 3 times").await;
    night.thread_says("INC-1", "佐藤 (slack): the cache of web was full, 3 times").await;
    night.settled().await;
    let said = night.replies(&root).len();
    assert_eq!(said, 3, "what the thread tells is not answered besides:\n{}", rig.slack.transcript(OPS));

    for (typed, says) in [
        ("logs errors 1h", "sagebase.web"),
        ("rollback previous", "Send all traffic of sagebase.web"),
        ("incident", "Timeline"),
        ("assign 鈴木", "鈴木"),
    ] {
        rig.mention("U0SATO", thread, typed).await;
        night.thread_says("INC-1", says).await;
    }
    night.thread_says("INC-1", "佐藤 (slack): gave it to 鈴木").await;
    night.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_press_at_once_one_has_it_and_the_other_is_told_who() {
    let (night, root) = begin("").await;
    let rig = &night.rig;
    let presses = ["U0SATO", "U0SUZUKI"].map(|user| rig.pressed(user, &root, "ack INC-1"));
    tokio::join!(rig.deliver("interactive", &presses[0]), rig.deliver("interactive", &presses[1]));
    let late = rig.sees_that("who has it", |said| said.shown().contains("has INC-1 already")).await;
    let (first, second) =
        if late.only.as_deref() == Some("U0SUZUKI") { ("佐藤", "鈴木") } else { ("鈴木", "佐藤") };
    late.says(&format!("{first} has INC-1 already"));
    assert!(late.only.is_some(), "nobody else is bothered");
    night.thread_says("INC-1", &format!("{second} (slack): wanted to take it on; {first} has it")).await;
    let timeline = rig.store.timeline(&"INC-1".into()).await.unwrap();
    let presses = timeline
        .iter()
        .filter(|entry| matches!(entry.what, Happened::Acknowledged { .. } | Happened::AlreadyHeld { .. }));
    assert_eq!(presses.count(), 2);
    night.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_paged_may_work_on_it_until_it_is_over() {
    let (night, root) = begin("").await;
    let rig = &night.rig;
    // 木村 may only look.
    let refused = night.presses("U0KIMURA", &root, "Acknowledge").await;
    refused.says("You may not run “ack” on sagebase here");

    night.presses("U0SATO", &root, "Escalate").await;
    night.presses("U0SATO", &root, "Escalate").await;
    night.thread_says("INC-1", "木村").await;
    night.presses("U0KIMURA", &root, "Acknowledge").await.says("木村 has it");
    let before = rig.said();
    rig.type_as("U0KIMURA", OPS, "note INC-1 I look after it").await;
    night.told_alone("U0KIMURA", before).await.says("Noted in INC-1");
    night.thread_says("INC-1", "木村 (slack): I look after it").await;
    night.types_by_button("U0KIMURA", &root, "escalate INC-1").await.says("escalated");
    // To end it takes a role, also for who was paged.
    night.types_by_button("U0KIMURA", &root, "resolve INC-1").await.says("You may not run “resolve”");

    night.is_over("sagebase", TITLE).await;
    night.types_by_button("U0SATO", &root, "resolve INC-1").await;
    night.root_says("INC-1", "resolved").await;
    let before = rig.said();
    rig.type_as("U0KIMURA", OPS, "note INC-1 late").await;
    night.told_alone("U0KIMURA", before).await.says("You may not run “note” on sagebase here");
    night.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_becomes_an_incident() {
    let night = Night::begin("").await;
    let rig = &night.rig;
    let about = "login \"fails\" for everybody";
    let ts = rig.slack.person_says(OPS, about);
    let mut payload = payloads::shortcut("run:incident open", about, OPS, "U0SATO", &ts);
    payload["response_url"] = json!(rig.slack.reply_url(OPS, "U0SATO"));
    let before = rig.said();
    rig.deliver("interactive", &payload).await;
    // Nobody can tell what it is about: it is asked for, and one press is the answer.
    let asked = night.told_alone("U0SATO", before).await;
    asked.says("Which service is it about?");
    night.presses("U0SATO", &asked, "api-key-server").await.says("INC-1 is open");
    night.root("INC-1").await.says("api-key-server: login").says("for everybody").says("critical");
    night.stop().await;
}

/// Hours in which nobody works now.
fn elsewhen(night: &Night) -> &'static str {
    let now = night.clock.now().to_zoned(jiff::tz::TimeZone::get("Asia/Tokyo").unwrap());
    if now.hour() < 12 { "20:00-21:00" } else { "01:00-02:00" }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_at_night_pages_nobody_unless_the_service_wants_it() {
    let probe = Night::begin("").await;
    let hours = elsewhen(&probe);
    probe.stop().await;
    let wants = "[[service]]\nid = \"api-key-server\"\nclimbs = \"warning\"\n";
    let night = Night::begin(&format!("[incidents]\nworking_hours = \"{hours}\"\n{wants}")).await;
    let warning = |service: &'static str| {
        let night = &night;
        async move { night.alerts(service, &["High Memory Usage".to_owned()], "warning", true).await }
    };
    warning("sagebase").await;
    night.root("INC-1").await.says("warning").says("the next page at");
    night.settled().await;
    let paged = |night: &Night| night.rig.slack.state().count("conversations.open");
    assert_eq!(paged(&night), 0, "it waits for working hours");
    warning("api-key-server").await;
    night.root("INC-2").await;
    night.until("the on-call is paged", |night| paged(night) > 0).await;
    night.stop().await;
}
