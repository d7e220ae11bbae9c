//! A message being filled: every part takes from what is left, and what finds no room is counted and said.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::measure::{cut, split, units};
use super::{FALLBACK, FIELDS, HEADER, TEXT, mrkdwn, plain_text};
use crate::domain::words::Phrase;

/// Kept free for the line that says what was left out.
const NOTE: usize = 200;

/// A line of a code block; a longer one is broken.
const LINE: usize = TEXT - 100;

/// Which lines stay when not all fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// The first ones.
    First,
    /// The last ones: a log's newest.
    Last,
}

/// A message being filled.
#[derive(Debug)]
pub(super) struct Page {
    blocks: Vec<Value>,
    /// Units that may still be used.
    left: usize,
    /// Blocks that may still be used.
    room: usize,
    /// Lines, paragraphs and pairs that found no room.
    left_out: usize,
    text: String,
}

impl Page {
    pub(super) fn new(budget: usize, room: usize) -> Self {
        Self {
            blocks: Vec::new(),
            left: budget.saturating_sub(NOTE),
            room: room.saturating_sub(1),
            left_out: 0,
            text: String::new(),
        }
    }

    /// Counts lines that cannot fit.
    pub(super) fn leave_out(&mut self, lines: usize) {
        self.left_out += lines;
    }

    pub(super) fn headline(&mut self, mark: &str, headline: &str) {
        let headline = mrkdwn::calm(headline.trim());
        let headline = cut(&headline, 1_000);
        self.say(mark);
        self.text.push(' ');
        self.say(&headline);
        let mut elements = vec![json!({ "type": "text", "text": format!("{mark} ") })];
        if !headline.is_empty() {
            elements.push(json!({ "type": "text", "text": headline, "style": { "bold": true } }));
        }
        self.push(section(&elements), units(&headline) + units(mark) + 1);
    }

    pub(super) fn heading(&mut self, text: &str) {
        let text = mrkdwn::calm(text.trim());
        let text = cut(&text, HEADER - 1);
        self.whole(&text, |text| json!({ "type": "header", "text": plain_text(text) }));
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        let text = mrkdwn::calm(text.trim());
        let mut rest: &str = &text;
        while !rest.is_empty() {
            let (piece, after) = split(rest, TEXT);
            self.whole(piece, |piece| section(&linked(piece)));
            rest = after;
        }
    }

    pub(super) fn fields(&mut self, pairs: impl Iterator<Item = (String, String)>) {
        let pairs: Vec<String> = pairs
            .map(|(label, value)| {
                self.say(&format!("\n{label}: {value}"));
                format!(
                    "*{}*\n{}",
                    filled(mrkdwn::escape(&label, 200)),
                    filled(mrkdwn::escape(&value, 1_700))
                )
            })
            .collect();
        for row in pairs.chunks(FIELDS) {
            let mut size = 0;
            let fits = row.iter().take_while(|pair| {
                size += units(pair);
                size <= self.left
            });
            let fields: Vec<Value> =
                fits.map(|pair| json!({ "type": "mrkdwn", "text": pair, "verbatim": true })).collect();
            let kept = if self.room == 0 { 0 } else { fields.len() };
            self.left_out += row.len() - kept;
            if kept > 0 {
                let size = row[..kept].iter().map(|pair| units(pair)).sum();
                self.push(json!({ "type": "section", "fields": fields }), size);
            }
        }
    }

    pub(super) fn list(&mut self, items: impl Iterator<Item = String>) {
        let mut elements = Vec::new();
        let mut spent = 0;
        for item in items {
            let item = mrkdwn::calm(item.trim());
            let item = cut(&item, TEXT);
            if item.is_empty() {
                continue;
            }
            let size = units(&item);
            if self.room == 0 || spent + size > self.left {
                self.left_out += 1;
                continue;
            }
            spent += size;
            self.say(&format!("\n• {item}"));
            elements.push(json!({ "type": "rich_text_section", "elements": linked(&item) }));
        }
        if !elements.is_empty() {
            let list = json!({ "type": "rich_text_list", "style": "bullet", "elements": elements });
            self.push(json!({ "type": "rich_text", "elements": [list] }), spent);
        }
    }

