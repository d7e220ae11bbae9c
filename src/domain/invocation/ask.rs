//! Asking back: which of the faults it is when a word did not fit, and what to offer instead.

use crate::base::text;
use crate::domain::catalogue::Kind;
use crate::domain::invocation::args::{RevisionRef, Value};
use crate::domain::invocation::bind::Binder;
use crate::domain::invocation::fault::{Fault, LISTED, Misunderstood, Offer, echo};
use crate::domain::invocation::kinds::{self, Reading};
use crate::domain::invocation::lex::{Token, What};
use crate::domain::invocation::offer::just;
use crate::domain::service::Service;

impl Binder<'_> {
    pub(super) fn no_component(&self, service: &Service, part: &str, token: &Token) -> Misunderstood {
        let all = || service.components.iter().map(|component| component.id.as_str());
        let near = text::nearest(part, all()).map(|near| format!("{}.{near}", service.id));
        let fault = Fault::UnknownComponent {
            service: service.id.to_string(),
            word: echo(part),
            components: all().take(LISTED).map(str::to_owned).collect(),
        };
        let near = near.and_then(|near| self.offers.instead(&token.at, &near));
        let choices = all().take(LISTED).filter_map(|part| {
            let choice = self.offers.instead(&token.at, &format!("{}.{part}", service.id))?;
            Some(Offer { label: part.into(), likely: false, ..choice })
        });
        match near {
            Some(near) => self.offering(fault, [near]),
            None => self.offering(fault, choices),
        }
    }

    pub(super) fn misread(&self, fault: Fault, token: &Token) -> Misunderstood {
        let mended = match &fault {
            Fault::Near { meant, .. } => self.offers.instead(&token.at, meant),
            Fault::UnknownVerb { verbs, .. } => {
                let near = text::nearest(token.content(), verbs.iter().map(String::as_str));
                near.and_then(|near| self.offers.instead(&token.at, near))
            }
            _ => None,
        };
        self.offering(fault, mended)
    }

    /// Where a service is needed and none is known: was one misspelt, or left out?
    pub(super) fn check_service(&self) -> Result<(), Misunderstood> {
        if self.settled() {
            return Ok(());
        }
        let services = self.offers.known.services;
        let near = |token: &Token| {
            let word = token.bare()?;
            let (name, part) = word.split_once('.').map_or((word, None), |(name, part)| (name, Some(part)));
            let near = text::nearest(name, services.names())?;
            Some(part.map_or_else(|| near.to_owned(), |part| format!("{near}.{part}")))
        };
        let free = self.words.iter().flatten().next();
        let free =
            free.map(|word| Token { what: What::Bare(word.clone()), at: self.verb.at.end..self.verb.at.end });
        let mended = self.left.iter().find_map(|token| Some((token, near(token)?)));
        let stranger = mended.as_ref().map(|(token, _)| *token).or_else(|| {
            let revision = |token: &&Token| !matches!(self.as_revision(token), Some(RevisionRef::Previous));
            self.left.iter().find(revision)
        });
        if let Some(token) = stranger {
            let offer = mended.and_then(|(token, near)| self.offers.instead(&token.at, &near));
            return Err(self.unknown_service(token, offer));
        }
        if let Some((word, near)) = free.as_ref().and_then(|word| Some((word, near(word)?))) {
            let said =
                self.offers.text[self.offers.start..].find(word.content()).map(|at| at + self.offers.start);
            let offer = said.and_then(|at| self.offers.instead(&(at..at + word.content().len()), &near));
            return Err(self.unknown_service(word, offer));
        }
        let fault = Fault::Missing { name: "service".to_owned(), kind: Kind::Service };
        Err(self.offering(fault, self.offers.each_service(&self.verb.at)))
    }

    pub(super) fn as_revision(&self, token: &Token) -> Option<RevisionRef> {
        let param = self.command.param(Kind::Revision)?;
        match kinds::read(token.bare()?, param, self.offers.known) {
            Reading::Yes(Value::Revision(revision)) => Some(revision),
            _ => None,
        }
    }

    pub(super) fn unknown_service(&self, token: &Token, offer: Option<Offer>) -> Misunderstood {
        let services = self.offers.known.services;
        let names: Vec<_> = services.iter().take(LISTED).map(|service| service.id.to_string()).collect();
        let more = services.iter().count().saturating_sub(names.len());
        self.offering(Fault::UnknownService { word: echo(token.content()), services: names, more }, offer)
    }

    pub(super) fn missing(&self, at: usize) -> Misunderstood {
        let Some(param) = self.command.params.get(at) else { return self.fault(Fault::Empty) };
        let mut offers: Vec<_> =
            param.choices.iter().filter_map(|choice| self.offers.append(choice)).collect();
        if param.kind == Kind::Schedule {
            let schedules = self.offers.known.catalogue.schedules().take(LISTED);
            offers.extend(schedules.filter_map(|id| self.offers.put(&self.verb.at, id)));
        }
        if let (Some(see), Some(target)) = (&param.see, &self.service) {
            offers.push(just(&format!("{see} {target}")));
        }
        self.offering(Fault::Missing { name: param.name.clone(), kind: param.kind }, offers)
    }

    pub(super) fn unexpected(&self, token: &Token) -> Misunderstood {
        let word = token.content();
        let services = self.offers.known.services;
        let target = self.service.as_ref().and_then(|target| services.find(target.service.as_str()));
        let components = target.iter().flat_map(|service| &service.components).map(|part| part.id.as_str());
        let literals = self.command.params.iter().flat_map(|param| {
            param.literals().filter(|_| matches!(param.kind, Kind::Action | Kind::Keyword))
        });
        let usual = self
            .command
            .params
            .iter()
            .flat_map(|param| kinds::usual_words(param.kind))
            .map(|word| -> &str { word });
        let known = self.offers.known;
        let schedules = self.takes(Kind::Schedule).into_iter().flat_map(|_| known.catalogue.schedules());
        let people = self.takes(Kind::Person).map_or(&[][..], |_| known.people);
        let unnamed = self.takes(Kind::Service).filter(|_| self.named.is_none());
        let named = unnamed.into_iter().flat_map(|_| known.services.names());
        let names = schedules.chain(people.iter().map(|person| person.id.as_str())).chain(named);
        let near = text::nearest(word, literals.chain(usual).chain(components).chain(names));
        let mut offers: Vec<_> =
            near.and_then(|near| self.offers.instead(&token.at, near)).into_iter().collect();
        if matches!(token.what, What::Bare(_)) && self.takes(Kind::Text).is_some() && !word.contains('"') {
            let quoted = self.offers.instead(&token.at, &format!("\"{word}\""));
            offers.extend(quoted.map(|offer| Offer { likely: near.is_none(), ..offer }));
        }
        offers.push(just(&format!("help {}", self.command.name)));
        self.offering(Fault::Unexpected { word: echo(word) }, offers)
    }
}
