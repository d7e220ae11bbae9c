//! The change itself: a new revision is made, it is looked whether it serves, and health says what that did.

use std::time::Duration;

use super::draft::Detail;
use crate::app::estate::Estate;
use crate::app::verb::{Outcome, Show};
use crate::app::verbs::health::look_at;
use crate::app::verbs::releases::LIMIT;
use crate::app::verbs::rollback::{Told, Verified, traffic, verify};
use crate::app::verbs::{failure_of, limited, pick, say};
use crate::base::Clock;
use crate::domain::failure::{Failure, Why};
use crate::domain::plan::Plan;
use crate::domain::release::Serving;
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::words::Phrase;
use crate::ports::{self, Anew, BackendError, Kind};

/// The longest that making a new revision and moving traffic to it may take.
const MAKING: Duration = Duration::from_mins(10);

/// Carries the plan out.
pub async fn run(
    estate: &Estate,
    clock: &Clock,
    limit: Duration,
    plan: &Plan,
    progress: &dyn Show,
) -> Result<Outcome, Failure> {
    let detail: Detail = serde_json::from_value(plan.draft.detail.clone())
        .map_err(|_| Failure::new(Phrase::new("restart-plan-damaged"), Why::Internal))?;
    let picked = pick::capable::<dyn ports::Restart>(estate, &plan.service, Some(&detail.component))?;
    let place = picked.place();
    let before = look_at(estate, picked.service, picked.component, limit).await;

    progress.say(Phrase::new("restart-making").with("place", place.as_str()));
    let begun = clock.now();
    let anew = Anew {
        from: detail.from.clone(),
        version: detail.version.clone(),
        stamp: format!("{begun} {}", plan.id),
    };
    let made = limited(MAKING, "restart", picked.port.restart(&anew, &Told(progress))).await;
    let now = serving(estate, &plan.service, &detail).await;
    let made = made.map_err(|error| not_done(&place, &detail, &error, now.as_ref()))?;
    let took = clock.now().duration_since(begun).unsigned_abs();

    let verified = verify(estate, clock, picked.service, picked.component, &before, limit, progress).await;
    let report = report(&place, &detail, &made, &verified, now.as_ref(), took);
    // With nothing to look by, there is nothing to look at again either.
    let recheck = verified.seen.then_some(before);
    let undo = Some(format!("rollback {place} {}", detail.from));
    Ok(Outcome { report, undo, recheck })
}

async fn serving(estate: &Estate, service: &crate::base::ids::ServiceId, detail: &Detail) -> Option<Serving> {
    let releases = estate.capabilities(service, &detail.component).releases?;
    limited(LIMIT, "releases", releases.serving()).await.ok()
}

/// What is so after an error: what served before goes on serving, or nobody knows.
fn not_done(place: &str, detail: &Detail, error: &BackendError, now: Option<&Serving>) -> Failure {
    let unsure = matches!(error.kind, Kind::Timeout | Kind::Unavailable | Kind::Garbled);
    let as_before =
        now.is_some_and(|now| now.main().is_some_and(|main| main.traffic == 100 && main.name == detail.from));
    let what = match (unsure, as_before, error.kind) {
        (false, true, Kind::Failed) => "restart-never-ready",
        (false, true, _) => "restart-refused-as-before",
        (true, true, _) => "restart-pending",
        (false, false, _) => "restart-refused",
        (true, false, _) => "restart-not-known",
    };
    let what = Phrase::named(what).with("place", place).with("revision", detail.from.as_str());
    let mut failure = failure_of(error, what);
    if unsure {
        failure = failure.hint(Phrase::new("rollback-look").with("command", format!("releases {place}")));
        failure.why = if as_before { failure.why } else { Why::Unknown };
    }
    failure
}

fn report(
    place: &str,
    detail: &Detail,
    made: &str,
    verified: &Verified,
    now: Option<&Serving>,
    took: Duration,
) -> Report {
    let serves =
        now.is_none_or(|now| now.main().is_some_and(|main| main.traffic == 100 && main.name == made));
    let tone = if serves { verified.tone() } else { Tone::Warn };
    let headline = Phrase::new("restart-done").with("place", place).with("verdict", verified.phrase());
    let mut fields = vec![
        (Phrase::new("rollback-field-from"), Phrase::raw(detail.from.as_str())),
        (Phrase::new("rollback-field-to"), Phrase::raw(made)),
        (Phrase::new("rollback-field-took"), say::span(took.max(Duration::from_millis(1)))),
    ];
    if let Some(now) = now {
        fields.push((Phrase::new("rollback-field-traffic-now"), traffic(now)));
    }
    let mut report = Report::new(tone, headline).block(Block::Fields(fields));
    if !serves {
        report = report.text(Phrase::new("rollback-not-as-planned"));
    }
    verified
        .tell(report)
        .button(Phrase::new("health-button-logs"), format!("logs {place} errors 1h"), Look::Plain)
        .button(Phrase::new("health-button-again"), format!("health {place}"), Look::Plain)
}
