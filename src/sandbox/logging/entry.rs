//! A log entry: small in memory, and laid out on the wire as Google's `LogEntry`.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// google.logging.type.LogSeverity.
const SEVERITIES: [(&str, u16); 9] = [
    ("DEFAULT", 0),
    ("DEBUG", 100),
    ("INFO", 200),
    ("NOTICE", 300),
    ("WARNING", 400),
    ("ERROR", 500),
    ("CRITICAL", 600),
    ("ALERT", 700),
    ("EMERGENCY", 800),
];

/// A severity by name in any case, or by number.
pub(super) fn severity_number(text: &str) -> Option<u16> {
    let by_name = SEVERITIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    by_name
        .or_else(|| SEVERITIES.iter().find(|(_, number)| text.parse() == Ok(*number)))
        .map(|(_, number)| *number)
}

fn severity_name(number: u16) -> &'static str {
    SEVERITIES.iter().find(|(_, known)| *known == number).map_or("DEFAULT", |(name, _)| name)
}

/// The log that a container's standard output goes to.
pub const STDOUT: &str = "run.googleapis.com/stdout";
/// The log that a container's standard error goes to.
pub const STDERR: &str = "run.googleapis.com/stderr";
/// The log of requests.
pub const REQUESTS: &str = "run.googleapis.com/requests";

/// The monitored resource, `cloud_run_revision`; shared by all entries of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The project.
    pub project: String,
    /// `asia-northeast1`.
    pub region: String,
    /// The Cloud Run service.
    pub service: String,
    /// The revision's short name.
    pub revision: String,
}

/// What the entry says.
#[derive(Debug, Clone)]
pub enum Payload {
    /// `textPayload`.
    Text(Box<str>),
    /// `jsonPayload`.
    Json(Box<Map<String, Value>>),
    /// Nothing but the request.
    None,
}

/// `httpRequest`.
#[derive(Debug, Clone)]
pub struct Request {
    /// `POST`.
    pub method: &'static str,
    /// The whole URL.
    pub url: Box<str>,
    /// The status answered.
    pub status: u16,
    /// Bytes answered.
    pub size: u64,
    /// How long it took.
    pub latency_ms: u32,
    /// The client's name for itself.
    pub agent: &'static str,
    /// The client's address.
    pub ip: Box<str>,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Counts up; unique.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// LogSeverity's number.
    pub severity: u16,
    /// Where.
    pub place: Arc<Place>,
    /// The log's id, unescaped.
    pub log: &'static str,
    /// What.
    pub payload: Payload,
    /// The request, in the log of requests.
    pub request: Option<Box<Request>>,
    /// The trace's id without the project.
    pub trace: Option<Box<str>>,
}

/// A value that a filter meets.
pub(super) enum Field<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Severity(u16),
    Time(Timestamp),
    /// A message or a list: it is there, and has no value of its own.
    Whole,
}

impl Field<'_> {
    /// As text, for comparisons of text.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => number.to_string().into(),
            Self::Severity(number) => severity_name(*number).into(),
            Self::Time(at) => at.to_string().into(),
            Self::Whole => "".into(),
        }
    }
}

impl Entry {
    /// `logName`: the id's slash is escaped.
    pub(super) fn log_name(&self) -> String {
        format!("projects/{}/logs/{}", self.place.project, self.log.replace('/', "%2F"))
    }

    /// `insertId`.
    pub(super) fn insert_id(&self) -> String {
        format!("{:016x}", self.number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// `trace`, with its project.
    pub(super) fn trace_name(&self) -> Option<String> {
        self.trace.as_ref().map(|id| format!("projects/{}/traces/{id}", self.place.project))
    }

    /// `labels`: the container instance.
    pub(super) fn instance(&self) -> String {
        format!(
            "0087599d42{:06x}",
            self.place.revision.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31) ^ u32::from(byte))
                & 0xff_ffff
        )
    }