    /// Lines letter by letter, in as many code blocks as they need.
    pub(super) fn lines(&mut self, lines: Vec<String>, keep: Keep) {
        let lines: Vec<String> = lines.into_iter().flat_map(|line| broken(&mrkdwn::calm(&line))).collect();
        let order: Box<dyn Iterator<Item = &String>> = match keep {
            Keep::First => Box::new(lines.iter()),
            Keep::Last => Box::new(lines.iter().rev()),
        };
        // Blocks of TEXT units each, and one block is always left for what follows.
        let most = self.left.min(self.room * LINE);
        let mut spent = 0;
        let kept = order
            .take_while(|line| {
                spent += units(line) + 1;
                spent <= most
            })
            .count();
        self.left_out += lines.len() - kept;
        let lines = match keep {
            Keep::First => &lines[..kept],
            Keep::Last => &lines[lines.len() - kept..],
        };
        let mut chunk = String::new();
        for line in lines {
            if !chunk.is_empty() && units(&chunk) + units(line) + 1 > TEXT {
                self.code(&std::mem::take(&mut chunk));
            }
            if !chunk.is_empty() {
                chunk.push('\n');
            }
            chunk.push_str(line);
        }
        self.code(&chunk);
    }

    fn code(&mut self, text: &str) {
        let text = text.trim_end();
        if text.is_empty() {
            return;
        }
        if self.room == 0 {
            self.left_out += text.lines().count();
            return;
        }
        self.say("\n");
        self.say(text);
        let element = json!({ "type": "text", "text": text });
        let block = json!({ "type": "rich_text_preformatted", "elements": [element] });
        self.push(json!({ "type": "rich_text", "elements": [block] }), units(text));
    }

    /// A block of one text, cut to what is left.
    fn whole(&mut self, text: &str, block: impl FnOnce(&str) -> Value) {
        if text.is_empty() {
            return;
        }
        if self.room == 0 || self.left < 20 {
            self.left_out += 1;
            return;
        }
        let text = cut(text, self.left);
        self.say("\n");
        self.say(&text);
        self.push(block(&text), units(&text));
    }

    fn push(&mut self, block: Value, size: usize) {
        self.left = self.left.saturating_sub(size);
        self.room = self.room.saturating_sub(1);
        self.blocks.push(block);
    }

    /// Adds to the text beside the blocks.
    fn say(&mut self, text: &str) {
        let left = FALLBACK.saturating_sub(units(&self.text));
        if left > 8 {
            self.text.push_str(&mrkdwn::escape(text, left));
        }
    }

    /// The text beside the blocks, and the blocks.
    pub(super) fn finish(mut self, say: &dyn Fn(&Phrase) -> String) -> (String, Vec<Value>) {
        if self.left_out > 0 {
            let note = say(&Phrase::new("slack-left-out").with("count", self.left_out));
            let note = plain_text(&cut(&note, NOTE));
            self.blocks.push(json!({ "type": "context", "elements": [note] }));
        }
        (self.text, self.blocks)
    }
}

fn section(elements: &[Value]) -> Value {
    json!({ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": elements }] })
}

fn filled(text: String) -> String {
    if text.trim().is_empty() { "–".to_owned() } else { text }
}

/// A line in pieces that fit into one text each; an empty line stays.
fn broken(line: &str) -> Vec<String> {
    line.split('\n')
        .flat_map(|line| {
            let (mut rest, mut pieces) = (line, Vec::new());
            loop {
                let (piece, after) = split(rest, LINE);
                pieces.push(piece.to_owned());
                rest = after;
                if rest.is_empty() {
                    return pieces;
                }
            }
        })
        .collect()
}

/// Text elements, with web addresses as links that show themselves in full.
fn linked(text: &str) -> Vec<Value> {
    let mut elements = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("https://").into_iter().chain(rest.find("http://")).min() {
        let end = rest[at..].find(ends_address).map_or(rest.len(), |end| at + end);
        let address = rest[at..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*']);
        plain.push_str(&rest[..at]);
        match link(address) {
            Some(link) => {
                flush(&mut plain, &mut elements);
                elements.push(link);
            }
            None => plain.push_str(address),
        }
        rest = &rest[at + address.len()..];
    }
    plain.push_str(rest);
    flush(&mut plain, &mut elements);
    elements
}

fn flush(plain: &mut String, elements: &mut Vec<Value>) {
    if !plain.is_empty() {
        elements.push(json!({ "type": "text", "text": std::mem::take(plain) }));
    }
}

fn link(address: &str) -> Option<Value> {
    let parsed = url::Url::parse(address).ok()?;
    parsed.has_host().then(|| json!({ "type": "link", "url": Cow::from(address) }))
}

fn ends_address(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '"' | '<' | '>' | '|' | '`' | '(' | ')' | '「' | '」' | '、' | '。' | '（' | '）')
}
