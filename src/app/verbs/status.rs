//! `status`: every service in one line, all asked at once. `status SERVICE` is its health with its environment.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use jiff::Timestamp;

use crate::app::estate::Estate;
use crate::app::intake::{Account, Ledger};
use crate::app::verb::{Ask, Proposal, Verb};
use crate::app::verbs::health::{self, LIMIT, Looked, look};
use crate::app::verbs::{pick, say};
use crate::domain::failure::Failure;
use crate::domain::health::{Verdict, whole};
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::service::Service;
use crate::domain::words::Phrase;

/// The verb.
#[derive(Debug)]
pub struct Status {
    estate: Arc<Estate>,
    limit: Duration,
    ledger: Option<Arc<Ledger>>,
}

impl Status {
    /// Looks at what the estate has.
    pub fn new(estate: Arc<Estate>) -> Self {
        Self { estate, limit: LIMIT, ledger: None }
    }

    /// With another limit for one check than [`LIMIT`].
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// Tells of sources of alerts with trouble, too.
    #[must_use]
    pub fn sources(self, ledger: Arc<Ledger>) -> Self {
        Self { ledger: Some(ledger), ..self }
    }

    /// With a line for each source of alerts that had trouble of late.
    fn with_sources(&self, report: Report, now: Timestamp) -> Report {
        let troubled = self.ledger.as_ref().map(|ledger| ledger.troubled(now)).unwrap_or_default();
        if troubled.is_empty() {
            return report;
        }
        let lines = troubled.iter().map(|(source, account)| trouble(source, account, now)).collect();
        let report = if report.tone == Tone::Good { Report { tone: Tone::Warn, ..report } } else { report };
        report.block(Block::Heading(Phrase::new("status-sources"))).block(Block::List(lines))
    }

    /// The health of one service, with its environment.
    async fn one(&self, service: &Service) -> Report {
        let looked = look(&self.estate, service, None, self.limit).await;
        let environment = Phrase::new("status-environment").with("environment", service.environment.as_str());
        health::report(&self.estate, service, None, &looked).footnote(environment)
    }

    /// A row for each service that `visible` lets through, the ones in trouble first.
    pub async fn answer(&self, visible: impl Fn(&Service) -> bool) -> Report {
        let services: Vec<&Arc<Service>> =
            self.estate.services().iter().filter(|service| visible(service)).collect();
        if services.is_empty() {
            return Report::new(Tone::Plain, Phrase::new("status-none"));
        }
        let looks = services.iter().map(|service| look(&self.estate, service, None, self.limit));
        let mut seen: Vec<(&Service, Vec<Looked>, Verdict)> = services
            .iter()
            .zip(join_all(looks).await)
            .map(|(service, looked)| {
                let verdict = whole(looked.iter().map(Looked::verdict));
                (&***service, looked, verdict)
            })
            .collect();
        seen.sort_by_key(|(_, _, verdict)| std::cmp::Reverse(*verdict));

        let worst = seen.iter().map(|(_, _, verdict)| *verdict).max().unwrap_or(Verdict::Unknown);
        let trouble: Vec<&Service> = seen
            .iter()
            .filter(|(_, _, verdict)| verdict.wants_a_look())
            .map(|(service, _, _)| *service)
            .collect();
        let headline =
            Phrase::new(if trouble.is_empty() { "status-headline-well" } else { "status-headline-trouble" })
                .with("count", seen.len())
                .with("trouble", trouble.len());
        let heads = [
            "status-head-service",
            "status-head-state",
            "status-head-trouble",
            "status-head-latency",
            "status-head-environment",
        ];
        let rows = seen.iter().map(|(service, looked, verdict)| row(service, looked, *verdict)).collect();
        let tone = if worst == Verdict::NotConnected { Tone::Good } else { worst.tone() };
        let report =
            Report::new(tone, headline).block(Block::Table { heads: heads.map(Phrase::new).into(), rows });
        trouble.into_iter().take(4).fold(report, |report, service| {
            let label = Phrase::new("status-button-health").with("service", service.id.as_str());
            report.button(label, format!("health {}", service.id), Look::Plain)
        })
    }
}

#[async_trait]
impl Verb for Status {
    fn name(&self) -> &'static str {
        "status"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let report = match &ask.invocation.service {
            Some(target) => {
                let service = pick::service(&self.estate, &target.service)?;
                self.one(service).await
            }
            None => self.with_sources(self.answer(|_| true).await, ask.now),
        };
        Ok(Proposal::Answer(report))
    }
}

fn trouble(source: &str, account: &Account, now: Timestamp) -> Phrase {
    let (at, why) = account.trouble.clone().unwrap_or((now, String::new()));
    Phrase::new("status-source")
        .with("source", source)
        .with("malformed", account.malformed)
        .with("faulty", account.faulty)
        .with("refused", account.refused)
        .with("ago", say::ago(now, at))
        .with("why", why)
}

fn row(service: &Service, looked: &[Looked], verdict: Verdict) -> Vec<Phrase> {
    let of = |part: &Looked| Phrase::raw(part.component.as_str());
    let failing: Vec<Phrase> = looked.iter().filter(|part| part.verdict().wants_a_look()).map(of).collect();
    let missing = looked.iter().filter(|part| part.verdict() == Verdict::NotConnected).count();
    let slowest = looked.iter().flat_map(|part| &part.checks).filter_map(|check| check.latency).max();
    let about = match (failing.is_empty(), missing) {
        (false, _) => say::list(failing),
        (true, _) if verdict == Verdict::NotConnected => Phrase::raw("–"),
        (true, 0) => Phrase::raw("–"),
        (true, missing) => Phrase::new("status-missing").with("count", missing),
    };
    vec![
        Phrase::raw(service.id.as_str()),
        verdict.phrase(),
        about,
        slowest.map_or_else(|| Phrase::raw("–"), say::latency),
        Phrase::raw(service.environment.as_str()),
    ]
}
