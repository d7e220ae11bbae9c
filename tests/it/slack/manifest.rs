//! The manifest is one that Slack takes.

use serde_json::Value;
use toban::chat::slack::manifest::{ManifestSettings, Mode, SlashCommand, clashes, manifest};

fn settings(mode: Mode) -> ManifestSettings {
    ManifestSettings {
        name: "Toban".to_owned(),
        description: "The one on duty".to_owned(),
        mode,
        prefix: String::new(),
        shortcuts: vec![("Find in the runbook".to_owned(), "Looks it up".to_owned(), "runbook".to_owned())],
    }
}

fn commands(names: &[&str]) -> Vec<SlashCommand> {
    let command = |name: &&str| SlashCommand {
        name: (*name).to_owned(),
        description: "Does it".to_owned(),
        hint: "SERVICE".to_owned(),
    };
    names.iter().map(command).collect()
}

fn names(manifest: &str) -> Vec<String> {
    let manifest: Value = serde_json::from_str(manifest).unwrap();
    let slash = manifest["features"]["slash_commands"].as_array().unwrap();
    slash.iter().map(|command| command["command"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn socket_mode_needs_no_addresses() {
    insta::assert_snapshot!(manifest(&settings(Mode::Socket), &commands(&["health"])));
}

#[test]
fn http_mode_names_the_three_routes() {
    let shown = manifest(
        &settings(Mode::Http("https://toban.example.com/".parse().unwrap())),
        &commands(&["health"]),
    );
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let base = "https://toban.example.com/slack";
    assert_eq!(shown["features"]["slash_commands"][1]["url"], format!("{base}/commands"));
    assert_eq!(shown["settings"]["interactivity"]["request_url"], format!("{base}/interactivity"));
    assert_eq!(shown["settings"]["event_subscriptions"]["request_url"], format!("{base}/events"));
    assert_eq!(shown["settings"]["socket_mode_enabled"], false);
}

#[test]
fn slacks_own_commands_and_impossible_ones_are_left_out_and_named() {
    let wanted = ["health", "status", "who", "health", "Größe", "toban", &"x".repeat(40)];
    assert_eq!(names(&manifest(&settings(Mode::Socket), &commands(&wanted))), ["/toban", "/health"]);
    assert_eq!(clashes(wanted, "").len(), 6);
    assert!(clashes(["status"], "")[0].starts_with("/status is Slack's own command"));
    assert!(clashes(["status", "who"], "tb-").is_empty());
    let prefixed = ManifestSettings { prefix: "tb-".to_owned(), ..settings(Mode::Socket) };
    assert_eq!(names(&manifest(&prefixed, &commands(&["status"]))), ["/toban", "/tb-status"]);
}

#[test]
fn there_are_never_more_than_fifty() {
    let many: Vec<String> = (0..60).map(|number| format!("verb-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(names(&manifest(&settings(Mode::Socket), &commands(&many))).len(), 50);
    assert_eq!(clashes(many, "").len(), 1);
}
