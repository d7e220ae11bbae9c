//! However Slack fails, an answer stands there once in the end.

use crate::rig::app::{OPS, Rig};
use crate::slack::fake::Fault;

/// The answer and its root, each once.
async fn stands_once(fault: Fault) {
    let rig = Rig::start().await;
    rig.slack.fail("chat.postMessage", fault.clone());
    rig.type_in("health sagebase").await;
    rig.sees("sagebase is healthy").await;
    rig.ask("whoami").await.says("You are 佐藤");
    let shown = rig.slack.transcript(OPS);
    assert_eq!(
        (rig.times("sagebase is healthy"), rig.times("ran /health sagebase")),
        (1, 1),
        "{fault:?}: {shown}"
    );
    assert_eq!(rig.asked("GET", "/sagebase/health"), 1, "the work is not done again");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_429_the_answer_comes_once() {
    stands_once(Fault::RateLimited(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_500_that_hid_a_success_the_answer_is_found_and_not_repeated() {
    stands_once(Fault::DoneThen500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_broken_connection_that_hid_a_success_the_answer_is_found_and_not_repeated() {
    stands_once(Fault::DoneThenDropped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_broken_connection_the_answer_comes_once() {
    stands_once(Fault::Dropped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_page_of_html_the_answer_comes_once() {
    stands_once(Fault::Html(502)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_toban_is_no_member_of_does_not_swallow_the_answer() {
    let rig = Rig::start().await;
    rig.slack.close_channel("C0SECRET", "not_in_channel");
    let answer = rig.ask_as("U0SATO", "C0SECRET", "health sagebase").await;
    answer.says("sagebase is healthy");
    assert_eq!(answer.only.as_deref(), Some("U0SATO"), "whoever asked gets it alone");
    assert_eq!(rig.times("ran /health sagebase"), 0);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_has_to_wait_holds_up_no_other() {
    let rig = Rig::start().await;
    // Long after the end of this test.
    rig.slack.fail("chat.postMessage", Fault::RateLimited(3_600));
    rig.type_as("U0SATO", "C0BUSY", "health sagebase").await;
    rig.slack.wait_until(|state| state.calls.iter().any(|call| call.outcome == "429")).await;
    rig.ask("health sagebase").await.says("sagebase is healthy");
    assert_eq!(rig.slack.transcript("C0BUSY"), "");
}
