//! Reading the metrics of a service, all at once.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::app::estate::Estate;
use crate::app::verbs::health::{LIMIT, look_at};
use crate::app::verbs::limited;
use crate::app::watch::sight::{self, READING, Seen};
use crate::domain::metric::{Point, Range, Series};
use crate::domain::service::{Component, Service};
use crate::domain::watch::{Rule, Sample};
use crate::ports::{BackendError, Kind};

/// How many are read at once.
const AT_ONCE: usize = 16;
/// About so many values are read of each.
const POINTS: u32 = 120;

/// A metric of a component and what came of reading it.
pub struct Row<'s> {
    /// The component.
    pub part: &'s Component,
    /// The metric's name.
    pub metric: String,
    /// Its values; `None` where nothing is connected that could tell.
    pub read: Result<Option<Series>, BackendError>,
}

/// The metrics that are asked for: those that backends have, and those that rules are about.
pub fn wanted<'s>(
    estate: &Estate,
    service: &'s Service,
    only: Option<&Component>,
    rules: &[&Rule],
    name: Option<&str>,
) -> Vec<(&'s Component, String)> {
    let mut wanted = Vec::new();
    let parts = service.components.iter().filter(|part| only.is_none_or(|only| only.id == part.id));
    for part in parts {
        let mut names = BTreeSet::new();
        let own = rules.iter().filter(|rule| rule.component == part.id).map(|rule| rule.metric.clone());
        let measured = estate.capabilities(&service.id, &part.id).metrics.map(|port| port.names());
        // Those with rules first, in the order of the config: they are what matters.
        for metric in own.chain(measured.into_iter().flatten()) {
            if name.is_none_or(|name| metric.contains(name)) && names.insert(metric.clone()) {
                wanted.push((part, metric));
            }
        }
    }
    wanted
}

/// Reads them, in the order given.
pub async fn read<'s>(
    estate: &Estate,
    service: &Service,
    wanted: Vec<(&'s Component, String)>,
    range: Range,
    now: Timestamp,
) -> Vec<Row<'s>> {
    let mut reads: Vec<BoxFuture<'_, Row<'s>>> = Vec::with_capacity(wanted.len());
    for (part, metric) in wanted {
        reads.push(Box::pin(async move {
            let read = one(estate, service, part, &metric, range, now).await;
            Row { part, metric, read }
        }));
    }
    futures_util::stream::iter(reads).buffered(AT_ONCE).collect().await
}

async fn one(
    estate: &Estate,
    service: &Service,
    part: &Component,
    metric: &str,
    range: Range,
    now: Timestamp,
) -> Result<Option<Series>, BackendError> {
    let port = estate.capabilities(&service.id, &part.id).metrics;
    let has = |name: &str| port.as_ref().is_some_and(|port| port.names().iter().any(|known| known == name));
    if sight::is_probed(metric) && !has(metric) {
        let checks = look_at(estate, service, part, LIMIT).await;
        return Ok(match sight::of_checks(metric, &checks) {
            Seen::Sample(Sample::Value(value, unit)) => Some(Series::new(unit, [Point { at: now, value }])),
            Seen::Sample(Sample::Absent(_)) => Some(Series::new(crate::domain::metric::Unit::of(metric), [])),
            Seen::Failed(_) | Seen::NotConnected => None,
        });
    }
    let Some(port) = &port else { return Ok(None) };
    match limited(READING, "metrics", port.read(metric, range, range.step(POINTS))).await {
        Ok(series) => Ok(Some(series)),
        Err(error) if error.kind == Kind::NotFound && !has(metric) => Ok(None),
        Err(error) => Err(error),
    }
}
