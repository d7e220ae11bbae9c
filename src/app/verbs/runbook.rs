//! `runbook SERVICE [WORDS]`: what is known about an error, what causes it and what helps.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

use crate::app::estate::Estate;
use crate::app::verb::{Ask, Proposal, Verb};
use crate::app::verbs::pick;
use crate::base::ids::ServiceId;
use crate::domain::failure::Failure;
use crate::domain::redact::redact;
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::runbook::{Entry, find};
use crate::domain::service::Service;
use crate::domain::words::Phrase;

/// So many entries are shown in full.
const SHOWN: usize = 5;

/// The verb.
#[derive(Debug)]
pub struct Runbook {
    estate: Arc<Estate>,
    reads: BTreeSet<String>,
}

impl Runbook {
    /// Knows the runbooks of the estate's services. `reads` are the names of commands that only look: those of an
    /// entry become buttons, all others stay text.
    pub fn new(estate: Arc<Estate>, reads: BTreeSet<String>) -> Self {
        Self { estate, reads }
    }

    /// The entries that fit `words` best; all of them in short, without words or where none fits.
    ///
    /// # Errors
    /// Only for a service that does not exist.
    pub fn answer(&self, service: &ServiceId, words: &str) -> Result<Report, Failure> {
        let service = pick::service(&self.estate, service)?;
        let id = service.id.as_str();
        if service.runbook.is_empty() {
            return Ok(Report::new(Tone::Plain, Phrase::new("runbook-empty").with("service", id)));
        }
        let found = find(&service.runbook, words, SHOWN);
        if found.is_empty() {
            let (tone, headline) = if words.trim().is_empty() {
                (Tone::Plain, "runbook-all")
            } else {
                (Tone::Warn, "runbook-nothing")
            };
            let words = crate::base::text::shorten(&redact(words), 80).into_owned();
            let headline = Phrase::new(headline)
                .with("service", id)
                .with("words", words)
                .with("count", service.runbook.len());
            return Ok(index(Report::new(tone, headline), service));
        }
        let headline = Phrase::new("runbook-found").with("service", id).with("count", found.len());
        let mut commands: Vec<&str> = Vec::new();
        let mut report = Report::new(Tone::Plain, headline);
        for entry in found {
            report = self.entry(report, entry, &mut commands);
        }
        Ok(commands
            .into_iter()
            .take(SHOWN)
            .fold(report, |report, command| report.button(command, command, Look::Plain)))
    }

    fn entry<'a>(&self, report: Report, entry: &'a Entry, commands: &mut Vec<&'a str>) -> Report {
        let mut fields = Vec::with_capacity(4);
        if let Some(status) = entry.status {
            fields.push((Phrase::new("runbook-status"), Phrase::raw(status.to_string())));
        }
        fields.push((Phrase::new("runbook-cause"), Phrase::raw(entry.cause.as_str())));
        fields.push((Phrase::new("runbook-remedy"), Phrase::raw(entry.remedy.as_str())));
        let mut report =
            report.block(Block::Heading(Phrase::raw(entry.symptom.as_str()))).block(Block::Fields(fields));
        let mut others = Vec::new();
        for command in &entry.commands {
            let verb = command.split_whitespace().next().unwrap_or_default();
            if !self.reads.contains(verb) {
                others.push(Phrase::raw(command.as_str()));
            } else if !commands.contains(&command.as_str()) {
                commands.push(command);
            }
        }
        if !others.is_empty() {
            report = report.block(Block::List(others));
        }
        report
    }
}

#[async_trait]
impl Verb for Runbook {
    fn name(&self) -> &'static str {
        "runbook"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let target = pick::target(&self.estate, ask)?;
        self.answer(&target.service, &ask.invocation.args.words().join(" ")).map(Proposal::Answer)
    }
}

/// Every entry in one row.
fn index(report: Report, service: &Service) -> Report {
    let heads = ["runbook-head-symptom", "runbook-head-status", "runbook-head-cause", "runbook-head-id"];
    let rows = service
        .runbook
        .iter()
        .map(|entry| {
            vec![
                Phrase::raw(entry.symptom.as_str()),
                Phrase::raw(entry.status.map_or_else(|| "–".to_owned(), |status| status.to_string())),
                Phrase::raw(entry.cause.as_str()),
                Phrase::raw(entry.id.as_str()),
            ]
        })
        .collect();
    report.block(Block::Table { heads: heads.map(Phrase::new).into(), rows })
}
