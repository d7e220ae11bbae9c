//! `logs SERVICE[.COMPONENT] …`: what it wrote, without secrets, folded, with what is known about its errors.

mod command;
mod follow;
mod kinds;
mod report;

pub use follow::{LONGEST, USUAL};

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::app::estate::Estate;
use crate::app::verb::{Ask, Proposal, Show, Verb};
use crate::app::verbs::{failure_of, limited, pick};
use crate::base::Clock;
use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::failure::Failure;
use crate::domain::invocation::Args;
use crate::domain::log::{LogLine, LogWish, Severity, join_traces, want};
use crate::domain::redact::redact;
use crate::domain::report::Report;
use crate::domain::words::Phrase;
use crate::ports;

/// The longest that reading a log may take.
const LIMIT: Duration = Duration::from_secs(30);
/// A line is cut past this many characters: no single entry fills the answer.
const LINE: usize = 4_000;

/// The verb.
#[derive(Debug)]
pub struct Logs {
    estate: Arc<Estate>,
    clock: Clock,
}

impl Logs {
    /// Reads what the estate has; `clock` ends what is followed.
    pub fn new(estate: Arc<Estate>, clock: Clock) -> Self {
        Self { estate, clock }
    }

    /// What was written.
    ///
    /// # Errors
    /// When nothing there has a log, or the backend does not answer.
    pub async fn read(
        &self,
        service: &ServiceId,
        component: Option<&ComponentId>,
        wish: &LogWish,
        now: Timestamp,
    ) -> Result<Report, Failure> {
        let picked = pick::capable::<dyn ports::Logs>(&self.estate, service, component)?;
        let wanted = want(wish, now);
        let mut lines = limited(LIMIT, "logs", picked.port.read(&wanted.query))
            .await
            .map_err(|error| failure_of(&error, Phrase::new("logs-failed").with("place", picked.place())))?;
        // Oldest first: what is too much is the oldest.
        let more = lines.len() > wanted.lines || lines.len() >= crate::domain::log::MOST;
        lines.drain(..lines.len().saturating_sub(wanted.lines));
        let lines = clean(lines);
        let report = report::report(&picked, wish, &wanted, lines, more, now);
        Ok(pick::note_others(report, &picked, "logs"))
    }

    /// What is being written, for `span` (at most [`LONGEST`]).
    ///
    /// # Errors
    /// When nothing there has a log, or following cannot begin.
    pub async fn follow(
        &self,
        service: &ServiceId,
        component: Option<&ComponentId>,
        wish: &LogWish,
        span: Option<Duration>,
        progress: &dyn Show,
    ) -> Result<Report, Failure> {
        let picked = pick::capable::<dyn ports::Logs>(&self.estate, service, component)?;
        let report = follow::follow(&picked, wish, span, &self.clock, progress).await?;
        Ok(pick::note_others(report, &picked, "logs"))
    }
}

#[async_trait]
impl Verb for Logs {
    fn name(&self) -> &'static str {
        "logs"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let target = pick::target(&self.estate, ask)?;
        let (service, component) = (&target.service, target.component.as_ref());
        let args = &ask.invocation.args;
        let wish = wish(args);
        if args.keyword("follow") {
            self.follow(service, component, &wish, args.span(), ask.progress).await
        } else {
            self.read(service, component, &wish, ask.now).await
        }
        .map(Proposal::Answer)
    }
}

/// What the arguments ask for. `debug` means DEBUG only: with "or worse" it would mean everything.
fn wish(args: &Args) -> LogWish {
    let (exactly, at_least) = match args.severity() {
        Some(severity @ (Severity::Debug | Severity::Default)) => (Some(severity), None),
        at_least => (None, at_least),
    };
    LogWish {
        at_least,
        exactly,
        span: args.span(),
        range: args.range().or_else(|| args.moment().map(|from| (from, None))),
        words: args.texts().into_iter().map(str::to_owned).collect(),
        pattern: args.pattern().map(|pattern| pattern.as_str().to_owned()),
        number: args.number(),
        requests: args.keyword("requests"),
    }
}

/// Traces in one piece, secrets out, nothing endless.
fn clean(lines: Vec<LogLine>) -> Vec<LogLine> {
    join_traces(lines)
        .into_iter()
        .map(|mut line| {
            if let std::borrow::Cow::Owned(redacted) = redact(&line.text) {
                line.text = redacted;
            }
            if let std::borrow::Cow::Owned(short) = crate::base::text::shorten(&line.text, LINE) {
                line.text = short;
            }
            line
        })
        .collect()
}
