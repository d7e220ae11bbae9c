//! What is stored is handed on: at once, again after a failure, and by the next process if this one dies.

use std::sync::atomic::Ordering;
use std::time::Duration;

use toban::domain::alert::Signal;
use toban::ports::Intake;
use toban::store::StoreError;

use super::{Bench, signal};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_are_handed_on_with_their_service_and_grouping() {
    let bench = Bench::new().await;
    let elsewhere = Signal { environment: Some("staging".into()), ..signal("b", true) };
    let unknown = Signal { service: None, ..signal("c", true) };
    let named = Signal { service: Some("taisun-alias".into()), ..signal("d", true) };
    bench
        .intake
        .take("prometheus", vec![signal("a", true), elsewhere, unknown, named], vec![])
        .await
        .unwrap();
    assert_eq!(
        bench.heard().await,
        [
            "sagebase production: prometheus/a v1 critical firing first",
            "sagebase staging: prometheus/b v1 critical firing first",
            "taisun production: prometheus/d v1 critical firing first",
            "unassigned prometheus: prometheus/c v1 critical firing first",
        ]
    );
    bench.intake.take("prometheus", vec![signal("a", true)], vec![]).await.unwrap();
    assert_eq!(bench.heard().await, [""; 0], "a redelivered webhook changes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_whoever_takes_them_is_tried_again() {
    let bench = Bench::new().await;
    bench.told.failures.store(2, Ordering::SeqCst);
    bench.intake.take("prometheus", vec![signal("a", true)], vec![]).await.unwrap();
    assert_eq!(bench.heard().await, ["sagebase production: prometheus/a v1 critical firing first"]);
    assert_eq!(bench.told.calls.load(Ordering::SeqCst), 3);

    bench.told.failures.store(6, Ordering::SeqCst);
    bench.intake.take("prometheus", vec![signal("b", true)], vec![]).await.unwrap();
    assert_eq!(bench.heard().await, [""; 0], "it is given up for now");
    bench.pass(Duration::from_secs(1)).await;
    assert_eq!(bench.heard().await, ["sagebase production: prometheus/b v1 critical firing first"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_process_had_stored_is_handed_on_by_the_next() {
    let mut bench = Bench::new().await;
    bench.intake.take("prometheus", vec![signal("a", true)], vec![]).await.unwrap();
    bench.heard().await;
    bench.restart().await;
    bench.pass(Duration::from_secs(1)).await;
    assert_eq!(
        bench.heard().await,
        ["sagebase production: prometheus/a v1 critical firing first"],
        "no incident has said that it knows of it"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_that_nobody_tells_again_is_marked_stale_and_not_closed() {
    let bench = Bench::new().await;
    bench.intake.take("prometheus", vec![signal("a", true)], vec![]).await.unwrap();
    bench.intake.take("cloud", vec![signal("b", true)], vec![]).await.unwrap();
    bench.heard().await;
    bench.pass(Duration::from_hours(23)).await;
    assert_eq!(bench.heard().await, [""; 0]);
    bench.pass(Duration::from_hours(1)).await;
    assert_eq!(bench.heard().await, ["sagebase production: prometheus/a v2 critical firing first stale"]);
    bench.intake.take("prometheus", vec![signal("a", true)], vec![]).await.unwrap();
    assert_eq!(bench.heard().await, ["sagebase production: prometheus/a v3 critical firing first"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_past_its_limit_is_refused_and_counted() {
    let bench = Bench::new().await;
    let many: Vec<Signal> = (0..90).map(|number| signal(&format!("a{number}"), true)).collect();
    bench.intake.take("prometheus", many.clone(), vec![]).await.unwrap();
    let refused = bench.intake.take("prometheus", many.clone(), vec![]).await.unwrap_err();
    assert_eq!(refused.to_string(), "not taken: more than 100 alerts a second");
    bench.intake.take("other", many.clone(), vec![]).await.unwrap();
    bench.clock.advance(Duration::from_secs(1));
    bench.intake.take("prometheus", many, vec!["alert 3 of 9: without labels".into()]).await.unwrap();
    let account = bench.intake.ledger().account("prometheus");
    assert_eq!((account.requests, account.alerts, account.refused, account.faulty), (2, 180, 1, 1));
    assert_eq!(account.trouble.unwrap().1, "alert 3 of 9: without labels");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_cannot_write_takes_nothing() {
    let bench = Bench::new().await;
    bench.intake.take("prometheus", vec![signal("a", true)], vec![]).await.unwrap();
    bench.store.close().await;
    assert!(bench.intake.take("prometheus", vec![signal("b", true)], vec![]).await.is_err());
    assert_eq!(bench.intake.ledger().account("prometheus").refused, 1);
    assert!(matches!(bench.store.alerts(vec![]).await, Err(StoreError::Away(_))));
}
