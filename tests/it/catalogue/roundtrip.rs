//! Properties: the canonical text reads back as the same invocation, and no text makes the parser fall over.

use proptest::prelude::*;
use toban::domain::catalogue::Catalogue;
use toban::domain::invocation::parse;
use toban::domain::redact::{looks_secret, redact};

use super::{context, in_thread_of, services};

/// A part of a command that may or may not make sense where it stands.
fn part() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "logs",
        "health",
        "rollback",
        "runbook",
        "help",
        "more",
        "filter",
        "stop",
        "confirm",
        "status",
        "ログ",
        "bluelamp",
        "sagebase.db",
        "sb",
        "api-key-server",
        ".db",
        "db",
        "errors",
        "エラー",
        "critical",
        "1h",
        "90m",
        "1時間30分",
        "36h",
        "10:00",
        "10:00..11:00",
        "昨日",
        "2024-01-14",
        "2024-01-14T10:00Z",
        "23:00~01:00",
        "50",
        "/a b/i",
        "/x\\/y/",
        "/[/",
        "\"a b\"",
        "「c」",
        "“d\\\"e”",
        "follow",
        "requests",
        "json",
        "previous",
        "prev",
        "v1.2.2",
        "P-7K2M9QX4TB",
        "r-7k2m9qx4tb",
        "a=b",
        "k=\"v w\"",
        "can't",
        "/v1/chat",
        "\"open",
        "@everyone",
        "<b>",
        "🎉",
        "１ｈ",
        "-1h",
        "0h",
    ]);
    prop_oneof![
        8 => known.prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => "\"[^\"\\\\]{0,12}\"",
        1 => "/[a-z+*?.()|\\\\/ ]{0,12}/",
    ]
}

fn command() -> impl Strategy<Value = String> {
    let verb = prop::sample::select(vec![
        "logs sagebase",
        "logs",
        "runbook bluelamp",
        "runbook",
        "health",
        "rollback taisun",
        "filter R-7K2M9QX4TB",
        "more",
        "help",
        "taisun logs",
    ]);
    (verb, prop::collection::vec(part(), 0..7))
        .prop_map(|(verb, parts)| format!("{verb} {}", parts.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn the_canonical_text_reads_back_as_the_same(text in command(), thread in any::<bool>()) {
        let (catalogue, services) = (Catalogue::embedded().unwrap(), services());
        let context = if thread { in_thread_of("sagebase") } else { context() };
        if let Ok(invocation) = parse(&text, &catalogue, &services, &[], &context) {
            let again = parse(invocation.to_text(), &catalogue, &services, &[], &context);
            prop_assert_eq!(again.as_ref(), Ok(&invocation), "{} -> {}", text, invocation.to_text());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_fall_over(text in "\\PC{0,1000}", verb in prop::sample::select(vec!["", "logs ", "runbook sb "])) {
        let (catalogue, services) = (Catalogue::embedded().unwrap(), services());
        if let Err(fault) = parse(&format!("{verb}{text}"), &catalogue, &services, &[], &context()) {
            let report = fault.report();
            prop_assert!(report.buttons.iter().all(|button| button.command.chars().count() <= 1_000));
        }
    }
}

#[test]
fn long_texts_of_any_kind_are_only_counted() {
    let (catalogue, services) = (Catalogue::embedded().unwrap(), services());
    for piece in ["/a ", "\"a ", "「", "=\"", "logs ", "1h ", "-", "🎉", "\\", "a\u{300}", "ﷺ"] {
        for length in [900, 10_000] {
            let text: String = piece.chars().cycle().take(length).collect();
            for text in [text.clone(), format!("logs sagebase {text}"), format!("runbook sagebase {text}")] {
                let _ = parse(&text, &catalogue, &services, &[], &context());
                let _ = (redact(&text), looks_secret(&text));
            }
        }
    }
}
