//! The metrics that there are, as their descriptors say (<https://cloud.google.com/monitoring/api/metrics_gcp>).

/// How values of a metric go on (google.api.MetricDescriptor.MetricKind).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Gauge,
    Delta,
}

/// What a value is (google.api.MetricDescriptor.ValueType).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Int64,
    Double,
    Distribution,
}

/// One descriptor.
#[derive(Debug)]
pub(super) struct Descriptor {
    pub(super) metric: &'static str,
    pub(super) resource: &'static str,
    pub(super) kind: Kind,
    pub(super) value: Type,
    pub(super) labels: &'static [&'static str],
}

const RUN: &str = "cloud_run_revision";
const SQL: &str = "cloudsql_database";

const fn of(
    metric: &'static str,
    resource: &'static str,
    kind: Kind,
    value: Type,
    labels: &'static [&'static str],
) -> Descriptor {
    Descriptor { metric, resource, kind, value, labels }
}

static ALL: [Descriptor; 9] = [
    of(
        "run.googleapis.com/request_count",
        RUN,
        Kind::Delta,
        Type::Int64,
        &["response_code", "response_code_class", "route"],
    ),
    of(
        "run.googleapis.com/request_latencies",
        RUN,
        Kind::Delta,
        Type::Distribution,
        &["response_code", "response_code_class", "route"],
    ),
    of(
        "run.googleapis.com/container/cpu/utilizations",
        RUN,
        Kind::Delta,
        Type::Distribution,
        &["container_name"],
    ),
    of(
        "run.googleapis.com/container/memory/utilizations",
        RUN,
        Kind::Delta,
        Type::Distribution,
        &["container_name"],
    ),
    of("run.googleapis.com/container/instance_count", RUN, Kind::Gauge, Type::Int64, &["state"]),
    of("cloudsql.googleapis.com/database/cpu/utilization", SQL, Kind::Gauge, Type::Double, &[]),
    of("cloudsql.googleapis.com/database/memory/utilization", SQL, Kind::Gauge, Type::Double, &[]),
    of("cloudsql.googleapis.com/database/disk/utilization", SQL, Kind::Gauge, Type::Double, &[]),
    of(
        "cloudsql.googleapis.com/database/postgresql/num_backends",
        SQL,
        Kind::Gauge,
        Type::Int64,
        &["database"],
    ),
];

/// The descriptor of that metric.
pub(super) fn find(metric: &str) -> Option<&'static Descriptor> {
    ALL.iter().find(|descriptor| descriptor.metric == metric)
}

/// The labels of a resource.
pub(super) fn resource_labels(resource: &str) -> &'static [&'static str] {
    match resource {
        RUN => &["project_id", "service_name", "revision_name", "location", "configuration_name"],
        SQL => &["project_id", "database_id", "region"],
        _ => &[],
    }
}
