//! The time series that answer a question: requests are counted in the log, so that log and metrics tell the same story;
//! what no log tells is made up quietly, the same every time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ask::{Aligner, Ask, Reducer};
use super::catalogue::Type;
use crate::sandbox::error::ApiError;
use crate::sandbox::logging::entry::Request;
use crate::sandbox::world::State;

/// What happened in one step: numbers, each with the labels of its series.
type Happened = Vec<(BTreeMap<&'static str, String>, f64)>;

/// Labels by which series are put together → what they sum up to, newest first.
type Series = BTreeMap<Vec<(String, String)>, Vec<Value>>;

pub(super) fn answer(state: &State, project: &str, ask: &Ask, now: Timestamp) -> Result<Value, ApiError> {
    let mut series: Series = BTreeMap::new();
    let Some(resource) = resource(state, project, ask) else { return Ok(json!({ "unit": "1" })) };
    let mut end = ask.until.min(now);
    while end > ask.from {
        let start = end.checked_sub(ask.step).unwrap_or(Timestamp::MIN);
        let mut groups: BTreeMap<Vec<(String, String)>, Vec<f64>> = BTreeMap::new();
        for (labels, number) in happened(state, &resource, ask, start, end) {
            if ask
                .metric
                .iter()
                .any(|(name, wanted)| labels.get(name.as_str()).is_some_and(|is| is != wanted))
            {
                continue;
            }
            let key = ask.group_by.iter();
            let key = key.map(|name| (name.clone(), labels.get(name.as_str()).cloned().unwrap_or_default()));
            groups.entry(key.collect()).or_default().push(number);
        }
        for (key, numbers) in groups {
            let value = reduced(ask, &numbers);
            let point = json!({
                "interval": { "startTime": start.to_string(), "endTime": end.to_string() },
                "value": value,
            });
            series.entry(key).or_default().push(point);
        }
        end = start;
    }
    let series: Vec<Value> = series.into_iter().map(|(key, points)| one(ask, project, key, points)).collect();
    Ok(if series.is_empty() { json!({ "unit": "1" }) } else { json!({ "timeSeries": series, "unit": "1" }) })
}

/// The resource that is asked for, if there is one of that name.
fn resource(state: &State, project: &str, ask: &Ask) -> Option<String> {
    if ask.descriptor.resource == "cloudsql_database" {
        return ask.resource.get("database_id").filter(|id| id.starts_with(&format!("{project}:"))).cloned();
    }
    let name = ask.resource.get("service_name")?;
    let service = state.run.service(name).filter(|service| service.project() == project)?;
    let place = ask.resource.get("location").is_none_or(|location| location == service.region());
    place.then(|| name.clone())
}

fn happened(state: &State, resource: &str, ask: &Ask, from: Timestamp, to: Timestamp) -> Happened {
    let metric = ask.descriptor.metric;
    let plain = |value: f64| vec![(BTreeMap::new(), value)];
    if let Some(set) = state.gauges.get(resource, metric) {
        return set.map(plain).unwrap_or_default();
    }
    let labels = |request: &Request| {
        BTreeMap::from([
            ("response_code", request.status.to_string()),
            ("response_code_class", format!("{}xx", request.status / 100)),
        ])
    };
    let requests = || {
        let entries =
            state.logs.between(from, to).filter(|entry| entry.place.service == resource && entry.at > from);
        entries.filter_map(|entry| entry.request.as_deref())
    };
    match metric {
        "run.googleapis.com/request_count" => requests().map(|request| (labels(request), 1.0)).collect(),
        "run.googleapis.com/request_latencies" => {
            requests().map(|request| (labels(request), f64::from(request.latency_ms))).collect()
        }
        "run.googleapis.com/container/cpu/utilizations" => plain(wave(resource, to, 0.22, 0.12)),
        "run.googleapis.com/container/memory/utilizations" => plain(wave(resource, to, 0.48, 0.06)),
        "run.googleapis.com/container/instance_count" => vec![
            (BTreeMap::from([("state", "active".to_owned())]), 2.0),
            (BTreeMap::from([("state", "idle".to_owned())]), 1.0),
        ],
        "cloudsql.googleapis.com/database/cpu/utilization" => plain(wave(resource, to, 0.18, 0.08)),
        "cloudsql.googleapis.com/database/memory/utilization" => plain(wave(resource, to, 0.61, 0.03)),
        "cloudsql.googleapis.com/database/disk/utilization" => plain(0.37),
        _ => vec![(
            BTreeMap::from([("database", "sagebase_db".to_owned())]),
            wave(resource, to, 9.0, 3.0).round(),
        )],
    }
}

/// A calm up and down within the hour.
fn wave(resource: &str, at: Timestamp, middle: f64, height: f64) -> f64 {
    let shift: u32 = resource.bytes().map(u32::from).sum();
    let minute = f64::from(u32::try_from(at.as_second().rem_euclid(3_600)).unwrap_or_default()) / 60.0;
    middle + height * ((minute + f64::from(shift)) / 60.0 * std::f64::consts::TAU).sin()
}

fn reduced(ask: &Ask, numbers: &[f64]) -> Value {
    let sum: f64 = numbers.iter().sum();
    let count = f64::from(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
    let max = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match (ask.descriptor.value, ask.reducer) {
        (_, Reducer::Percentile(share)) => json!({ "doubleValue": percentile(numbers, share) }),
        (Type::Distribution, _) => {
            json!({ "distributionValue": { "count": numbers.len().to_string(), "mean": sum / count } })
        }
        (_, Reducer::Max) => json!({ "doubleValue": max }),
        (Type::Int64, Reducer::Sum) if ask.aligner != Aligner::Rate && ask.aligner != Aligner::Mean => {
            // int64 is a string in JSON.
            json!({ "int64Value": format!("{sum:.0}") })
        }
        (_, Reducer::Sum) if ask.aligner == Aligner::Rate => {
            json!({ "doubleValue": sum / ask.step.as_secs_f64() })
        }
        (_, Reducer::Sum) => json!({ "doubleValue": sum }),
    }
}

fn percentile(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * f64::from(u32::try_from(sorted.len()).unwrap_or(u32::MAX))).ceil();
    let place = (1..=sorted.len()).find(|place| f64::from(u32::try_from(*place).unwrap_or(u32::MAX)) >= rank);
    place.and_then(|place| sorted.get(place - 1)).copied().unwrap_or_default()
}

fn one(ask: &Ask, project: &str, key: Vec<(String, String)>, points: Vec<Value>) -> Value {
    let labels: BTreeMap<String, String> = key.into_iter().collect();
    let double = points.first().is_some_and(|point| point["value"].get("doubleValue").is_some());
    let value_type = match ask.descriptor.value {
        _ if double => ("DOUBLE", 3),
        Type::Int64 => ("INT64", 2),
        Type::Double => ("DOUBLE", 3),
        Type::Distribution => ("DISTRIBUTION", 5),
    };
    let kind = if ask.aligner == Aligner::Delta && !double { ("DELTA", 2) } else { ("GAUGE", 1) };
    let named = |(name, number): (&str, u8)| if ask.enum_numbers { json!(number) } else { json!(name) };
    json!({
        "metric": { "type": ask.descriptor.metric, "labels": labels },
        "resource": { "type": ask.descriptor.resource, "labels": { "project_id": project } },
        "metricKind": named(kind),
        "valueType": named(value_type),
        "points": points,
    })
}
