//! Whoever dies leaves its work to the others, and whoever is thought dead cannot write any more.

use toban::base::ids::InboxId;
use toban::store::{Accepted, Role, Store, StoreError};

use super::samples::{answer, message, post};
use super::{Base, on_both};

async fn claimed(store: &Store) -> Vec<(InboxId, u32)> {
    let orphans = store.orphans(100).await.unwrap();
    orphans.into_iter().map(|claimed| (claimed.message.id, claimed.attempts)).collect()
}

on_both! {
    async fn the_living_take_over_from_the_dead(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        one.accept(&message("m1")).await.unwrap();
        let mut later = message("m0");
        later.received += std::time::Duration::from_secs(1);
        one.accept(&later).await.unwrap();
        base.pass(9);
        assert_eq!(claimed(&other).await, [], "a replica that beat nine seconds ago lives");
        base.pass(2);
        other.beat().await.unwrap();
        assert_eq!(claimed(&other).await, [("m1".into(), 1), ("m0".into(), 1)], "oldest first");
        assert_eq!(claimed(&other).await, [], "only once");

        one.beat().await.unwrap();
        assert_eq!(one.conclude(answer("m1")).await, Err(StoreError::Lost), "it only seemed dead, but it is too late");
        other.conclude(answer("m1")).await.unwrap();
        assert_eq!(claimed(&one).await, []);
    }

    async fn two_that_look_for_orphans_share_them(base: &Base) {
        let (dead, one, other) = (base.open().await, base.another().await, base.another().await);
        for number in 0..50 {
            dead.accept(&message(&format!("m{number:02}"))).await.unwrap();
        }
        base.pass(11);
        tokio::try_join!(one.beat(), other.beat()).unwrap();
        let mut all = Vec::new();
        while all.len() < 50 {
            let (mine, theirs) = tokio::join!(one.orphans(7), other.orphans(7));
            all.extend(mine.unwrap().into_iter().chain(theirs.unwrap()).map(|claimed| claimed.message.id));
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 50);
    }

    async fn a_post_of_the_dead_may_have_arrived(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        one.put(vec![post("sending", "1"), post("given back", "2")]).await.unwrap();
        one.retry_post(&"given back".into(), "2026-03-02T09:00:05Z".parse().unwrap(), false).await.unwrap();
        base.pass(11);
        other.beat().await.unwrap();
        let mut posts = other.due_posts(10).await.unwrap();
        posts.sort_by_key(|post| post.new.id.clone());
        let found: Vec<_> = posts.iter().map(|post| (post.new.id.as_str(), post.uncertain)).collect();
        assert_eq!(found, [("given back", false), ("sending", true)]);
        let late = one.retry_post(&"sending".into(), base.clock.now(), false).await;
        assert_eq!(late, Err(StoreError::Lost));
        assert_eq!(one.give_up_post(&"sending".into(), "no").await, Err(StoreError::Lost));
    }

    async fn whoever_leaves_leaves_its_work_at_once(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        one.accept(&message("m1")).await.unwrap();
        one.close().await;
        assert_eq!(claimed(&other).await, [("m1".into(), 1)]);
        assert!(matches!(one.accept(&message("m2")).await, Err(StoreError::Away(_))));
        assert!(!one.ready().await);
    }

    async fn two_replicas_write_one_chain(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        let work = (0..100).map(|number| {
            let store = if number % 2 == 0 { one.clone() } else { other.clone() };
            tokio::spawn(async move {
                let id = format!("m{number}");
                assert_eq!(store.accept(&message(&id)).await, Ok(Accepted::First));
                store.conclude(answer(&id)).await.unwrap();
            })
        });
        for done in futures_util::future::join_all(work).await {
            done.unwrap();
        }
        let verified = one.audit_verify().await.unwrap();
        assert!(matches!(verified, toban::store::Verified::Whole { rows: 100, .. }), "{verified:?}");
    }
}

#[tokio::test]
async fn after_a_kill_the_next_serve_on_sqlite_answers_at_once() {
    let base = Base::sqlite();
    let killed = base.open().await;
    killed.accept(&message("m1")).await.unwrap();
    killed.put(vec![post("p1", "half way")]).await.unwrap();
    assert!(killed.lease("gateway", std::time::Duration::from_secs(60)).await.unwrap().is_some());
    // As the kernel does it: the file's lock goes, the rows stay.
    drop(killed);
    let next = loop {
        match Store::open(&base.url, base.clock.clone(), Role::Serve).await {
            Ok(store) => break store,
            // The writer of the old one is still on its way out.
            Err(StoreError::Open(..)) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(claimed(&next).await, [("m1".into(), 1)], "and no second has passed");
    assert_eq!(next.due_posts(10).await.unwrap().len(), 1);
    assert!(next.lease("gateway", std::time::Duration::from_secs(60)).await.unwrap().is_some());
}

#[tokio::test]
async fn only_one_process_serves_a_sqlite_file() {
    let base = Base::sqlite();
    let _serving = base.open().await;
    let second = Store::open(&base.url, base.clock.clone(), Role::Serve).await.unwrap_err();
    assert!(second.to_string().contains("another process serves it"), "{second}");
    Store::open(&base.url, base.clock.clone(), Role::Run).await.unwrap();
}
