//! What a change did to health: looked at until it is steady, and once more later.

use std::time::Duration;

use crate::app::estate::Estate;
use crate::app::verb::Show;
use crate::app::verbs::health::{LIMIT, look_at};
use crate::app::verbs::say;
use crate::base::Clock;
use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::health::{Check, Effect, Verdict, compare};
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::service::{Component, Service};
use crate::domain::words::Phrase;

/// How long a change may take to show in health.
pub const SETTLE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_secs(2);
/// So many good looks in a row are taken for steady.
const STEADY: u32 = 3;

/// What health says after a change.
#[derive(Debug)]
pub struct Verified {
    /// What the change did.
    pub effect: Effect,
    /// The checks that fail now.
    pub failing: Vec<Check>,
    /// Whether anything looks at the part's health at all.
    pub seen: bool,
}

/// Looks until health is steady and good, or [`SETTLE`] is over.
pub async fn verify(
    estate: &Estate,
    clock: &Clock,
    service: &Service,
    part: &Component,
    before: &[Check],
    limit: Duration,
    progress: &dyn Show,
) -> Verified {
    if before.iter().all(|check| check.verdict == Verdict::NotConnected) {
        return Verified { effect: Effect::Unchanged, failing: Vec::new(), seen: false };
    }
    let begun = clock.now();
    let mut good = 0;
    loop {
        let after = look_at(estate, service, part, limit).await;
        let spent = clock.now().duration_since(begun).unsigned_abs();
        let comparison = compare(before, &after);
        good = if comparison.failing.is_empty() { good + 1 } else { 0 };
        if good >= STEADY || spent + PAUSE > SETTLE {
            let (effect, failing) = (comparison.effect, comparison.failing.into_iter().cloned().collect());
            return Verified { effect, failing, seen: true };
        }
        progress.say(
            Phrase::new("rollback-verifying")
                .with("place", say::place(&service.id, &part.id))
                .with("failing", comparison.failing.len())
                .with("good", good)
                .with("of", STEADY),
        );
        clock.sleep(PAUSE).await;
    }
}

impl Verified {
    /// The verdict in a word or two.
    pub fn phrase(&self) -> Phrase {
        Phrase::new(match (self.seen, self.effect, self.failing.is_empty()) {
            (false, ..) => "rollback-verdict-unseen",
            (_, Effect::Better, _) => "rollback-verdict-better",
            (_, Effect::Worse, _) => "rollback-verdict-worse",
            (_, Effect::Unchanged, true) => "rollback-verdict-unchanged-well",
            (_, Effect::Unchanged, false) => "rollback-verdict-unchanged-ill",
        })
    }

    /// The verdict's tone.
    pub fn tone(&self) -> Tone {
        match (self.effect, self.failing.is_empty()) {
            (Effect::Worse, _) => Tone::Bad,
            (_, false) => Tone::Warn,
            (_, true) => Tone::Good,
        }
    }

    /// Adds the failing checks and that the verdict is early.
    pub fn tell(&self, report: Report) -> Report {
        let report = self.list(report);
        if self.seen { report.text(Phrase::new("rollback-early")) } else { report }
    }

    fn list(&self, report: Report) -> Report {
        if self.failing.is_empty() {
            return report;
        }
        let failing = self.failing.iter().map(|check| {
            Phrase::new("rollback-failing-check")
                .with("verdict", check.verdict.phrase())
                .with("check", check.name.as_str())
                .with("seen", check.seen.clone())
        });
        report.text(Phrase::new("rollback-failing")).block(Block::List(failing.collect()))
    }
}

/// The later look at an early verdict: `before` are the checks from before the change.
pub async fn recheck(
    estate: &Estate,
    service: &ServiceId,
    component: &ComponentId,
    before: &[Check],
) -> Report {
    let place = say::place(service, component);
    let part = estate.service(service).and_then(|found| Some((found, found.component(component.as_str())?)));
    let Some((found, part)) = part else {
        return Report::new(Tone::Warn, Phrase::new("rollback-recheck-gone").with("place", place));
    };
    let after = look_at(estate, found, part, LIMIT).await;
    let comparison = compare(before, &after);
    let verified = Verified {
        effect: comparison.effect,
        failing: comparison.failing.into_iter().cloned().collect(),
        seen: true,
    };
    let headline =
        Phrase::new("rollback-recheck").with("place", place.as_str()).with("verdict", verified.phrase());
    verified
        .list(Report::new(verified.tone(), headline))
        .button(Phrase::new("health-button-logs"), format!("logs {place} errors 1h"), Look::Plain)
        .button(Phrase::new("health-button-releases"), format!("releases {place}"), Look::Plain)
}
