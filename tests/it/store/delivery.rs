//! A post is written again and again under one id, and its newest version is what gets delivered.

use std::time::Duration;

use toban::domain::person::Door;

use super::samples::post;
use super::{Base, on_both};

on_both! {
    async fn a_second_write_is_an_edit(base: &Base) {
        let store = base.open().await;
        let first = store.put(vec![post("p1", "one moment")]).await.unwrap().remove(0);
        assert_eq!((first.version, first.delivered, first.remote.as_deref()), (1, 0, None));
        store.delivered(&"p1".into(), 1, "17.1").await.unwrap();
        base.pass(1);
        let second = store.put(vec![post("p1", "done")]).await.unwrap().remove(0);
        assert_eq!((second.version, second.delivered, second.remote.as_deref()), (2, 1, Some("17.1")));
        assert_eq!(second.created, first.created);
        assert_eq!(store.post(&"p1".into()).await.unwrap(), Some(second));
    }

    async fn writes_in_one_go_keep_their_order(base: &Base) {
        let store = base.open().await;
        let posts: Vec<_> = ["b", "a", "b", "c", "b"].iter().zip(0..).map(|(id, n)| post(id, &n.to_string())).collect();
        let stored = store.put(posts.clone()).await.unwrap();
        let versions: Vec<_> = stored.iter().map(|post| (post.new.id.as_str(), post.version)).collect();
        assert_eq!(versions, [("b", 1), ("a", 1), ("b", 2), ("c", 1), ("b", 3)]);
        assert_eq!(store.post(&"b".into()).await.unwrap().unwrap().new, posts[4]);
    }

    async fn a_late_receipt_does_not_hide_a_newer_version(base: &Base) {
        let store = base.open().await;
        store.put(vec![post("p1", "1")]).await.unwrap();
        store.put(vec![post("p1", "2")]).await.unwrap();
        store.delivered(&"p1".into(), 2, "17.1").await.unwrap();
        store.delivered(&"p1".into(), 1, "").await.unwrap();
        let post = store.post(&"p1".into()).await.unwrap().unwrap();
        assert_eq!((post.version, post.delivered, post.remote.as_deref()), (2, 2, Some("17.1")));
    }

    async fn a_post_is_due_again_when_it_was_given_back(base: &Base) {
        let store = base.open().await;
        store.put(vec![post("p1", "1")]).await.unwrap();
        assert_eq!(store.due_posts(10).await.unwrap(), [], "it is being delivered");
        let due = base.clock.now() + Duration::from_secs(30);
        store.retry_post(&"p1".into(), due, true).await.unwrap();
        assert_eq!(store.due_posts(10).await.unwrap(), [], "not yet");
        base.pass(30);
        let again = store.due_posts(10).await.unwrap().remove(0);
        assert_eq!((again.attempts, again.uncertain, again.due), (1, true, due));
        assert_eq!(store.due_posts(10).await.unwrap(), [], "it is being delivered again");
        store.retry_post(&"p1".into(), due, false).await.unwrap();
        assert!(store.due_posts(10).await.unwrap()[0].uncertain, "what may have arrived may still have");
        store.delivered(&"p1".into(), 1, "17.1").await.unwrap();
        let post = store.post(&"p1".into()).await.unwrap().unwrap();
        assert_eq!((post.attempts, post.uncertain), (0, false));
    }

    async fn a_post_that_was_given_up_gets_another_chance_with_a_new_version(base: &Base) {
        let store = base.open().await;
        store.put(vec![post("p1", "too long")]).await.unwrap();
        store.give_up_post(&"p1".into(), "msg_too_long").await.unwrap();
        base.pass(3600);
        assert_eq!(store.due_posts(10).await.unwrap(), []);
        assert_eq!(store.post(&"p1".into()).await.unwrap().unwrap().failed.as_deref(), Some("msg_too_long"));
        assert_eq!(store.put(vec![post("p1", "short")]).await.unwrap()[0].failed, None);
        assert_eq!(store.post(&"p1".into()).await.unwrap().unwrap().failed, None);
    }

    async fn what_another_replica_may_be_sending_is_uncertain(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        one.put(vec![post("p1", "1")]).await.unwrap();
        assert!(other.put(vec![post("p1", "2")]).await.unwrap()[0].uncertain);
    }

    async fn history_is_the_newest_of_a_door_oldest_first(base: &Base) {
        let store = base.open().await;
        for number in 0..5 {
            let mut post = post(&format!("p{number}"), "hello");
            post.place.door = if number == 3 { Door::Slack } else { Door::Console };
            store.put(vec![post]).await.unwrap();
            base.pass(1);
        }
        let history = store.history(Door::Console, 3).await.unwrap();
        let ids: Vec<_> = history.iter().map(|post| post.new.id.as_str()).collect();
        assert_eq!(ids, ["p1", "p2", "p4"]);
    }

    async fn new_posts_and_edits_are_told_apart_in_a_crowd(base: &Base) {
        let store = base.open().await;
        let all: Vec<_> = (0..100).map(|number| post(&format!("p{number:03}"), "…")).collect();
        store.put(all.iter().step_by(3).cloned().collect()).await.unwrap();
        for (number, post) in store.put(all).await.unwrap().iter().enumerate() {
            assert_eq!(post.new.id.as_str(), format!("p{number:03}"));
            assert_eq!(post.version, if number % 3 == 0 { 2 } else { 1 }, "{number}");
        }
    }
}
