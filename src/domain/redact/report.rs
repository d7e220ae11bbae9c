//! Secrets taken out of what is said, wherever a backend's or a person's own words stand in it.

use std::borrow::Cow;

use super::redact;
use crate::domain::report::{Block, Report};
use crate::domain::words::{Phrase, Value};

/// The report without secrets. Log lines pass as they are: there are too many to be read twice, and whoever reads a
/// log cleans it line by line. What buttons type stays, or it would not work any more.
#[must_use]
pub fn redacted(report: Report) -> Report {
    Report {
        headline: phrase(report.headline),
        blocks: report.blocks.into_iter().map(redacted_block).collect(),
        footnote: report.footnote.map(phrase),
        ..report
    }
}

/// The block without secrets.
#[must_use]
pub fn redacted_block(block: Block) -> Block {
    let all = |phrases: Vec<Phrase>| phrases.into_iter().map(phrase).collect();
    match block {
        Block::Text(text) => Block::Text(phrase(text)),
        Block::Heading(text) => Block::Heading(phrase(text)),
        Block::List(items) => Block::List(all(items)),
        Block::Code(code) => Block::Code(text(code)),
        Block::Fields(fields) => {
            Block::Fields(fields.into_iter().map(|(label, value)| (phrase(label), phrase(value))).collect())
        }
        Block::Table { heads, rows } => {
            Block::Table { heads: all(heads), rows: rows.into_iter().map(all).collect() }
        }
        log @ Block::Log(_) => log,
    }
}

/// The phrase without secrets.
#[must_use]
pub fn redacted_phrase(said: Phrase) -> Phrase {
    phrase(said)
}

fn phrase(said: Phrase) -> Phrase {
    match said {
        Phrase::Raw(raw) => Phrase::Raw(text(raw)),
        Phrase::Message { id, mut args } => {
            for value in args.values_mut() {
                if let Value::Phrase(inner) = value {
                    **inner = phrase(std::mem::replace(&mut **inner, Phrase::Raw(String::new())));
                }
            }
            Phrase::Message { id, args }
        }
        moment @ (Phrase::Moment { .. } | Phrase::Time { .. }) => moment,
    }
}

fn text(text: String) -> String {
    match redact(&text) {
        Cow::Owned(clean) => clean,
        Cow::Borrowed(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::{Look, Tone};

    #[test]
    fn a_secret_goes_from_wherever_it_stands() {
        let leak = "password=hun".to_owned() + "ter2";
        let inner = Phrase::new("detail").with("detail", leak.as_str());
        let said = Report::new(Tone::Bad, Phrase::new("failed").with("why", inner))
            .text(leak.as_str())
            .block(Block::Code(leak.clone()))
            .block(Block::List(vec![leak.as_str().into()]))
            .block(Block::Fields(vec![("seen".into(), leak.as_str().into())]))
            .block(Block::Table { heads: vec!["seen".into()], rows: vec![vec![leak.as_str().into()]] })
            .button("again", "health sagebase", Look::Plain)
            .footnote(leak.as_str());
        let clean = serde_json::to_string(&redacted(said)).unwrap();
        assert_eq!((clean.matches("password=***").count(), clean.contains("ter2")), (7, false), "{clean}");
    }

    #[test]
    fn what_is_clean_stays_as_it_is() {
        let said =
            Report::new(Tone::Good, Phrase::new("well").with("place", "sagebase.web")).text("200 12ms");
        assert_eq!(redacted(said.clone()), said);
    }
}