    /// `resource.labels`.
    pub(super) fn resource_labels(&self) -> [(&'static str, &str); 5] {
        [
            ("project_id", &self.place.project),
            ("location", &self.place.region),
            ("service_name", &self.place.service),
            ("configuration_name", &self.place.service),
            ("revision_name", &self.place.revision),
        ]
    }

    /// Whether any value at `path` passes `test`.
    pub(super) fn any(&self, path: &[String], test: &mut dyn FnMut(Field<'_>) -> bool) -> bool {
        let names: [&str; 3] = std::array::from_fn(|index| path.get(index).map_or("", String::as_str));
        let mut text = |text: Option<&str>| text.is_some_and(|text| test(Field::Text(text.into())));
        match names {
            ["textPayload", "", ""] => match &self.payload {
                Payload::Text(have) => text(Some(have)),
                _ => false,
            },
            ["logName", "", ""] => text(Some(&self.log_name())),
            ["insertId", "", ""] => text(Some(&self.insert_id())),
            ["trace", "", ""] => text(self.trace_name().as_deref()),
            ["resource", "type", ""] => text(Some("cloud_run_revision")),
            ["resource", "labels", label] if path.len() == 3 => {
                text(self.resource_labels().iter().find(|(name, _)| *name == label).map(|(_, have)| *have))
            }
            ["labels", "instanceId", ""] => text(Some(&self.instance())),
            ["timestamp" | "receiveTimestamp", "", ""] => test(Field::Time(self.at)),
            ["severity", "", ""] => test(Field::Severity(self.severity)),
            ["resource", "", ""] | ["resource", "labels", ""] | ["labels", "", ""] => test(Field::Whole),
            ["jsonPayload", ..] => match &self.payload {
                Payload::Json(_) if path.len() == 1 => test(Field::Whole),
                Payload::Json(map) => {
                    map.get(&path[1]).is_some_and(|value| any_value(value, &path[2..], test))
                }
                _ => false,
            },
            ["httpRequest", name, ""] => match &self.request {
                Some(request) => request.field(name).is_some_and(test),
                None => false,
            },
            _ => false,
        }
    }

    /// Whether any text anywhere in the entry passes `test`.
    pub(super) fn any_text(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        (match &self.payload {
            Payload::Text(text) => test(text),
            Payload::Json(map) => map.values().any(|value| any_text(value, test)),
            Payload::None => false,
        }) || self.request.as_deref().is_some_and(|request| {
            test(&request.url)
                || test(request.method)
                || test(request.agent)
                || test(&request.ip)
                || test(&request.status.to_string())
        }) || self.resource_labels().iter().any(|(_, text)| test(text))
            || test(severity_name(self.severity))
            || test("cloud_run_revision")
            || test(&self.log_name())
            || self.trace_name().is_some_and(|trace| test(&trace))
            || test(&self.insert_id())
    }

    /// The entry as JSON; `numbers`: enumerations by number, as `$alt=json;enum-encoding=int` asks.
    pub(in crate::sandbox) fn json(&self, numbers: bool) -> Value {
        let severity = if numbers { json!(self.severity) } else { json!(severity_name(self.severity)) };
        let mut entry = json!({
            "insertId": self.insert_id(),
            "logName": self.log_name(),
            "receiveTimestamp": (self.at + std::time::Duration::from_millis(180)).to_string(),
            "timestamp": self.at.to_string(),
            "severity": severity,
            "resource": {
                "type": "cloud_run_revision",
                "labels": self.resource_labels().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<_, _>>(),
            },
            "labels": { "instanceId": self.instance() },
        });
        match &self.payload {
            Payload::Text(text) => entry["textPayload"] = json!(text),
            Payload::Json(map) => entry["jsonPayload"] = Value::Object((**map).clone()),
            Payload::None => {}
        }
        if let Some(request) = &self.request {
            entry["httpRequest"] = request.json();
        }
        if let Some(trace) = self.trace_name() {
            entry["trace"] = json!(trace);
        }
        entry
    }
}

impl Request {
    fn field(&self, name: &str) -> Option<Field<'_>> {
        Some(match name {
            "requestMethod" => Field::Text(self.method.into()),
            "requestUrl" => Field::Text((&*self.url).into()),
            "userAgent" => Field::Text(self.agent.into()),
            "remoteIp" => Field::Text((&*self.ip).into()),
            "protocol" => Field::Text("HTTP/1.1".into()),
            "status" => Field::Number(self.status.into()),
            "responseSize" => Field::Number(f64::from(u32::try_from(self.size).unwrap_or(u32::MAX))),
            "latency" => Field::Number(f64::from(self.latency_ms) / 1000.0),
            "" => Field::Whole,
            _ => return None,
        })
    }

    fn json(&self) -> Value {
        json!({
            "requestMethod": self.method,
            "requestUrl": self.url,
            "requestSize": "642",
            "status": self.status,
            "responseSize": self.size.to_string(),
            "userAgent": self.agent,
            "remoteIp": self.ip,
            "serverIp": "10.0.0.2",
            "latency": format!("{}.{:03}s", self.latency_ms / 1000, self.latency_ms % 1000),
            "protocol": "HTTP/1.1",
        })
    }
}

fn any_value(value: &Value, path: &[String], test: &mut dyn FnMut(Field<'_>) -> bool) -> bool {
    match (value, path) {
        (Value::Array(all), _) => all.iter().any(|value| any_value(value, path, test)),
        (Value::Object(map), [name, rest @ ..]) => {
            map.get(name).is_some_and(|value| any_value(value, rest, test))
        }
        (_, [_, ..]) | (Value::Null, _) => false,
        (Value::Object(_), []) => test(Field::Whole),
        (Value::String(text), []) => test(Field::Text(text.into())),
        (Value::Number(number), []) => test(Field::Number(number.as_f64().unwrap_or_default())),
        (Value::Bool(flag), []) => test(Field::Text(if *flag { "true" } else { "false" }.into())),
    }
}

fn any_text(value: &Value, test: &mut dyn FnMut(&str) -> bool) -> bool {
    match value {
        Value::String(text) => test(text),
        Value::Array(all) => all.iter().any(|value| any_text(value, test)),
        Value::Object(map) => map.values().any(|value| any_text(value, test)),
        Value::Number(number) => test(&number.to_string()),
        Value::Bool(_) | Value::Null => false,
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;

    fn entry() -> Entry {
        Entry {
            number: 1,
            at: "2026-01-09T03:00:00.5Z".parse().unwrap(),
            severity: 0,
            place: Arc::new(Place {
                project: "p".into(),
                region: "asia-northeast1".into(),
                service: "api-key-server".into(),
                revision: "api-key-server-00043-nam".into(),
            }),
            log: STDOUT,
            payload: Payload::None,
            request: None,
            trace: None,
        }
    }

    /// A line of text.
    pub(in crate::sandbox::logging) fn text(severity: &str, text: &str) -> Entry {
        Entry { severity: severity_number(severity).unwrap(), payload: Payload::Text(text.into()), ..entry() }
    }

    /// A POST.
    pub(in crate::sandbox::logging) fn request(status: u16, path: &str) -> Entry {
        Entry {
            log: REQUESTS,
            request: Some(Box::new(Request {
                method: "POST",
                url: format!("https://api.example.com{path}").into(),
                status,
                size: 38,
                latency_ms: 1250,
                agent: "curl/8.5.0",
                ip: "203.0.113.9".into(),
            })),
            ..entry()
        }
    }

    #[test]
    fn an_entry_is_laid_out_as_google_does() {
        let json = request(502, "/v1/chat").json(false);
        assert_eq!(json["httpRequest"]["latency"], "1.250s");
        assert_eq!(json["severity"], "DEFAULT");
        assert_eq!(json["logName"], "projects/p/logs/run.googleapis.com%2Frequests");
        assert_eq!(text("ERROR", "x").json(true)["severity"], 500);
    }
}
