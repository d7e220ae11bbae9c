//! From Cloud Monitoring's time series to ours.

use std::collections::BTreeMap;

use google_cloud_monitoring_v3::model::typed_value::Value;
use google_cloud_monitoring_v3::model::{Point as Theirs, TimeSeries};
use jiff::Timestamp;

use super::query::{Group, Query, Reading};
use crate::domain::metric::{Point, Series};

/// The answer as one series. Points without a time or a number are left out.
pub(super) fn series(query: &Query, found: &[TimeSeries]) -> Series {
    match query.reading {
        Reading::Share(group) => Series::new(query.unit, shares(group, found)),
        Reading::Value(factor) => Series::new(query.unit, points(found, number, factor)),
        Reading::Mean(factor) => Series::new(query.unit, points(found, mean, factor)),
    }
}

/// Reduced, there is one series; should there be several all the same, the largest value counts.
fn points(found: &[TimeSeries], read: impl Fn(&Value) -> Option<f64>, factor: f64) -> Vec<Point> {
    let mut values: BTreeMap<Timestamp, f64> = BTreeMap::new();
    for point in found.iter().flat_map(|series| &series.points) {
        let value = point.value.as_ref().and_then(|value| value.value.as_ref()).and_then(&read);
        if let (Some(at), Some(value)) = (time(point), value) {
            let kept = values.entry(at).or_insert(f64::NEG_INFINITY);
            *kept = kept.max(value * factor);
        }
    }
    values.into_iter().map(|(at, value)| Point { at, value }).collect()
}

/// The share of one group in the sum of all, at every moment at which there was anything at all.
fn shares(group: Group, found: &[TimeSeries]) -> Vec<Point> {
    let mut sums: BTreeMap<Timestamp, (f64, f64)> = BTreeMap::new();
    for series in found {
        let label = series.metric.as_ref().and_then(|metric| metric.labels.get(group.key()));
        let counts = label.is_some_and(|label| group.takes(label));
        for point in &series.points {
            let value = point.value.as_ref().and_then(|value| value.value.as_ref()).and_then(number);
            if let (Some(at), Some(value)) = (time(point), value) {
                let (part, whole) = sums.entry(at).or_default();
                *whole += value;
                if counts {
                    *part += value;
                }
            }
        }
    }
    let some = sums.into_iter().filter(|(_, (_, whole))| *whole > 0.0);
    some.map(|(at, (part, whole))| Point { at, value: part / whole }).collect()
}

fn time(point: &Theirs) -> Option<Timestamp> {
    let end = point.interval.as_ref()?.end_time.as_ref()?;
    Timestamp::new(end.seconds(), end.nanos()).ok()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::DoubleValue(number) => Some(*number),
        // Counts are far below 2^53.
        Value::Int64Value(number) => Some(*number as f64),
        Value::BoolValue(flag) => Some(f64::from(u8::from(*flag))),
        _ => None,
    }
}

fn mean(value: &Value) -> Option<f64> {
    match value {
        Value::DistributionValue(all) if all.count > 0 => Some(all.mean),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::query::run;
    use super::*;

    fn found(series: Json) -> Vec<TimeSeries> {
        serde_json::from_value(series).unwrap()
    }

    fn point(minute: u32, value: Json) -> Json {
        json!({"interval": {"endTime": format!("2026-01-15T03:{minute:02}:00Z")}, "value": value})
    }

    fn values(series: &Series) -> Vec<f64> {
        series.points.iter().map(|point| point.value).collect()
    }

    #[test]
    fn errors_are_a_share_of_all_requests_and_no_request_is_no_share() {
        let found = found(json!([
            {"metric": {"labels": {"response_code_class": "2xx"}}, "points": [
                point(2, json!({"int64Value": "90"})), point(1, json!({"int64Value": "50"})),
                point(0, json!({"int64Value": "0"})),
            ]},
            {"metric": {"labels": {"response_code_class": "5xx"}}, "points": [point(2, json!({"int64Value": "10"}))]},
        ]));
        let series = series(&run("error_rate").unwrap(), &found);
        assert_eq!(values(&series), [0.0, 0.1]);
        assert_eq!(series.latest().unwrap().at.to_string(), "2026-01-15T03:02:00Z");
    }

    #[test]
    fn latencies_come_in_milliseconds_and_distributions_have_a_mean() {
        let one = found(json!([{"points": [point(0, json!({"doubleValue": 3_200.0}))]}]));
        assert_eq!(values(&series(&run("latency_p95").unwrap(), &one)), [3.2]);
        let many = found(json!([{"points": [
            point(1, json!({"distributionValue": {"count": "4", "mean": 250.0}})),
            point(0, json!({"distributionValue": {"count": "0"}})),
        ]}]));
        assert_eq!(values(&series(&run("latency_mean").unwrap(), &many)), [0.25]);
    }

    #[test]
    fn what_has_no_number_or_no_time_is_absent() {
        let odd = found(json!([{"points": [
            point(0, json!({"stringValue": "x"})), {"value": {"doubleValue": 1.0}}, point(1, json!({})),
        ]}]));
        assert_eq!(values(&series(&run("cpu").unwrap(), &odd)), [0.0; 0]);
        assert_eq!(values(&series(&run("cpu").unwrap(), &[])), [0.0; 0]);
    }
}
