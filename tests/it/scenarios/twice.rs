//! Platforms deliver a message again when they are not sure that it arrived: it is worked on once.

use serde_json::json;

use crate::rig::app::{OPS, Rig};
use crate::rig::talk::over_both_doors;
use crate::slack::fake::payloads;

over_both_doors!(
    a_command_that_is_delivered_twice_runs_once,
    a_command_that_is_delivered_again_after_its_answer_runs_once,
    a_mention_that_is_delivered_twice_runs_once,
    a_press_that_is_delivered_twice_runs_once,
);

/// Whatever came before it has been said once this is answered.
async fn fence(rig: &Rig) {
    rig.ask("whoami").await.says("You are 佐藤");
}

async fn a_command_that_is_delivered_twice_runs_once(mode: &'static str) {
    let rig = Rig::over(mode).await;
    let command = rig.slash("U0SATO", OPS, "health sagebase");
    tokio::join!(rig.deliver("slash_commands", &command), rig.deliver("slash_commands", &command));
    rig.sees("sagebase is healthy").await;
    fence(&rig).await;
    assert_eq!((rig.times("sagebase is healthy"), rig.times("ran /health sagebase")), (1, 1));
    assert_eq!(rig.asked("GET", "/sagebase/health"), 1);
    rig.stop().await;
}

async fn a_command_that_is_delivered_again_after_its_answer_runs_once(mode: &'static str) {
    let rig = Rig::over(mode).await;
    let command = rig.slash("U0SATO", OPS, "health sagebase");
    rig.deliver("slash_commands", &command).await;
    rig.sees("sagebase is healthy").await;
    rig.deliver("slash_commands", &command).await;
    fence(&rig).await;
    assert_eq!((rig.times("sagebase is healthy"), rig.asked("GET", "/sagebase/health")), (1, 1));
    rig.stop().await;
}

async fn a_mention_that_is_delivered_twice_runs_once(mode: &'static str) {
    let rig = Rig::over(mode).await;
    let ts = rig.slack.person_says(OPS, "…");
    let mut mention = payloads::mention("health sagebase", OPS, "U0SATO", &ts, None);
    rig.deliver("events_api", &mention).await;
    // What Slack adds when it tries again.
    mention["retry_attempt"] = json!(1);
    rig.deliver("events_api", &mention).await;
    rig.sees("sagebase is healthy").await;
    fence(&rig).await;
    assert_eq!((rig.times("sagebase is healthy"), rig.asked("GET", "/sagebase/health")), (1, 1));
    rig.stop().await;
}

async fn a_press_that_is_delivered_twice_runs_once(mode: &'static str) {
    let rig = Rig::over(mode).await;
    let plan = rig.ask("rollback api-key-server previous").await;
    let press = rig.pressed("U0SATO", &plan, &plan.button("Confirm"));
    tokio::join!(rig.deliver("interactive", &press), rig.deliver("interactive", &press));
    rig.sees("now serves api-key-server-00041-wud").await;
    fence(&rig).await;
    assert_eq!(rig.asked("PATCH", "/services/"), 1);
    assert_eq!(rig.times("confirmed this plan already"), 0, "{}", rig.slack.transcript(OPS));
    rig.stop().await;
}
