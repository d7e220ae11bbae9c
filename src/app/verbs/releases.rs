//! `releases SERVICE[.COMPONENT]`: revisions, who gets the traffic, and which one `previous` would be.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::app::estate::Estate;
use crate::app::verb::{Ask, Proposal, Verb};
use crate::app::verbs::{failure_of, limited, pick, say};
use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::failure::Failure;
use crate::domain::release::{
    Previous, REMEMBERED_DAYS, Revision, Serving, Skip, Skipped, previous, short_image,
};
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::words::Phrase;
use crate::ports;

/// What Toban remembers of its own rollbacks.
#[async_trait]
pub trait History: Send + Sync {
    /// Names of revisions of the service that Toban rolled back from since then.
    async fn rolled_back_from(&self, service: &ServiceId, since: Timestamp) -> Vec<String>;
}

/// The longest that reading revisions may take.
pub(super) const LIMIT: Duration = Duration::from_secs(20);
/// More revisions than this are not listed.
const LISTED: usize = 100;

/// The verb.
pub struct Releases {
    estate: Arc<Estate>,
    history: Arc<dyn History>,
}

impl std::fmt::Debug for Releases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Releases")
    }
}

/// The moment since when rollbacks count for the rule of `previous`.
pub(super) fn remembered(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24 * REMEMBERED_DAYS)).unwrap_or(Timestamp::MIN)
}

impl Releases {
    /// Lists what the estate has.
    pub fn new(estate: Arc<Estate>, history: Arc<dyn History>) -> Self {
        Self { estate, history }
    }

    /// The list.
    ///
    /// # Errors
    /// When nothing there has releases, or the backend does not answer.
    pub async fn answer(
        &self,
        service: &ServiceId,
        component: Option<&ComponentId>,
        now: Timestamp,
    ) -> Result<Report, Failure> {
        let picked = pick::capable::<dyn ports::Releases>(&self.estate, service, component)?;
        let place = picked.place();
        let serving = limited(LIMIT, "releases", picked.port.serving()).await.map_err(|error| {
            failure_of(&error, Phrase::new("releases-failed").with("place", place.as_str()))
        })?;
        let gone = self.history.rolled_back_from(service, remembered(now)).await;
        let report = report(&place, &serving, &previous(&serving, &gone), now);
        Ok(pick::note_others(report, &picked, "releases"))
    }
}

#[async_trait]
impl Verb for Releases {
    fn name(&self) -> &'static str {
        "releases"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let target = pick::target(&self.estate, ask)?;
        self.answer(&target.service, target.component.as_ref(), ask.now).await.map(Proposal::Answer)
    }
}

fn report(place: &str, serving: &Serving, previous: &Previous<'_>, now: Timestamp) -> Report {
    let headline = match serving.main() {
        Some(main) => Phrase::new("releases-headline")
            .with("place", place)
            .with("revision", main.name.as_str())
            .with("traffic", main.traffic),
        None => Phrase::new("releases-headline-none").with("place", place),
    };
    let before = match previous {
        Previous::One { revision, .. } => Some(revision.name.as_str()),
        _ => None,
    };
    let heads = [
        "releases-head-revision",
        "releases-head-traffic",
        "releases-head-state",
        "releases-head-age",
        "releases-head-image",
    ];
    let rows = serving.revisions.iter().take(LISTED).map(|revision| row(revision, before, now)).collect();
    let mut report = Report::new(if serving.main().is_some() { Tone::Plain } else { Tone::Warn }, headline)
        .block(Block::Table { heads: heads.map(Phrase::new).into(), rows })
        .text(rule(previous));
    if serving.revisions.len() > LISTED {
        report = report.text(Phrase::new("releases-cut").with("count", serving.revisions.len()));
    }
    report =
        report.text(Phrase::new(if serving.follows_latest { "releases-follows" } else { "releases-pinned" }));
    if before.is_some() || matches!(previous, Previous::Split { .. }) {
        report = report.button(
            Phrase::new("releases-button-previous"),
            format!("rollback {place} previous"),
            Look::Danger,
        );
    }
    if !serving.follows_latest {
        report = report.button(
            Phrase::new("releases-button-latest"),
            format!("rollback {place} latest"),
            Look::Plain,
        );
    }
    report
}

fn row(revision: &Revision, previous: Option<&str>, now: Timestamp) -> Vec<Phrase> {
    let name = revision.name.as_str();
    vec![
        if previous == Some(name) {
            Phrase::new("releases-is-previous").with("revision", name)
        } else {
            Phrase::raw(name)
        },
        if revision.traffic > 0 { share(revision.traffic) } else { Phrase::raw("–") },
        state(revision),
        say::ago(now, revision.created),
        Phrase::raw(short_image(&revision.image)),
    ]
}

/// A share of traffic.
pub(super) fn share(percent: u32) -> Phrase {
    Phrase::raw(format!("{percent} %"))
}

/// Ready, not ready and why, or not known yet.
pub(super) fn state(revision: &Revision) -> Phrase {
    match (revision.ready, &revision.trouble) {
        (Some(true), _) => Phrase::new("releases-ready"),
        (Some(false), Some(trouble)) => Phrase::new("releases-not-ready-why").with(
            "why",
            crate::base::text::shorten(&crate::domain::redact::redact(trouble), 120).into_owned(),
        ),
        (Some(false), None) => Phrase::new("releases-not-ready"),
        (None, _) => Phrase::new("releases-ready-unknown"),
    }
}

/// What `previous` means here, and why.
pub(super) fn rule(previous: &Previous<'_>) -> Phrase {
    let passed = |skipped: &[Skipped<'_>]| {
        if skipped.is_empty() {
            return Phrase::new("releases-skipped-none");
        }
        let parts = skipped.iter().take(5).map(|skipped| {
            Phrase::new(match skipped.why {
                Skip::NeverReady => "releases-skipped-never-ready",
                Skip::RolledBackFrom => "releases-skipped-rolled-back",
            })
            .with("revision", skipped.revision.name.as_str())
            .with("days", REMEMBERED_DAYS.unsigned_abs())
        });
        Phrase::new("releases-skipped").with("parts", say::list(parts))
    };
    match previous {
        Previous::One { revision, skipped } => Phrase::new("releases-rule")
            .with("revision", revision.name.as_str())
            .with("skipped", passed(skipped)),
        Previous::NoneOlder { skipped } => Phrase::new("releases-rule-none").with("skipped", passed(skipped)),
        Previous::Split { .. } => Phrase::new("releases-rule-split"),
        Previous::NothingServes => Phrase::new("releases-rule-silent"),
    }
}
