//! From what was typed to the revision that shall serve, or to a question.

use crate::app::verbs::releases::{rule, share, state};
use crate::app::verbs::say;
use crate::domain::failure::{Failure, Why};
use crate::domain::redact::redact;
use crate::domain::release::{Found, Previous, Revision, Serving, find, previous};
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::words::Phrase;

/// So many choices are offered.
const OFFERED: usize = 5;

/// What was chosen.
#[derive(Debug)]
pub struct Chosen<'a> {
    /// The revision that will serve.
    pub revision: &'a Revision,
    /// Whether traffic follows new deployments from then on.
    pub follow: bool,
    /// The rule that chose it.
    pub rule: Phrase,
}

/// A choice, or a question.
#[derive(Debug)]
pub enum Choice<'a> {
    /// This one.
    Go(Chosen<'a>),
    /// It has to be asked, or there is nothing to do.
    Ask(Box<Report>),
}

/// Chooses the target.
///
/// # Errors
/// When there is none, or when it cannot serve.
pub fn choose<'a>(
    place: &str,
    serving: &'a Serving,
    target: super::Target<'_>,
    rolled_back_from: &[String],
) -> Result<Choice<'a>, Failure> {
    use super::Target;
    match target {
        Target::Unsaid => Ok(ask(unsaid(place, serving, rolled_back_from))),
        Target::Latest => latest(place, serving),
        Target::Previous => by_rule(place, serving, rolled_back_from),
        Target::Named(typed) => named(place, serving, typed),
    }
}

fn ask<'a>(report: Report) -> Choice<'a> {
    Choice::Ask(Box::new(report))
}

fn by_rule<'a>(
    place: &str,
    serving: &'a Serving,
    rolled_back_from: &[String],
) -> Result<Choice<'a>, Failure> {
    let previous = previous(serving, rolled_back_from);
    let rule = rule(&previous);
    match previous {
        Previous::One { revision, .. } => Ok(Choice::Go(Chosen { revision, follow: false, rule })),
        Previous::Split { serving, rule: choice } => {
            let shares = serving
                .iter()
                .map(|revision| {
                    Phrase::new("rollback-share")
                        .with("revision", revision.name.as_str())
                        .with("share", share(revision.traffic))
                })
                .collect();
            let report = Report::new(Tone::Plain, Phrase::new("rollback-split").with("place", place))
                .block(Block::List(shares));
            let offered = serving.into_iter().chain(choice);
            Ok(ask(offer(report, place, offered)))
        }
        Previous::NoneOlder { .. } | Previous::NothingServes => {
            let what = Phrase::new("rollback-no-previous").with("place", place);
            Err(Failure::new(what, Why::NotFound).hint(rule))
        }
    }
}

fn named<'a>(place: &str, serving: &'a Serving, typed: &str) -> Result<Choice<'a>, Failure> {
    let shown = crate::base::text::shorten(&redact(typed), 80).into_owned();
    match find(serving, typed) {
        Found::One(revision) => fit(place, serving, revision),
        Found::Several(several) => {
            let headline = Phrase::new("rollback-several").with("typed", shown).with("count", several.len());
            Ok(ask(offer(Report::new(Tone::Plain, headline), place, several)))
        }
        Found::None { nearest } => {
            let headline = Phrase::new("rollback-unknown").with("place", place).with("typed", shown);
            let mut report = Report::new(Tone::Bad, headline);
            // What serves already is no choice.
            let able = |revision: &&Revision| revision.ready == Some(true) && revision.traffic < 100;
            let near = nearest.and_then(|name| serving.revision(name)).filter(able);
            if let Some(Revision { name: nearest, .. }) = near {
                report = report.text(Phrase::new("rollback-nearest").with("revision", nearest.as_str()));
            }
            let rest = serving.revisions.iter().filter(able);
            Ok(ask(offer(report, place, near.into_iter().chain(rest))))
        }
    }
}

