//! What was said is kept once, answered once, and answered by whoever holds it.

use std::collections::BTreeSet;

use toban::domain::message::Message;
use toban::domain::plan::PlanState;
use toban::domain::report::{Report, Tone};
use toban::store::{Accepted, Conclusion, StoreError, Wake};

use super::samples::{answer, at, cached, message, plan};
use super::{Base, on_both};

on_both! {
    async fn the_first_copy_of_a_delivery_wins(base: &Base) {
        let store = base.open().await;
        assert_eq!(store.accept(&message("m1")).await, Ok(Accepted::First));
        assert_eq!(store.accept(&message("m1")).await, Ok(Accepted::Duplicate));
        store.conclude(answer("m1")).await.unwrap();
        assert_eq!(store.accept(&message("m1")).await, Ok(Accepted::Duplicate), "also when it is answered");
    }

    async fn of_copies_that_come_at_once_one_is_first(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        for round in 0..20 {
            let message = message(&format!("m{round}"));
            let (a, b, c) =
                tokio::join!(one.accept(&message), other.accept(&message), one.accept(&message));
            let firsts = [a, b, c].into_iter().filter(|end| *end == Ok(Accepted::First)).count();
            assert_eq!(firsts, 1);
        }
    }

    async fn an_ending_is_written_whole(base: &Base) {
        let store = base.open().await;
        store.accept(&message("m1")).await.unwrap();
        let report = Report::new(Tone::Good, "the whole answer");
        let end = Conclusion {
            result: Some(("R-1".into(), cached(report.clone()), std::time::Duration::from_secs(600))),
            plan: Some(plan("P-1", "sagebase")),
            wakes: vec![Wake {
                id: "w1".into(),
                kind: "recheck".into(),
                payload: "{}".into(),
                due: at("2026-03-02T09:05:00Z"),
            }],
            ..answer("m1")
        };
        let posts = store.conclude(end).await.unwrap();
        assert_eq!(posts.len(), 1);
        assert_eq!((posts[0].version, posts[0].delivered), (1, 0));
        assert_eq!(store.post(&"post-m1".into()).await.unwrap().as_ref(), Some(&posts[0]));
        assert_eq!(store.result(&"R-1".into()).await.unwrap(), Some(cached(report)));
        assert_eq!(store.plan(&"P-1".into()).await.unwrap().unwrap().state, PlanState::Proposed);
        assert_eq!(store.next_wake().await.unwrap(), Some(at("2026-03-02T09:05:00Z")));
    }

    async fn an_ending_that_cannot_be_written_leaves_nothing(base: &Base) {
        let store = base.open().await;
        store.accept(&message("m1")).await.unwrap();
        store.conclude(Conclusion { plan: Some(plan("P-1", "sagebase")), ..Conclusion::default() }).await.unwrap();
        // The same plan once more cannot be written, so neither is the rest.
        let end = Conclusion { plan: Some(plan("P-1", "sagebase")), ..answer("m1") };
        assert!(matches!(store.conclude(end).await, Err(StoreError::Clash(_))));
        assert_eq!(store.post(&"post-m1".into()).await.unwrap(), None);
        let mut rows = 0;
        store.audit_export(|_| rows += 1).await.unwrap();
        assert_eq!(rows, 0);
        store.conclude(answer("m1")).await.unwrap();
    }

    async fn a_message_is_answered_once_and_by_its_owner_only(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        one.accept(&message("m1")).await.unwrap();
        assert_eq!(other.conclude(answer("m1")).await, Err(StoreError::Lost));
        assert_eq!(one.conclude(answer("unknown")).await, Err(StoreError::Lost));
        one.conclude(answer("m1")).await.unwrap();
        assert_eq!(one.conclude(answer("m1")).await, Err(StoreError::Lost));
        assert_eq!(one.post(&"post-unknown".into()).await.unwrap(), None);
        assert_eq!(one.post(&"post-m1".into()).await.unwrap().unwrap().version, 1, "nothing was written twice");
    }

    async fn one_bad_ask_spoils_nobody_elses(base: &Base) {
        let store = base.open().await;
        let bad = Conclusion { plan: Some(plan("P-1", "sagebase")), ..Conclusion::default() };
        store.conclude(bad.clone()).await.unwrap();
        let messages: Vec<Message> = (0..40).map(|number| message(&format!("m{number}"))).collect();
        let (good, bad) = tokio::join!(
            futures_util::future::join_all(messages.iter().map(|message| store.accept(message))),
            store.conclude(bad),
        );
        assert!(good.into_iter().all(|end| end == Ok(Accepted::First)));
        assert!(matches!(bad, Err(StoreError::Clash(_))), "{bad:?}");
    }

    async fn two_hundred_at_once_are_all_answered(base: &Base) {
        let store = base.open().await;
        let work = (0..200).map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let id = format!("m{number}");
                assert_eq!(store.accept(&message(&id)).await, Ok(Accepted::First));
                let posts = store.conclude(answer(&id)).await.unwrap();
                assert_eq!(posts[0].new.id.as_str(), format!("post-{id}"));
                store.delivered(&posts[0].new.id, posts[0].version, &format!("17.{number}")).await.unwrap();
            })
        });
        for done in futures_util::future::join_all(work).await {
            done.unwrap();
        }
        for number in 0..200 {
            let post = store.post(&format!("post-m{number}").into()).await.unwrap().unwrap();
            assert_eq!((post.delivered, post.remote), (1, Some(format!("17.{number}"))));
        }
        assert_eq!(store.orphans(10).await.unwrap(), []);
    }

    async fn who_stops_listening_is_not_forgotten(base: &Base) {
        let store = base.open().await;
        // A platform that hangs up while its message is being written drops the future at whatever point it is.
        for round in 0..30 {
            let (store, message) = (store.clone(), message(&format!("m{round}")));
            let ask = tokio::spawn(async move { store.accept(&message).await });
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            ask.abort();
            let _ = ask.await;
        }
        // Whatever was written is handed out, once; whatever was not is new when it comes again.
        let mut open = BTreeSet::new();
        while open.len() < 30 {
            for claimed in store.orphans(100).await.unwrap() {
                assert!(open.insert(claimed.message.id.clone()), "{} twice", claimed.message.id);
            }
            for round in 0..30 {
                let message = message(&format!("m{round}"));
                if store.accept(&message).await == Ok(Accepted::First) {
                    assert!(open.insert(message.id.clone()), "{} twice", message.id);
                }
            }
        }
        for id in open {
            store.conclude(answer(id.as_str())).await.unwrap();
        }
    }

    async fn an_answer_that_nobody_waits_for_is_still_delivered(base: &Base) {
        let store = base.open().await;
        for round in 0..30 {
            let id = format!("m{round}");
            store.accept(&message(&id)).await.unwrap();
            let end = tokio::spawn({
                let (store, id) = (store.clone(), id.clone());
                async move { store.conclude(answer(&id)).await.unwrap() }
            });
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            end.abort();
            if end.await.is_ok() {
                store.delivered(&format!("post-{id}").into(), 1, "17.1").await.unwrap();
                continue;
            }
            // Either it was not written and the message is still open, or its post is due.
            match store.conclude(Conclusion { inbox: Some(id.as_str().into()), ..Conclusion::default() }).await {
                Ok(_) => {}
                Err(StoreError::Lost) => {
                    let id = format!("post-{id}");
                    while !store.due_posts(10).await.unwrap().iter().any(|post| post.new.id.as_str() == id) {}
                    store.delivered(&id.into(), 1, "17.1").await.unwrap();
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    async fn copies_and_new_messages_are_told_apart_in_a_crowd(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        for number in (0..100).step_by(3) {
            other.accept(&message(&format!("m{number:03}"))).await.unwrap();
        }
        let messages: Vec<Message> = (0..100).map(|number| message(&format!("m{number:03}"))).collect();
        let ends = futures_util::future::join_all(messages.iter().map(|message| one.accept(message))).await;
        for (number, end) in ends.into_iter().enumerate() {
            let expected = if number % 3 == 0 { Accepted::Duplicate } else { Accepted::First };
            assert_eq!(end, Ok(expected), "{number}");
        }
        // And whoever answers finds the same: two thirds are its own.
        let ends = messages.iter().map(|message| one.conclude(answer(message.id.as_str())));
        for (number, end) in futures_util::future::join_all(ends).await.into_iter().enumerate() {
            assert_eq!(end.is_err(), number % 3 == 0, "{number}: {end:?}");
        }
    }
}
