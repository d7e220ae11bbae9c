//! `logs … follow`: lines as they are written, in one message that is edited in place.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use jiff::Timestamp;

use super::{clean, command, report};
use crate::app::verb::Show;
use crate::app::verbs::pick::Picked;
use crate::app::verbs::{failure_of, limited, say};
use crate::base::Clock;
use crate::domain::failure::Failure;
use crate::domain::log::{Folder, LogLine, LogWish, Severity, want};
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::words::Phrase;
use crate::ports::{self, BackendError};

/// So long, if nothing is said.
pub const USUAL: Duration = Duration::from_mins(5);
/// Not longer than this: a stream is dear, and forgotten ones pile up.
pub const LONGEST: Duration = Duration::from_mins(30);
/// The message is not edited more often.
const PAUSE: Duration = Duration::from_secs(2);
/// So many kinds of lines are shown while it goes on.
const SHOWN: usize = 20;
/// So many kinds of lines are kept for the end.
const KEPT: usize = 200;

/// What came so far.
struct Seen {
    folder: Folder,
    counts: BTreeMap<Severity, u64>,
}

/// Why it is over.
enum End {
    Time,
    Stopped,
    Closed,
    Failed(BackendError),
}

/// Follows until the time is over, somebody stops it, or the stream ends.
pub async fn follow(
    picked: &Picked<'_, dyn ports::Logs>,
    wish: &LogWish,
    span: Option<Duration>,
    clock: &Clock,
    progress: &dyn Show,
) -> Result<Report, Failure> {
    let place = picked.place();
    let asked = span.unwrap_or(USUAL);
    let span = asked.min(LONGEST);
    let begun = clock.now();
    let until = begun.saturating_add(span).unwrap_or(Timestamp::MAX);
    let query = want(wish, begun).query;
    let mut stream =
        limited(super::LIMIT, "logs follow", picked.port.follow(&query)).await.map_err(|error| {
            failure_of(&error, Phrase::new("logs-follow-failed").with("place", place.as_str()))
        })?;

    let mut seen = Seen { folder: Folder::new(KEPT), counts: BTreeMap::new() };
    let mut over = pin!(clock.sleep(span));
    let mut stopped = progress.stopped();
    let mut pause: BoxFuture<'_, ()> = std::future::ready(()).boxed();
    let mut news = true;
    let end = loop {
        tokio::select! {
            // In this order, so that a flood of lines delays neither the end nor the display.
            biased;
            () = &mut stopped => break End::Stopped,
            () = &mut over => break End::Time,
            () = &mut pause, if news => {
                progress.show(running(&place, &seen, until, &progress.stop_command()));
                (news, pause) = (false, clock.sleep(PAUSE).boxed());
            }
            batch = stream.next() => match batch {
                Some(Ok(lines)) => news |= seen.take(lines),
                Some(Err(error)) => break End::Failed(error),
                None => break End::Closed,
            },
        }
    };
    drop(stream);
    let took = clock.now().duration_since(begun).unsigned_abs();
    let mut report = ended(picked, wish, seen, end, took);
    if asked > LONGEST {
        report = report.text(Phrase::new("logs-follow-longest").with("span", say::span(LONGEST)));
    }
    Ok(report)
}

impl Seen {
    fn take(&mut self, lines: Vec<LogLine>) -> bool {
        let any = !lines.is_empty();
        for line in clean(lines) {
            *self.counts.entry(line.severity).or_insert(0) += u64::from(line.count);
            self.folder.push(line);
        }
        any
    }

    fn tally(&self) -> Phrase {
        if self.counts.is_empty() {
            return Phrase::new("logs-count-none");
        }
        report::severities(self.counts.iter().rev().map(|(severity, count)| (*severity, *count)))
    }
}

fn running(place: &str, seen: &Seen, until: Timestamp, stop: &str) -> Report {
    let headline =
        Phrase::new("logs-following").with("place", place).with("counts", seen.tally()).with("until", until);
    let mut lines = seen.folder.lines();
    lines.drain(..lines.len().saturating_sub(SHOWN));
    let mut report = Report::new(Tone::Busy, headline);
    if !lines.is_empty() {
        report = report.block(Block::Log(lines.into_iter().map(LogLine::from).collect()));
    }
    report.button(Phrase::new("logs-button-stop"), stop, Look::Plain)
}

fn ended(
    picked: &Picked<'_, dyn ports::Logs>,
    wish: &LogWish,
    seen: Seen,
    end: End,
    took: Duration,
) -> Report {
    let place = picked.place();
    let counts = seen.tally();
    let lines = seen.folder.into_lines();
    let tone = if matches!(end, End::Failed(_)) { Tone::Warn } else { Tone::Plain };
    let headline = Phrase::new("logs-followed")
        .with("place", place.as_str())
        .with("counts", counts)
        .with("span", say::span(took.max(Duration::from_secs(1))));
    let mut report = Report::new(tone, headline);
    report = match end {
        End::Time => report,
        End::Stopped => report.text(Phrase::new("logs-follow-stopped")),
        End::Closed => report.text(Phrase::new("logs-follow-closed")),
        End::Failed(error) => {
            let failure = failure_of(&error, Phrase::new("logs-follow-broke").with("place", place.as_str()));
            report
                .text(failure.what.clone())
                .text(Phrase::new("failure-why").with("why", failure.why.phrase()))
                .footnote(Phrase::new("failure-reference").with("reference", failure.reference.as_str()))
        }
    };
    report = report::explain(report, picked.service, report::texts(&lines), wish.requests);
    if !lines.is_empty() {
        report = report.block(Block::Log(lines.into_iter().map(LogLine::from).collect()));
    }
    if let Some(command) = command::again(&place, wish, "follow 5m") {
        report = report.button(Phrase::new("logs-button-follow-again"), command, Look::Plain);
    }
    report
}
