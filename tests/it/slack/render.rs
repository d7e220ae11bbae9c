//! Any report fits into a Slack message.

use std::sync::LazyLock;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;
use toban::chat::slack::render::{self, measure::units};
use toban::domain::log::{LogLine, Severity};
use toban::domain::report::{Block, Button, Look, Report, Tone};
use toban::domain::words::{Lang, Phrase, Reader, Words};

use super::fake::{blocks, transcript};

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::load().unwrap());

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<String>(),
        2 => "[a-z <>&@!*_`~\n🔥検索]{0,80}",
        1 => Just("<!everyone> @channel <@U1> & https://example.com/x?y=1&z=<>".to_owned()),
        1 => Just("あ🔥&<".repeat(1_500)),
        1 => Just("line\n".repeat(800)),
        1 => Just(String::new()),
    ]
}

fn phrase() -> impl Strategy<Value = Phrase> {
    text().prop_map(Phrase::raw)
}

fn line() -> impl Strategy<Value = LogLine> {
    (0_i64..4_000_000_000, text(), 1_u32..100_000).prop_map(|(second, text, count)| LogLine {
        at: Timestamp::from_second(second).unwrap(),
        severity: Severity::Warning,
        text,
        count,
    })
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        phrase().prop_map(Block::Text),
        phrase().prop_map(Block::Heading),
        text().prop_map(Block::Code),
        prop::collection::vec((phrase(), phrase()), 0..25).prop_map(Block::Fields),
        prop::collection::vec(phrase(), 0..30).prop_map(Block::List),
        prop::collection::vec(line(), 0..30).prop_map(Block::Log),
        (
            prop::collection::vec(phrase(), 0..6),
            prop::collection::vec(prop::collection::vec(phrase(), 0..6), 0..40)
        )
            .prop_map(|(heads, rows)| Block::Table { heads, rows }),
    ]
}

fn button() -> impl Strategy<Value = Button> {
    (phrase(), text()).prop_map(|(label, command)| Button { label, command, look: Look::Danger })
}

fn report() -> impl Strategy<Value = Report> {
    let parts = (
        phrase(),
        prop::collection::vec(block(), 0..60),
        prop::collection::vec(button(), 0..80),
        prop::option::of(phrase()),
    );
    parts.prop_map(|(headline, blocks, buttons, footnote)| Report {
        tone: Tone::Bad,
        headline,
        blocks,
        buttons,
        footnote,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_report_fits(report in report(), japanese in any::<bool>()) {
        let reader = Reader { lang: if japanese { Lang::Ja } else { Lang::En }, ..Reader::default() };
        let shown = render::report(&WORDS, &reader, &report);
        prop_assert!(units(&shown.text) <= render::FALLBACK + 8, "{}", units(&shown.text));
        prop_assert!(!shown.text.is_empty());
        prop_assert!(!shown.text.contains("<!"));
        let sent = serde_json::to_string(&shown.blocks).unwrap();
        prop_assert!(!sent.contains("@everyone") && !sent.contains("@channel") || report.buttons.iter().any(|button| button.command.contains('@')));
        if let Err(fault) = blocks::check(&json!(shown.blocks)) {
            prop_assert!(false, "{fault}");
        }
    }
}

#[test]
fn a_log_that_is_too_long_keeps_its_newest_lines_and_says_so() {
    let line = |number: i64| LogLine {
        at: Timestamp::from_second(number).unwrap(),
        severity: Severity::Info,
        text: format!("line {number} {}", "x".repeat(90)),
        count: 1,
    };
    let report = Report::new(Tone::Plain, "log").block(Block::Log((1..=500).map(line).collect()));
    let shown = render::report(&WORDS, &Reader::default(), &report);
    let lines = transcript::lines(&shown.text, &json!(shown.blocks));
    assert!(lines[1].contains("INFO   line 4"), "{}", lines[1]);
    assert!(lines[lines.len() - 2].contains("line 500"));
    let left = lines.last().unwrap();
    assert!(left.contains("more lines are not shown"), "{left}");
}

#[test]
fn a_button_keeps_its_whole_command_or_goes() {
    let long = "x".repeat(2_001);
    let report = Report::new(Tone::Plain, "plan").button("Confirm", "confirm P-1", Look::Primary).button(
        "No",
        long,
        Look::Plain,
    );
    let shown = render::report(&WORDS, &Reader::default(), &report);
    assert_eq!(transcript::lines("", &json!(shown.blocks))[1], "[*Confirm → confirm P-1]");
}
