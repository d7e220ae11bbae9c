//! Bad input gets a clear answer: what is wrong, what would fit, and the command that was probably meant.

use toban::domain::report::{Block, Report};

use super::{in_thread_of, read, read_in, say};

/// The answer as plain text: headline, blocks, buttons as `[command]`.
fn told(report: &Report) -> String {
    let mut lines = vec![say(&report.headline)];
    for block in &report.blocks {
        match block {
            Block::Text(phrase) => lines.push(say(phrase)),
            Block::Code(code) => lines.push(code.clone()),
            Block::List(items) => lines.extend(items.iter().map(|item| format!("- {}", say(item)))),
            other => panic!("{other:?}"),
        }
    }
    lines.extend(report.buttons.iter().map(|button| format!("[{}]", button.command)));
    lines.join("\n")
}

fn answer(typed: &str) -> String {
    told(&read(typed).expect_err(typed).report())
}

/// The first line and the buttons.
fn short(typed: &str) -> String {
    let answer = answer(typed);
    let first = answer.lines().next().unwrap_or_default();
    let buttons = answer.lines().filter(|line| line.starts_with('['));
    std::iter::once(first).chain(buttons).collect::<Vec<_>>().join("\n")
}

#[test]
fn unknown_verb() {
    assert_eq!(
        answer("lgos bluelamp errors 1h"),
        "There is no command “lgos”.\n\
         “help” lists what you can do.\n\
         [logs bluelamp errors 1h]"
    );
    assert_eq!(
        short("/toban rolback api-key-server previous"),
        "There is no command “rolback”.\n[rollback api-key-server previous]"
    );
    assert_eq!(short("xyzzy"), "There is no command “xyzzy”.\n[help]");
    assert_eq!(short("sagebase helth"), "There is no command “helth”.\n[sagebase health]");
    assert_eq!(short("help lgos"), "There is no command “lgos”.\n[help logs]");
    assert_eq!(short("\"logs\" sagebase"), "There is no command “logs”.\n[logs sagebase]");
}

#[test]
fn a_service_alone() {
    assert_eq!(
        answer("sagebase"),
        "What about sagebase? Choose what to look at.\n\
         [health sagebase]\n[logs sagebase]\n[metrics sagebase]\n[releases sagebase]\n[runbook sagebase]"
    );
}

#[test]
fn unknown_service() {
    assert_eq!(
        answer("health sagebse"),
        "There is no service “sagebse”.\n\
         Services: bluelamp, api-key-server, sagebase, smart-office, taisun\n\
         [health sagebase]"
    );
    assert_eq!(short("logs blulamp errors 1h"), "There is no service “blulamp”.\n[logs bluelamp errors 1h]");
    assert_eq!(
        short("rollback api-key-srver previous"),
        "There is no service “api-key-srver”.\n[rollback api-key-server previous]"
    );
    assert_eq!(short("health sagebse.db"), "There is no service “sagebse.db”.\n[health sagebase.db]");
    assert_eq!(short("runbook sagebse slow"), "There is no service “sagebse”.\n[runbook sagebase slow]");
    assert_eq!(short("health mars"), "There is no service “mars”.");
}

#[test]
fn unknown_component() {
    assert_eq!(
        answer("health sagebase.bd"),
        "sagebase has no component “bd”.\nIts components: web, db, files\n[health sagebase.db]"
    );
    assert_eq!(
        short("logs sagebase.xyzzy errors"),
        "sagebase has no component “xyzzy”.\n[logs sagebase.web errors]\n[logs sagebase.db errors]\n[logs sagebase.files errors]"
    );
}

#[test]
fn something_is_missing() {
    assert_eq!(
        short("logs errors 1h"),
        "logs needs one thing more: a service, or service.component.\n\
         [logs bluelamp errors 1h]\n[logs api-key-server errors 1h]\n[logs sagebase errors 1h]\n\
         [logs smart-office errors 1h]\n[logs taisun errors 1h]"
    );
    assert_eq!(
        answer("rollback api-key-server"),
        "rollback needs one thing more: “previous” or a revision's name.\n\
         Usage: rollback SERVICE[.COMPONENT] previous|REVISION\n\
         [rollback api-key-server previous]\n[releases api-key-server]"
    );
    assert!(short("rollback previous").starts_with("rollback needs one thing more: a service"));
    assert!(short("rollback previous").contains("[rollback api-key-server previous]"));
    assert!(short("runbook slow").starts_with("runbook needs one thing more: a service"));
    assert_eq!(short("confirm"), "confirm needs one thing more: a plan's id (P-…).");
}

#[test]
fn a_word_that_nothing_fits() {
    assert_eq!(
        answer("health sagebase 1h"),
        "health cannot make sense of “1h”.\n\
         It takes:\n- a service, or service.component\n- the word json\n\
         Usage: health SERVICE[.COMPONENT] [json]\n\
         [help health]"
    );
    assert_eq!(
        short("logs sagebase eror 1h"),
        "logs cannot make sense of “eror”.\n[logs sagebase error 1h]\n[logs sagebase \"eror\" 1h]\n[help logs]"
    );
    assert_eq!(
        short("logs sagebase timeouts"),
        "logs cannot make sense of “timeouts”.\n[logs sagebase \"timeouts\"]\n[help logs]"
    );
    assert_eq!(
        short("logs sagebase --follow"),
        "logs cannot make sense of “--follow”.\n[logs sagebase follow]\n[logs sagebase \"--follow\"]\n[help logs]"
    );
    assert_eq!(
        answer("whoami now"),
        "whoami cannot make sense of “now”.\nIt takes no arguments.\nUsage: whoami\n[help whoami]"
    );
    assert!(answer("rollback sagebase <script>").starts_with("rollback cannot make sense of “<script>”."));
    assert!(answer("rollback sagebase @everyone").starts_with("rollback cannot make sense of “@everyone”."));
    assert!(answer("rollback sagebase *x*").starts_with("rollback cannot make sense of “*x*”."));
}

