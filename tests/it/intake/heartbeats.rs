//! Programs that have to report: one that does not is an alert, and one that does again is not.

use std::time::Duration;

use toban::ports::Heartbeats;

use super::Bench;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_heartbeat_that_stops_is_an_alert_until_it_comes_back() {
    let bench = Bench::awaiting().await;
    bench.intake.round().await;
    assert!(bench.intake.beat("backup").await.unwrap());
    assert!(!bench.intake.beat("nobody").await.unwrap());
    bench.pass(Duration::from_mins(64)).await;
    assert_eq!(bench.heard().await, [""; 0]);
    bench.pass(Duration::from_mins(1)).await;
    assert_eq!(bench.heard().await, ["sagebase production: heartbeat/backup v1 critical firing first"]);
    bench.pass(Duration::from_mins(60)).await;
    assert_eq!(bench.heard().await, [""; 0], "it is said once");
    assert!(bench.intake.beat("backup").await.unwrap());
    assert_eq!(bench.heard().await, ["sagebase production: heartbeat/backup v2 critical over first"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_never_reports_is_missed_and_nobody_is_for_what_toban_could_not_hear() {
    let mut bench = Bench::awaiting().await;
    bench.intake.round().await;
    bench.clock.advance(Duration::from_hours(9));
    bench.restart().await;
    bench.pass(Duration::from_secs(1)).await;
    assert_eq!(bench.heard().await, [""; 0], "it may have reported while nobody listened");
    bench.pass(Duration::from_mins(65)).await;
    assert_eq!(bench.heard().await, ["sagebase production: heartbeat/backup v1 critical firing first"]);
}
