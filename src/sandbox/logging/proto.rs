//! The messages of `google.logging.v2` that the tail stream needs, with the tags of Google's .proto files.

use std::collections::HashMap;

use jiff::Timestamp;
use prost_types::value::Kind;
use serde_json::Value;

use super::entry::{Entry, Payload};

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TailLogEntriesRequest {
    #[prost(string, repeated, tag = "1")]
    pub resource_names: Vec<String>,
    #[prost(string, tag = "2")]
    pub filter: String,
    #[prost(message, optional, tag = "3")]
    pub buffer_window: Option<prost_types::Duration>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TailLogEntriesResponse {
    #[prost(message, repeated, tag = "1")]
    pub entries: Vec<LogEntry>,
    #[prost(message, repeated, tag = "2")]
    pub suppression_info: Vec<SuppressionInfo>,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct SuppressionInfo {
    #[prost(int32, tag = "1")]
    pub reason: i32,
    #[prost(int32, tag = "2")]
    pub suppressed_count: i32,
}

/// `SuppressionInfo.Reason`: the client did not take them fast enough.
pub(super) const NOT_CONSUMED: i32 = 2;

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct MonitoredResource {
    #[prost(string, tag = "1")]
    pub r#type: String,
    #[prost(map = "string, string", tag = "2")]
    pub labels: HashMap<String, String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct HttpRequest {
    #[prost(string, tag = "1")]
    pub request_method: String,
    #[prost(string, tag = "2")]
    pub request_url: String,
    #[prost(int32, tag = "4")]
    pub status: i32,
    #[prost(int64, tag = "5")]
    pub response_size: i64,
    #[prost(string, tag = "6")]
    pub user_agent: String,
    #[prost(string, tag = "7")]
    pub remote_ip: String,
    #[prost(message, optional, tag = "14")]
    pub latency: Option<prost_types::Duration>,
    #[prost(string, tag = "15")]
    pub protocol: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct LogEntry {
    #[prost(string, tag = "12")]
    pub log_name: String,
    #[prost(message, optional, tag = "8")]
    pub resource: Option<MonitoredResource>,
    #[prost(message, optional, tag = "9")]
    pub timestamp: Option<prost_types::Timestamp>,
    #[prost(message, optional, tag = "24")]
    pub receive_timestamp: Option<prost_types::Timestamp>,
    #[prost(int32, tag = "10")]
    pub severity: i32,
    #[prost(string, tag = "4")]
    pub insert_id: String,
    #[prost(message, optional, tag = "7")]
    pub http_request: Option<HttpRequest>,
    #[prost(map = "string, string", tag = "11")]
    pub labels: HashMap<String, String>,
    #[prost(string, tag = "22")]
    pub trace: String,
    #[prost(oneof = "Body", tags = "3, 6")]
    pub payload: Option<Body>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Body {
    #[prost(string, tag = "3")]
    Text(String),
    #[prost(message, tag = "6")]
    Json(prost_types::Struct),
}

impl From<&Entry> for LogEntry {
    fn from(entry: &Entry) -> Self {
        let labels = entry.resource_labels().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            log_name: entry.log_name(),
            resource: Some(MonitoredResource {
                r#type: "cloud_run_revision".to_owned(),
                labels: labels.into_iter().collect(),
            }),
            timestamp: Some(timestamp(entry.at)),
            receive_timestamp: Some(timestamp(entry.at + std::time::Duration::from_millis(180))),
            severity: entry.severity.into(),
            insert_id: entry.insert_id(),
            http_request: entry.request.as_deref().map(|request| HttpRequest {
                request_method: request.method.to_owned(),
                request_url: request.url.to_string(),
                status: request.status.into(),
                response_size: i64::try_from(request.size).unwrap_or(i64::MAX),
                user_agent: request.agent.to_owned(),
                remote_ip: request.ip.to_string(),
                latency: Some(prost_types::Duration {
                    seconds: i64::from(request.latency_ms / 1000),
                    nanos: i32::try_from(request.latency_ms % 1000).unwrap_or_default() * 1_000_000,
                }),
                protocol: "HTTP/1.1".to_owned(),
            }),
            labels: HashMap::from([("instanceId".to_owned(), entry.instance())]),
            trace: entry.trace_name().unwrap_or_default(),
            payload: match &entry.payload {
                Payload::Text(text) => Some(Body::Text(text.to_string())),
                Payload::Json(map) => Some(Body::Json(structure(map))),
                Payload::None => None,
            },
        }
    }
}

fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

fn structure(map: &serde_json::Map<String, Value>) -> prost_types::Struct {
    prost_types::Struct { fields: map.iter().map(|(name, member)| (name.clone(), value(member))).collect() }
}

fn value(json: &Value) -> prost_types::Value {
    let kind = match json {
        Value::Null => Kind::NullValue(0),
        Value::Bool(flag) => Kind::BoolValue(*flag),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(all) => {
            Kind::ListValue(prost_types::ListValue { values: all.iter().map(value).collect() })
        }
        Value::Object(map) => Kind::StructValue(structure(map)),
    };
    prost_types::Value { kind: Some(kind) }
}
