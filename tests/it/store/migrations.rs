//! A database of an earlier version is brought up to date with what is in it, and one of a later version is refused.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use toban::domain::audit::{GENESIS, seal};
use toban::domain::plan::PlanState;
use toban::store::{Role, Store, StoreError, Verified};

use super::samples::{entry, message, plan, post};
use super::{Base, on_both};

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

on_both! {
    /// Rows as the first version wrote them; they must be readable for ever.
    async fn rows_of_the_first_version_are_understood(base: &Base) {
        let raw = base.raw().await;
        let sql = include_str!("../../../migrations/0001_first.sql").into_sql_str();
        let first = Migration::new(1, "first".into(), MigrationType::Simple, sql, false);
        Migrator::with_migrations(vec![first]).run(&raw).await.unwrap();
        let at = base.clock.now().as_millisecond();
        sqlx::query("insert into inbox (id, owner, received, attempts, done, ticket, body)
             values ('m1', 'gone', $1, 1, 0, 7, $2)")
            .bind(at).bind(text(&message("m1"))).execute(&raw).await.unwrap();
        sqlx::query("insert into post (id, door, channel, thread_known, topic, content, version, delivered, remote,
                attempts, due, uncertain, owner, claimed, ticket, created)
             values ('p1', 'slack', 'C0OPS', '17.1', 'sagebase', $2, 3, 2, '17.2', 0, $1, 0, 'gone', 1, 7, $1)")
            .bind(at).bind(text(&post("p1", "hello"))).execute(&raw).await.unwrap();
        sqlx::query("insert into plan (id, service, state, detail, content)
             values ('P-1', 'sagebase', 'running', '{\"state\":\"running\",\"by\":\"sato\"}', $1)")
            .bind(text(&plan("P-1", "sagebase"))).execute(&raw).await.unwrap();
        let content = text(&entry("health sagebase"));
        sqlx::query("insert into audit (seq, seal, content) values (1, $1, $2)")
            .bind(seal(GENESIS, 1, &content)).bind(content.clone()).execute(&raw).await.unwrap();
        sqlx::query("update audit_head set seq = 1, entries = 1, seal = $1")
            .bind(seal(GENESIS, 1, &content)).execute(&raw).await.unwrap();
        raw.close().await;

        let store = base.open().await;
        assert_eq!(store.orphans(10).await.unwrap()[0].message, message("m1"));
        let found = store.due_posts(10).await.unwrap().remove(0);
        assert_eq!((found.new, found.version, found.delivered), (post("p1", "hello"), 3, 2));
        let stored = store.plan(&"P-1".into()).await.unwrap().unwrap();
        assert_eq!(stored.plan, plan("P-1", "sagebase"));
        assert_eq!(stored.state, PlanState::Running { by: "sato".into() });
        assert!(matches!(store.audit_verify().await.unwrap(), Verified::Whole { rows: 1, .. }));
    }

    async fn opening_again_changes_nothing(base: &Base) {
        let store = base.open().await;
        store.put(vec![post("p1", "hello")]).await.unwrap();
        store.close().await;
        assert!(base.open().await.post(&"p1".into()).await.unwrap().is_some());
    }

    async fn a_database_of_a_newer_version_is_refused(base: &Base) {
        base.open().await.close().await;
        let raw = base.raw().await;
        // Whatever a newer version has done to it, this one cannot know.
        let newer = sqlx::query("update _sqlx_migrations set version = 9999 where version = 1").execute(&raw).await;
        assert_eq!(newer.unwrap().rows_affected(), 1);
        raw.close().await;
        let refused = Store::open(&base.url, base.clock.clone(), Role::Serve).await;
        assert!(matches!(refused, Err(StoreError::Open(..))), "{refused:?}");
    }
}
