//! Whole commands that may have been meant: the text with one word mended, or with what is missing put in.

use std::borrow::Cow;
use std::ops::Range;

use crate::base::text;
use crate::domain::catalogue::Kind;
use crate::domain::invocation::LONGEST;
use crate::domain::invocation::fault::{Misunderstood, Offer};
use crate::domain::invocation::kinds::Known;
use crate::domain::person::Risk;
use crate::domain::redact::redact;
use crate::domain::words::Phrase;

/// No more buttons than one look takes in.
const MOST: usize = 10;
/// Labels are cut to fit a button.
const LABEL: usize = 60;

/// Makes offers from the text that was typed.
#[derive(Clone, Copy)]
pub(super) struct Offers<'a> {
    pub text: &'a str,
    /// Where the command begins in the text.
    pub start: usize,
    pub known: Known<'a>,
}

impl Offers<'_> {
    /// The command with `word` in place of what stands at `at`.
    pub fn instead(&self, at: &Range<usize>, word: &str) -> Option<Offer> {
        let command = format!("{}{word}{}", &self.text[self.start..at.start], &self.text[at.end..]);
        Some(Offer { label: label(&command), likely: true, command: fits(command)? })
    }

    /// The command with `word` after what stands at `at`, shown as `word` alone: one of several choices.
    pub fn put(&self, at: &Range<usize>, word: &str) -> Option<Offer> {
        let command = format!("{} {word}{}", &self.text[self.start..at.end], &self.text[at.end..]);
        Some(Offer { label: label(word), likely: false, command: fits(command)? })
    }

    /// The command with `word` at its end, shown as `word` alone.
    pub fn append(&self, word: &str) -> Option<Offer> {
        self.put(&(self.text.len()..self.text.len()), word)
    }

    /// One choice for each service; the command's name stands at `verb`.
    pub fn each_service(&self, verb: &Range<usize>) -> Vec<Offer> {
        let services = self.known.services.iter().take(MOST);
        services.filter_map(|service| self.put(verb, service.id.as_str())).collect()
    }

    /// What can be looked at in a service.
    pub fn for_service(&self, service: &str) -> Vec<Offer> {
        let looks = |command: &&std::sync::Arc<crate::domain::catalogue::Command>| {
            let needed: Vec<_> =
                command.params.iter().filter(|param| param.required).map(|param| param.kind).collect();
            !command.hidden && command.risk == Risk::Read && needed == [Kind::Service]
        };
        let commands = self.known.catalogue.iter().filter(looks).take(MOST);
        commands.map(|command| just(&format!("{} {service}", command.name))).collect()
    }

    /// With a button that shows help.
    pub fn with_help(&self, mut misunderstood: Misunderstood) -> Misunderstood {
        if self.known.catalogue.find("help").is_some() {
            misunderstood.offers.push(just("help"));
        }
        misunderstood
    }
}

/// A command of its own.
pub(super) fn just(command: &str) -> Offer {
    Offer { label: label(command), command: command.to_owned(), likely: false }
}

fn label(text: &str) -> Phrase {
    Phrase::raw(text::shorten(text, LABEL).into_owned())
}

/// A mended command must be short enough to be typed, and carry no secret into a button.
fn fits(command: String) -> Option<String> {
    let clean = matches!(redact(&command), Cow::Borrowed(_));
    (clean && command.chars().count() <= LONGEST).then_some(command)
}
