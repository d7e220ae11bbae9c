//! Report → Block Kit: pure, and within Slack's limits whatever the report holds
//! (<https://docs.slack.dev/reference/block-kit/blocks>).
//!
//! Free text goes into `rich_text`, where Slack reads no markup at all; only field pairs are mrkdwn, escaped.

pub mod measure;
mod monospace;
pub mod mrkdwn;
mod page;

use serde_json::{Value, json};

use crate::domain::report::{Block, Button, Look, Report, Tone};
use crate::domain::words::{Phrase, Reader, Words};
use measure::{cut, units};
use page::{Keep, Page};

/// Characters over all blocks. Slack refuses a message somewhere above 13,000 (`msg_blocks_too_long`).
pub const TOTAL: usize = 12_000;
/// Blocks in a message.
pub const BLOCKS: usize = 50;
/// One text.
pub const TEXT: usize = 3_000;
/// The text beside the blocks: shown in notifications and by screen readers.
pub const FALLBACK: usize = 1_500;
/// A header.
pub const HEADER: usize = 150;
/// A button's label.
pub const LABEL: usize = 75;
/// A button's value.
pub const VALUE: usize = 2_000;
/// Elements of an actions block.
pub const ACTIONS: usize = 25;
/// Field pairs in one section.
pub const FIELDS: usize = 10;

/// What a message is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// Shown where blocks are not.
    pub text: String,
    /// Block Kit.
    pub blocks: Vec<Value>,
}

/// The mark that goes before a headline.
pub fn mark(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "✅",
        Tone::Warn => "⚠️",
        Tone::Bad => "🔴",
        Tone::Plain => "ℹ️",
        Tone::Busy => "⏳",
    }
}

/// Puts a report into words and blocks.
pub fn report(words: &Words, reader: &Reader, report: &Report) -> Rendered {
    let say = |phrase: &Phrase| words.say(reader, phrase);
    let actions = actions(&report.buttons, &say);
    let footnote = report.footnote.as_ref().map(|phrase| cut(&say(phrase), 1_000).into_owned());
    let spent = actions.iter().map(|(_, size)| size).sum::<usize>() + footnote.as_deref().map_or(0, units);
    let tail = actions.len() + usize::from(footnote.is_some());

    let mut page = Page::new(TOTAL.saturating_sub(spent), BLOCKS - tail);
    page.headline(mark(report.tone), &say(&report.headline));
    for block in &report.blocks {
        match block {
            Block::Text(phrase) => page.paragraph(&say(phrase)),
            Block::Heading(phrase) => page.heading(&say(phrase)),
            Block::Fields(pairs) => {
                page.fields(pairs.iter().map(|(label, value)| (say(label), say(value))));
            }
            Block::List(items) => page.list(items.iter().map(say)),
            Block::Code(text) => page.lines(text.lines().map(str::to_owned).collect(), Keep::First),
            Block::Log(lines) => {
                // More cannot fit, so it need not be formatted.
                let skip = lines.len().saturating_sub(TOTAL / 16);
                page.leave_out(skip);
                page.lines(monospace::log(&lines[skip..], &reader.zone), Keep::Last);
            }
            Block::Table { heads, rows } => {
                let fits = rows.len().min(TOTAL / 4);
                page.leave_out(rows.len() - fits);
                let rows = &rows[..fits];
                let heads: Vec<String> = heads.iter().map(say).collect();
                let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(say).collect()).collect();
                page.lines(monospace::table(&heads, &rows), Keep::First);
            }
        }
    }
    let (text, mut blocks) = page.finish(&say);
    blocks.extend(actions.into_iter().map(|(block, _)| block));
    if let Some(footnote) = footnote.filter(|text| !text.trim().is_empty()) {
        blocks.push(json!({ "type": "context", "elements": [plain_text(&footnote)] }));
    }
    Rendered { text, blocks }
}

/// Rows of buttons with their sizes. All of them together take at most a third of the message; a command that is
/// too long for a button cannot be shortened, so such a button is left out.
fn actions(buttons: &[Button], say: &dyn Fn(&Phrase) -> String) -> Vec<(Value, usize)> {
    let mut left = TOTAL / 3;
    let mut elements = Vec::new();
    for button in buttons {
        let label = say(&button.label);
        let label = if label.trim().is_empty() { button.command.clone() } else { label };
        let label = cut(mrkdwn::calm(&label).trim(), LABEL).into_owned();
        let size = units(&label) + units(&button.command);
        if button.command.trim().is_empty() || units(&button.command) > VALUE || size > left {
            continue;
        }
        left -= size;
        let mut element = json!({
            "type": "button",
            "action_id": format!("run-{}", elements.len()),
            "text": plain_text(&label),
            "value": button.command,
        });
        match button.look {
            Look::Plain => {}
            Look::Primary => element["style"] = json!("primary"),
            Look::Danger => element["style"] = json!("danger"),
        }
        elements.push((element, size));
    }
    elements
        .chunks(ACTIONS)
        .map(|row| {
            let size = row.iter().map(|(_, size)| size).sum();
            let elements: Vec<&Value> = row.iter().map(|(element, _)| element).collect();
            (json!({ "type": "actions", "elements": elements }), size)
        })
        .collect()
}

/// Emoji codes stay codes: `:0:` in an argument is no picture.
fn plain_text(text: &str) -> Value {
    json!({ "type": "plain_text", "text": mrkdwn::calm(text), "emoji": false })
}
