//! Alerts are kept once each, told again when they change, and never forgotten by whoever has to hear of them.

use jiff::Timestamp;
use toban::domain::alert::{AlertSeverity, Signal};
use toban::store::{NewAlert, Store, WaitingAlert};

use super::{Base, on_both};

fn signal(key: &str, firing: bool) -> Signal {
    Signal {
        key: key.into(),
        firing,
        severity: AlertSeverity::Critical,
        unknown_severity: None,
        service: Some("sagebase".into()),
        environment: None,
        headline: format!("{key} is down"),
        detail: String::new(),
        labels: [("alertname".to_owned(), key.to_owned())].into(),
        link: None,
        started: "2026-03-02T08:59:00Z".parse().unwrap(),
        ended: None,
    }
}

fn alert(signal: Signal) -> NewAlert {
    NewAlert {
        source: "prometheus".into(),
        service: "sagebase".into(),
        grouping: "production".into(),
        silence: None,
        signal,
    }
}

async fn tell(store: &Store, signals: impl IntoIterator<Item = Signal>) -> Vec<String> {
    said(store.alerts(signals.into_iter().map(alert).collect()).await.unwrap())
}

fn said(mut news: Vec<WaitingAlert>) -> Vec<String> {
    news.sort_by(|one, other| one.id.cmp(&other.id));
    let line = |alert: &WaitingAlert| {
        format!(
            "{} v{} {}{}{}",
            alert.id,
            alert.version,
            if alert.signal.firing { "firing" } else { "over" },
            if alert.first { " first" } else { "" },
            alert.silence.as_deref().map(|silence| format!(" held by {silence}")).unwrap_or_default(),
        )
    };
    news.iter().map(line).collect()
}

/// What an incident does when it has heard.
async fn heard(base: &Base) {
    sqlx::query("update alert set attached = version, incident = 'INC-1'")
        .execute(&base.raw().await)
        .await
        .unwrap();
}

