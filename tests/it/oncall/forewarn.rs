//! A shift with nobody is told ahead, once, and its owner is paged when it begins.

use std::time::Duration;

use crate::rig::app::{Plan, Rig};

/// 佐藤 and 田中 begin on Thursday; it is Monday.
const LATE: &str = r#"
[[schedule]]
id = "primary"
tz = "Asia/Tokyo"
owner = "suzuki"
rotation = [{ people = ["sato", "tanaka"], every = "1w", from = "2026-03-05T09:00" }]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_with_nobody_is_told_once_in_every_channel_that_leans_on_it_and_to_its_owner() {
    let clock = super::clock();
    let plan = Plan { clock: clock.clone(), config: LATE.to_owned(), ..Plan::default() };
    let rig = Rig::with(plan).await;
    let seen = rig.sees("primary は").await;
    seen.says("当番が不在です");
    // 鈴木 looks after the schedule and is paged in a message of his own.
    rig.sees("この当番表への通知は誰にも届きません").await;
    // The services whose ladder begins with it live in two channels, each with its language. The owner's page is no post.
    let told = || {
        let state = rig.slack.state();
        let said = state.messages.iter().filter(|said| said.shown().contains("2026-03-05 09:00:00 JST"));
        let mut channels: Vec<String> = said.map(|said| said.channel.clone()).collect();
        channels.sort();
        channels
    };
    rig.slack
        .wait_until(|state| {
            let warned = |channel: &str| {
                state
                    .messages
                    .iter()
                    .any(|said| said.channel == channel && said.shown().contains("2026-03-05"))
            };
            warned("C0OPS") && warned("C0TAISUN")
        })
        .await;
    clock.advance(Duration::from_hours(3));
    // It has looked again by then.
    toban::base::clock::pause(Duration::from_secs(2)).await;
    assert_eq!(told(), ["C0OPS", "C0TAISUN", "DU0SUZUKI"]);
    rig.stop().await;
}
