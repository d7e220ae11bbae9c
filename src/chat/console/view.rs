//! A report as the page draws it: words in the language and moments in the zone of whoever looks, shapes as JSON.
//! No HTML is made here or anywhere: the page puts every text into text nodes.

use jiff::Timestamp;
use serde::Serialize;

use super::board::Shown;
use crate::domain::log::{LogLine, Severity};
use crate::domain::news::News;
use crate::domain::report::{Block, Body, Button, Look, Report, Tone};
use crate::domain::words::{Phrase, Reader, Words};

/// Of a file so many lines are shown before it is downloaded.
const PREVIEW_LINES: usize = 6;
/// …each at most this long.
const PREVIEW_WIDTH: usize = 160;

/// What a post says.
pub(super) enum Content {
    /// A person's line.
    Line(String),
    /// What Toban says.
    Body(Body),
}

impl Content {
    /// Roughly the memory that it takes.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Line(text) => text.len(),
            Self::Body(Body::File { text, .. }) => text.len(),
            Self::Body(body) => serde_json::to_string(body).map_or(0, |json| json.len()),
        }
    }
}

/// A post with its surroundings.
#[derive(Serialize)]
struct Envelope<'a> {
    id: &'a str,
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<Author<'a>>,
    at: Timestamp,
    order: u64,
    edited: bool,
    failed: bool,
    only: bool,
    body: BodyView<'a>,
}

/// Who wrote a line.
#[derive(Serialize)]
struct Author<'a> {
    id: &'a str,
    name: &'a str,
}

/// A post for `reader`, as JSON.
pub(super) fn post(words: &Words, reader: &Reader, shown: &Shown) -> String {
    let envelope = Envelope {
        id: &shown.id,
        channel: &shown.channel,
        thread: (shown.root != shown.id).then_some(&shown.root),
        author: shown.author.as_ref().map(|(id, name)| Author { id, name }),
        at: shown.at,
        order: shown.order,
        edited: shown.edited,
        failed: shown.failed,
        only: shown.only.is_some(),
        body: match &shown.content {
            Content::Line(text) => BodyView::Line { text },
            Content::Body(said) => body(words, reader, said),
        },
    };
    // Strings and numbers only: it cannot fail.
    serde_json::to_string(&envelope).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum BodyView<'a> {
    Line { text: &'a str },
    Report(ReportView<'a>),
    File { name: &'a str, bytes: usize, lines: usize, head: Vec<String> },
}

#[derive(Serialize)]
struct ReportView<'a> {
    tone: Tone,
    headline: String,
    blocks: Vec<BlockView<'a>>,
    buttons: Vec<ButtonView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    footnote: Option<String>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum BlockView<'a> {
    Text { text: String },
    Heading { text: String },
    Fields { fields: Vec<(String, String)> },
    Table { heads: Vec<String>, rows: Vec<Vec<String>> },
    Code { text: &'a str },
    Log { lines: Vec<LineView<'a>> },
    List { items: Vec<String> },
}

#[derive(Serialize)]
struct LineView<'a> {
    day: String,
    time: String,
    severity: Severity,
    text: &'a str,
    count: u32,
}

#[derive(Serialize)]
struct ButtonView<'a> {
    label: String,
    command: &'a str,
    look: Look,
}

/// What Toban says, for `reader`.
fn body<'a>(words: &Words, reader: &Reader, body: &'a Body) -> BodyView<'a> {
    match body {
        Body::Report(said) => BodyView::Report(report(words, reader, said)),
        Body::News(said) => BodyView::Report(news(words, reader, said)),
        Body::File { name, text, .. } => {
            let head = text.lines().take(PREVIEW_LINES);
            let head =
                head.map(|line| crate::base::text::shorten(line, PREVIEW_WIDTH).into_owned()).collect();
            BodyView::File { name, bytes: text.len(), lines: text.lines().count(), head }
        }
    }
}

fn news<'a>(words: &Words, reader: &Reader, news: &'a News) -> ReportView<'a> {
    let say = |phrase: &Phrase| words.say(reader, phrase);
    let items: Vec<String> = news.items().iter().map(say).collect();
    ReportView {
        tone: news.tone,
        headline: say(&news.headline()),
        blocks: if items.is_empty() { Vec::new() } else { vec![BlockView::List { items }] },
        buttons: buttons(&say, &news.buttons),
        footnote: None,
    }
}

fn buttons<'a>(say: &impl Fn(&Phrase) -> String, buttons: &'a [Button]) -> Vec<ButtonView<'a>> {
    buttons
        .iter()
        .map(|button| ButtonView { label: say(&button.label), command: &button.command, look: button.look })
        .collect()
}

fn report<'a>(words: &Words, reader: &Reader, report: &'a Report) -> ReportView<'a> {
    let say = |phrase: &Phrase| words.say(reader, phrase);
    ReportView {
        tone: report.tone,
        headline: say(&report.headline),
        blocks: report.blocks.iter().map(|part| block(&say, reader, part)).collect(),
        buttons: buttons(&say, &report.buttons),
        footnote: report.footnote.as_ref().map(say),
    }
}

fn block<'a>(say: &impl Fn(&Phrase) -> String, reader: &Reader, block: &'a Block) -> BlockView<'a> {
    let all = |phrases: &[Phrase]| phrases.iter().map(say).collect();
    match block {
        Block::Text(text) => BlockView::Text { text: say(text) },
        Block::Heading(text) => BlockView::Heading { text: say(text) },
        Block::Fields(fields) => {
            let fields = fields.iter().map(|(label, value)| (say(label), say(value))).collect();
            BlockView::Fields { fields }
        }
        Block::Table { heads, rows } => {
            BlockView::Table { heads: all(heads), rows: rows.iter().map(|row| all(row)).collect() }
        }
        Block::Code(text) => BlockView::Code { text },
        Block::Log(lines) => {
            BlockView::Log { lines: lines.iter().map(|line| log_line(reader, line)).collect() }
        }
        Block::List(items) => BlockView::List { items: all(items) },
    }
}

fn log_line<'a>(reader: &Reader, line: &'a LogLine) -> LineView<'a> {
    let at = line.at.to_zoned(reader.zone.clone());
    LineView {
        day: at.strftime("%Y-%m-%d").to_string(),
        time: at.strftime("%H:%M:%S").to_string(),
        severity: line.severity,
        text: &line.text,
        count: line.count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::Lang;

    #[test]
    fn log_lines_are_shown_in_the_readers_zone() {
        let reader = Reader { lang: Lang::Ja, zone: jiff::tz::TimeZone::get("Asia/Tokyo").unwrap() };
        let line = LogLine {
            at: "2026-01-05T23:30:00Z".parse().unwrap(),
            severity: Severity::Error,
            text: "<b>接続</b>".to_owned(),
            count: 12,
        };
        let report = Report::new(Tone::Bad, "x").block(Block::Log(vec![line]));
        let words = Words::load().unwrap();
        let view = serde_json::to_value(body(&words, &reader, &Body::Report(report))).unwrap();
        let line = &view["blocks"][0]["lines"][0];
        assert_eq!(line["time"], "08:30:00");
        assert_eq!(line["day"], "2026-01-06");
        assert_eq!(line["severity"], "error");
        assert_eq!(line["text"], "<b>接続</b>");
    }
}