on_both! {
    async fn what_is_told_again_is_news_only_if_it_changed(base: &Base) {
        let store = base.open().await;
        assert_eq!(tell(&store, [signal("db", true)]).await, ["prometheus/db v1 firing first"]);
        heard(base).await;
        assert_eq!(tell(&store, [signal("db", true)]).await, [""; 0], "a redelivered webhook changes nothing");
        let later = Signal { detail: "91.3 %".into(), link: Some("http://x".into()), ..signal("db", true) };
        assert_eq!(tell(&store, [later]).await, [""; 0], "nor does what it says at length");
        let worse = Signal { headline: "db is gone".into(), ..signal("db", true) };
        assert_eq!(tell(&store, [worse]).await, ["prometheus/db v2 firing"]);
        heard(base).await;
        assert_eq!(tell(&store, [signal("db", false)]).await, ["prometheus/db v3 over"]);
        heard(base).await;
        assert_eq!(tell(&store, [signal("db", false)]).await, [""; 0]);
        assert_eq!(tell(&store, [signal("db", true)]).await, ["prometheus/db v4 firing first"], "it fires anew");
        let of = store.alerts_of(&"INC-1".into()).await.unwrap();
        assert_eq!((of.len(), of[0].count), (1, 7));
    }

    async fn what_was_over_before_it_was_heard_of_is_kept_and_tells_nobody(base: &Base) {
        let store = base.open().await;
        assert_eq!(tell(&store, [signal("db", false)]).await, [""; 0]);
        assert_eq!(tell(&store, [signal("db", true)]).await, ["prometheus/db v2 firing first"]);
    }

    async fn of_many_in_one_request_each_is_kept_and_the_last_word_about_one_counts(base: &Base) {
        let store = base.open().await;
        let many: Vec<Signal> = (0..100).map(|number| signal(&format!("a{number:03}"), true)).collect();
        assert_eq!(tell(&store, many.clone()).await.len(), 100);
        let mixed = many.iter().step_by(3).cloned().chain((200..250).map(|number| signal(&format!("a{number}"), true)));
        assert_eq!(tell(&store, mixed).await.len(), 50, "only the new ones are news");
        let twice = [signal("x", true), signal("y", true), signal("x", false)];
        let news = tell(&store, twice).await;
        assert_eq!(news, ["prometheus/x v1 firing first", "prometheus/x v2 over first", "prometheus/y v1 firing first"]);
    }

    async fn an_end_that_comes_late_does_not_end_what_fires_again(base: &Base) {
        let store = base.open().await;
        let at = |text: &str| -> Timestamp { format!("2026-03-02T{text}Z").parse().unwrap() };
        tell(&store, [signal("db", true)]).await;
        let over = Signal { ended: Some(at("09:00:00")), ..signal("db", false) };
        assert_eq!(tell(&store, [over.clone()]).await, ["prometheus/db v2 over first"]);
        tell(&store, [Signal { started: at("09:05:00"), ..signal("db", true) }]).await;
        assert_eq!(tell(&store, [over]).await, [""; 0]);
        let over = Signal { ended: Some(at("09:06:00")), ..signal("db", false) };
        assert_eq!(tell(&store, [over]).await, ["prometheus/db v4 over first"]);
    }

    async fn what_a_dead_replica_did_not_pass_on_is_taken_over(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        one.beat().await.unwrap();
        tell(&one, [signal("a", true), signal("b", true)]).await;
        assert_eq!(said(other.waiting_alerts(10).await.unwrap()), [""; 0], "its replica lives");
        base.pass(11);
        other.beat().await.unwrap();
        let taken = said(other.waiting_alerts(10).await.unwrap());
        assert_eq!(taken, ["prometheus/a v1 firing first", "prometheus/b v1 firing first"]);
        assert_eq!(said(other.waiting_alerts(10).await.unwrap()), [""; 0]);
        other.leave_alerts(["prometheus/a".to_owned()]);
        assert_eq!(said(other.waiting_alerts(10).await.unwrap()), ["prometheus/a v1 firing first"]);
        heard(base).await;
        base.pass(11);
        one.beat().await.unwrap();
        assert_eq!(said(one.waiting_alerts(10).await.unwrap()), [""; 0], "its incident has heard");
    }

    async fn what_a_silence_holds_is_let_go_as_new_or_handed_on(base: &Base) {
        let store = base.open().await;
        let held = |key: &str, firing| NewAlert { silence: Some("S-1".into()), ..alert(signal(key, firing)) };
        let news = store.alerts(vec![held("a", true), held("b", true), held("c", true)]).await.unwrap();
        assert_eq!(said(news)[0], "prometheus/a v1 firing first held by S-1");
        heard(base).await;
        assert_eq!(said(store.alerts(vec![held("a", true)]).await.unwrap()), [""; 0]);
        tell(&store, [signal("b", false)]).await;
        let in_hand = store.held_alerts("S-1", 10).await.unwrap();
        assert_eq!(in_hand.len(), 2, "what is over is held no more");
        let next = vec![("prometheus/a".to_owned(), None), ("prometheus/c".to_owned(), Some("S-2".to_owned()))];
        let free = store.release_alerts("S-1", next.clone()).await.unwrap();
        assert_eq!(said(free), ["prometheus/a v2 firing first"]);
        assert_eq!(said(store.release_alerts("S-1", next).await.unwrap()), [""; 0], "a second time there is nothing");
        assert_eq!(store.held_alerts("S-2", 10).await.unwrap().len(), 1);
    }

    async fn a_silence_takes_nothing_away_from_an_incident(base: &Base) {
        let store = base.open().await;
        tell(&store, [signal("a", true)]).await;
        heard(base).await;
        let held = |firing| NewAlert { silence: Some("S-1".into()), ..alert(signal("a", firing)) };
        assert_eq!(said(store.alerts(vec![held(true)]).await.unwrap()), [""; 0]);
        assert_eq!(said(store.alerts(vec![held(false)]).await.unwrap()), ["prometheus/a v2 over"]);
        let again = store.alerts(vec![held(true)]).await.unwrap();
        assert_eq!(said(again), ["prometheus/a v3 firing first held by S-1"], "it begins to fire under the silence");
        let free = tell(&store, [signal("a", true)]).await;
        assert_eq!(free, ["prometheus/a v4 firing first"], "told again when the silence is over, it is free");
    }

    async fn what_is_not_told_again_becomes_stale_once_and_fresh_when_it_is(base: &Base) {
        let store = base.open().await;
        tell(&store, [signal("a", true), signal("b", true), signal("c", false)]).await;
        heard(base).await;
        base.pass(600);
        tell(&store, [signal("b", true)]).await;
        let before = base.clock.now() - jiff::SignedDuration::from_mins(5);
        let stale = store.stale_alerts("prometheus", before).await.unwrap();
        assert_eq!(stale[0].stale, Some(base.clock.now()));
        assert_eq!(said(stale), ["prometheus/a v2 firing"]);
        assert_eq!(said(store.stale_alerts("prometheus", before).await.unwrap()), [""; 0]);
        heard(base).await;
        assert_eq!(tell(&store, [signal("a", true)]).await, ["prometheus/a v3 firing"]);
    }

    async fn old_alerts_that_are_over_are_forgotten(base: &Base) {
        let store = base.open().await;
        tell(&store, [signal("a", true), signal("b", true)]).await;
        tell(&store, [signal("b", false)]).await;
        heard(base).await;
        base.pass(31 * 86_400);
        store.purge().await.unwrap();
        let left: Vec<String> = sqlx::query_scalar("select id from alert").fetch_all(&base.raw().await).await.unwrap();
        assert_eq!(left, ["prometheus/a"]);
    }
}
