//! Looking at parts of a service, all at once, none waiting for another.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};

use crate::app::estate::Estate;
use crate::app::verbs::say;
use crate::base::clock::within;
use crate::base::ids::ComponentId;
use crate::domain::health::{Check, Verdict, worst};
use crate::domain::service::{Component, Service};
use crate::domain::words::Phrase;
use crate::ports;

/// How long one check may take.
pub const LIMIT: Duration = Duration::from_secs(8);

/// A part and what was seen of it.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The part.
    pub component: ComponentId,
    /// What was seen; one check that says so for a part that is not connected.
    pub checks: Vec<Check>,
}

impl Looked {
    /// The worst of the checks.
    pub fn verdict(&self) -> Verdict {
        worst(self.checks.iter().map(|check| check.verdict))
    }
}

/// Looks at the parts of `service`, or at one of them. A check that does not answer within `limit` makes its part
/// [`Verdict::Unknown`] and holds up nobody.
pub async fn look(
    estate: &Estate,
    service: &Service,
    only: Option<&Component>,
    limit: Duration,
) -> Vec<Looked> {
    if let Some(part) = only {
        return vec![part_of(estate, service, part, limit).await];
    }
    join_all(service.components.iter().map(|part| part_of(estate, service, part, limit))).await
}

/// The checks of one part.
pub async fn look_at(estate: &Estate, service: &Service, part: &Component, limit: Duration) -> Vec<Check> {
    part_of(estate, service, part, limit).await.checks
}

async fn part_of(estate: &Estate, service: &Service, part: &Component, limit: Duration) -> Looked {
    let ways = estate.capabilities(&service.id, &part.id).health;
    let checks = match ways.as_slice() {
        [] => vec![Check {
            name: "connected".to_owned(),
            verdict: Verdict::NotConnected,
            seen: Phrase::new("health-not-connected").with("kind", say::kind(&part.place)),
            latency: None,
        }],
        [one] => ask(one, limit).await,
        [one, two] => {
            let (mut checks, more) = join(ask(one, limit), ask(two, limit)).await;
            checks.extend(more);
            checks
        }
        many => join_all(many.iter().map(|way| ask(way, limit))).await.into_iter().flatten().collect(),
    };
    Looked { component: part.id.clone(), checks }
}

async fn ask(way: &Arc<dyn ports::Health>, limit: Duration) -> Vec<Check> {
    within(limit, way.check()).await.unwrap_or_else(|_| {
        vec![Check {
            name: "answer".to_owned(),
            verdict: Verdict::Unknown,
            seen: Phrase::new("health-no-answer").with("limit", say::span(limit)),
            latency: Some(limit),
        }]
    })
}
