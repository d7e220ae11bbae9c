//! `toban check`: everything that is wrong, at once, with its place and what would be right.

use super::site::{Ran, Site, program, ran};

/// What was said, with the folder called `config`.
fn said(site: &Site, text: &str) -> String {
    text.replace(&format!("{}/", site.config().display()), "config/")
}

async fn check(site: &Site) -> Ran {
    site.run(&["check"]).await
}

#[tokio::test]
async fn the_example_company_is_in_order_with_no_environment_at_all() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config/example");
    let checked = ran(program(&["check", "--config", example])).await;
    assert_eq!((checked.code, checked.err.as_str()), (0, ""));
    insta::assert_snapshot!(checked.out, @"");
}

#[tokio::test]
async fn every_fault_is_told_at_once_with_its_place_and_the_nearest_right_name() {
    let site = Site::sqlite().await;
    site.change("people.toml", "roles = [\"responder\"]", "roles = [\"respnder\"]");
    site.change("services/taisun.toml", "id = \"taisun\"", "id = \"sagebase\"");
    site.change("services/bluelamp.toml", "backend = \"cloud_run\"", "backend = \"clowd_run\"");
    site.write(
        "limits.toml",
        "[limits]\ncommnd = \"10s\"\nplan = \"soon\"\n\n[slack]\nbot_token = \"xoxb-123\"\n",
    );
    site.write(
        "roles.toml",
        "[[role]]\nid = \"a\"\nincludes = [\"b\"]\n\n[[role]]\nid = \"b\"\nincludes = [\"a\"]\n",
    );
    site.write("sources.toml", "[[source]]\nid = \"x\"\nkind = \"generic\"\ntoken = \"env:HOOK_TOKEN\"\n");
    let checked = check(&site).await;
    assert_eq!((checked.code, checked.out.as_str()), (1, ""), "{}", checked.err);
    assert!(!checked.err.contains("xoxb-123"), "a secret is never shown");
    insta::assert_snapshot!(said(&site, &checked.err), @"");
    // The other tasks end with another code, so that a script can tell a broken config from a failed command.
    for task in [&["serve"][..], &["run", "health", "sagebase"], &["commands"], &["audit", "verify"]] {
        let ran = site.run(task).await;
        assert_eq!(ran.code, 3, "{task:?}: {}", ran.err);
        assert_eq!(ran.err, checked.err, "{task:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_toml_is_told_with_its_line() {
    let site = Site::sqlite().await;
    site.write("broken.toml", "[web]\nlisten = \"127.0.0.1:0\nx = 1\n");
    let checked = check(&site).await;
    assert_eq!(checked.code, 1);
    insta::assert_snapshot!(said(&site, &checked.err), @"");
}

#[tokio::test]
async fn slash_commands_that_slack_keeps_for_itself_are_told_unless_a_prefix_mends_it() {
    let site = Site::sqlite().await;
    site.write("more.toml", "[slack]\ncommands = [\"status\", \"health\", \"health\"]\n");
    let checked = check(&site).await;
    assert_eq!(checked.code, 1);
    insta::assert_snapshot!(checked.err, @"");
    site.write("more.toml", "[slack]\ncommands = [\"status\", \"health\"]\ncommand_prefix = \"tb-\"\n");
    let checked = check(&site).await;
    assert_eq!((checked.code, checked.err.as_str()), (0, ""));
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let checked = ran(program(&["check", "--config", "/nowhere/at/all"])).await;
    assert_eq!(checked.code, 1);
    assert!(checked.err.starts_with("/nowhere/at/all: this folder cannot be read"), "{}", checked.err);
}
