//! `help`: what you may run here, or everything about one command.

use std::sync::Arc;

use async_trait::async_trait;

use crate::app::company::Company;
use crate::app::estate::Estate;
use crate::app::verb::{Ask, Proposal, Verb};
use crate::domain::access::Wish;
use crate::domain::catalogue::{Catalogue, Command, Kind};
use crate::domain::failure::Failure;
use crate::domain::person::Person;
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::words::Phrase;

/// See the module.
pub struct Help {
    /// What can be said.
    pub catalogue: Arc<Catalogue>,
    /// Who may say it.
    pub company: Arc<Company>,
    /// On what.
    pub estate: Arc<Estate>,
}

#[async_trait]
impl Verb for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let report = match ask.invocation.args.command() {
            Some(name) => match self.catalogue.find(name) {
                Some(command) => self.one(command, ask.asker, ask.channel),
                None => self.all(ask.asker, ask.channel),
            },
            None => self.all(ask.asker, ask.channel),
        };
        Ok(Proposal::Answer(report))
    }
}

impl Help {
    fn all(&self, person: &Person, channel: &str) -> Report {
        let mut report = Report::new(Tone::Plain, Phrase::new("help-headline"));
        for section in self.catalogue.sections() {
            let lines: Vec<Phrase> = section
                .commands
                .iter()
                .filter(|command| self.may(command, person, channel))
                .map(|command| {
                    Phrase::new("help-line")
                        .with("usage", command.usage())
                        .with("summary", command.summary.clone())
                })
                .collect();
            if !lines.is_empty() {
                report = report.block(Block::Heading(section.title)).block(Block::List(lines));
            }
        }
        report.footnote(Phrase::new("help-more"))
    }

    fn one(&self, command: &Command, person: &Person, channel: &str) -> Report {
        let mut report =
            Report::new(Tone::Plain, command.summary.clone()).block(Block::Code(command.usage()));
        let aliases: Vec<&str> = command.aliases.iter().map(String::as_str).collect();
        if !aliases.is_empty() {
            report = report.text(Phrase::new("help-aliases").with("names", aliases.join(", ")));
        }
        if !command.params.is_empty() {
            let heads = vec![Phrase::new("help-parameter"), Phrase::new("help-meaning")];
            let rows =
                command.params.iter().map(|param| vec![Phrase::raw(param.shape()), param.phrase()]).collect();
            report = report.block(Block::Table { heads, rows });
        }
        if !command.examples.is_empty() {
            let lines = command.examples.iter().map(|example| {
                Phrase::new("help-line")
                    .with("usage", example.say.as_str())
                    .with("summary", example.means.clone())
            });
            report = report
                .block(Block::Heading(Phrase::new("help-examples")))
                .block(Block::List(lines.collect()));
        }
        if self.may(command, person, channel) {
            for example in command.examples.iter().take(3) {
                report = report.button(example.say.as_str(), example.say.clone(), Look::Plain);
            }
            report
        } else {
            report.footnote(Phrase::new("help-not-yours"))
        }
    }

    /// Whether the person may run it here on anything at all.
    fn may(&self, command: &Command, person: &Person, channel: &str) -> bool {
        let wish = Wish { verb: &command.verb, risk: command.risk, service: None, channel };
        if command.param(Kind::Service).is_none_or(|param| !param.required) {
            return self.company.allows(person, wish);
        }
        self.estate.services().iter().any(|service| {
            self.company.allows(person, Wish { service: Some((&service.id, &service.environment)), ..wish })
        })
    }
}
