//! Gives every word of a command to the parameter that it fits; the order is told in the parent's documentation.

use std::sync::Arc;

use crate::domain::catalogue::{Command, Kind};
use crate::domain::invocation::args::{Arg, Args, Value};
use crate::domain::invocation::fault::{Fault, Misunderstood, Offer, echo};
use crate::domain::invocation::kinds::{self, Reading};
use crate::domain::invocation::lex::{Token, What};
use crate::domain::invocation::moment::{self, Present};
use crate::domain::invocation::offer::Offers;
use crate::domain::invocation::{Invocation, Target, text as canonical};

/// Binds `tokens`, the command without its name, which stands at `verb`.
pub(super) fn bind(
    command: &Arc<Command>,
    verb: &Token,
    tokens: &[&Token],
    offers: &Offers<'_>,
) -> Result<Invocation, Misunderstood> {
    let mut binder = Binder {
        command,
        verb,
        offers,
        bound: Vec::new(),
        service: None,
        named: None,
        component: None,
        words: None,
        left: Vec::new(),
    };
    binder.find_service(tokens)?;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        if binder.named == Some(at - 1) {
            continue;
        }
        match binder.day_and_time(token, tokens.get(at).copied()) {
            Some(joined) => {
                binder.token(&joined)?;
                at += 1;
            }
            None => binder.token(token)?,
        }
    }
    binder.finish()
}

pub(super) struct Binder<'a> {
    pub command: &'a Arc<Command>,
    pub verb: &'a Token,
    pub offers: &'a Offers<'a>,
    /// Which parameter has which value, and what was typed for it.
    pub bound: Vec<(usize, Value, String)>,
    /// The service that is meant, named or known from the thread.
    pub service: Option<Target>,
    /// Which token named it.
    pub named: Option<usize>,
    /// The component that a word of its own named, as typed.
    pub component: Option<String>,
    /// The free words, once they have begun.
    pub words: Option<Vec<String>>,
    /// Words that nothing fits.
    pub left: Vec<Token>,
}

