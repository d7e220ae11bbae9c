//! Metrics in words: a row each, the ones in trouble first, and what to do about them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::read::Row;
use crate::app::estate::Estate;
use crate::app::verbs::{failure_of, say};
use crate::app::watch::sight::is_fresh;
use crate::domain::alert::AlertSeverity;
use crate::domain::failure::{Failure, Why};
use crate::domain::metric::{Range, Series, Unit};
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::service::{Component, Service};
use crate::domain::watch::{Rule, State};
use crate::domain::words::Phrase;

/// How a metric stands, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Nothing is said about it.
    Free,
    /// Nothing can tell.
    NotConnected,
    /// It keeps to its threshold.
    Well,
    /// It is well again, but not for long enough.
    Clearing,
    /// There is no data, or it could not be read.
    Unknown,
    /// It is wrong, but not for long enough.
    Pending,
    /// It is wrong, and that is told as a warning or less.
    Warning,
    /// It is wrong, and that wakes people.
    Critical,
}

impl Standing {
    fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::Free => "metrics-standing-free",
            Self::NotConnected => "metrics-standing-not-connected",
            Self::Well => "metrics-standing-well",
            Self::Clearing => "metrics-standing-clearing",
            Self::Unknown => "metrics-standing-unknown",
            Self::Pending => "metrics-standing-pending",
            Self::Warning => "metrics-standing-warning",
            Self::Critical => "metrics-standing-critical",
        })
    }

    fn tone(self) -> Tone {
        match self {
            Self::Free | Self::Well => Tone::Good,
            Self::NotConnected => Tone::Plain,
            Self::Clearing | Self::Unknown | Self::Pending | Self::Warning => Tone::Warn,
            Self::Critical => Tone::Bad,
        }
    }
}

/// A row, judged.
struct Judged<'r> {
    row: &'r Row<'r>,
    standing: Standing,
    since: Option<Timestamp>,
    /// Its rules, the gravest first.
    rules: Vec<&'r Rule>,
    /// The one that it breaks, else the gravest.
    rule: Option<&'r Rule>,
}

/// The answer.
///
/// # Errors
/// When there is no metric to show, or none could be read.
#[expect(clippy::too_many_arguments, reason = "one answer from all that was read, called from one place")]
pub fn report(
    estate: &Estate,
    service: &Service,
    only: Option<&Component>,
    rows: &[Row<'_>],
    rules: &[&Rule],
    states: &BTreeMap<String, State>,
    range: Range,
    name: Option<&str>,
    now: Timestamp,
) -> Result<Report, Failure> {
    let place = only.map_or_else(|| service.id.to_string(), |part| say::place(&service.id, &part.id));
    if rows.is_empty() {
        return Err(nothing(estate, service, &place, name));
    }
    let mut failures = failures(service, rows);
    if rows.iter().all(|row| row.read.is_err()) && !failures.is_empty() {
        return Err(failures.swap_remove(0).1);
    }
    let mut judged: Vec<Judged<'_>> = rows.iter().map(|row| judge(row, rules, states, range, now)).collect();
    judged.sort_by_key(|judged| std::cmp::Reverse(judged.standing));
    let worst = judged.first().map_or(Standing::Free, |judged| judged.standing);
    let trouble: Vec<&Judged<'_>> =
        judged.iter().filter(|judged| judged.standing >= Standing::Pending).collect();

    let headline = Phrase::new(match worst {
        Standing::Critical | Standing::Warning | Standing::Pending => "metrics-headline-trouble",
        Standing::Unknown => "metrics-headline-unknown",
        Standing::NotConnected => "metrics-headline-not-connected",
        Standing::Clearing | Standing::Well | Standing::Free => "metrics-headline-well",
    })
    .with("place", place.as_str())
    .with("names", say::list(trouble.iter().map(|judged| Phrase::raw(named(judged.row)))))
    .with("span", say::span(range.span()));
    let heads = [
        "metrics-head-metric",
        "metrics-head-now",
        "metrics-head-worst",
        "metrics-head-threshold",
        "metrics-head-state",
        "metrics-head-action",
    ];
    let cells = judged.iter().filter(|judged| judged.standing != Standing::NotConnected);
    let cells: Vec<Vec<Phrase>> = cells.map(|judged| line(judged, range, now)).collect();
    let mut report = Report::new(worst.tone(), headline);
    if !cells.is_empty() {
        report = report.block(Block::Table { heads: heads.map(Phrase::new).into(), rows: cells });
    }
    for (part, failure) in failures {
        let unread = Phrase::new("metrics-unread").with("place", part).with("why", failure.why.phrase());
        report = report.text(unread.with("reference", failure.reference.as_str()));
    }
    let missing = judged.iter().filter(|judged| judged.standing == Standing::NotConnected);
    let missing: Vec<Phrase> = missing.map(|judged| Phrase::raw(named(judged.row))).collect();
    if !missing.is_empty() {
        report = report.text(Phrase::new("metrics-missing").with("names", say::list(missing)));
    }
    Ok(buttons(report, estate, service, &place, trouble.first().copied()))
}

/// `web.error_rate`.
fn named(row: &Row<'_>) -> String {
    format!("{}.{}", row.part.id, row.metric)
}

fn judge<'r>(
    row: &'r Row<'r>,
    rules: &[&'r Rule],
    states: &BTreeMap<String, State>,
    range: Range,
    now: Timestamp,
) -> Judged<'r> {
    let own = rules.iter().filter(|rule| rule.component == row.part.id && rule.metric == row.metric);
    let mut own: Vec<&Rule> = own.copied().collect();
    own.sort_by_key(|rule| std::cmp::Reverse(rule.severity));
    let gravest = own.first().copied();
    let judged = |standing, since, rule| Judged { row, standing, since, rules: own.clone(), rule };
    let absent = || own.iter().find_map(|rule| states.get(&rule.id())?.absent);
    let series = match &row.read {
        Err(_) => return judged(Standing::Unknown, absent(), gravest),
        Ok(None) => return judged(Standing::NotConnected, None, gravest),
        Ok(Some(series)) => series,
    };
    // What is asked about the past is judged by its end.
    let end = range.until.min(now);
    let Some(latest) = series.latest().filter(|point| is_fresh(point.at, end, range.step(120))) else {
        let standing = if own.is_empty() { Standing::Free } else { Standing::Unknown };
        return judged(standing, absent().or(series.latest().map(|point| point.at)), gravest);
    };
    let broken = own.iter().copied().find(|rule| rule.threshold.is_crossed(latest.value));
    if let Some(rule) = broken {
        let state = states.get(&rule.id());
        let seen = series.wrong_since(rule.threshold);
        let since = state.and_then(|state| state.firing().or_else(|| state.since())).or(seen);
        let long = since.is_some_and(|since| since + rule.lasting <= now);
        let standing = match rule.severity {
            _ if !(long || state.is_some_and(|state| state.firing().is_some())) => Standing::Pending,
            AlertSeverity::Critical => Standing::Critical,
            AlertSeverity::Warning | AlertSeverity::Info => Standing::Warning,
        };
        return judged(standing, since, Some(rule));
    }
    let clearing = own.iter().copied().find_map(|rule| Some((rule, states.get(&rule.id())?.firing()?)));
    match clearing {
        Some((rule, since)) => judged(Standing::Clearing, Some(since), Some(rule)),
        None if own.is_empty() => judged(Standing::Free, None, None),
        None => judged(Standing::Well, None, gravest),
    }
}

