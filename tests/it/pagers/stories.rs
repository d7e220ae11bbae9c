//! What becomes of pages when providers fail, hang or come back, when the process dies, and when somebody answers.

use std::time::Duration;

use toban::app::paging::test_order;
use toban::domain::contact::Means;
use toban::ports::{Found, PagerError, Purpose};

use super::fakes::Rig;

fn down() -> PagerError {
    PagerError::Down("HTTP 503".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_paged_by_each_method_in_its_time() {
    let rig = Rig::start().await;
    rig.order("INC-1", "0", "sato").await;
    rig.quiet().await;
    assert_eq!(rig.script.story(), [("slack", 0)]);
    rig.pass(600).await;
    assert_eq!(rig.script.story(), [("slack", 0), ("ntfy", 300), ("voice", 600)]);
    let sent = rig.script.sent();
    let slack = &sent[0].page;
    assert_eq!((slack.subject.as_str(), slack.ack_label.as_str()), ("INC-1: sagebase is down", "対応する"));
    assert!(slack.text.contains("***") && !slack.text.contains("ghp_"), "{}", slack.text);
    assert!(slack.ack_link.as_ref().unwrap().starts_with("https://toban.example.com/p/"));
    assert_eq!(rig.engine.delivered.lock().unwrap().len(), 3);
}

// TS-23
#[tokio::test(flavor = "multi_thread")]
async fn after_two_minutes_without_success_the_next_method_goes_out() {
    let rig = Rig::start().await;
    rig.script.break_down(Means::Slack, down());
    rig.order("INC-1", "0", "sato").await;
    rig.quiet().await;
    rig.pass(119).await;
    assert_eq!(rig.script.story(), []);
    rig.pass(1).await;
    assert_eq!(rig.script.story(), [("ntfy", 120)]);
    let tries = rig.script.tries().iter().filter(|(means, _)| *means == Means::Slack).count();
    assert!((4..=9).contains(&tries), "backed off: {tries}");
    rig.script.mend();
    rig.pass(40).await;
    assert!(rig.script.story().contains(&("slack", rig.script.sent()[1].at)), "it is told there too");
    assert!(rig.engine.exhausted.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_works_again_in_time_leaves_the_others_to_their_time() {
    let rig = Rig::start().await;
    rig.script.next(Means::Slack, down());
    rig.order("INC-1", "0", "sato").await;
    rig.quiet().await;
    rig.pass(299).await;
    assert_eq!(rig.script.sent().len(), 1);
    rig.pass(1).await;
    assert_eq!(rig.script.story()[1], ("ntfy", 300));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_followed_by_the_next_method_at_once() {
    let rig = Rig::start().await;
    rig.script.next(Means::Slack, PagerError::Refused("user_not_found".into()));
    rig.script.break_down(Means::Ntfy, PagerError::Access("HTTP 401".into()));
    rig.order("INC-1", "0", "sato").await;
    rig.order("INC-2", "0", "suzuki").await;
    rig.quiet().await;
    assert!(rig.script.story().contains(&("voice", 0)), "{:?}", rig.script.story());
    assert_eq!(*rig.engine.locked.lock().unwrap(), [Means::Ntfy], "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_wants_to_be_left_alone_is() {
    let rig = Rig::start().await;
    rig.script.next(Means::Slack, PagerError::RateLimited(Duration::from_secs(30)));
    rig.order("INC-1", "0", "sato").await;
    rig.quiet().await;
    rig.pass(29).await;
    assert_eq!(rig.script.tries(), [(Means::Slack, 0)]);
    rig.pass(2).await;
    assert_eq!(rig.script.sent().len(), 1);

    rig.script.next(Means::Slack, PagerError::RateLimited(Duration::from_secs(900)));
    rig.order("INC-2", "0", "suzuki").await;
    rig.quiet().await;
    assert_eq!(
        rig.script.story().last(),
        Some(&("ntfy", 31)),
        "it cannot succeed in time: the next one at once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_reached_at_all_is_told_once() {
    let rig = Rig::start().await;
    for means in [Means::Slack, Means::Ntfy, Means::Voice] {
        rig.script.break_down(means, PagerError::Refused("gone".into()));
    }
    rig.order("INC-1", "0", "sato").await;
    rig.until("the engine hears of it", |rig| !rig.engine.exhausted.lock().unwrap().is_empty()).await;
    rig.pass(200).await;
    assert_eq!(*rig.engine.exhausted.lock().unwrap(), ["INC-1 sato: refused: gone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_no_provider_can_be_reached_the_fault_is_ours() {
    let rig = Rig::start().await;
    rig.script.cut_off();
    rig.order("INC-1", "0", "sato").await;
    rig.until("the outage is found out", |rig| !rig.paging.providers_reachable()).await;
    rig.pass(600).await;
    assert!(rig.engine.exhausted.lock().unwrap().is_empty(), "nobody counts as out of reach");
    rig.script.mend();
    rig.pass(60).await;
    assert!(rig.paging.providers_reachable());
    assert!(rig.script.sent().iter().any(|sent| sent.means == Means::Slack), "{:?}", rig.script.story());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_within_thirty_seconds_go_out_as_one_message() {
    let rig = Rig::start().await;
    rig.order("INC-1", "0", "sato").await;
    rig.quiet().await;
    // The same incident again, and again: they wait for each other.
    rig.pass(5).await;
    rig.order("INC-1", "1", "sato").await;
    rig.pass(5).await;
    rig.order("INC-1", "2", "sato").await;
    rig.pass(10).await;
    assert_eq!(rig.script.story(), [("slack", 0)]);
    rig.pass(10).await;
    assert_eq!(rig.script.story(), [("slack", 0), ("slack", 30)]);
    assert_eq!(rig.script.sent()[1].page.subject, "インシデント 2 件: INC-1: sagebase is down");
    // Another incident's first page waits for nothing.
    rig.pass(5).await;
    rig.order("INC-2", "0", "sato").await;
    rig.quiet().await;
    assert_eq!(rig.script.story()[2], ("slack", 35));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_called_back_is_never_sent() {
    let rig = Rig::start().await;
    rig.script.break_down(Means::Slack, down());
    rig.order("INC-1", "0", "sato").await;
    rig.quiet().await;
    rig.store.cancel_pages(&"INC-1".into()).await.unwrap();
    rig.script.mend();
    rig.pass(700).await;
    assert_eq!(rig.script.story(), []);
    assert_eq!(rig.script.tries().len(), 1);
    assert!(rig.engine.exhausted.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_receipt_was_lost_in_a_crash_is_looked_up() {
    let rig = Rig::start().await;
    rig.script.stick();
    rig.order("INC-1", "0", "sato").await;
    rig.until("it is on its way", |rig| !rig.script.sent().is_empty()).await;
    rig.script.will_find(Means::Slack, Some(Found::Sent("ts9".into())));
    let rig = rig.killed().await;
    rig.script.mend();
    rig.until("it is found", |rig| !rig.engine.delivered.lock().unwrap().is_empty()).await;
    assert_eq!(rig.script.sent().len(), 1, "not sent twice");
    let page = &rig.store.incident_pages(&"INC-1".into()).await.unwrap()[0];
    assert_eq!((page.state.as_str(), page.remote.as_deref()), ("sent", Some("ts9")));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_tell_the_second_try_is_marked_and_a_call_is_not_made_twice() {
    let rig = Rig::start().await;
    rig.script.break_down(Means::Slack, PagerError::Refused("gone".into()));
    rig.script.stick();
    rig.order("INC-1", "0", "sato").await;
    rig.until("ntfy is on its way", |rig| rig.script.sent().len() == 1).await;
    let rig = rig.killed().await;
    rig.script.mend();
    rig.until("it is sent again", |rig| rig.script.sent().len() == 2).await;
    rig.quiet().await;
    let again = &rig.script.sent()[1].page;
    assert!(again.again && again.subject.starts_with("（再送の可能性あり）"), "{}", again.subject);

    rig.script.stick();
    rig.clock.advance(Duration::from_secs(600));
    rig.until("it rings", |rig| rig.script.sent().iter().any(|sent| sent.means == Means::Voice)).await;
    let rig = rig.killed().await;
    rig.script.mend();
    rig.pass(30).await;
    let rings = rig.script.sent().iter().filter(|sent| sent.means == Means::Voice).count();
    assert_eq!(rings, 1);
    let pages = rig.store.incident_pages(&"INC-1".into()).await.unwrap();
    assert_eq!(pages.last().unwrap().state, "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn good_news_takes_no_answer() {
    let rig = Rig::start().await;
    rig.order_for(Purpose::Resolved, "INC-1", "r", "sato").await;
    rig.quiet().await;
    rig.pass(700).await;
    assert_eq!(rig.script.story(), [("slack", 0)]);
    assert_eq!(rig.script.sent()[0].page.secret, None);
    assert_eq!(rig.script.sent()[0].page.ack_link, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_out_by_every_method_at_once() {
    let rig = Rig::start().await;
    rig.put(&test_order(&"sato".into())).await;
    rig.quiet().await;
    let mut ways: Vec<_> = rig.script.story();
    ways.sort_unstable();
    assert_eq!(ways, [("ntfy", 0), ("slack", 0), ("voice", 0)]);
    assert!(rig.engine.delivered.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_is_one_that_somebody_has_and_that_answers() {
    let rig = Rig::start().await;
    assert_eq!(rig.paging.has_a_way().await, Ok(()));
    rig.script.cut_off();
    let why = rig.paging.has_a_way().await.unwrap_err();
    assert!(why.contains("no network"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_counted_and_timed() {
    let rig = Rig::start().await;
    let vitals = toban::app::vitals::Vitals::default();
    rig.paging.counted_by(vitals.clone());
    rig.script.next(Means::Slack, PagerError::Down("away".into()));
    rig.order("INC-1", "0", "sato").await;
    rig.quiet().await;
    rig.pass(3).await;
    let text = vitals.meters.text();
    assert!(text.contains(r#"toban_pages_total{means="slack",outcome="again"} 1"#), "{text}");
    assert!(text.contains(r#"toban_pages_total{means="slack",outcome="sent"} 1"#), "{text}");
    assert!(text.contains("toban_page_seconds_count 1"), "{text}");
    assert!(text.contains(r#"toban_page_seconds_bucket{le="0.5"} 0"#), "{text}");
}
