//! Slack is away for ten minutes: pages leave by the next way, and when it is back the thread is brought up to date by
//! one edit and one reply.

use std::time::Duration;

use toban::base::clock::pause;

use super::incidents::Night;
use crate::slack::fake::Fault;

/// Whoever is on call hears of it by the next way within two minutes of the clock's time.
const SOON: Duration = Duration::from_secs(125);

async fn slack_goes_away(fault: Fault) {
    let night = Night::begin("").await;
    night.fires("sagebase", "High Error Rate").await;
    let root = night.thread_says("INC-1", "What changed").await.thread.unwrap();
    night.settled().await;

    night.rig.slack.away(Some(fault));
    let began = night.clock.now();
    night.fires("api-key-server", "HTTP 5xx").await;
    night.until("ntfy has the page", |night| night.pushed("sato") > 0).await;
    let took = night.clock.now().duration_since(began).unsigned_abs();
    assert!(took <= SOON, "the next way went out after {took:?}");

    // Ten minutes in which much happens: colleagues write notes elsewhere, alerts come and go.
    for minute in 0..10 {
        night.rig.type_as("U0SUZUKI", "C0BLUE", &format!("note INC-1 minute {minute}: still looking")).await;
        night.alerts("sagebase", &[format!("Alert {minute}")], "critical", true).await;
        night.pass(Duration::from_mins(1)).await;
    }
    night.rig.type_as("U0SUZUKI", "C0BLUE", "ack INC-1").await;
    wait_for_ack(&night).await;
    assert_eq!(night.replies(&night.root("INC-1").await).len(), 1, "only what was said before");

    let before = night.rig.slack.state().calls.len();
    night.rig.slack.away(None);
    night.root_says("INC-1", "鈴木 has it").await;
    let told = night.thread_says("INC-1", "took it on").await;
    night.settled().await;
    told.says("could not be said here since");
    let order: Vec<usize> =
        (0..10).map(|minute| told.shown.find(&format!("minute {minute}: still")).unwrap()).collect();
    assert!(order.is_sorted(), "{}", told.shown);
    assert_eq!(night.replies(&night.root("INC-1").await).len(), 2, "{}", told.shown);
    let edits = {
        let state = night.rig.slack.state();
        let since: Vec<_> =
            state.calls[before..].iter().filter(|call| call.outcome == "ok").cloned().collect();
        let edits =
            since.iter().filter(|call| call.method == "chat.update" && call.body["ts"] == *root).count();
        let replies =
            since.iter().filter(|call| call.method == "chat.postMessage" && call.body["thread_ts"] == *root);
        (edits, replies.count())
    };
    assert_eq!(edits, (1, 1), "one edit of the root and one reply:\n{}", night.rig.slack.transcript("C0OPS"));
    // The incident that began meanwhile stands there as well.
    night.root_says("INC-2", "HTTP 5xx").await;
    night.stop().await;
}

async fn wait_for_ack(night: &Night) {
    let id = "INC-1".into();
    loop {
        let stored = night.rig.store.incident(&id).await.unwrap().unwrap();
        if stored.incident.held_by().is_some() {
            return;
        }
        pause(Duration::from_millis(5)).await;
    }
}

// TS-23
#[tokio::test(flavor = "multi_thread")]
async fn slack_answers_429_for_ten_minutes() {
    slack_goes_away(Fault::RateLimited(30)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_answers_with_pages_of_html_for_ten_minutes() {
    slack_goes_away(Fault::Html(500)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_does_not_answer_at_all_for_ten_minutes() {
    slack_goes_away(Fault::Hang).await;
}
