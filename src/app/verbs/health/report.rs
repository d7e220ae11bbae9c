//! Health in words: one line for the service, a row for each check (the worst first), and what to do next.

use serde::Serialize;

use super::Looked;
use crate::app::estate::Estate;
use crate::app::verbs::say;
use crate::domain::health::{Check, Verdict, whole};
use crate::domain::report::{Block, Look, Report};
use crate::domain::service::{Component, Service};
use crate::domain::words::{Phrase, Reader, Words};

/// The answer.
pub fn report(estate: &Estate, service: &Service, only: Option<&Component>, looked: &[Looked]) -> Report {
    let verdict = whole(looked.iter().map(Looked::verdict));
    let missing: Vec<&Looked> =
        looked.iter().filter(|part| part.verdict() == Verdict::NotConnected).collect();
    let place = only.map_or_else(|| service.id.to_string(), |part| say::place(&service.id, &part.id));
    let failing = looked.iter().filter(|part| part.verdict().wants_a_look());
    let headline = Phrase::new(match verdict {
        Verdict::Healthy => "health-headline-healthy",
        Verdict::NotConnected => "health-headline-not-connected",
        Verdict::Degraded => "health-headline-degraded",
        Verdict::Unknown => "health-headline-unknown",
        Verdict::Unhealthy => "health-headline-unhealthy",
    })
    .with("place", place.as_str())
    .with("parts", say::list(failing.map(|part| Phrase::raw(part.component.as_str()))))
    .with("missing", missing.len());

    let mut report = Report::new(verdict.tone(), headline);
    let mut seen: Vec<&Looked> =
        looked.iter().filter(|part| part.verdict() != Verdict::NotConnected).collect();
    seen.sort_by_key(|part| std::cmp::Reverse(part.verdict()));
    let rows: Vec<Vec<Phrase>> = seen.into_iter().flat_map(rows).collect();
    if !rows.is_empty() {
        let heads = ["health-head-part", "health-head-state", "health-head-seen", "health-head-latency"];
        report = report.block(Block::Table { heads: heads.map(Phrase::new).into(), rows });
    }
    if !missing.is_empty() {
        let parts = missing.iter().filter_map(|part| {
            let component = service.component(part.component.as_str())?;
            Some(
                Phrase::new("verb-kind-of-part")
                    .with("kind", say::kind(&component.place))
                    .with("part", component.id.as_str()),
            )
        });
        report = report.text(Phrase::new("health-missing").with("parts", say::list(parts)));
    }
    buttons(report, estate, service, looked, verdict).button(
        Phrase::new("health-button-again"),
        format!("health {place}"),
        Look::Plain,
    )
}

/// The part is named once, in the first of its rows.
fn rows(part: &Looked) -> impl Iterator<Item = Vec<Phrase>> {
    let mut checks: Vec<&Check> = part.checks.iter().collect();
    checks.sort_by_key(|check| std::cmp::Reverse(check.verdict));
    checks.into_iter().enumerate().map(|(place, check)| {
        vec![
            Phrase::raw(if place == 0 { part.component.as_str() } else { "" }),
            check.verdict.phrase(),
            Phrase::new("health-seen").with("check", check.name.as_str()).with("seen", check.seen.clone()),
            check.latency.map_or_else(|| Phrase::raw("–"), say::latency),
        ]
    })
}

/// The worst of the parts that have a log, or releases, gets the buttons.
fn buttons(
    mut report: Report,
    estate: &Estate,
    service: &Service,
    looked: &[Looked],
    verdict: Verdict,
) -> Report {
    let mut parts: Vec<&Looked> = looked.iter().collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.verdict()));
    let mut able = parts.iter().map(|part| (part, estate.capabilities(&service.id, &part.component)));
    let logs = able.clone().find(|(_, can)| can.logs.is_some());
    let releases = able.find(|(_, can)| can.releases.is_some());
    if let Some((part, _)) = logs {
        let command = format!("logs {} errors 1h", say::place(&service.id, &part.component));
        report = report.button(Phrase::new("health-button-logs"), command, Look::Plain);
    }
    if let Some((part, _)) = releases {
        let place = say::place(&service.id, &part.component);
        if verdict == Verdict::Unhealthy && part.verdict() == Verdict::Unhealthy {
            let command = format!("rollback {place} previous");
            report = report.button(Phrase::new("health-button-rollback"), command, Look::Danger);
        }
        report =
            report.button(Phrase::new("health-button-releases"), format!("releases {place}"), Look::Plain);
    }
    report
}

/// Checks in one line: the failing ones, else how many there are.
pub fn line(checks: &[Check]) -> Phrase {
    let verdict = crate::domain::health::worst(checks.iter().map(|check| check.verdict));
    let mut shown = checks.iter().filter(|check| check.verdict.wants_a_look()).peekable();
    if shown.peek().is_none() {
        return Phrase::new("health-line-well").with("verdict", verdict.phrase()).with("count", checks.len());
    }
    let seen = shown.map(|check| {
        Phrase::new("health-seen").with("check", check.name.as_str()).with("seen", check.seen.clone())
    });
    Phrase::new("health-line").with("verdict", verdict.phrase()).with("seen", say::list(seen))
}

#[derive(Serialize)]
struct Json<'a> {
    service: &'a str,
    environment: &'a str,
    verdict: Verdict,
    components: Vec<JsonPart<'a>>,
}

#[derive(Serialize)]
struct JsonPart<'a> {
    component: &'a str,
    backend: &'a str,
    verdict: Verdict,
    checks: Vec<JsonCheck<'a>>,
}

#[derive(Serialize)]
struct JsonCheck<'a> {
    name: &'a str,
    verdict: Verdict,
    seen: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<u128>,
}

/// Adds the same for programs.
pub fn with_json(
    report: Report,
    service: &Service,
    looked: &[Looked],
    words: &Words,
    reader: &Reader,
) -> Report {
    let json = Json {
        service: service.id.as_str(),
        environment: &service.environment,
        verdict: whole(looked.iter().map(Looked::verdict)),
        components: looked
            .iter()
            .map(|part| JsonPart {
                component: part.component.as_str(),
                backend: service
                    .component(part.component.as_str())
                    .map_or("", |component| component.place.kind()),
                verdict: part.verdict(),
                checks: part
                    .checks
                    .iter()
                    .map(|check| JsonCheck {
                        name: &check.name,
                        verdict: check.verdict,
                        seen: words.say(reader, &check.seen),
                        latency_ms: check.latency.map(|latency| latency.as_millis()),
                    })
                    .collect(),
            })
            .collect(),
    };
    // Only strings and numbers: this cannot fail.
    report.block(Block::Code(serde_json::to_string_pretty(&json).unwrap_or_default()))
}
