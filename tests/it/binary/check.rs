//! `toban check`: everything that is wrong, at once, with its place and what would be right.

use super::site::{Ran, Site, program, ran};

/// What was said, with the folder called `config`.
fn said(site: &Site, text: &str) -> String {
    text.replace(&format!("{}/", site.config().display()), "config/")
}

const BROKEN: &str = r#"
[limits]
commnd = "10s"
plan = "soon"
[slack]
bot_token = "xoxb-123"
[[role]]
id = "a"
includes = ["b"]
[[role]]
id = "b"
includes = ["a"]
[[service]]
id = "sagebase"
[github]
token = "env:NO_SUCH_TOKEN"
"#;

async fn check(site: &Site) -> Ran {
    site.run(&["check"]).await
}

#[tokio::test]
async fn the_example_company_is_in_order_with_no_environment_at_all() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/config/example");
    let checked = ran(program(&["check", "--config", example])).await;
    assert_eq!(checked.code, 0);
    assert_eq!(checked.err.lines().count(), 1, "{}", checked.err);
    assert!(checked.err.ends_with("nobody is paged by \"email\": smtp.url is not set\n"), "{}", checked.err);
    insta::assert_snapshot!(checked.out, @"The config is good: 5 services, 10 people, 5 roles.");
}

#[tokio::test]
async fn every_fault_is_told_at_once_with_its_place_and_the_nearest_right_name() {
    let site = Site::sqlite().await;
    site.change("people.toml", "roles = [\"responder\"]", "roles = [\"respnder\"]");
    site.change("services/taisun.toml", "backend = \"github_actions\"", "backend = \"github_action\"");
    site.write("zzz.toml", BROKEN);
    let checked = check(&site).await;
    assert_eq!((checked.code, checked.out.as_str()), (1, ""), "{}", checked.err);
    assert!(!checked.err.contains("xoxb-123"), "a secret is never shown");
    insta::assert_snapshot!(said(&site, &checked.err), @r#"
    config/people.toml:63:10: unknown role "respnder": did you mean "responder"?
    config/services/sagebase.toml:4:6: second service "sagebase": the first is at config/zzz.toml:14:6
    config/services/taisun.toml:32:13: service.component.backend = "github_action": no such choice: did you mean "github_actions"?
    config/zzz.toml:3:1: unknown key "commnd" in [limits]: did you mean "command"?
    config/zzz.toml:4:8: limits.plan = "soon": not a span of time: write "90s", "5m" or "1h 30m"
    config/zzz.toml:6:13: slack.bot_token: a secret is never a value: write "env:NAME", "file:PATH" or "gcp:projects/P/secrets/S/versions/V" and keep the value there
    config/zzz.toml:9:12: role "a" includes itself: a → b → a
    config/zzz.toml:16:9: github.token: there is no variable NO_SUCH_TOKEN in the environment
    "#);
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
    insta::assert_snapshot!(said(&site, &checked.err), @r#"config/broken.toml:2:22: invalid basic string, expected `"`"#);
}

#[tokio::test]
async fn slash_commands_that_slack_keeps_for_itself_are_told_unless_a_prefix_mends_it() {
    let site = Site::sqlite().await;
    site.write("more.toml", "[slack]\ncommands = [\"status\", \"health\", \"health\"]\n");
    let checked = check(&site).await;
    assert_eq!(checked.code, 1);
    insta::assert_snapshot!(said(&site, &checked.err), @r"
    config/more.toml:2:13: /status is a command of Slack's own: set slack.command_prefix, or say /toban status
    config/more.toml:2:33: /health is named twice
    ");
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