fn line(judged: &Judged<'_>, range: Range, now: Timestamp) -> Vec<Phrase> {
    let dash = || Phrase::raw("–");
    let series = judged.row.read.as_ref().ok().and_then(Option::as_ref);
    let unit = series.map_or_else(|| Unit::of(&judged.row.metric), |series| series.unit);
    let shown = |value: Option<f64>| value.map_or_else(dash, |value| Phrase::raw(unit.show(value)));
    let latest = series
        .and_then(Series::latest)
        .filter(|point| is_fresh(point.at, range.until.min(now), range.step(120)));
    let worst = series.and_then(|series| match judged.rule {
        Some(rule) => series.worst(rule.threshold),
        None => series.max(),
    });
    let limits = judged.rules.iter().map(|rule| Phrase::raw(rule.threshold.show(unit)));
    let state = match judged.since {
        Some(since) => Phrase::new("metrics-state-since")
            .with("state", judged.standing.phrase())
            .with("since", say::ago(now, since)),
        None => judged.standing.phrase(),
    };
    let action = judged.rule.map(|rule| match &rule.remedy {
        Some(remedy) => {
            Phrase::new("metrics-action").with("say", rule.say.as_str()).with("remedy", remedy.as_str())
        }
        None => Phrase::raw(rule.say.as_str()),
    });
    vec![
        Phrase::raw(named(judged.row)),
        shown(latest.map(|point| point.value)),
        shown(worst.map(|point| point.value)),
        if judged.rules.is_empty() { dash() } else { say::list(limits) },
        state,
        action.unwrap_or_else(dash),
    ]
}

/// One failure for each component whose metrics could not be read; each is logged once.
fn failures(service: &Service, rows: &[Row<'_>]) -> Vec<(String, Failure)> {
    let mut failures: Vec<(String, Failure)> = Vec::new();
    for row in rows {
        let place = say::place(&service.id, &row.part.id);
        if let Err(error) = &row.read
            && failures.iter().all(|(known, _)| *known != place)
        {
            let failure = failure_of(error, Phrase::new("metrics-failed").with("place", place.as_str()));
            failures.push((place, failure));
        }
    }
    failures
}

/// Why there is nothing to show, and what there is.
fn nothing(estate: &Estate, service: &Service, place: &str, name: Option<&str>) -> Failure {
    let names = service.components.iter().flat_map(|part| {
        let port = estate.capabilities(&service.id, &part.id).metrics;
        let names = port.map(|port| port.names()).unwrap_or_default();
        names.into_iter().map(move |name| Phrase::raw(format!("{}.{name}", part.id)))
    });
    let names: Vec<Phrase> = names.collect();
    let (what, why) = match name {
        Some(name) if !names.is_empty() => {
            let name = crate::base::text::shorten(&crate::domain::redact::redact(name), 60).into_owned();
            (Phrase::new("metrics-no-such").with("name", name), Why::NotFound)
        }
        _ => (Phrase::new("metrics-none"), Why::NotConnected),
    };
    let failure = Failure::new(what.with("place", place), why);
    if names.is_empty() {
        failure
    } else {
        failure.hint(Phrase::new("metrics-there-are").with("names", say::list(names)))
    }
}

fn buttons(
    mut report: Report,
    estate: &Estate,
    service: &Service,
    place: &str,
    worst: Option<&Judged<'_>>,
) -> Report {
    let mut with_log = worst
        .map(|judged| judged.row.part)
        .into_iter()
        .chain(&service.components)
        .filter(|part| estate.capabilities(&service.id, &part.id).logs.is_some());
    if let (Some(_), Some(part)) = (worst, with_log.next()) {
        let command = format!("logs {} errors 1h", say::place(&service.id, &part.id));
        report = report.button(Phrase::new("health-button-logs"), command, Look::Plain);
    }
    report.button(Phrase::new("metrics-button-day"), format!("metrics {place} 24h"), Look::Plain).button(
        Phrase::new("metrics-button-health"),
        format!("health {place}"),
        Look::Plain,
    )
}
