//! Five hundred alerts: each is counted, the thread has one line of them, and Slack hears of it a few times.

use super::incidents::Night;

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_alerts_are_one_line_that_is_edited() {
    let night = Night::begin("").await;
    for batch in 0..50 {
        let names: Vec<String> = (0..10).map(|number| format!("Pod {batch}-{number} crashes")).collect();
        night.alerts("sagebase", &names, "critical", true).await;
    }
    let root = night.root_says("INC-1", "500 firing, 500 in all").await;
    night.thread_says("INC-1", "500 alerts so far").await;
    night.settled().await;
    let storms = night.replies(&root).iter().filter(|said| said.shown().contains("Alert storm")).count();
    assert_eq!(storms, 1, "{}", night.rig.slack.transcript("C0OPS"));
    // The root and its edits, what changed, the storm and its edits, the first step.
    let told = night.rig.slack.state().told();
    assert!(told <= 40, "{told} requests:\n{}", night.rig.slack.transcript("C0OPS"));
    let alone = night
        .rig
        .slack
        .state()
        .messages
        .iter()
        .filter(|said| said.channel == "C0OPS" && said.thread.is_none())
        .count();
    assert_eq!(alone, 1, "one root and nothing besides");
    night.stop().await;
}
