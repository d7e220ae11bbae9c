//! The change itself: traffic is moved, it is looked whether it was, and health says what that did.

use std::time::Duration;

use super::choose::traffic;
use super::draft::Detail;
use super::verify::{self, Verified};
use crate::app::estate::Estate;
use crate::app::verb::{Outcome, Show};
use crate::app::verbs::health::look_at;
use crate::app::verbs::releases::LIMIT;
use crate::app::verbs::{failure_of, limited, pick, say};
use crate::base::Clock;
use crate::base::ids::ComponentId;
use crate::domain::failure::{Failure, Why};
use crate::domain::plan::Plan;
use crate::domain::release::Serving;
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::words::Phrase;
use crate::ports::{self, BackendError, Kind, Progress};

/// The longest that moving traffic may take.
const MOVING: Duration = Duration::from_mins(5);

/// A backend's progress goes where the verb's goes.
pub struct Told<'a>(pub &'a dyn Show);

impl Progress for Told<'_> {
    fn say(&self, line: Phrase) {
        self.0.say(line);
    }
}

/// The part that a plan of this verb changes, or of another that keeps it under the same name (`restart`).
pub fn component_of(plan: &Plan) -> Option<ComponentId> {
    plan.draft.detail.get("component")?.as_str().map(ComponentId::from)
}

/// The revision that a plan of this verb moved traffic away from, where it was one alone.
pub fn from_of(plan: &Plan) -> Option<String> {
    serde_json::from_value::<Detail>(plan.draft.detail.clone()).ok()?.from
}

pub async fn run(
    estate: &Estate,
    clock: &Clock,
    limit: Duration,
    plan: &Plan,
    progress: &dyn Show,
) -> Result<Outcome, Failure> {
    let detail: Detail = serde_json::from_value(plan.draft.detail.clone())
        .map_err(|_| Failure::new(Phrase::new("rollback-plan-damaged"), Why::Internal))?;
    let picked = pick::capable::<dyn ports::Releases>(estate, &plan.service, Some(&detail.component))?;
    let place = picked.place();
    let before = look_at(estate, picked.service, picked.component, limit).await;

    progress.say(
        Phrase::new("rollback-routing").with("place", place.as_str()).with("revision", detail.to.as_str()),
    );
    let begun = clock.now();
    let target = (!detail.follow).then_some(detail.to.as_str());
    let routed =
        limited(MOVING, "releases route", picked.port.route(target, &detail.version, &Told(progress))).await;
    let after = limited(LIMIT, "releases", picked.port.serving()).await;
    let late = match routed {
        Ok(()) => false,
        Err(error) => {
            came_through(&place, &detail, &error, after.as_ref().ok())?;
            true
        }
    };
    let took = clock.now().duration_since(begun).unsigned_abs();

    let verified =
        verify::verify(estate, clock, picked.service, picked.component, &before, limit, progress).await;
    let undo = undo(&place, &detail);
    let report = report(&place, &detail, &verified, after.as_ref().ok(), took, late, undo.is_some());
    // With nothing to look by, there is nothing to look at again either.
    let recheck = verified.seen.then_some(before);
    Ok(Outcome { report, undo, recheck })
}

/// After an error: whether the world is as planned all the same. If not, the failure tells what is so.
fn came_through(
    place: &str,
    detail: &Detail,
    error: &BackendError,
    now: Option<&Serving>,
) -> Result<(), Failure> {
    let unsure = matches!(error.kind, Kind::Timeout | Kind::Unavailable | Kind::Garbled);
    let done = now.is_some_and(|now| is_done(now, detail));
    if unsure && done {
        tracing::warn!(backend.call = %error.call, backend.kind = %error.kind, "the answer was lost, the change was made");
        return Ok(());
    }
    let what = match (now, unsure) {
        (Some(now), _) if moved(now, detail) => Phrase::new("rollback-half").with("traffic", traffic(now)),
        (Some(now), true) => Phrase::new("rollback-pending").with("traffic", traffic(now)),
        (Some(now), false) => Phrase::new("rollback-unchanged").with("traffic", traffic(now)),
        (None, true) => Phrase::new("rollback-not-known"),
        (None, false) => Phrase::new("rollback-refused"),
    };
    let mut failure = failure_of(error, what.with("place", place).with("revision", detail.to.as_str()));
    if unsure {
        failure = failure.hint(Phrase::new("rollback-look").with("command", format!("releases {place}")));
        if now.is_none() {
            failure.why = Why::Unknown;
        }
    }
    Err(failure)
}

fn is_done(now: &Serving, detail: &Detail) -> bool {
    now.follows_latest == detail.follow
        && now.main().is_some_and(|main| main.traffic == 100 && (detail.follow || main.name == detail.to))
}

/// Whether traffic is not as it was before.
fn moved(now: &Serving, detail: &Detail) -> bool {
    let alone = now.main().filter(|main| main.traffic == 100).map(|main| &main.name);
    alone != detail.from.as_ref() || now.follows_latest != detail.followed
}

/// The command that plans the way back; none from a split, which no single command restores.
fn undo(place: &str, detail: &Detail) -> Option<String> {
    match &detail.from {
        Some(_) if detail.followed => Some(format!("rollback {place} latest")),
        Some(from) => Some(format!("rollback {place} {from}")),
        None => None,
    }
}

fn report(
    place: &str,
    detail: &Detail,
    verified: &Verified,
    now: Option<&Serving>,
    took: Duration,
    late: bool,
    undoable: bool,
) -> Report {
    let as_planned = now.is_none_or(|now| is_done(now, detail));
    let tone = if as_planned { verified.tone() } else { Tone::Warn };
    let headline = Phrase::new(if detail.follow { "rollback-done-latest" } else { "rollback-done" })
        .with("place", place)
        .with("revision", detail.to.as_str())
        .with("verdict", verified.phrase());
    let from = detail.from.as_deref().map_or_else(|| Phrase::new("rollback-split-before"), Phrase::raw);
    let mut fields = vec![
        (Phrase::new("rollback-field-from"), from),
        (Phrase::new("rollback-field-to"), Phrase::raw(detail.to.as_str())),
        (Phrase::new("rollback-field-took"), say::span(took.max(Duration::from_millis(1)))),
    ];
    if let Some(now) = now {
        fields.push((Phrase::new("rollback-field-traffic-now"), traffic(now)));
    }
    let mut report = Report::new(tone, headline).block(Block::Fields(fields));
    if late {
        report = report.text(Phrase::new("rollback-answer-lost"));
    }
    if !as_planned {
        report = report.text(Phrase::new("rollback-not-as-planned"));
    }
    report = verified.tell(report);
    if !detail.follow {
        report =
            report.text(Phrase::new("rollback-pinned").with("command", format!("rollback {place} latest")));
    }
    if !undoable {
        report = report.text(Phrase::new("rollback-no-undo"));
    }
    report.button(Phrase::new("health-button-logs"), format!("logs {place} errors 1h"), Look::Plain).button(
        Phrase::new("health-button-again"),
        format!("health {place}"),
        Look::Plain,
    )
}