fn fit<'a>(place: &str, serving: &'a Serving, revision: &'a Revision) -> Result<Choice<'a>, Failure> {
    if revision.traffic == 100 {
        let headline =
            Phrase::new("rollback-already").with("place", place).with("revision", revision.name.as_str());
        return Ok(ask(Report::new(Tone::Plain, headline).button(
            Phrase::new("health-button-releases"),
            format!("releases {place}"),
            Look::Plain,
        )));
    }
    if revision.ready != Some(true) {
        let what = Phrase::new("rollback-not-ready")
            .with("revision", revision.name.as_str())
            .with("state", state(revision));
        let mut failure = Failure::new(what, Why::Invalid);
        if let Some(latest) = serving.latest_ready() {
            failure = failure.hint(Phrase::new("rollback-ready-one").with("revision", latest.name.as_str()));
        }
        return Err(failure);
    }
    let rule = Phrase::new("rollback-rule-named");
    Ok(Choice::Go(Chosen { revision, follow: false, rule }))
}

fn latest<'a>(place: &str, serving: &'a Serving) -> Result<Choice<'a>, Failure> {
    let Some(revision) = serving.latest_ready() else {
        let what = Phrase::new("rollback-nothing-ready").with("place", place);
        return Err(Failure::new(what, Why::NotFound));
    };
    if serving.follows_latest && revision.traffic == 100 {
        let headline = Phrase::new("rollback-follows-already")
            .with("place", place)
            .with("revision", revision.name.as_str());
        return Ok(ask(Report::new(Tone::Plain, headline)));
    }
    Ok(Choice::Go(Chosen { revision, follow: true, rule: Phrase::new("rollback-rule-latest") }))
}

fn unsaid(place: &str, serving: &Serving, rolled_back_from: &[String]) -> Report {
    let previous = previous(serving, rolled_back_from);
    let mut report = Report::new(Tone::Plain, Phrase::new("rollback-which").with("place", place));
    let by_rule = match &previous {
        Previous::One { revision, .. } => Some(*revision),
        _ => None,
    };
    if let Some(revision) = by_rule {
        report = report.text(rule(&previous)).button(
            Phrase::new("rollback-button-previous").with("revision", revision.name.as_str()),
            format!("rollback {place} previous"),
            Look::Primary,
        );
    }
    if !serving.follows_latest {
        report = report.button(
            Phrase::new("releases-button-latest"),
            format!("rollback {place} latest"),
            Look::Plain,
        );
    }
    let ready = serving
        .revisions
        .iter()
        .filter(|revision| revision.ready == Some(true) && revision.traffic < 100)
        .filter(|revision| by_rule.is_none_or(|previous| previous.name != revision.name));
    offer(report, place, ready)
}

/// A button for each revision that could be meant.
fn offer<'a>(report: Report, place: &str, revisions: impl IntoIterator<Item = &'a Revision>) -> Report {
    let mut offered: Vec<&Revision> = Vec::with_capacity(OFFERED);
    let mut more = 0_usize;
    for revision in revisions {
        if offered.iter().any(|known| known.name == revision.name) {
            continue;
        }
        if offered.len() < OFFERED {
            offered.push(revision);
        } else {
            more += 1;
        }
    }
    let mut report = offered.into_iter().fold(report, |report, revision| {
        let command = format!("rollback {place} {}", revision.name);
        report.button(revision.name.as_str(), command, Look::Plain)
    });
    if more > 0 {
        let list = Phrase::raw(format!("releases {place}"));
        report = report.text(Phrase::new("rollback-more").with("count", more).with("command", list)).button(
            Phrase::new("health-button-releases"),
            format!("releases {place}"),
            Look::Plain,
        );
    }
    report
}

/// Who gets how much: `a 90 %, b 10 %`.
pub fn traffic(serving: &Serving) -> Phrase {
    let served = serving.served();
    if served.is_empty() {
        return Phrase::new("rollback-no-traffic");
    }
    say::list(served.iter().map(|revision| {
        Phrase::new("rollback-share")
            .with("revision", revision.name.as_str())
            .with("share", share(revision.traffic))
    }))
}
