//! A log in words.

use jiff::Timestamp;

use super::{command, kinds};
use crate::app::verbs::pick::Picked;
use crate::app::verbs::say;
use crate::domain::log::{Folded, LogLine, LogWish, MOST, Severity, Shape, Wanted, counts, fold};
use crate::domain::redact::redact;
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::runbook::known;
use crate::domain::service::Service;
use crate::domain::words::Phrase;
use crate::ports;

/// So many known errors are explained.
const EXPLAINED: usize = 8;

/// The answer; `lines` are clean and oldest first, `more` says that there are older ones.
pub fn report(
    picked: &Picked<'_, dyn ports::Logs>,
    wish: &LogWish,
    wanted: &Wanted,
    lines: Vec<LogLine>,
    more: bool,
    now: Timestamp,
) -> Report {
    let place = picked.place();
    if lines.is_empty() {
        return empty(picked, wish, wanted, now);
    }
    // What was not read is not counted, so the headline must not sound as if it was.
    let headline = Phrase::new(if more { "logs-headline-newest" } else { "logs-headline" })
        .with("place", place.as_str())
        .with("shown", lines.len())
        .with("counts", tally(&lines, wanted.shape))
        .with("when", when(wanted, now));
    let mut report = Report::new(tone(&lines), headline);
    let total = lines.len();
    if wanted.shape == Shape::Requests {
        let table = kinds::requests(&lines);
        let texts = lines.iter().map(|line| (line.text.as_str(), u64::from(line.count)));
        report = explain(report, picked.service, texts, true).block(table);
    } else {
        let folded = fold(lines);
        report = explain(report, picked.service, texts(&folded), false);
        report = report.block(match wanted.shape {
            Shape::Kinds => kinds::kinds(folded),
            _ => Block::Log(folded.into_iter().map(LogLine::from).collect()),
        });
    }
    if more {
        report = report.text(Phrase::new("logs-more").with("shown", total).with("most", MOST));
    }
    if wanted.capped {
        report = report.text(Phrase::new("logs-capped").with("most", MOST));
    }
    if let Some(command) = command::again(&place, wish, "follow 5m") {
        report = report.button(Phrase::new("logs-button-follow"), command, Look::Plain);
    }
    report.footnote(source(picked))
}

/// Texts with how often they occurred.
pub fn texts(folded: &[Folded]) -> impl Iterator<Item = (&str, u64)> {
    folded.iter().map(|line| (line.text.as_str(), u64::from(line.count)))
}

/// Adds what the runbook knows about the lines, with a button each.
pub fn explain<'l>(
    mut report: Report,
    service: &Service,
    lines: impl Iterator<Item = (&'l str, u64)>,
    requests: bool,
) -> Report {
    let known = known(&service.runbook, lines, requests);
    let mut told = Vec::new();
    for known in known.iter().take(EXPLAINED) {
        let entry = known.entry;
        let text = Phrase::new("logs-known")
            .with("symptom", entry.symptom.as_str())
            .with("cause", entry.cause.as_str())
            .with("remedy", entry.remedy.as_str())
            .with("count", known.count);
        let words = entry.status.map_or_else(|| entry.id.clone(), |status| status.to_string());
        let command = format!("runbook {} {words}", service.id);
        told.push(text);
        if report.buttons.iter().all(|button| button.command != command) {
            report =
                report.button(Phrase::new("logs-button-known").with("words", words), command, Look::Plain);
        }
    }
    if told.is_empty() { report } else { report.block(Block::List(told)) }
}

/// As bad as the worst line.
pub fn tone(lines: &[LogLine]) -> Tone {
    match lines.iter().map(|line| line.severity).max() {
        Some(Severity::Error | Severity::Critical) => Tone::Bad,
        Some(Severity::Warning) => Tone::Warn,
        _ => Tone::Plain,
    }
}

/// How many of each severity, or of each class of status.
pub fn tally(lines: &[LogLine], shape: Shape) -> Phrase {
    let classes = if shape == Shape::Requests { kinds::classes(lines) } else { Vec::new() };
    if !classes.is_empty() {
        return say::list(classes);
    }
    severities(counts(lines))
}

/// `3 errors, 1 warning`.
pub fn severities(counts: impl IntoIterator<Item = (Severity, u64)>) -> Phrase {
    say::list(counts.into_iter().map(|(severity, count)| {
        Phrase::new(match severity {
            Severity::Default => "logs-count-default",
            Severity::Debug => "logs-count-debug",
            Severity::Info => "logs-count-info",
            Severity::Notice => "logs-count-notice",
            Severity::Warning => "logs-count-warning",
            Severity::Error => "logs-count-error",
            Severity::Critical => "logs-count-critical",
        })
        .with("n", count)
    }))
}

/// The last hour, or from when to when, in the reader's zone.
fn when(wanted: &Wanted, now: Timestamp) -> Phrase {
    match wanted.query.until {
        None => {
            let span = now.duration_since(wanted.query.since).unsigned_abs();
            Phrase::new("logs-when-span").with("span", say::span(span))
        }
        Some(until) => Phrase::new("logs-when-range").with("since", wanted.query.since).with("until", until),
    }
}

/// Where it was looked.
fn source(picked: &Picked<'_, dyn ports::Logs>) -> Phrase {
    let backend = &picked.component.place;
    Phrase::new("logs-source").with("kind", say::kind(backend)).with("place", say::whereabouts(backend))
}

/// Nothing there: says where and for what it looked, and how to look further.
fn empty(picked: &Picked<'_, dyn ports::Logs>, wish: &LogWish, wanted: &Wanted, now: Timestamp) -> Report {
    let place = picked.place();
    let headline = Phrase::new("logs-empty").with("place", place.as_str()).with("when", when(wanted, now));
    let mut looked = Vec::new();
    if let Some(severity) = wish.at_least {
        looked.push(Phrase::new("logs-looked-at-least").with("severity", severity.phrase()));
    }
    if let Some(severity) = wish.exactly {
        looked.push(Phrase::new("logs-looked-exactly").with("severity", severity.phrase()));
    }
    let typed = |id: &'static str, name: &'static str, text: &String| {
        Phrase::new(id).with(name, redact(text).into_owned())
    };
    looked.extend(wish.words.iter().map(|word| typed("logs-looked-text", "text", word)));
    looked.extend(wish.pattern.iter().map(|pattern| typed("logs-looked-pattern", "pattern", pattern)));
    if wish.requests {
        looked.push(Phrase::new("logs-looked-requests"));
    }
    let mut report = Report::new(Tone::Plain, headline).footnote(source(picked));
    if !looked.is_empty() {
        report = report.text(Phrase::new("logs-looked").with("parts", say::list(looked)));
    }
    let span = now.duration_since(wanted.query.since).as_hours();
    let longer = if span < 24 { "24h" } else { "7d" };
    if wanted.query.until.is_none()
        && span < 24 * 7
        && let Some(command) = command::again(&place, wish, longer)
    {
        let label = Phrase::new("logs-button-longer").with("span", longer);
        report = report.text(Phrase::new("logs-longer")).button(label, command, Look::Plain);
    }
    report
}
