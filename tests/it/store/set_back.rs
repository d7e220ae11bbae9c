//! A clock that is set back: what is due by a clock that was ahead is not as much later.

use std::time::Duration;

use jiff::SignedDuration;
use toban::domain::contact::Means;
use toban::store::{NewPage, SetBack, Wake};

use super::{Base, on_both};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn page(id: &str, base: &Base, minutes: u64) -> NewPage {
    NewPage {
        id: id.into(),
        incident: None,
        person: "sato".into(),
        means: Means::Email,
        content: "{}".to_owned(),
        due: base.clock.now() + Duration::from_mins(minutes),
    }
}

on_both! {
    async fn what_was_due_by_the_clock_as_it_was_is_moved_once(base: &Base) {
        let store = base.open().await;
        store.beat().await.unwrap();
        store.put_pages(vec![page("old/sato/0", base, 5)]).await.unwrap();
        store.lease("watch", Duration::from_secs(60)).await.unwrap().unwrap();
        let recheck = Wake { id: "w".into(), kind: "recheck".into(), payload: "{}".into(), due: base.clock.now() + Duration::from_secs(600) };
        store.conclude(toban::store::Conclusion { wakes: vec![recheck], ..Default::default() }).await.unwrap();
        let seen = base.clock.now();
        store.see(seen).await.unwrap();
        base.clock.set(-HOUR);
        store.see(base.clock.now()).await.unwrap();
        assert_eq!(store.latest_seen().await.unwrap(), Some(seen), "it never goes back by itself");
        let since = base.clock.now();
        base.pass(1);
        store.put_pages(vec![page("new/sato/0", base, 20)]).await.unwrap();
        let back = SetBack { seen, by: HOUR, since, now: base.clock.now() };
        assert!(store.set_back(back).await.unwrap());
        assert!(!store.set_back(back).await.unwrap(), "another replica has");
        assert_eq!(store.latest_seen().await.unwrap(), Some(back.now));
        base.pass(5 * 60);
        store.beat().await.unwrap();
        let due = store.due_pages(Means::Email, 9).await.unwrap();
        assert_eq!(due.iter().map(|page| page.id.as_str()).collect::<Vec<_>>(), ["old/sato/0"]);
        assert!(store.lease("watch", Duration::from_secs(60)).await.unwrap().is_some(), "the lease has run out");
        base.pass(5 * 60);
        assert_eq!(store.due_wakes(9).await.unwrap().len(), 1);
    }

    async fn a_replica_that_died_before_does_not_live_on_for_an_hour(base: &Base) {
        let (store, dead) = (base.open().await, base.another().await);
        dead.beat().await.unwrap();
        base.pass(60);
        store.beat().await.unwrap();
        let seen = base.clock.now();
        store.see(seen).await.unwrap();
        base.clock.set(-HOUR);
        dead.lease("gateway", Duration::from_secs(8)).await.unwrap().unwrap();
        let now = base.clock.now();
        assert!(store.set_back(SetBack { seen, by: HOUR, since: now, now }).await.unwrap());
        store.beat().await.unwrap();
        assert!(store.lease("gateway", Duration::from_secs(8)).await.unwrap().is_some());
    }
}
