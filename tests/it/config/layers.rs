//! Which layer wins, and where secrets come from.

use toban::config::{Config, SecretRef, SlackEntry};
use toban::domain::person::Door;
use toban::domain::words::Lang;

use super::{VERBS, faults, folder, load, variables};

#[test]
fn nested_files_go_over_those_at_the_top_and_the_environment_over_all() {
    let files = [
        ("z.toml", "[web]\nlisten = \"127.0.0.1:1\"\n[limits]\ncall = \"1s\"\n[log]\nfilter = \"warn\""),
        ("a/a.toml", "[limits]\ncall = \"2s\"\n[web]\nlisten = \"127.0.0.1:2\""),
    ];
    let config =
        load(&files, &[("TOBAN__WEB__LISTEN", "127.0.0.1:0"), ("TOBAN__LIMITS__TEXT", "500")]).unwrap();
    assert_eq!(config.settings.web.listen.0.port(), 0);
    assert_eq!(config.settings.limits.call.0.as_secs(), 2);
    assert_eq!(config.settings.limits.text, 500);
    assert_eq!(config.settings.log.filter, "warn");
}

#[test]
fn entries_of_several_files_add_up() {
    let files = [
        ("a.toml", "[[person]]\nid = \"sato\"\nroles = [\"viewer\"]\nslack = \"U1\""),
        ("b/b.toml", "[[person]]\nid = \"tanaka\"\nroles = [\"viewer\"]\nslack = \"U2\""),
    ];
    let config = load(&files, &[]).unwrap();
    assert_eq!(config.people.len(), 2);
}

#[test]
fn a_variable_of_a_text_key_stays_text() {
    let environment = [
        ("TOBAN__DISCORD__APPLICATION_ID", "100000000000000000"),
        ("TOBAN__WORDS__CHANNELS__C0OPS", "ja"),
        ("TOBAN__WORDS__DOORS", "{ console = \"ja\" }"),
        ("TOBAN__SLACK__COMMANDS", "[\"health\"]"),
        ("TOBAN__SMTP__URL", ""),
        ("TOBAN_OTHER", "not ours"),
    ];
    let config = Config::load(None, variables(&environment), VERBS).unwrap();
    assert_eq!(config.settings.discord.application_id.as_deref(), Some("100000000000000000"));
    assert_eq!(config.settings.words.lang(Door::Console, "x"), Lang::Ja);
    assert_eq!(config.settings.words.lang(Door::Slack, "C0OPS"), Lang::Ja);
    assert_eq!(config.settings.slack.commands, ["health"]);
    assert!(config.settings.smtp.url.is_none());
}

#[test]
fn a_token_may_stand_in_the_environment_itself() {
    let environment =
        [("TOBAN__SLACK__BOT_TOKEN", "xoxb-1"), ("TOBAN__SLACK__APP_TOKEN", "env:APP"), ("APP", "xapp-1")];
    let config = Config::load(None, variables(&environment), VERBS).unwrap();
    let slack = config.slack().unwrap();
    assert_eq!(slack.bot_token.reveal(), "xoxb-1");
    assert!(matches!(slack.entry, SlackEntry::Socket(token) if token.reveal() == "xapp-1"));
}

#[test]
fn secrets_come_from_files_and_googles_are_left_for_later() {
    let dir = folder(&[("token", "xoxb-file\n")]);
    let text = format!(
        "[slack]\nbot_token = \"file:{}\"\napp_token = \"gcp:projects/p/secrets/s/versions/latest\"",
        dir.path().join("token").display()
    );
    let mut config = load(&[("slack.toml", &text)], &[]).unwrap();
    assert!(config.slack().is_none(), "one is still to be fetched");
    let missing: Vec<SecretRef> = config.vault.unresolved().cloned().collect();
    assert_eq!(missing, [SecretRef::Google("projects/p/secrets/s/versions/latest".to_owned())]);
    config.vault.supply(missing[0].clone(), toban::base::Secret::new("xapp-g"));
    assert_eq!(config.slack().unwrap().bot_token.reveal(), "xoxb-file");
    assert!(!format!("{config:?}").contains("xoxb-file"));
}

#[test]
fn a_folder_of_commands_inside_is_not_config() {
    let files = [
        ("toban.toml", "[commands]\nfolder = \"commands\""),
        ("commands/own.toml", "name = \"own\"\nverb = \"health\""),
    ];
    assert_eq!(faults(&files, &[]), Vec::<String>::new());
}

#[test]
fn a_missing_folder_is_a_fault() {
    let found = Config::load(Some(std::path::Path::new("/nonexistent/toban")), [], VERBS).unwrap_err();
    assert!(
        found[0].to_string().starts_with("/nonexistent/toban: this folder cannot be read"),
        "{}",
        found[0]
    );
}
