//! What is old is forgotten, what is open is not.

use std::time::Duration;

use toban::domain::report::{Report, Tone};
use toban::store::{Accepted, Conclusion, Wake};

use super::samples::{answer, cached, message, post};
use super::{Base, on_both};

const DAY: u64 = 24 * 3600;

on_both! {
    async fn a_result_is_there_until_it_expires(base: &Base) {
        let store = base.open().await;
        let kept = cached(Report::new(Tone::Plain, "300 lines"));
        let result = Some(("R-1".into(), kept.clone(), Duration::from_secs(600)));
        store.conclude(Conclusion { result, ..Conclusion::default() }).await.unwrap();
        base.pass(599);
        assert_eq!(store.result(&"R-1".into()).await.unwrap(), Some(kept));
        base.pass(1);
        assert_eq!(store.result(&"R-1".into()).await.unwrap(), None);
        assert_eq!(store.purge().await.unwrap(), 1);
        assert_eq!(store.result(&"R-2".into()).await.unwrap(), None);
    }

    async fn what_is_old_and_done_is_forgotten(base: &Base) {
        let store = base.open().await;
        for id in ["done", "open"] {
            store.accept(&message(id)).await.unwrap();
        }
        let due = base.clock.now();
        let wake = |id: &str| Wake { id: id.into(), kind: "recheck".into(), payload: "{}".into(), due };
        let wakes = vec![wake("w-done"), wake("w-open")];
        store.conclude(Conclusion { wakes, ..answer("done") }).await.unwrap();
        store.delivered(&"post-done".into(), 1, "17.1").await.unwrap();
        store.put(vec![post("waiting", "…"), post("failed", "…")]).await.unwrap();
        store.give_up_post(&"failed".into(), "channel_not_found").await.unwrap();
        store.wake_done("w-done").await.unwrap();

        base.pass(6 * DAY);
        store.beat().await.unwrap();
        assert_eq!(store.purge().await.unwrap(), 0, "nothing is old yet");
        base.pass(2 * DAY);
        store.beat().await.unwrap();
        assert_eq!(store.purge().await.unwrap(), 2, "the message and its wake");
        assert_eq!(store.accept(&message("open")).await, Ok(Accepted::Duplicate), "what is open is not forgotten");
        assert_eq!(store.due_wakes(10).await.unwrap().len(), 1);
        assert!(store.post(&"post-done".into()).await.unwrap().is_some());
        base.pass(23 * DAY);
        store.beat().await.unwrap();
        assert_eq!(store.purge().await.unwrap(), 2, "both posts that are through");
        assert!(store.post(&"waiting".into()).await.unwrap().is_some());
        assert!(matches!(store.audit_verify().await.unwrap(), toban::store::Verified::Whole { rows: 1, .. }));
    }

    async fn many_old_rows_go_in_small_steps(base: &Base) {
        let store = base.open().await;
        let ids: Vec<String> = (0..450).map(|number| format!("m{number}")).collect();
        let work = ids.iter().map(|id| async {
            store.accept(&message(id)).await.unwrap();
            store.conclude(answer(id)).await.unwrap();
        });
        futures_util::future::join_all(work).await;
        base.pass(8 * DAY);
        store.beat().await.unwrap();
        assert_eq!(store.purge().await.unwrap(), 450);
        assert_eq!(store.accept(&message("m7")).await, Ok(Accepted::First));
    }

    async fn a_store_that_can_write_is_ready(base: &Base) {
        let store = base.open().await;
        assert!(store.ready().await);
    }
}
