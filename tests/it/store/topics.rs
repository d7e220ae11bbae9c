//! A thread is about what its newest post is about.

use toban::domain::message::Thread;
use toban::domain::person::Door;
use toban::store::{NewPost, Store};

use super::samples::{place, post};
use super::{Base, on_both};

fn told(id: &str, thread: Option<Thread>, topic: Option<&str>) -> NewPost {
    NewPost { place: place(thread), topic: topic.map(Into::into), ..post(id, "…") }
}

async fn topic(store: &Store, thread: &str) -> Option<String> {
    store.topic(Door::Slack, "C0OPS", thread).await.unwrap()
}

on_both! {
    async fn a_root_its_thread_and_posts_that_were_written_under_it_count(base: &Base) {
        let store = base.open().await;
        assert_eq!(topic(&store, "17.1").await, None);
        store.put(vec![told("root", None, Some("sagebase"))]).await.unwrap();
        assert_eq!(topic(&store, "17.1").await, None, "it is not there yet");
        store.delivered(&"root".into(), 1, "17.1").await.unwrap();
        assert_eq!(topic(&store, "17.1").await.as_deref(), Some("sagebase"));
        base.pass(1);
        store.put(vec![told("under", Some(Thread::Under("root".into())), Some("sagebase.db"))]).await.unwrap();
        assert_eq!(topic(&store, "17.1").await.as_deref(), Some("sagebase.db"));
        base.pass(1);
        store.put(vec![told("known", Some(Thread::Known("17.1".into())), Some("bluelamp"))]).await.unwrap();
        assert_eq!(topic(&store, "17.1").await.as_deref(), Some("bluelamp"));
        base.pass(1);
        store.put(vec![told("none", Some(Thread::Known("17.1".into())), None)]).await.unwrap();
        assert_eq!(topic(&store, "17.1").await.as_deref(), Some("bluelamp"), "a post about nothing says nothing");
        assert_eq!(store.topic(Door::Slack, "C0DEV", "17.1").await.unwrap(), None, "another channel");
        assert_eq!(store.topic(Door::Console, "C0OPS", "17.1").await.unwrap(), None, "another door");
    }
}
