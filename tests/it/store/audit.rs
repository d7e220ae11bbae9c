//! Nobody changes the record unseen.

use toban::store::{Conclusion, Store, Verified};

use super::samples::entry;
use super::{Base, on_both};

/// A chain of ten, written three at a time.
async fn ten(base: &Base) -> Store {
    let store = base.open().await;
    let entries: Vec<_> = (1..=10).map(|number| entry(&format!("health {number}"))).collect();
    for some in entries.chunks(3) {
        store.conclude(Conclusion { audit: some.to_vec(), ..Conclusion::default() }).await.unwrap();
    }
    store
}

/// What is found after `tampering`.
async fn after(base: &Base, tampering: &[&'static str]) -> Verified {
    let store = ten(base).await;
    assert!(matches!(store.audit_verify().await.unwrap(), Verified::Whole { rows: 10, .. }));
    let raw = base.raw().await;
    for sql in tampering {
        assert!(sqlx::query(*sql).execute(&raw).await.unwrap().rows_affected() > 0, "{sql}");
    }
    let found = store.audit_verify().await.unwrap();
    raw.close().await;
    found
}

fn broken_at(found: &Verified) -> Option<i64> {
    match found {
        Verified::Broken { seq, .. } => Some(*seq),
        Verified::Whole { .. } => None,
    }
}

on_both! {
    async fn a_row_that_was_changed_is_found(base: &Base) {
        let found = after(base, &["update audit set content = replace(content, 'sato', 'tanaka') where seq = 4"]).await;
        assert_eq!(broken_at(&found), Some(4));
    }

    async fn a_row_whose_seal_was_changed_is_found(base: &Base) {
        let found = after(base, &["update audit set seal = 'feed' where seq = 4"]).await;
        assert_eq!(broken_at(&found), Some(4));
    }

    async fn a_row_that_was_removed_is_found(base: &Base) {
        assert_eq!(broken_at(&after(base, &["delete from audit where seq = 4"]).await), Some(4));
    }

    async fn a_first_row_that_was_removed_is_found(base: &Base) {
        assert_eq!(broken_at(&after(base, &["delete from audit where seq = 1"]).await), Some(1));
    }

    async fn a_removed_row_whose_gap_was_closed_is_found(base: &Base) {
        let close = "update audit set seq = seq - 1 where seq = 5";
        let found = after(base, &["delete from audit where seq = 4", close]).await;
        assert_eq!(broken_at(&found), Some(4));
    }

    async fn rows_that_were_reordered_are_found(base: &Base) {
        let swap = [
            "update audit set seq = -4 where seq = 4",
            "update audit set seq = 4 where seq = 5",
            "update audit set seq = 5 where seq = -4",
        ];
        assert_eq!(broken_at(&after(base, &swap).await), Some(4));
    }

    async fn a_row_that_was_inserted_is_found(base: &Base) {
        let insert = [
            "update audit set seq = seq + 100 where seq >= 4",
            "insert into audit (seq, seal, content) values (4, 'feed', '{}')",
            "update audit set seq = seq - 99 where seq >= 104",
        ];
        assert_eq!(broken_at(&after(base, &insert).await), Some(4));
    }

    async fn a_row_that_was_inserted_at_the_end_is_found(base: &Base) {
        let copy = "insert into audit (seq, seal, content) select 11, seal, content from audit where seq = 10";
        assert_eq!(broken_at(&after(base, &[copy]).await), Some(11));
    }

    async fn a_row_that_was_well_sealed_and_inserted_at_the_end_is_found(base: &Base) {
        let store = ten(base).await;
        let Verified::Whole { head, .. } = store.audit_verify().await.unwrap() else { panic!() };
        let raw = base.raw().await;
        sqlx::query("insert into audit (seq, seal, content) values (11, $1, '{}')")
            .bind(toban::domain::audit::seal(&head, 11, "{}"))
            .execute(&raw)
            .await
            .unwrap();
        assert_eq!(broken_at(&store.audit_verify().await.unwrap()), Some(11));
        raw.close().await;
    }

    async fn an_end_that_was_cut_off_is_found(base: &Base) {
        assert_eq!(broken_at(&after(base, &["delete from audit where seq > 8"]).await), Some(9));
    }

    async fn a_chain_that_was_emptied_is_found(base: &Base) {
        assert_eq!(broken_at(&after(base, &["delete from audit"]).await), Some(1));
    }

    async fn a_head_that_was_moved_back_is_found(base: &Base) {
        let back = [
            "update audit_head set seq = 8, entries = 8, seal = (select seal from audit where seq = 8)",
        ];
        assert_eq!(broken_at(&after(base, &back).await), Some(9));
    }

    async fn a_head_that_was_removed_is_found(base: &Base) {
        assert!(broken_at(&after(base, &["delete from audit_head"]).await).is_some());
    }

    async fn an_empty_chain_is_whole(base: &Base) {
        let found = base.open().await.audit_verify().await.unwrap();
        assert!(matches!(found, Verified::Whole { rows: 0, .. }));
    }

    async fn a_long_chain_is_whole_while_it_grows(base: &Base) {
        let store = base.open().await;
        let grow = async {
            for number in 0..30 {
                let audit = (0..50).map(|row| entry(&format!("{number}.{row}"))).collect();
                store.conclude(Conclusion { audit, ..Conclusion::default() }).await.unwrap();
            }
        };
        let check = async {
            for _ in 0..10 {
                let found = store.audit_verify().await.unwrap();
                assert_eq!(broken_at(&found), None, "{found:?}");
            }
        };
        tokio::join!(grow, check);
        assert!(matches!(store.audit_verify().await.unwrap(), Verified::Whole { rows: 1500, .. }));
    }

    async fn an_export_has_a_line_for_every_row(base: &Base) {
        let store = ten(base).await;
        let mut lines = Vec::new();
        store.audit_export(|line| lines.push(line)).await.unwrap();
        assert_eq!(lines.len(), 10);
        let line: serde_json::Value = serde_json::from_str(&lines[9]).unwrap();
        assert_eq!((&line["seq"], &line["entry"]["command"]), (&10.into(), &"health 10".into()));
        let Verified::Whole { head, .. } = store.audit_verify().await.unwrap() else { panic!() };
        assert_eq!(line["seal"], head);
    }
}
