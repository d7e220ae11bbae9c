//! One look at a metric: what its backend measured, or what the checks of its component say.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::estate::Estate;
use crate::app::verbs::health::{LIMIT, look_at};
use crate::app::verbs::limited;
use crate::domain::health::{Check, Verdict};
use crate::domain::metric::{Range, Unit};
use crate::domain::service::{Component, Service};
use crate::domain::watch::Sample;
use crate::ports::{BackendError, Kind};

/// How long one reading may take.
pub const READING: Duration = Duration::from_secs(20);
/// How far back is read.
const WINDOW: Duration = Duration::from_mins(15);
/// The density of values.
const STEP: Duration = Duration::from_secs(60);
/// Older values say nothing about now. Cloud Run's come up to four minutes late.
const FRESH: Duration = Duration::from_mins(6);

/// The metrics that every component with a check has.
pub const PROBED: [&str; 3] = ["available", "probe", "probe_latency"];

/// What was seen of a metric.
#[derive(Debug)]
pub enum Seen {
    /// A value, or that there is none.
    Sample(Sample),
    /// It could not be read, with the reason.
    Failed(BackendError),
    /// Nothing there can tell: the backend is not connected, or has no such metric.
    NotConnected,
}

/// Looks at `metric` of a component.
pub async fn look(
    estate: &Estate,
    service: &Service,
    part: &Component,
    metric: &str,
    now: Timestamp,
) -> Seen {
    let can = estate.capabilities(&service.id, &part.id);
    let measured =
        can.metrics.filter(|port| !is_probed(metric) || port.names().iter().any(|name| name == metric));
    let Some(port) = measured else {
        if !is_probed(metric) {
            return Seen::NotConnected;
        }
        let checks = look_at(estate, service, part, LIMIT).await;
        return of_checks(metric, &checks);
    };
    match limited(READING, "metrics", port.read(metric, Range::last(WINDOW, now), STEP)).await {
        Ok(series) => Seen::Sample(match series.latest() {
            Some(point) if is_fresh(point.at, now, STEP) => Sample::Value(point.value, series.unit),
            last => Sample::Absent(last.map(|point| point.at)),
        }),
        Err(error) if error.kind == Kind::NotFound && !port.names().iter().any(|name| name == metric) => {
            Seen::NotConnected
        }
        Err(error) => Seen::Failed(error),
    }
}

/// Whether a metric comes from checks, unless the backend has one of that name itself.
pub fn is_probed(metric: &str) -> bool {
    PROBED.contains(&metric)
}

/// Whether a value of `at` says anything about `now`, where there is one every `step`.
pub fn is_fresh(at: Timestamp, now: Timestamp, step: Duration) -> bool {
    let age = Duration::try_from(now.duration_since(at)).unwrap_or_default();
    age <= FRESH.max(step * 2)
}

/// What checks say in numbers.
pub fn of_checks(metric: &str, checks: &[Check]) -> Seen {
    let of_probe =
        |check: &&Check| check.name == "http" || check.name.starts_with("http.") || check.name == "answer";
    let all: Vec<&Check> = match metric {
        "available" => checks.iter().collect(),
        _ => checks.iter().filter(of_probe).collect(),
    };
    let verdicts = || all.iter().map(|check| check.verdict);
    if verdicts().all(|verdict| verdict == Verdict::NotConnected) {
        return Seen::NotConnected;
    }
    if metric == "probe_latency" {
        let slowest = all.iter().filter_map(|check| check.latency).max();
        return Seen::Sample(
            slowest
                .map_or(Sample::Absent(None), |latency| Sample::Value(latency.as_secs_f64(), Unit::Seconds)),
        );
    }
    Seen::Sample(if verdicts().any(|verdict| verdict == Verdict::Unhealthy) {
        Sample::Value(0.0, Unit::Flag)
    } else if verdicts().any(|verdict| matches!(verdict, Verdict::Healthy | Verdict::Degraded)) {
        Sample::Value(1.0, Unit::Flag)
    } else {
        Sample::Absent(None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::Phrase;

    fn check(name: &str, verdict: Verdict) -> Check {
        Check {
            name: name.into(),
            verdict,
            seen: Phrase::raw(""),
            latency: Some(Duration::from_millis(1_500)),
        }
    }

    fn value(metric: &str, checks: &[Check]) -> Option<f64> {
        match of_checks(metric, checks) {
            Seen::Sample(Sample::Value(value, _)) => Some(value),
            Seen::Sample(Sample::Absent(_)) => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn checks_say_whether_a_part_is_there_and_how_slow() {
        use Verdict::{Degraded, Healthy, Unhealthy, Unknown};
        assert_eq!(value("available", &[check("ready", Healthy), check("http", Degraded)]), Some(1.0));
        assert_eq!(value("available", &[check("ready", Unhealthy), check("http", Healthy)]), Some(0.0));
        assert_eq!(value("probe", &[check("ready", Unhealthy), check("http", Healthy)]), Some(1.0));
        assert_eq!(
            value("available", &[check("ready", Unknown)]),
            None,
            "what could not be asked is not down"
        );
        assert_eq!(value("probe_latency", &[check("http", Healthy)]), Some(1.5));
    }

    #[test]
    fn what_is_not_connected_says_nothing() {
        let none = [check("connected", Verdict::NotConnected)];
        assert!(matches!(of_checks("available", &none), Seen::NotConnected));
        assert!(matches!(of_checks("probe", &[check("ready", Verdict::Healthy)]), Seen::NotConnected));
    }
}
