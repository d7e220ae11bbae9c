//! What was not understood, and the answer that says so: which word, why, and what would fit.
//!
//! Whatever somebody typed is shown shortened and never interpreted; renderers escape it.

use std::sync::Arc;

use crate::base::span::{self, SpanError};
use crate::base::text;
use crate::domain::catalogue::{Catalogue, Command, Kind, Param};
use crate::domain::redact::redact;
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::words::Phrase;

/// A command that could not be understood. Nothing was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Misunderstood {
    /// The command that was meant, as far as that is known.
    pub command: Option<Arc<Command>>,
    /// What is wrong.
    pub fault: Box<Fault>,
    /// Whole commands that may have been meant; they become buttons.
    pub offers: Vec<Offer>,
}

/// A whole command that may have been meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// What the button says.
    pub label: Phrase,
    /// What it types.
    pub command: String,
    /// Whether it is very likely what was meant.
    pub likely: bool,
}

/// What is wrong with a command. Texts in it are shortened already.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the parts of the sentence in `locales`")]
pub enum Fault {
    /// Nothing was typed.
    Empty,
    /// No letter or digit in it, or emoji only.
    NoWords,
    /// More characters than [`super::LONGEST`].
    TooLong { count: usize, limit: usize },
    /// No command is called that.
    UnknownVerb { word: String, verbs: Vec<String> },
    /// A service alone.
    NoVerb { service: String },
    /// No service is called that.
    UnknownService { word: String, services: Vec<String>, more: usize },
    /// The service has no such component.
    UnknownComponent { service: String, word: String, components: Vec<String> },
    /// A parameter without which nothing happens.
    Missing { name: String, kind: Kind },
    /// A word that nothing fits.
    Unexpected { word: String },
    /// A span that cannot be.
    Span { word: String, why: SpanError },
    /// A number out of range.
    Number { word: String, min: u64, max: u64 },
    /// `25:00`.
    NoSuchTime { word: String },
    /// A moment to come, where only the past makes sense.
    Future { word: String, zone: String },
    /// A range whose end is not after its beginning.
    Reversed { word: String },
    /// `//`.
    EmptyPattern,
    /// Not a regular expression; `at` counts characters of `pattern`, as far as the place is known.
    BrokenPattern { pattern: String, at: Option<usize>, why: String },
    /// A regular expression that would take too much memory.
    HugePattern { pattern: String },
    /// A slash that begins a pattern which nothing ends.
    OpenPattern { word: String },
    /// A quote that nothing ends.
    OpenQuote { word: String },
    /// Two values where one is taken.
    Twice { kind: Kind, first: String, second: String },
    /// Nearly a word that is known.
    Near { word: String, meant: String },
}

/// Lists in answers are no longer than this.
pub(super) const LISTED: usize = 12;

/// What somebody typed, fit to be shown: one line, short, without secrets.
pub(super) fn echo(word: &str) -> String {
    let shown = redact(word);
    let shown: String = shown.chars().take(64).map(|c| if c.is_control() { ' ' } else { c }).collect();
    text::shorten(&shown, 40).into_owned()
}

pub(super) fn unknown_verb(word: &str, catalogue: &Catalogue) -> Fault {
    let shown = catalogue.iter().filter(|command| !command.hidden);
    Fault::UnknownVerb { word: echo(word), verbs: shown.map(|command| command.name.clone()).collect() }
}

/// `told` is what the regex crate says: the pattern, a line with a caret under the place, `error: …`.
pub(super) fn broken_pattern(source: &str, told: &str) -> Fault {
    const INDENT: usize = 4;
    let why =
        told.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or("not a regular expression");
    let caret = |line: &&str| line.contains('^') && line.chars().all(|c| matches!(c, ' ' | '^'));
    let at = told.lines().find(caret).and_then(|line| line.find('^')).and_then(|at| at.checked_sub(INDENT));
    let at = at.filter(|_| !source.contains('\n'));
    // A long pattern is shown around the place.
    let start = at.unwrap_or(0).saturating_sub(30);
    let pattern: String =
        source.chars().skip(start).take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    Fault::BrokenPattern { pattern, at: at.map(|at| at - start), why: why.to_owned() }
}

impl Misunderstood {
    /// The answer.
    pub fn report(&self) -> Report {
        let mut report = Report::new(Tone::Warn, self.headline());
        for block in self.details() {
            report = report.block(block);
        }
        for offer in &self.offers {
            let look = if offer.likely { Look::Primary } else { Look::Plain };
            report = report.button(offer.label.clone(), offer.command.clone(), look);
        }
        report
    }

