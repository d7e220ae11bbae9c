//! Work for later is done once, by whoever lives then.

use std::time::Duration;

use toban::store::{Conclusion, Store, Wake};

use super::{Base, on_both};

fn wake(base: &Base, id: &str, after: u64) -> Wake {
    let due = base.clock.now() + Duration::from_secs(after);
    Wake { id: id.into(), kind: "recheck".into(), payload: r#"{"plan":"P-1"}"#.into(), due }
}

async fn set(store: &Store, wakes: Vec<Wake>) {
    store.conclude(Conclusion { wakes, ..Conclusion::default() }).await.unwrap();
}

on_both! {
    async fn a_wake_comes_when_it_is_due_and_only_once(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        assert_eq!(one.next_wake().await.unwrap(), None);
        let wakes = vec![wake(base, "late", 300), wake(base, "b", 5), wake(base, "a", 4)];
        set(&one, wakes.clone()).await;
        assert_eq!(one.next_wake().await.unwrap(), Some(wakes[2].due));
        assert_eq!(one.due_wakes(10).await.unwrap(), []);
        base.pass(5);
        assert_eq!(one.due_wakes(10).await.unwrap(), [wakes[2].clone(), wakes[1].clone()]);
        assert_eq!(other.due_wakes(10).await.unwrap(), []);
        assert_eq!(one.due_wakes(10).await.unwrap(), []);
        assert_eq!(one.next_wake().await.unwrap(), Some(wakes[0].due));
        one.wake_done("a").await.unwrap();

        base.pass(11);
        other.beat().await.unwrap();
        assert_eq!(other.due_wakes(10).await.unwrap(), [wakes[1].clone()], "what the dead left open");
    }

    async fn a_second_write_of_a_wake_changes_nothing(base: &Base) {
        let store = base.open().await;
        set(&store, vec![wake(base, "w", 1)]).await;
        set(&store, vec![wake(base, "w", 50)]).await;
        base.pass(1);
        assert_eq!(store.due_wakes(10).await.unwrap().len(), 1);
        store.wake_done("w").await.unwrap();
        set(&store, vec![wake(base, "w", 0)]).await;
        assert_eq!(store.due_wakes(10).await.unwrap(), []);
        assert_eq!(store.next_wake().await.unwrap(), None);
    }
}
