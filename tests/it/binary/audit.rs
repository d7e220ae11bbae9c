//! `toban audit`: nobody changes the record unseen.

use sqlx::{Connection as _, SqliteConnection};

use super::site::{Ran, Site};

/// A site whose audit has four rows.
async fn with_four_rows() -> Site {
    let site = Site::sqlite().await;
    for command in ["whoami", "help", "status", "health sagebas"] {
        site.run(&["run", command]).await;
    }
    site
}

async fn verify(site: &Site) -> Ran {
    site.run(&["audit", "verify"]).await
}

async fn tamper(site: &Site, sql: &'static str) {
    let mut conn = SqliteConnection::connect(&site.store).await.unwrap();
    assert_eq!(sqlx::query(sql).execute(&mut conn).await.unwrap().rows_affected(), 1, "{sql}");
    conn.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_audit_verifies_and_exports_a_line_for_each_row() {
    let site = with_four_rows().await;
    let verified = verify(&site).await;
    assert_eq!(verified.code, 0, "{verified:?}");
    assert!(verified.out.starts_with("The audit is whole: 4 rows, head "), "{}", verified.out);
    let rows = site.audit().await;
    let commands: Vec<_> = rows.iter().map(|row| row["entry"]["command"].as_str().unwrap()).collect();
    assert_eq!(commands, ["whoami", "help", "status", "health sagebas"]);
    let head = rows.last().unwrap()["seal"].as_str().unwrap();
    assert!(verified.out.contains(head), "{}", verified.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_changed_removed_or_inserted_is_found() {
    let tamperings = [
        ("update audit set content = replace(content, 'sato', 'kimura') where seq = 2", 2),
        ("delete from audit where seq = 3", 3),
        ("delete from audit where seq = 4", 4),
        ("insert into audit (seq, seal, content) select 5, seal, content from audit where seq = 4", 5),
    ];
    let site = with_four_rows().await;
    let file = site.folder.path().join("toban.db");
    let good = std::fs::read(&file).unwrap();
    for (sql, seq) in tamperings {
        std::fs::write(&file, &good).unwrap();
        tamper(&site, sql).await;
        let verified = verify(&site).await;
        assert_eq!((verified.code, verified.out.as_str()), (1, ""), "{sql}: {verified:?}");
        assert!(verified.err.contains(&format!("The audit is broken at row {seq}")), "{sql}: {verified:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_that_is_not_there_is_no_whole_audit() {
    let site = Site::sqlite().await;
    let verified = verify(&site).await;
    assert_eq!(verified.code, 1, "{verified:?}");
    assert!(verified.err.contains("there is no such file"), "{verified:?}");
    assert!(!site.folder.path().join("toban.db").exists(), "looking makes nothing");
}