impl Binder<'_> {
    pub(super) fn fault(&self, fault: Fault) -> Misunderstood {
        self.offering(fault, Vec::new())
    }

    pub(super) fn offering(&self, fault: Fault, offers: impl IntoIterator<Item = Offer>) -> Misunderstood {
        let offers = offers.into_iter().collect();
        Misunderstood { command: Some(self.command.clone()), fault: Box::new(fault), offers }
    }

    pub(super) fn takes(&self, kind: Kind) -> Option<usize> {
        self.command.params.iter().position(|param| param.kind == kind)
    }

    fn has(&self, param: usize) -> Option<&str> {
        self.bound.iter().find(|(bound, ..)| *bound == param).map(|(_, _, typed)| typed.as_str())
    }

    /// The first word that names a service, else the thread's.
    fn find_service(&mut self, tokens: &[&Token]) -> Result<(), Misunderstood> {
        if self.takes(Kind::Service).is_none() {
            return Ok(());
        }
        let (services, context) = (self.offers.known.services, &self.offers.known.context.service);
        for (at, token) in tokens.iter().enumerate() {
            let Some(word) = token.bare() else { continue };
            let (name, part) = word.split_once('.').map_or((word, None), |(name, part)| (name, Some(part)));
            let service = match (context, name) {
                (Some((id, _)), "") => services.find(id.as_str()),
                _ => services.find(name),
            };
            let Some(service) = service else { continue };
            let component = match part {
                Some(part) => match service.component(part) {
                    Some(component) => Some(component.id.clone()),
                    None => return Err(self.no_component(service, part, token)),
                },
                None => None,
            };
            self.service = Some(Target { service: service.id.clone(), component });
            self.named = Some(at);
            return Ok(());
        }
        let context = context.as_ref();
        self.service = context
            .map(|(service, component)| Target { service: service.clone(), component: component.clone() });
        Ok(())
    }

    /// `2024-01-15 10:00` and `昨日 10:00..11:00`: two words, one moment.
    fn day_and_time(&self, token: &Token, next: Option<&Token>) -> Option<Token> {
        let (word, time) = (token.bare()?, next?.bare()?);
        if self.words.is_some() || !moment::of_day(time) {
            return None;
        }
        let timed = |kind| matches!(kind, Kind::When | Kind::Range | Kind::Moment);
        let param = self.command.params.iter().find(|param| timed(param.kind))?;
        let context = self.offers.known.context;
        let present = Present { now: context.now, zone: &context.zone, future: param.future };
        let day = moment::day(&word.to_lowercase(), present)?;
        Some(Token { what: What::Bare(format!("{day}T{time}")), at: token.at.start..next?.at.end })
    }

    fn token(&mut self, token: &Token) -> Result<(), Misunderstood> {
        if self.words.is_some() {
            self.free(token);
            return Ok(());
        }
        let ends_in_words = self.takes(Kind::Words).is_some();
        match &token.what {
            What::Bare(word) => return self.bare(word, token),
            What::Quoted(text) => {
                let value = Value::Text(text.clone());
                if let Some(param) = self.takes(Kind::Text) {
                    return self.give(param, value, text);
                }
                if let Some(param) = self.takes(Kind::Word)
                    && self.has(param).is_none()
                {
                    return self.give(param, Value::Word(text.clone()), text);
                }
            }
            What::Pattern(source) => {
                if let Some(param) = self.takes(Kind::Pattern) {
                    return match kinds::pattern(source) {
                        Reading::Yes(value) => self.give(param, value, source),
                        Reading::Bad(fault) => Err(self.fault(fault)),
                        Reading::No => Ok(()),
                    };
                }
            }
            What::OpenQuote(word) if !ends_in_words && self.takes(Kind::Text).is_some() => {
                return Err(self.fault(Fault::OpenQuote { word: echo(word) }));
            }
            What::OpenPattern(word) if !ends_in_words && self.takes(Kind::Pattern).is_some() => {
                // A path, most likely: as text it is found letter by letter.
                let text = self
                    .takes(Kind::Text)
                    .and_then(|_| self.offers.instead(&token.at, &format!("\"{word}\"")));
                return Err(self.offering(Fault::OpenPattern { word: echo(word) }, text));
            }
            What::OpenQuote(_) | What::OpenPattern(_) => {}
        }
        if ends_in_words {
            self.free(token);
        } else {
            self.left.push(token.clone());
        }
        Ok(())
    }

    fn bare(&mut self, word: &str, token: &Token) -> Result<(), Misunderstood> {
        let command = self.command.clone();
        let params = || command.params.iter().enumerate();
        let known = self.offers.known;
        let literal = |kind| matches!(kind, Kind::Action | Kind::Keyword);
        let next = params().find(|(at, param)| param.positional && self.has(*at).is_none());
        let literals = params().filter(|(_, param)| !param.positional && literal(param.kind));
        let shaped = params()
            .filter(|(_, param)| !param.positional && !literal(param.kind) && !kinds::loose(param.kind));
        for (at, param) in next.into_iter().chain(literals).chain(shaped) {
            match kinds::read(word, param, known) {
                Reading::No => {}
                Reading::Yes(value) => return self.give(at, value, word),
                Reading::Bad(fault) => return Err(self.misread(fault, token)),
            }
        }
        let ends_in_words = self.takes(Kind::Words).is_some();
        if !ends_in_words && self.is_component(word) {
            self.component = Some(word.to_owned());
            return Ok(());
        }
        if let (false, Some(named), Some(service)) = (ends_in_words, &self.service, known.services.find(word))
            && self.takes(Kind::Service).is_some()
        {
            let (first, second) = (named.to_string(), service.id.to_string());
            return Err(self.fault(Fault::Twice { kind: Kind::Service, first, second }));
        }
        if self.settled() {
            let mut full = None;
            for (at, param) in params().filter(|(_, param)| !param.positional && kinds::loose(param.kind)) {
                if self.has(at).is_some() && !param.repeated {
                    full = Some((at, param.kind));
                    continue;
                }
                match kinds::read(word, param, known) {
                    Reading::No => {}
                    Reading::Yes(value) => return self.give(at, value, word),
                    Reading::Bad(fault) => return Err(self.misread(fault, token)),
                }
            }
            if let Some((at, kind)) = full {
                let first = echo(self.has(at).unwrap_or_default());
                return Err(self.fault(Fault::Twice { kind, first, second: echo(word) }));
            }
        }
        if ends_in_words {
            self.free(token);
        } else {
            self.left.push(token.clone());
        }
        Ok(())
    }

    /// Whether the service is known, as far as the command needs one.
    pub(super) fn settled(&self) -> bool {
        self.service.is_some()
            || !self.command.params.iter().any(|param| param.kind == Kind::Service && param.required)
    }

    fn is_component(&self, word: &str) -> bool {
        let Some(target) = &self.service else { return false };
        // A component known from the thread gives way to one that is named.
        let taken = self.component.is_some() || (self.named.is_some() && target.component.is_some());
        let service = self.offers.known.services.find(target.service.as_str());
        !taken && service.is_some_and(|service| service.component(word).is_some())
    }

    fn give(&mut self, at: usize, value: Value, typed: &str) -> Result<(), Misunderstood> {
        let Some(param) = self.command.params.get(at) else { return Ok(()) };
        if let (false, Some(first)) = (param.repeated, self.has(at)) {
            if value == Value::Keyword {
                return Ok(());
            }
            let (first, second) = (echo(first), echo(typed));
            return Err(self.fault(Fault::Twice { kind: param.kind, first, second }));
        }
        self.bound.push((at, value, typed.to_owned()));
        Ok(())
    }

    fn free(&mut self, token: &Token) {
        let word = match &token.what {
            What::Bare(word) | What::Quoted(word) => word.clone(),
            _ => self.offers.text[token.at.clone()].to_owned(),
        };
        self.words.get_or_insert_default().push(word);
    }

    fn finish(mut self) -> Result<Invocation, Misunderstood> {
        if let Some(word) = self.component.take()
            && let Some(target) = &mut self.service
        {
            let service = self.offers.known.services.find(target.service.as_str());
            target.component =
                service.and_then(|service| service.component(&word)).map(|part| part.id.clone());
        }
        self.check_service()?;
        if let Some(token) = self.left.first() {
            return Err(self.unexpected(token));
        }
        if let (Some(words), Some(at)) = (self.words.take(), self.takes(Kind::Words)) {
            self.bound.push((at, Value::Words(words), String::new()));
        }
        let command = self.command.clone();
        for (at, param) in command.params.iter().enumerate() {
            if param.kind == Kind::Service || self.has(at).is_some() {
                continue;
            }
            let usual = param.default.as_deref().map(|word| kinds::read(word, param, self.offers.known));
            match usual {
                Some(Reading::Yes(value)) => self.bound.push((at, value, String::new())),
                _ if param.required => return Err(self.missing(at)),
                _ => {}
            }
        }
        self.bound.sort_by_key(|(at, ..)| *at);
        let name = |at: usize| command.params.get(at).map(|param| param.name.clone()).unwrap_or_default();
        let args: Vec<_> =
            self.bound.into_iter().map(|(at, value, _)| Arg { name: name(at), value }).collect();
        Ok(Invocation {
            text: canonical::canonical(&command, self.service.as_ref(), &args),
            command: command.name.clone(),
            verb: command.verb.clone(),
            risk: command.risk,
            service: self.service,
            args: Args(args),
            zone: self.offers.known.context.zone.clone(),
        })
    }
}
