//! The command line explains itself.

use super::site::{program, ran};

#[tokio::test]
async fn the_help_at_the_top_reads_well() {
    let help = ran(program(&["--help"])).await;
    assert_eq!(help.code, 0);
    insta::assert_snapshot!(help.out, @"");
}

#[tokio::test]
async fn the_help_of_every_task_shows_an_example_that_is_right() {
    let tasks: [&[&str]; 11] = [
        &["demo"],
        &["serve"],
        &["check"],
        &["run"],
        &["commands"],
        &["manifest"],
        &["audit"],
        &["audit", "verify"],
        &["audit", "export"],
        &["schema"],
        &["completion"],
    ];
    for task in tasks {
        let help = ran(program(&[task, &["--help"]].concat())).await;
        assert_eq!(help.code, 0, "{task:?}");
        let example = format!("  toban {}", task.join(" "));
        assert!(help.out.contains("Example") && help.out.contains(&example), "{}", help.out);
    }
}

#[tokio::test]
async fn wrong_usage_ends_with_2_and_nothing_on_standard_output() {
    let wrong: [&[&str]; 5] =
        [&[], &["nonsense"], &["run"], &["serve", "--nonsense"], &["demo", "--speed", "0"]];
    for arguments in wrong {
        let ran = ran(program(arguments)).await;
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("Usage: toban") || ran.err.contains("--help"), "{}", ran.err);
    }
}

#[tokio::test]
async fn the_version_is_the_packages() {
    let version = ran(program(&["--version"])).await;
    assert_eq!(version.out.trim(), format!("toban {}", env!("CARGO_PKG_VERSION")));
}
