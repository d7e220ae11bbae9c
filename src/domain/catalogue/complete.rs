//! What could be typed next.

use crate::domain::catalogue::{Catalogue, Command, Kind, Param};
use crate::domain::service::{Service, Services};
use crate::domain::words::Phrase;

/// One way to go on.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// What the last word of the text becomes (the word after it, where the text ends in a space).
    pub insert: String,
    /// What to show.
    pub label: String,
    /// What it is.
    pub hint: Phrase,
}

/// No more than fit a menu.
const MOST: usize = 12;

impl Catalogue {
    /// Suggestions for the last word of `text`, which may be half typed; best first, at most a menu full.
    pub fn complete(&self, text: &str, services: &Services) -> Vec<Suggestion> {
        let text = text.trim_start().trim_start_matches('/');
        let (before, last) = match text.rfind(char::is_whitespace) {
            Some(at) => text.split_at(at),
            None => ("", text),
        };
        let last = last.trim_start().to_lowercase();
        let mut words: Vec<&str> = before.split_whitespace().collect();
        if words.first().is_some_and(|word| word.eq_ignore_ascii_case("toban")) {
            words.remove(0);
        }
        let mut found = Vec::new();
        match words.iter().find_map(|word| self.find(word)) {
            Some(command) => self.after(command, &words, &last, services, &mut found),
            None => {
                self.commands(&last, &mut found);
                if words.is_empty() {
                    service(&last, services, &mut found);
                }
            }
        }
        found.truncate(MOST);
        found
    }

    fn commands(&self, last: &str, found: &mut Vec<Suggestion>) {
        for command in self.iter().filter(|command| !command.hidden) {
            if let Some(name) = command.names().find(|name| name.to_lowercase().starts_with(last)) {
                push(found, name, command.summary.clone());
            }
        }
    }

    fn after(
        &self,
        command: &Command,
        words: &[&str],
        last: &str,
        services: &Services,
        found: &mut Vec<Suggestion>,
    ) {
        let has_service = words.iter().any(|word| {
            let name = word.split_once('.').map_or(*word, |(name, _)| name);
            services.find(name).is_some()
        });
        for param in &command.params {
            match param.kind {
                Kind::Service if !has_service => service(last, services, found),
                Kind::Command => self.commands(last, found),
                Kind::Schedule => self
                    .schedules()
                    .filter(|name| name.to_lowercase().starts_with(last))
                    .for_each(|name| push(found, name, param.phrase())),
                Kind::Service => {}
                _ => {
                    let fit = samples(param).filter(|word| word.starts_with(last) && !words.contains(word));
                    fit.for_each(|word| push(found, word, param.phrase()));
                }
            }
        }
    }
}

fn push(found: &mut Vec<Suggestion>, word: &str, hint: Phrase) {
    found.push(Suggestion { insert: word.to_owned(), label: word.to_owned(), hint });
}

/// Services by the beginning of a name; the components of one, once its name and a dot are there.
fn service(last: &str, services: &Services, found: &mut Vec<Suggestion>) {
    if let Some((name, part)) = last.split_once('.') {
        let Some(service) = services.find(name) else { return };
        for component in &service.components {
            if component.id.as_str().to_lowercase().starts_with(part) {
                push(found, &format!("{}.{}", service.id, component.id), Phrase::raw(component.place.kind()));
            }
        }
        return;
    }
    let begins = |service: &Service| {
        std::iter::once(service.id.as_str())
            .chain(service.aliases.iter().map(String::as_str))
            .any(|name| name.to_lowercase().starts_with(last))
    };
    for service in services.iter().filter(|service| begins(service)).take(MOST) {
        push(found, service.id.as_str(), Phrase::raw(service.environment.clone()));
    }
}

/// Words that a parameter could be.
fn samples(param: &Param) -> impl Iterator<Item = &str> {
    let usual: &[&str] = match param.kind {
        Kind::Severity => &["errors", "warnings", "info", "debug", "critical"],
        Kind::Span => &["15m", "1h", "24h", "7d"],
        Kind::When => &["15m", "1h", "24h", "7d", "yesterday"],
        Kind::Revision => &["previous"],
        _ => &[],
    };
    let literals = matches!(param.kind, Kind::Action | Kind::Keyword);
    let own = if literals { None } else { Some(param.choices.iter().map(String::as_str)) };
    let own = own.into_iter().flatten().filter(move |choice| !usual.contains(choice));
    usual.iter().copied().chain(own).chain(literals.then(|| param.literals()).into_iter().flatten())
}
