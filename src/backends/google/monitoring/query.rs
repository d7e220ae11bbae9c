//! What is asked of Cloud Monitoring for each metric of the config: type, labels, aligner, reducer.
//!
//! The metrics: <https://cloud.google.com/monitoring/api/metrics_gcp>; filters:
//! <https://cloud.google.com/monitoring/api/v3/filters>. Counters and distributions of Cloud Run are DELTA, so they are aligned
//! by ALIGN_DELTA and summed up over their series; a percentile is taken of the sum, never of percentiles.

use google_cloud_monitoring_v3::model::aggregation::{Aligner, Reducer};

use super::Place;
use crate::domain::metric::Unit;

/// How the answer becomes values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Reading {
    /// Each value, times this.
    Value(f64),
    /// The mean of a distribution, times this.
    Mean(f64),
    /// The share of the series whose group label has this value.
    Share(Group),
}

/// Which series of a grouped metric are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// By class, `5xx`.
    Class(&'static str),
    /// By the code itself, `429`.
    Code(u16),
}

impl Group {
    /// The label's key.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Class(_) => "response_code_class",
            Self::Code(_) => "response_code",
        }
    }

    /// Whether a series of this label value counts.
    pub(super) fn takes(self, value: &str) -> bool {
        match self {
            Self::Class(class) => value == class,
            Self::Code(code) => value.parse() == Ok(code),
        }
    }
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub(super) metric_type: &'static str,
    pub(super) aligner: Aligner,
    pub(super) reducer: Reducer,
    pub(super) reading: Reading,
    pub(super) unit: Unit,
    /// The label of the metric that narrows it to one database.
    pub(super) by_database: bool,
}

/// Milliseconds in a second.
const MILLIS: f64 = 0.001;

/// The metrics of a Cloud Run service that everybody asks for.
pub(super) const RUN: [&str; 9] = [
    "requests",
    "error_rate",
    "latency_p50",
    "latency_p95",
    "latency_p99",
    "latency_mean",
    "cpu",
    "memory",
    "instances",
];

/// The metrics of a Cloud SQL instance.
pub(super) const SQL: [&str; 4] = ["cpu", "memory", "disk", "connections"];

/// The question for a metric of a Cloud Run service; `status_429_rate` and its like besides [`RUN`].
pub(super) fn run(metric: &str) -> Option<Query> {
    let ask = |metric_type, aligner, reducer, reading, unit| {
        Some(Query { metric_type, aligner, reducer, reading, unit, by_database: false })
    };
    const COUNT: &str = "run.googleapis.com/request_count";
    const LATENCY: &str = "run.googleapis.com/request_latencies";
    const CPU: &str = "run.googleapis.com/container/cpu/utilizations";
    const MEMORY: &str = "run.googleapis.com/container/memory/utilizations";
    const INSTANCES: &str = "run.googleapis.com/container/instance_count";
    use Aligner::{AlignDelta, AlignMax, AlignRate};
    use Reducer::{ReducePercentile50, ReducePercentile95, ReducePercentile99, ReduceSum};
    match metric {
        "requests" => ask(COUNT, AlignRate, ReduceSum, Reading::Value(1.0), Unit::PerSecond),
        "error_rate" => ask(COUNT, AlignDelta, ReduceSum, Reading::Share(Group::Class("5xx")), Unit::Ratio),
        "latency_p50" => ask(LATENCY, AlignDelta, ReducePercentile50, Reading::Value(MILLIS), Unit::Seconds),
        "latency_p95" => ask(LATENCY, AlignDelta, ReducePercentile95, Reading::Value(MILLIS), Unit::Seconds),
        "latency_p99" => ask(LATENCY, AlignDelta, ReducePercentile99, Reading::Value(MILLIS), Unit::Seconds),
        "latency_mean" => ask(LATENCY, AlignDelta, ReduceSum, Reading::Mean(MILLIS), Unit::Seconds),
        // A distribution over the containers: the busiest twentieth says whether there are enough.
        "cpu" => ask(CPU, AlignDelta, ReducePercentile95, Reading::Value(1.0), Unit::Ratio),
        "memory" => ask(MEMORY, AlignDelta, ReducePercentile95, Reading::Value(1.0), Unit::Ratio),
        // Idle and active ones are two series.
        "instances" => ask(INSTANCES, AlignMax, ReduceSum, Reading::Value(1.0), Unit::Count),
        _ => {
            let code = metric.strip_prefix("status_")?.strip_suffix("_rate")?;
            let code = code.parse().ok().filter(|code| (100..600).contains(code) && metric.len() == 15)?;
            ask(COUNT, AlignDelta, ReduceSum, Reading::Share(Group::Code(code)), Unit::Ratio)
        }
    }
}

