//! Progress is written while its message is this replica's and open, and never after.

use toban::domain::report::Body;
use toban::store::StoreError;

use super::samples::{answer, message, post};
use super::{Base, on_both};

fn shown(body: &Body) -> String {
    serde_json::to_string(body).unwrap()
}

on_both! {
    async fn late_progress_never_takes_the_place_of_the_answer(base: &Base) {
        let store = base.open().await;
        store.accept(&message("m1")).await.unwrap();
        let said = store.put_during(&"m1".into(), vec![post("post-m1", "half way")]).await.unwrap();
        assert_eq!(said[0].version, 1);
        store.conclude(answer("m1")).await.unwrap();
        let answered = store.post(&"post-m1".into()).await.unwrap().unwrap();
        assert_eq!(answered.version, 2);
        let late = store.put_during(&"m1".into(), vec![post("post-m1", "half way")]).await;
        assert_eq!(late, Err(StoreError::Lost));
        let still = store.post(&"post-m1".into()).await.unwrap().unwrap();
        assert_eq!(shown(&still.new.body), shown(&answered.new.body));
    }

    async fn whoever_slept_while_another_took_over_shows_nothing_any_more(base: &Base) {
        let (asleep, other) = (base.open().await, base.another().await);
        asleep.accept(&message("m1")).await.unwrap();
        base.pass(11);
        other.beat().await.unwrap();
        assert_eq!(other.orphans(10).await.unwrap().len(), 1);
        asleep.beat().await.unwrap();
        let late = asleep.put_during(&"m1".into(), vec![post("post-m1", "half way")]).await;
        assert_eq!(late, Err(StoreError::Lost));
        assert_eq!(asleep.conclude(answer("m1")).await, Err(StoreError::Lost));
        assert_eq!(other.conclude(answer("m1")).await.unwrap()[0].version, 1);
    }

    async fn a_message_can_be_looked_at_until_it_is_answered(base: &Base) {
        let store = base.open().await;
        store.accept(&message("m1")).await.unwrap();
        assert_eq!(store.open_message(&"m1".into()).await.unwrap(), Some(message("m1")));
        store.conclude(answer("m1")).await.unwrap();
        assert_eq!(store.open_message(&"m1".into()).await.unwrap(), None);
    }
}