    fn headline(&self) -> Phrase {
        let command = self.command.as_ref().map_or("", |command| &command.name);
        match &*self.fault {
            Fault::Empty => Phrase::new("parse-empty"),
            Fault::NoWords => Phrase::new("parse-no-words"),
            Fault::TooLong { count, limit } => {
                Phrase::new("parse-too-long").with("count", *count).with("limit", *limit)
            }
            Fault::UnknownVerb { word, .. } => Phrase::new("parse-unknown-verb").with("word", word.as_str()),
            Fault::NoVerb { service } => Phrase::new("parse-no-verb").with("service", service.as_str()),
            Fault::UnknownService { word, .. } => {
                Phrase::new("parse-unknown-service").with("word", word.as_str())
            }
            Fault::UnknownComponent { service, word, .. } => Phrase::new("parse-unknown-component")
                .with("service", service.as_str())
                .with("word", word.as_str()),
            Fault::Missing { kind, .. } => {
                Phrase::new("parse-missing").with("command", command).with("what", kind.phrase())
            }
            Fault::Unexpected { word } => {
                Phrase::new("parse-unexpected").with("command", command).with("word", word.as_str())
            }
            Fault::Span { word, why } => {
                let phrase = match why {
                    SpanError::Zero => Phrase::new("parse-span-zero"),
                    SpanError::Negative => Phrase::new("parse-span-negative"),
                    SpanError::TooLong => {
                        Phrase::new("parse-span-too-long").with("limit", span::show(span::LONGEST))
                    }
                    SpanError::Malformed => Phrase::new("parse-span-malformed"),
                };
                phrase.with("word", word.as_str())
            }
            Fault::Number { word, min, max } => Phrase::new("parse-number")
                .with("word", word.as_str())
                .with("min", min.to_string())
                .with("max", max.to_string()),
            Fault::NoSuchTime { word } => Phrase::new("parse-no-such-time").with("word", word.as_str()),
            Fault::Future { word, zone } => {
                Phrase::new("parse-future").with("word", word.as_str()).with("zone", zone.as_str())
            }
            Fault::Reversed { word } => Phrase::new("parse-reversed").with("word", word.as_str()),
            Fault::EmptyPattern => Phrase::new("parse-pattern-empty"),
            Fault::BrokenPattern { why, .. } => Phrase::new("parse-pattern-broken").with("why", why.as_str()),
            Fault::HugePattern { .. } => Phrase::new("parse-pattern-huge"),
            Fault::OpenPattern { word } => Phrase::new("parse-pattern-open").with("word", word.as_str()),
            Fault::OpenQuote { word } => Phrase::new("parse-quote-open").with("word", word.as_str()),
            Fault::Twice { kind, first, second } => Phrase::new("parse-twice")
                .with("what", kind.phrase())
                .with("first", first.as_str())
                .with("second", second.as_str()),
            Fault::Near { word, meant } => {
                Phrase::new("parse-near").with("word", word.as_str()).with("meant", meant.as_str())
            }
        }
    }

    fn details(&self) -> Vec<Block> {
        let list =
            |id: &'static str, names: &[String]| Block::Text(Phrase::new(id).with("list", names.join(", ")));
        let mut blocks = Vec::new();
        match &*self.fault {
            Fault::Empty | Fault::NoWords | Fault::TooLong { .. } | Fault::NoVerb { .. } => {}
            // There are too many by now to be read in passing; what is near stands on the buttons.
            Fault::UnknownVerb { .. } => return vec![Block::Text(Phrase::new("parse-verbs"))],
            Fault::UnknownService { services, more, .. } if *more > 0 => {
                let list =
                    Phrase::new("parse-services-more").with("list", services.join(", ")).with("more", *more);
                return vec![Block::Text(list)];
            }
            Fault::UnknownService { services, .. } => return vec![list("parse-services", services)],
            Fault::UnknownComponent { components, .. } if components.is_empty() => {
                return vec![Block::Text(Phrase::new("parse-no-components"))];
            }
            Fault::UnknownComponent { components, .. } => return vec![list("parse-components", components)],
            Fault::BrokenPattern { pattern, at, .. } => {
                let caret = at.map(|at| format!("\n{}^", " ".repeat(at))).unwrap_or_default();
                return vec![Block::Code(format!("{pattern}{caret}"))];
            }
            Fault::HugePattern { pattern } => return vec![Block::Code(pattern.clone())],
            Fault::Unexpected { .. } => {
                let params = self.command.iter().flat_map(|command| &command.params);
                let kinds: Vec<_> = params.map(Param::takes).collect();
                if kinds.is_empty() {
                    blocks.push(Block::Text(Phrase::new("parse-takes-nothing")));
                } else {
                    blocks.push(Block::Text(Phrase::new("parse-takes")));
                    blocks.push(Block::List(kinds));
                }
            }
            _ => {}
        }
        if let Some(command) = &self.command {
            blocks.push(Block::Text(Phrase::new("parse-usage").with("usage", command.usage())));
        }
        blocks
    }
}
