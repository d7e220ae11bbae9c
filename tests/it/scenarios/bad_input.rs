//! Whatever is typed gets a clear answer, and what cannot be meant changes nothing.

use std::fmt::Write as _;

use crate::rig::app::Rig;
use crate::rig::talk::{Seen, settled};

/// Whether nothing but looking was done.
fn only_looked(rig: &Rig) -> bool {
    rig.sandbox
        .world()
        .requests()
        .iter()
        .all(|seen| seen.method == "GET" || seen.path.ends_with("entries:list"))
}

fn note(table: &mut String, typed: &str, answer: &Seen) {
    let to = if answer.only.is_some() { "to the sender alone" } else { "to all" };
    let _ = writeln!(table, "> {typed}\n  ({to})");
    for line in settled(&answer.shown).lines() {
        let _ = writeln!(table, "  {line}");
    }
    table.push('\n');
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_meant_is_answered_with_what_can() {
    let rig = Rig::start().await;
    let mut table = String::new();
    for typed in [
        "toban",
        "toban helth sagebase",
        "toban frobnicate",
        "toban sagebase",
        "health",
        "health sagebas",
        "health nowhere",
        "health sagebase.webb",
        "logs sagebase.nothing errors",
        "logs sagebase errors 0h",
        "logs sagebase errors -1h",
        "logs sagebase errors 1000000h",
        "logs sagebase /a(b/",
        "logs sagebase /open",
        "logs sagebase \"open",
        "logs sagebase 0",
        "logs sagebase 11:00..10:00",
        "logs sagebase 25:00",
        "logs sagebase 1h 2h",
        "logs sagebase wibble",
        "rollback api-key-server",
        "rollback api-key-server nonsense",
        "rollback api-key-server api-key-server-00042-pog",
        "rollback api-key-server api-key-server-0004",
        "rollback api-key-server api-key-server-00043-nam",
        "rollback smart-office previous",
        "toban 🎉🎉",
        "toban :tada:",
        "toban @everyone",
        "toban <!channel> wake up",
        "health <@U0SATO>",
        "health *sagebase*",
        "logs sagebase \"*bold* <!channel> <@U1>\" 1h",
        "logs sagebase \"<script>alert(1)</script>\" 1h",
        "runbook sagebase <script>alert(1)</script> *x* @everyone",
    ] {
        let answer = rig.ask(typed).await;
        note(&mut table, typed, &answer);
    }
    insta::assert_snapshot!(table);
    assert!(only_looked(&rig));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_characters_are_refused_in_one_line() {
    let rig = Rig::start().await;
    let answer = rig.ask(&format!("logs sagebase \"{}\"", "x".repeat(10_000))).await;
    answer.says("That is 10016 characters long; a command has at most");
    assert!(answer.shown.chars().count() < 200, "{}", answer.shown);
    assert!(rig.sandbox.world().requests().is_empty());
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_typed_pings_anybody_or_becomes_markup() {
    let rig = Rig::start().await;
    let typed = "logs sagebase \"*bold* <!channel> <@U0TANAKA> @everyone @here `tick`\" 1h";
    rig.ask(typed).await.says("*bold* <!channel> <@U0TANAKA> @everyone");
    let messages = rig.slack.state().messages.clone();
    for said in &messages {
        // In the text that stands beside the blocks, and in mrkdwn, only escaped forms may occur.
        assert!(!said.text.contains("<!") && !said.text.contains("<@"), "{}", said.text);
        for object in mrkdwn(&said.blocks) {
            assert!(!object.contains("<!") && !object.contains("<@"), "{object}");
        }
    }
    rig.stop().await;
}

/// The texts of all mrkdwn objects.
fn mrkdwn(value: &serde_json::Value) -> Vec<&str> {
    match value {
        serde_json::Value::Array(items) => items.iter().flat_map(mrkdwn).collect(),
        serde_json::Value::Object(fields) if fields.get("type").is_some_and(|kind| kind == "mrkdwn") => {
            fields["text"].as_str().into_iter().collect()
        }
        serde_json::Value::Object(fields) => fields.values().flat_map(mrkdwn).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_an_old_message_is_explained_to_whoever_presses_it() {
    let rig = Rig::start().await;
    let plan = rig.ask("rollback api-key-server previous").await;
    let mut table = String::new();
    for value in [
        "confirm P-7K2M9QX4TB",
        "confirm",
        "undo P-7K2M9QX4TB",
        "cancel P-7K2M9QX4TB",
        "more R-7K2M9QX4TB 2",
        "file R-7K2M9QX4TB",
        "stop slack:1.2/answer",
        "approve v1 {\"id\":17}",
        "%00\u{1}\u{2}",
        "",
    ] {
        let answer = rig.push_value("U0SATO", &plan, value).await;
        assert_eq!(answer.only.as_deref(), Some("U0SATO"), "{value}: {}", answer.shown);
        note(&mut table, &format!("[{}]", value.escape_debug()), &answer);
    }
    insta::assert_snapshot!(table);
    assert_eq!(rig.asked("PATCH", ""), 0);
    rig.stop().await;
}
