//! A question, read from the query string and checked as the API checks it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::catalogue::{Descriptor, Kind, Type, find, resource_labels};
use crate::sandbox::error::{ApiError, Code};

/// How the points of one series are put into steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aligner {
    Delta,
    Rate,
    Max,
    Mean,
}

/// How several series become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reducer {
    Sum,
    Max,
    Percentile(f64),
}

/// A question that makes sense.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) descriptor: &'static Descriptor,
    /// Labels of the resource that are asked for.
    pub(super) resource: BTreeMap<String, String>,
    /// Labels of the metric that are asked for.
    pub(super) metric: BTreeMap<String, String>,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    pub(super) step: Duration,
    pub(super) aligner: Aligner,
    pub(super) reducer: Reducer,
    pub(super) group_by: Vec<String>,
    pub(super) enum_numbers: bool,
}

impl Ask {
    /// Reads it.
    pub(super) fn read(query: &str) -> Result<Self, ApiError> {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            all.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        for name in all.keys() {
            if !KNOWN.contains(&name.as_str()) {
                return Err(ApiError::unknown_field(name, ""));
            }
        }
        let one = |name: &str| all.get(name).and_then(|values| values.first()).map_or("", String::as_str);
        let (descriptor, resource, metric) = filter(one("filter"))?;
        let moment = |name: &str| {
            one(name).parse::<Timestamp>().map_err(|_| {
                ApiError::invalid(format!("Field {name} had an invalid value of \"{}\".", one(name)))
            })
        };
        let until = moment("interval.endTime")?;
        let from = if one("interval.startTime").is_empty() { until } else { moment("interval.startTime")? };
        if from > until {
            return Err(ApiError::invalid("Field interval.end_time must not be before interval.start_time."));
        }
        let step = one("aggregation.alignmentPeriod").trim_end_matches('s').parse::<f64>().ok();
        let step = step.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or_default();
        if step < Duration::from_secs(60) {
            return Err(ApiError::invalid(
                "Field aggregation.alignmentPeriod had an invalid value: must be at least 60 seconds.",
            ));
        }
        let aligner = aligner(one("aggregation.perSeriesAligner"), descriptor)?;
        let reducer = reducer(one("aggregation.crossSeriesReducer"), descriptor)?;
        let group_by = all.get("aggregation.groupByFields").cloned().unwrap_or_default();
        let group_by = group_by.iter().map(|field| group(field, descriptor)).collect::<Result<_, _>>()?;
        let enum_numbers = one("$alt").contains("enum-encoding=int");
        Ok(Self { descriptor, resource, metric, from, until, step, aligner, reducer, group_by, enum_numbers })
    }
}

/// The parameters that the call has, Google's system parameters among them.
const KNOWN: [&str; 14] = [
    "filter",
    "interval.startTime",
    "interval.endTime",
    "aggregation.alignmentPeriod",
    "aggregation.perSeriesAligner",
    "aggregation.crossSeriesReducer",
    "aggregation.groupByFields",
    "orderBy",
    "view",
    "pageSize",
    "pageToken",
    "$alt",
    "alt",
    "$apiVersion",
];

type Labels = BTreeMap<String, String>;

/// `metric.type="…" AND resource.type="…" AND resource.labels.x="…"`: one metric of one resource, all with `=`.
fn filter(text: &str) -> Result<(&'static Descriptor, Labels, Labels), ApiError> {
    let wrong =
        |why: String| ApiError::invalid(format!("Field filter had an invalid value of \"{text}\": {why}"));
    let (mut metric_type, mut resource_type) = (None, None);
    let (mut resource, mut metric) = (Labels::new(), Labels::new());
    for term in text.split(" AND ") {
        let (name, value) =
            term.trim().split_once('=').ok_or_else(|| wrong("a term without =".to_owned()))?;
        let value = value.trim();
        let value: String =
            serde_json::from_str(value).map_err(|_| wrong(format!("{value} is not quoted")))?;
        let name = name.trim();
        match name {
            "metric.type" => metric_type = Some(value),
            "resource.type" => resource_type = Some(value),
            _ => {
                let label =
                    |prefixes: [&str; 2]| prefixes.iter().find_map(|prefix| name.strip_prefix(prefix));
                if let Some(label) = label(["resource.labels.", "resource.label."]) {
                    resource.insert(label.to_owned(), value);
                } else if let Some(label) = label(["metric.labels.", "metric.label."]) {
                    metric.insert(label.to_owned(), value);
                } else {
                    return Err(wrong(format!("{name} is no field of a time series")));
                }
            }
        }
    }
    let metric_type = metric_type.ok_or_else(|| wrong("must specify a single metric type".to_owned()))?;
    let Some(descriptor) = find(&metric_type) else {
        return Err(ApiError::new(
            Code::NotFound,
            format!(
                "Cannot find metric(s) that match type = \"{metric_type}\". If a metric was created recently, it could take up to 10 minutes to become available."
            ),
        ));
    };
    if resource_type.as_deref().is_some_and(|resource| resource != descriptor.resource) {
        return Err(wrong(format!("the resource type does not go with metric type {metric_type}")));
    }
    if let Some(name) =
        resource.keys().find(|name| !resource_labels(descriptor.resource).contains(&name.as_str()))
    {
        return Err(wrong(format!("{} has no label {name}", descriptor.resource)));
    }
    if let Some(name) = metric.keys().find(|name| !descriptor.labels.contains(&name.as_str())) {
        return Err(wrong(format!("{metric_type} has no label {name}")));
    }
    Ok((descriptor, resource, metric))
}