#[test]
fn spans_that_cannot_be() {
    let first = |typed: &str| answer(typed).lines().next().unwrap().to_owned();
    assert_eq!(first("logs bluelamp 0h"), "“0h” is no time at all: a span must be longer than nothing.");
    assert_eq!(
        first("logs bluelamp -1h"),
        "“-1h” is negative: give a span such as 1h, it is counted back from now."
    );
    assert_eq!(first("logs bluelamp 1000000h"), "“1000000h” is too long: a span is at most 400d.");
    assert_eq!(
        first("logs bluelamp ０時間"),
        "“0時間” is no time at all: a span must be longer than nothing."
    );
}

#[test]
fn moments_that_cannot_be() {
    let first = |typed: &str| answer(typed).lines().next().unwrap().to_owned();
    assert_eq!(first("logs bluelamp 25:00"), "There is no such time as “25:00”.");
    assert_eq!(first("logs bluelamp 2024-02-30"), "There is no such time as “2024-02-30”.");
    assert_eq!(
        first("logs bluelamp 2024-01-16T10:00"),
        "“2024-01-16T10:00” has not come yet (times without a zone are Asia/Tokyo)."
    );
    assert_eq!(first("logs bluelamp 11:00..10:00"), "“11:00..10:00” ends before it begins.");
}

#[test]
fn two_values_of_one_kind() {
    let first = |typed: &str| answer(typed).lines().next().unwrap().to_owned();
    assert_eq!(
        first("logs bluelamp 1h 2h"),
        "Two values where one is taken (a time such as 1h, yesterday or 10:00..11:00): “1h” and “2h”."
    );
    assert_eq!(
        first("logs bluelamp sagebase"),
        "Two values where one is taken (a service, or service.component): “bluelamp” and “sagebase”."
    );
    assert_eq!(
        first("rollback sagebase previous v1.2.2"),
        "Two values where one is taken (“previous” or a revision's name): “previous” and “v1.2.2”."
    );
    assert!(first("logs sagebase errors warnings").ends_with("“errors” and “warnings”."));
    assert_eq!(read("logs sagebase follow follow").unwrap().to_text(), "logs sagebase follow");
}

#[test]
fn numbers_out_of_range() {
    let first = |typed: &str| answer(typed).lines().next().unwrap().to_owned();
    for word in ["0", "1001", "-5", "99999999999999999999999"] {
        let expected = format!("“{word}” is out of range: a number from 1 to 1000.");
        assert_eq!(first(&format!("logs bluelamp {word}")), expected);
    }
}

#[test]
fn broken_patterns_show_where() {
    assert_eq!(
        answer("logs bluelamp /foo(bar/"),
        "The pattern is not a regular expression: unclosed group.\nfoo(bar\n   ^"
    );
    assert_eq!(
        answer("logs bluelamp /エラー[/"),
        "The pattern is not a regular expression: unclosed character class.\nエラー[\n   ^"
    );
    let long = format!("logs bluelamp /{}(/", "x".repeat(500));
    assert!(
        answer(&long).ends_with(&format!("\n{}(\n{}^", "x".repeat(30), " ".repeat(30))),
        "{}",
        answer(&long)
    );
    assert!(answer("logs bluelamp //").starts_with("There is nothing between the slashes."));
    assert!(answer("logs bluelamp /(a{1000}){1000}/").starts_with("The pattern is too big"));
    assert_eq!(
        short("logs bluelamp /v1/chat errors"),
        "“/v1/chat” begins a pattern that no slash ends. Put text in quotes instead.\n[logs bluelamp \"/v1/chat\" errors]"
    );
    assert!(
        short("logs bluelamp \"never closed").starts_with("“\"never” begins a quote that is never closed.")
    );
}

#[test]
fn nearly_previous() {
    assert_eq!(
        short("rollback api-key-server prev"),
        "“prev”: did you mean “previous”?\n[rollback api-key-server previous]"
    );
    let thread = in_thread_of("sagebase");
    let report = read_in("rollback previos", &thread).unwrap_err().report();
    assert!(told(&report).ends_with("[rollback previous]"), "{}", told(&report));
}

#[test]
fn nothing_to_read() {
    assert_eq!(short(""), "Type a command: “help” shows what you can run.\n[help]");
    assert_eq!(short("  /  "), "Type a command: “help” shows what you can run.\n[help]");
    assert_eq!(short("/toban"), "Type a command: “help” shows what you can run.\n[help]");
    for emoji in ["🎉", "🚨🔥", "👩🏽‍🚒", ":tada:", ":tada: :+1:", "🇯🇵 ‼️", "???"] {
        assert_eq!(
            short(emoji),
            "There is no word in that. “help” shows what you can run.\n[help]",
            "{emoji}"
        );
    }
}

#[test]
fn too_much_to_read() {
    let text = format!("logs bluelamp \"{}\"", "長".repeat(10_000));
    assert_eq!(answer(&text), "That is 10016 characters long; a command has at most 1000.");
}

#[test]
fn what_was_typed_is_shown_short_and_on_one_line() {
    let answer = answer(&format!("health sagebase {}", "x".repeat(300)));
    assert!(answer.starts_with(&format!("health cannot make sense of “{}…”.", "x".repeat(39))), "{answer}");
    assert!(short("health \u{7}bell").starts_with("There is no service “ bell”."));
}