/// The question for a metric of a Cloud SQL instance.
pub(super) fn sql(metric: &str) -> Option<Query> {
    let ask = |metric_type, aligner, reducer, unit, by_database| {
        Some(Query { metric_type, aligner, reducer, reading: Reading::Value(1.0), unit, by_database })
    };
    use Aligner::{AlignMax, AlignMean};
    use Reducer::{ReduceMax, ReduceSum};
    match metric {
        "cpu" => {
            ask("cloudsql.googleapis.com/database/cpu/utilization", AlignMean, ReduceMax, Unit::Ratio, false)
        }
        "memory" => ask(
            "cloudsql.googleapis.com/database/memory/utilization",
            AlignMean,
            ReduceMax,
            Unit::Ratio,
            false,
        ),
        "disk" => {
            ask("cloudsql.googleapis.com/database/disk/utilization", AlignMean, ReduceMax, Unit::Ratio, false)
        }
        // PostgreSQL's own count, a series for each database.
        "connections" => ask(
            "cloudsql.googleapis.com/database/postgresql/num_backends",
            AlignMax,
            ReduceSum,
            Unit::Count,
            true,
        ),
        _ => None,
    }
}

/// The filter: one metric type of one resource.
pub(super) fn filter(place: &Place, query: &Query) -> String {
    let metric = format!("metric.type={}", quoted(query.metric_type));
    match place {
        Place::Run { region, service, .. } => format!(
            "{metric} AND resource.type=\"cloud_run_revision\" AND resource.labels.service_name={} AND resource.labels.location={}",
            quoted(service),
            quoted(region)
        ),
        Place::Sql { project, instance, database } => {
            let mut filter = format!(
                "{metric} AND resource.type=\"cloudsql_database\" AND resource.labels.database_id={}",
                quoted(&format!("{project}:{instance}"))
            );
            if let Some(database) = database.as_ref().filter(|_| query.by_database) {
                filter.push_str(&format!(" AND metric.labels.database={}", quoted(database)));
            }
            filter
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_question() {
        assert!(RUN.iter().all(|name| run(name).is_some()));
        assert!(SQL.iter().all(|name| sql(name).is_some()));
        assert!(run("temperature").is_none() && sql("temperature").is_none());
    }

    #[test]
    fn any_status_can_be_asked_for() {
        let Some(Query { reading: Reading::Share(group), .. }) = run("status_429_rate") else { panic!() };
        assert!(group.takes("429") && !group.takes("401"));
        for wrong in ["status_4xx_rate", "status_42_rate", "status_0429_rate", "status_999_rate", "status_"] {
            assert!(run(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_filter_names_one_metric_of_one_resource() {
        let place =
            Place::Sql { project: "p".into(), instance: "db\"1".into(), database: Some("app".into()) };
        assert_eq!(
            filter(&place, &sql("connections").unwrap()),
            "metric.type=\"cloudsql.googleapis.com/database/postgresql/num_backends\" AND resource.type=\"cloudsql_database\" \
             AND resource.labels.database_id=\"p:db\\\"1\" AND metric.labels.database=\"app\""
        );
        assert!(!filter(&place, &sql("cpu").unwrap()).contains("metric.labels"));
    }
}