/// By name, or by the number of google.monitoring.v3.Aggregation.Aligner.
fn aligner(text: &str, descriptor: &Descriptor) -> Result<Aligner, ApiError> {
    let fits = |fits: bool, aligner| {
        if fits {
            return Ok(aligner);
        }
        Err(ApiError::invalid(format!(
            "Field aggregation.perSeriesAligner had an invalid value of \"{text}\": The aligner cannot be applied to metrics with kind {:?} and value type {:?}.",
            descriptor.kind, descriptor.value
        )))
    };
    let (delta, number) = (descriptor.kind == Kind::Delta, descriptor.value != Type::Distribution);
    match text {
        "ALIGN_DELTA" | "1" => fits(delta, Aligner::Delta),
        "ALIGN_RATE" | "2" => fits(delta && number, Aligner::Rate),
        "ALIGN_MAX" | "11" => fits(number, Aligner::Max),
        "ALIGN_MEAN" | "12" => fits(number, Aligner::Mean),
        _ => Err(ApiError::invalid(format!(
            "Field aggregation.perSeriesAligner had an invalid value of \"{text}\"."
        ))),
    }
}

/// By name, or by the number of google.monitoring.v3.Aggregation.Reducer.
fn reducer(text: &str, descriptor: &Descriptor) -> Result<Reducer, ApiError> {
    match text {
        "REDUCE_SUM" | "4" => Ok(Reducer::Sum),
        "REDUCE_MAX" | "3" if descriptor.value != Type::Distribution => Ok(Reducer::Max),
        "REDUCE_PERCENTILE_99" | "9" => Ok(Reducer::Percentile(0.99)),
        "REDUCE_PERCENTILE_95" | "10" => Ok(Reducer::Percentile(0.95)),
        "REDUCE_PERCENTILE_50" | "11" => Ok(Reducer::Percentile(0.5)),
        _ => Err(ApiError::invalid(format!(
            "Field aggregation.crossSeriesReducer had an invalid value of \"{text}\"."
        ))),
    }
}

/// A label of the metric.
fn group(field: &str, descriptor: &Descriptor) -> Result<String, ApiError> {
    let label = field.strip_prefix("metric.labels.").or_else(|| field.strip_prefix("metric.label."));
    match label.filter(|label| descriptor.labels.contains(label)) {
        Some(label) => Ok(label.to_owned()),
        None => Err(ApiError::invalid(format!(
            "Field aggregation.groupByFields had an invalid value of \"{field}\": no such field."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "interval.startTime=2026-01-15T02:00:00Z&interval.endTime=2026-01-15T03:00:00Z";

    fn ask(filter: &str, aggregation: &str) -> Result<Ask, ApiError> {
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        Ask::read(&format!("filter={filter}&{TIME}&aggregation.alignmentPeriod=60s&{aggregation}"))
    }

    const DELTA: &str = "aggregation.perSeriesAligner=ALIGN_DELTA&aggregation.crossSeriesReducer=REDUCE_SUM";

    #[test]
    fn one_metric_of_one_resource_is_understood() {
        let filter = r#"metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision" AND resource.labels.service_name="x""#;
        let ask =
            ask(filter, &format!("{DELTA}&aggregation.groupByFields=metric.labels.response_code")).unwrap();
        assert_eq!(ask.resource["service_name"], "x");
        assert_eq!((ask.aligner, ask.group_by), (Aligner::Delta, vec!["response_code".to_owned()]));
    }

    #[test]
    fn what_the_real_one_refuses_is_refused() {
        let count = r#"metric.type="run.googleapis.com/request_count""#;
        let latency = r#"metric.type="run.googleapis.com/request_latencies""#;
        for (filter, aggregation) in [
            (r#"resource.type="cloud_run_revision""#, DELTA),
            (r"metric.type=run.googleapis.com/request_count", DELTA),
            (r#"metric.type="run.googleapis.com/request_count" AND resource.type="gce_instance""#, DELTA),
            (r#"metric.type="run.googleapis.com/request_count" AND resource.labels.zone="a""#, DELTA),
            (r#"metric.type="run.googleapis.com/request_count" AND colour="red""#, DELTA),
            (count, "aggregation.crossSeriesReducer=REDUCE_SUM"),
            (latency, "aggregation.perSeriesAligner=ALIGN_RATE&aggregation.crossSeriesReducer=REDUCE_SUM"),
            (latency, "aggregation.perSeriesAligner=ALIGN_DELTA&aggregation.crossSeriesReducer=REDUCE_MAX"),
            (
                count,
                "aggregation.perSeriesAligner=ALIGN_DELTA&aggregation.crossSeriesReducer=REDUCE_SUM&aggregation.groupByFields=metric.labels.colour",
            ),
            (
                count,
                "aggregation.perSeriesAligner=ALIGN_DELTA&aggregation.crossSeriesReducer=REDUCE_SUM&colour=red",
            ),
        ] {
            assert_eq!(
                ask(filter, aggregation).unwrap_err().code,
                Code::InvalidArgument,
                "{filter} {aggregation}"
            );
        }
        let unknown = ask(r#"metric.type="run.googleapis.com/temperature""#, DELTA);
        assert_eq!(unknown.unwrap_err().code, Code::NotFound);
    }
}
