//! Finds the command in a text and hands the rest to its parameters.

use crate::base::text as words;
use crate::domain::catalogue::{Catalogue, Kind};
use crate::domain::invocation::bind::bind;
use crate::domain::invocation::fault::{Fault, Misunderstood, unknown_verb};
use crate::domain::invocation::kinds::Known;
use crate::domain::invocation::lex::{Token, lex};
use crate::domain::invocation::offer::Offers;
use crate::domain::invocation::{Context, Invocation};
use crate::domain::person::Person;
use crate::domain::service::Services;

/// A command has at most so many characters.
pub const LONGEST: usize = 1_000;

/// Understands a command. The time it takes grows with the length of the text and not with its content.
///
/// # Errors
/// What was not understood, ready to be told to whoever typed it; nothing has happened then.
pub fn parse(
    text: &str,
    catalogue: &Catalogue,
    services: &Services,
    people: &[Person],
    context: &Context,
) -> Result<Invocation, Misunderstood> {
    let known = Known { catalogue, services, people, context };
    let plain = |fault| Misunderstood { command: None, fault: Box::new(fault), offers: Vec::new() };
    let text = text.trim();
    if text.len() > LONGEST {
        let count = text.chars().count();
        if count > LONGEST {
            return Err(plain(Fault::TooLong { count, limit: LONGEST }));
        }
    }
    let start = opening(text);
    let tokens = lex(&text[start..], start);
    let offers = Offers { text, start, known };
    let Some(first) = tokens.first() else {
        return Err(offers.with_help(plain(Fault::Empty)));
    };
    if !tokens.iter().any(says_something) {
        return Err(offers.with_help(plain(Fault::NoWords)));
    }
    let found = first.bare().and_then(|word| catalogue.find(word)).map(|command| (0, command));
    let Some((at, command)) = found.or_else(|| after_service(&tokens, known)) else {
        return Err(no_verb(&tokens, known, &offers));
    };
    let rest: Vec<&Token> =
        tokens.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, token)| token).collect();
    bind(command, &tokens[at], &rest, &offers)
}

/// Where the command itself begins: after slashes and the bot's own name.
fn opening(text: &str) -> usize {
    let mut rest = text;
    loop {
        let before = rest.len();
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/' || c == '／');
        let (word, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let name = words::plain(word).to_lowercase();
        if matches!(name.trim_start_matches('@'), "toban" | "当番") {
            rest = after;
        }
        if rest.len() == before {
            return text.len() - rest.len();
        }
    }
}

/// Whether there is a letter or digit in it, outside of an emoji's name (`:tada:`).
fn says_something(token: &Token) -> bool {
    let content = token.content();
    let emoji = content.len() > 2 && content.starts_with(':') && content.ends_with(':');
    !emoji && content.chars().any(char::is_alphanumeric)
}

fn service_word(token: &Token, known: Known<'_>) -> Option<String> {
    let word = token.bare()?;
    let name = word.split_once('.').map_or(word, |(name, _)| name);
    known.services.find(name).map(|service| service.id.to_string())
}

/// `SERVICE VERB …`, and `SERVICE … VERB` as Japanese puts it.
fn after_service<'a>(
    tokens: &[Token],
    known: Known<'a>,
) -> Option<(usize, &'a std::sync::Arc<crate::domain::catalogue::Command>)> {
    service_word(tokens.first()?, known)?;
    let mut later = tokens.iter().enumerate().skip(1);
    later.find_map(|(at, token)| {
        let command = known.catalogue.find(token.bare()?)?;
        (at == 1 || command.param(Kind::Service).is_some()).then_some((at, command))
    })
}

fn no_verb(tokens: &[Token], known: Known<'_>, offers: &Offers<'_>) -> Misunderstood {
    let service = tokens.first().and_then(|token| service_word(token, known));
    let verb = match (&service, tokens) {
        (Some(_), [_, verb, ..]) | (None, [verb, ..]) => verb,
        _ => {
            let service = service.unwrap_or_default();
            let offers = offers.for_service(&service);
            return Misunderstood { command: None, fault: Box::new(Fault::NoVerb { service }), offers };
        }
    };
    let shown = known.catalogue.iter().filter(|command| !command.hidden);
    let names = shown.flat_map(|command| command.names());
    let near = words::nearest(verb.content(), names);
    let fault = unknown_verb(verb.content(), known.catalogue);
    let found = Misunderstood { command: None, fault: Box::new(fault), offers: Vec::new() };
    match near {
        Some(near) => Misunderstood { offers: offers.instead(&verb.at, near).into_iter().collect(), ..found },
        None => offers.with_help(found),
    }
}
