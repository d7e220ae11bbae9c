//! Silences by story: what begins to fire while one lasts pages nobody, and nothing of it is forgotten.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use toban::base::ids::ServiceId;
use toban::domain::silence::{Matcher, Silence};
use toban::ports::Intake;

use super::{Bench, signal};

fn silence(bench: &Bench, labels: &[(&str, &str)], minutes: (i64, i64), reason: &str) -> Silence {
    let now = bench.clock.now();
    let at = |minutes| -> Timestamp { now + jiff::SignedDuration::from_mins(minutes) };
    let labels: BTreeMap<String, String> =
        labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let matcher = Matcher { service: Some("sagebase".into()), labels, ..Matcher::default() };
    let all: [(ServiceId, &str); 1] = [("sagebase".into(), "production")];
    let all = all.iter().map(|(id, environment)| (id, *environment));
    Silence::new(matcher, &"sato".into(), reason, (at(minutes.0), at(minutes.1)), now, false, all).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_silence_held_is_taken_in_as_new_at_its_end() {
    let bench = Bench::new().await;
    bench.intake.take("prometheus", vec![signal("before", true)], vec![]).await.unwrap();
    assert_eq!(bench.heard().await.len(), 1);
    bench.intake.silences().add(&silence(&bench, &[], (0, 60), "upgrade")).await.unwrap();
    let arriving = vec![signal("before", true), signal("stays", true), signal("goes", true)];
    bench.intake.take("prometheus", arriving, vec![]).await.unwrap();
    assert_eq!(
        bench.heard().await,
        [
            "sagebase production: prometheus/goes v1 critical firing first silenced",
            "sagebase production: prometheus/stays v1 critical firing first silenced",
        ],
        "what fired before it began is left to its incident"
    );
    bench.intake.take("prometheus", vec![signal("goes", false)], vec![]).await.unwrap();
    bench.heard().await;

    bench.pass(Duration::from_mins(49)).await;
    assert_eq!(bench.announced(), [""; 0]);
    bench.pass(Duration::from_mins(1)).await;
    assert_eq!(bench.announced(), ["sato ends at 2026-03-02T10:00:00Z"]);
    bench.pass(Duration::from_mins(9)).await;
    assert_eq!((bench.announced().len(), bench.heard().await.len()), (0, 0), "told once, and it still lasts");
    bench.pass(Duration::from_mins(1)).await;
    assert_eq!(bench.announced(), ["\"upgrade\" is over, 1 fire"]);
    assert_eq!(bench.heard().await, ["sagebase production: prometheus/stays v2 critical firing first"]);
    bench.pass(Duration::from_mins(1)).await;
    assert_eq!((bench.announced().len(), bench.heard().await.len()), (0, 0));
    assert_eq!(bench.intake.silences().list().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_comes_also_where_nobody_was_there_at_that_moment() {
    let mut bench = Bench::new().await;
    bench.intake.silences().add(&silence(&bench, &[], (0, 60), "upgrade")).await.unwrap();
    bench.intake.take("prometheus", vec![signal("a", true)], vec![]).await.unwrap();
    bench.heard().await;
    bench.clock.advance(Duration::from_hours(5));
    bench.restart().await;
    bench.pass(Duration::from_secs(1)).await;
    let heard = bench.heard().await;
    assert_eq!(heard.last().unwrap(), "sagebase production: prometheus/a v2 critical firing first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_in_the_future_holds_nothing_before_it_begins() {
    let bench = Bench::new().await;
    bench.intake.silences().add(&silence(&bench, &[], (30, 60), "maintenance")).await.unwrap();
    bench.intake.take("prometheus", vec![signal("a", true)], vec![]).await.unwrap();
    assert_eq!(bench.heard().await, ["sagebase production: prometheus/a v1 critical firing first"]);
    bench.pass(Duration::from_mins(30)).await;
    bench.intake.take("prometheus", vec![signal("b", true)], vec![]).await.unwrap();
    assert_eq!(bench.heard().await, ["sagebase production: prometheus/b v1 critical firing first silenced"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ended_early_it_lets_go_what_another_one_does_not_hold() {
    let bench = Bench::new().await;
    let broad = silence(&bench, &[], (0, 60), "upgrade");
    let narrow = silence(&bench, &[("alertname", "disk*")], (0, 120), "new disks");
    bench.intake.silences().add(&broad).await.unwrap();
    bench.intake.silences().add(&narrow).await.unwrap();
    bench.intake.take("prometheus", vec![signal("cpu", true), signal("disk1", true)], vec![]).await.unwrap();
    bench.heard().await;
    assert!(bench.intake.silences().end(&broad.id).await.unwrap());
    assert!(!bench.intake.silences().end(&broad.id).await.unwrap(), "it is over");
    bench.pass(Duration::from_secs(1)).await;
    assert_eq!(bench.heard().await, ["sagebase production: prometheus/cpu v2 critical firing first"]);
    assert_eq!(bench.announced(), ["\"upgrade\" is over, 1 fire"]);
    bench.pass(Duration::from_mins(120)).await;
    assert_eq!(bench.heard().await, ["sagebase production: prometheus/disk1 v2 critical firing first"]);
}
