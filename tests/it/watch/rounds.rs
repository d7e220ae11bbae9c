//! Rounds of the watch: what is told, when, and what survives.

use toban::domain::alert::AlertSeverity;

use super::post::Post;

const CPU: &str = "sagebase.web.cpu";

#[tokio::test]
async fn a_rule_is_told_after_five_minutes_and_taken_back_after_five_more() {
    let mut post = Post::open().await;
    assert_eq!(post.minutes(10).await, []);
    post.dials.turn(CPU, 0.9);
    assert_eq!(post.minutes(5).await, []);
    let told = post.minutes(1).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    let signal = &told[0];
    assert!(signal.firing);
    assert_eq!(
        (signal.key.as_str(), signal.severity),
        ("sagebase.web.cpu>0.8/warning", AlertSeverity::Warning)
    );
    assert_eq!(
        (signal.service.as_deref(), signal.environment.as_deref()),
        (Some("sagebase"), Some("production"))
    );
    assert_eq!(signal.headline, "High CPU Usage");
    assert_eq!(signal.detail, "web.cpu is 90 % (threshold > 80 %)\nインスタンス数増加またはCPU割り当て増加");
    assert_eq!(signal.started.to_string(), "2026-01-15T03:10:30Z");

    post.dials.turn(CPU, 0.75);
    assert_eq!(post.minutes(20).await, [], "75 % is not under nine tenths of 80 %");
    post.dials.turn(CPU, 0.5);
    assert_eq!(post.minutes(5).await, []);
    let told = post.minutes(1).await;
    assert_eq!((told.len(), told[0].firing, told[0].ended.is_some()), (1, false, true));
    assert_eq!(post.store.watch_states().await.unwrap(), [], "what is well takes no row");
}

#[tokio::test]
async fn what_was_counted_survives_a_restart_and_is_not_told_twice() {
    let mut post = Post::open().await;
    post.dials.turn(CPU, 0.9);
    post.minutes(4).await;
    post.forget().await;
    assert_eq!(post.minutes(2).await.len(), 1, "the minutes before the restart count");
    post.forget().await;
    assert_eq!(post.minutes(4).await, [], "it is told already");
    post.dials.turn(CPU, 0.1);
    post.minutes(3).await;
    post.forget().await;
    assert!(!post.minutes(3).await[0].firing);
}

#[tokio::test]
async fn an_alert_that_was_not_taken_in_is_told_until_it_is() {
    let mut post = Post::open().await;
    *post.tray.closed.lock().unwrap() = true;
    post.dials.turn(CPU, 0.9);
    assert_eq!(post.minutes(15).await, []);
    *post.tray.closed.lock().unwrap() = false;
    let told = post.minutes(1).await;
    assert_eq!((told.len(), told[0].started.to_string().as_str()), (1, "2026-01-15T03:00:30Z"));
}

#[tokio::test]
async fn what_fires_is_told_again_so_that_nobody_takes_it_for_stale() {
    let mut post = Post::open().await;
    post.dials.turn(CPU, 0.9);
    let first = post.minutes(6).await;
    assert_eq!(post.minutes(6).await, [], "no news");
    let (told, _) = post.raw_minutes(6).await;
    assert!(told.iter().any(|signal| signal.firing && signal.key == first[0].key), "{told:?}");
}

#[tokio::test]
async fn no_data_is_a_warning_after_ten_minutes_and_never_an_all_clear() {
    let mut post = Post::open().await;
    post.dials.turn("sagebase.db.connections", 0.0);
    assert_eq!(post.minutes(6).await.len(), 1);
    post.dials.turn("sagebase.db.connections", None);
    assert_eq!(post.minutes(10).await, []);
    let told = post.minutes(1).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(
        (told[0].key.as_str(), told[0].severity, told[0].headline.as_str()),
        ("sagebase.db.connections/data", AlertSeverity::Warning, "No data: db.connections")
    );
    assert_eq!(post.minutes(60).await, [], "what fired goes on firing");
    post.dials.turn("sagebase.db.connections", 1.0);
    let told = post.minutes(6).await;
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().all(|signal| !signal.firing));
}

#[tokio::test]
async fn several_rules_on_one_metric_say_once_that_it_is_gone() {
    let mut post = Post::open().await;
    post.dials.turn("taisun.stats.cpu", None);
    let told = post.minutes(11).await;
    assert_eq!(told.iter().map(|signal| signal.key.as_str()).collect::<Vec<_>>(), ["taisun.stats.cpu/data"]);
}

#[tokio::test]
async fn a_rule_that_leaves_the_config_takes_back_what_it_told() {
    let mut post = Post::open().await;
    post.dials.turn(CPU, 0.9);
    post.minutes(6).await;
    post.without("cpu");
    let told = post.minutes(1).await;
    assert_eq!((told.len(), told[0].firing), (1, false));
    assert_eq!(post.store.watch_states().await.unwrap(), []);
}

/// Turns every probe to nothing.
fn lights_out(post: &Post) {
    for rule in post.rules.iter().filter(|rule| rule.metric == "available") {
        post.dials.turn(&super::post::dial(rule), 0.0);
    }
}

#[tokio::test]
async fn when_everything_and_the_control_fail_one_alert_says_that_toban_cannot_see() {
    let mut post = Post::open().await;
    post.minutes(2).await;
    lights_out(&post);
    post.control.turn("control.probe.available", 0.0);
    let told = post.minutes(60).await;
    assert_eq!(told.iter().map(|signal| signal.key.as_str()).collect::<Vec<_>>(), ["toban/sight"]);
    assert_eq!((told[0].service.as_deref(), told[0].headline.as_str()), (None, "Toban cannot see"));

    post.control.turn("control.probe.available", 1.0);
    for rule in post.rules.clone() {
        post.dials.turn(&super::post::dial(&rule), super::post::well(&rule));
    }
    let told = post.minutes(6).await;
    assert_eq!(
        told.iter().map(|signal| (signal.key.as_str(), signal.firing)).collect::<Vec<_>>(),
        [("toban/sight", false)]
    );
}

#[tokio::test]
async fn when_only_the_services_fail_each_of_them_is_told() {
    for controlled in [true, false] {
        let mut post = Post::with(controlled).await;
        post.minutes(2).await;
        lights_out(&post);
        let told = post.minutes(6).await;
        assert!(told.len() >= 3, "{told:#?}");
        assert!(told.iter().all(|signal| signal.key.contains(".available")), "{told:#?}");
    }
}
