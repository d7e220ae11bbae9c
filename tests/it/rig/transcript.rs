//! A report as plain text, as somebody would read it: the form in which scenario tests hold what was said.

use std::fmt::Write as _;
use std::sync::LazyLock;

use toban::domain::report::{Block, Look, Report, Tone};
use toban::domain::words::{Lang, Phrase, Reader, Words};

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::load().unwrap());

/// The report in `lang`, moments in Japan's zone.
pub fn transcript(report: &Report, lang: Lang) -> String {
    let reader = Reader { lang, zone: jiff::tz::TimeZone::get("Asia/Tokyo").unwrap() };
    let say = |phrase: &Phrase| WORDS.say(&reader, phrase);
    let mark = match report.tone {
        Tone::Good => "[good]",
        Tone::Warn => "[warn]",
        Tone::Bad => "[bad]",
        Tone::Plain => "[plain]",
        Tone::Busy => "[busy]",
    };
    let mut text = format!("{mark} {}\n", say(&report.headline));
    blocks(&mut text, &report.blocks, &reader);
    if !report.buttons.is_empty() {
        text.push('\n');
    }
    for button in &report.buttons {
        let look = match button.look {
            Look::Plain => "",
            Look::Primary => "!",
            Look::Danger => "!!",
        };
        let _ = writeln!(text, "({look}{}) → {}", say(&button.label), button.command);
    }
    if let Some(footnote) = &report.footnote {
        let _ = writeln!(text, "_{}_", say(footnote));
    }
    text
}

/// Blocks alone, for the preview of a plan.
pub fn preview(headline: &Phrase, parts: &[Block], lang: Lang) -> String {
    let mut report = Report::new(Tone::Plain, headline.clone());
    report.blocks = parts.to_vec();
    transcript(&report, lang)
}

fn blocks(text: &mut String, parts: &[Block], reader: &Reader) {
    let say = |phrase: &Phrase| WORDS.say(reader, phrase);
    let mut line = |line: String| {
        text.push_str(line.trim_end());
        text.push('\n');
    };
    for part in parts {
        match part {
            Block::Text(phrase) => line(say(phrase)),
            Block::Heading(phrase) => line(format!("## {}", say(phrase))),
            Block::Fields(fields) => {
                fields.iter().for_each(|(label, value)| line(format!("{}: {}", say(label), say(value))));
            }
            Block::Table { heads, rows } => {
                let row = |cells: &[Phrase]| cells.iter().map(say).collect::<Vec<_>>().join(" | ");
                line(row(heads));
                rows.iter().for_each(|cells| {
                    assert_eq!(cells.len(), heads.len(), "a cell for each head");
                    line(format!("  {}", row(cells)));
                });
            }
            Block::Code(code) => line(format!("```\n{code}\n```")),
            Block::Log(lines) => lines.iter().for_each(|entry| {
                let count = if entry.count > 1 { format!(" ×{}", entry.count) } else { String::new() };
                let at = entry.at.to_zoned(reader.zone.clone()).strftime("%H:%M:%S").to_string();
                line(format!("  {at} {:?}{count} {}", entry.severity, entry.text.replace('\n', "\n      ")));
            }),
            Block::List(items) => items.iter().for_each(|item| line(format!("• {}", say(item)))),
        }
    }
}
