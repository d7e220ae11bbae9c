//! A database that is locked, full or away is an error with a name, and passes.

use sqlx::Connection;
use toban::store::{Accepted, Role, Store, StoreError};

use super::Base;
use super::samples::{answer, message};
use crate::rig::postgres::Database;

#[tokio::test]
async fn a_locked_sqlite_file_is_waited_for() {
    let base = Base::sqlite();
    let store = base.open().await;
    let mut other = sqlx::AnyConnection::connect(&base.url).await.unwrap();
    sqlx::query("begin immediate").execute(&mut other).await.unwrap();
    let message = message("m1");
    let (accepted, ()) = tokio::join!(store.accept(&message), async {
        // The other writer is busy for as long as ours needs to find out.
        assert!(!store.ready().await);
        sqlx::query("rollback").execute(&mut other).await.unwrap();
    });
    assert_eq!(accepted, Ok(Accepted::First));
    other.close().await.unwrap();
}

/// Runs [`filling_up`] in a process whose files may not grow past a megabyte: SQLite is told as on a full disk.
#[test]
fn a_full_disk_is_said_and_spoils_nothing() {
    let limited = "ulimit -f 1024; trap '' XFSZ; exec \"$0\" --exact store::faults::filling_up --ignored";
    let child = std::process::Command::new("bash")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
}

#[tokio::test]
#[ignore = "run by a_full_disk_is_said_and_spoils_nothing, in a process of its own"]
async fn filling_up() {
    let base = Base::sqlite();
    let store = base.open().await;
    let mut kept = 0;
    let refused = loop {
        let mut large = message(&format!("m{kept}"));
        large.text = "x".repeat(50_000);
        match store.accept(&large).await {
            Ok(_) if kept < 100 => kept += 1,
            end => break end,
        }
    };
    assert!(matches!(refused, Err(StoreError::Database(_))), "{refused:?}");
    assert!(kept > 2, "{kept}");
    assert_eq!(
        store.history(toban::domain::person::Door::Slack, 10).await,
        Ok(vec![]),
        "it can still be read"
    );
    assert!(matches!(store.audit_verify().await, Ok(toban::store::Verified::Whole { .. })));
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("missing/toban.db").display());
    let error = Store::open(&url, Base::clock(), Role::Serve).await.unwrap_err();
    assert!(matches!(&error, StoreError::Open(shown, _) if shown.contains("missing/toban.db")), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("toban.db");
    std::fs::write(&path, "these are the minutes of the last meeting, not a database".repeat(100)).unwrap();
    let error =
        Store::open(&format!("sqlite://{}", path.display()), Base::clock(), Role::Serve).await.unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
}

#[tokio::test]
async fn a_new_file_is_for_its_owners_eyes_only() {
    use std::os::unix::fs::PermissionsExt;
    let base = Base::sqlite();
    let store = base.open().await;
    store.accept(&message("m1")).await.unwrap();
    for file in std::fs::read_dir(base.folder.as_ref().unwrap()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.file_name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_postgres_cuts_are_made_anew() {
    let Some(database) = Database::fresh().await else { return };
    let store = Store::open(&database.url, Base::clock(), Role::Serve).await.unwrap();
    let (answered, mut progress) = tokio::sync::watch::channel(0);
    let work = tokio::spawn({
        let store = store.clone();
        async move {
            for number in 0..200 {
                let id = format!("m{number}");
                // First, also when the commit went through and only its answer was lost.
                assert_eq!(store.accept(&message(&id)).await, Ok(Accepted::First), "{id}");
                let posts = store.conclude(answer(&id)).await.unwrap();
                assert_eq!(posts[0].version, 1, "{id}");
                answered.send_replace(number);
            }
        }
    });
    let mut admin = sqlx::AnyConnection::connect(&database.url).await.unwrap();
    let mut cut = 0;
    while progress.wait_for(|answered| *answered >= cut).await.is_ok() {
        sqlx::query(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity
             where pid <> pg_backend_pid() and datname = current_database()",
        )
        .execute(&mut admin)
        .await
        .unwrap();
        cut += 4;
    }
    work.await.unwrap();
    let verified = store.audit_verify().await.unwrap();
    assert!(matches!(verified, toban::store::Verified::Whole { rows: 200, .. }), "{verified:?}");
    admin.close().await.unwrap();
}
