//! One SQLite file has one `serve`, and any number of `run` beside it.

use std::time::Duration;

use super::process::Process;
use super::site::Site;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_serve_on_the_same_file_is_refused_and_says_why() {
    let site = Site::sqlite().await;
    let first = site.serve().await;
    let (status, said) = Process::spawn(&mut site.command(&["serve"])).ended().await;
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("another process serves it; several need PostgreSQL"), "{said}");
    assert!(said.contains("toban.db"), "{said}");
    site.type_in(&first, "health sagebase").await;
    site.sees("sagebase is healthy").await;
    first.process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_at_a_terminal_works_beside_the_bot() {
    let site = Site::sqlite().await;
    let toban = site.serve().await;
    let ran = site.run(&["run", "health", "sagebase"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("sagebase is healthy"), "{ran:?}");
    site.type_in(&toban, "health bluelamp").await;
    site.sees("bluelamp is ").await;
    toban.process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bot_does_not_take_over_a_change_that_goes_on_for_long_at_a_terminal() {
    // Longer than a replica counts as alive after one sign of life.
    let site = Site::new(None, Duration::from_secs(12)).await;
    let toban = site.serve().await;
    let ran = site.run(&["run", "--yes", "rollback", "api-key-server", "previous"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let said = toban.process.stop().await;
    assert!(!said.contains("left behind"), "{said}");
    let audit = site.audit().await;
    assert!(audit.iter().all(|row| !row.to_string().contains("unknown")), "{audit:#?}");
}
