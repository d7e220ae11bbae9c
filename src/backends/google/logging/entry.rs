//! Log entries of Google as the domain's lines: one text, whatever the payload.

use std::fmt::Write;

use google_cloud_logging_v2::model::{LogEntry, log_entry::Payload};
use google_cloud_wkt as wkt;
use jiff::Timestamp;
use serde_json::Value;

use crate::base::text::shorten;
use crate::domain::log::{LogLine, Severity};

/// An entry may have 256 KiB; a thousand such would be a quarter of a gigabyte.
const LONGEST: usize = 8_000;

/// The entry as a line.
pub(super) fn line(entry: LogEntry) -> LogLine {
    let at = entry.timestamp.as_ref().or(entry.receive_timestamp.as_ref()).map(moment).unwrap_or_default();
    let severity = severity(entry.severity.name());
    let said = entry.payload.map(text).unwrap_or_default();
    let request = entry
        .http_request
        .as_ref()
        .and_then(|it| request(&it.request_method, &it.request_url, it.status, it.latency.as_ref()));
    let text = match (said.is_empty(), request) {
        (false, Some(request)) => format!("{request}: {said}"),
        (true, Some(request)) => request,
        (_, None) => said,
    };
    LogLine { at, severity, text: cut(text), count: 1 }
}

fn cut(text: String) -> String {
    if text.len() <= LONGEST { text } else { shorten(&text, LONGEST).into_owned() }
}

fn text(payload: Payload) -> String {
    match payload {
        Payload::TextPayload(text) => text.trim_end().to_owned(),
        Payload::JsonPayload(members) => match members.get("message") {
            Some(Value::String(message)) if !message.is_empty() => message.trim_end().to_owned(),
            _ => serde_json::to_string(&members).unwrap_or_default(),
        },
        Payload::ProtoPayload(message) => {
            serde_json::to_value(&*message).map(|value| proto(&value)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// An audit log's entry: who did what, and how it ended. Other messages as they are.
fn proto(value: &Value) -> String {
    let member = |path: &str| value.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(method) = member("/methodName") else { return value.to_string() };
    let mut text = method.to_owned();
    for (before, path) in
        [(" of ", "/resourceName"), (" by ", "/authenticationInfo/principalEmail"), (": ", "/status/message")]
    {
        if let Some(found) = member(path) {
            text.push_str(before);
            text.push_str(found);
        }
    }
    text
}

/// `GET /path 200 123ms`; what is not said is left out.
fn request(method: &str, url: &str, status: i32, latency: Option<&wkt::Duration>) -> Option<String> {
    if url.is_empty() && status == 0 {
        return None;
    }
    let mut text = method.to_owned();
    let mut add = |part: std::fmt::Arguments<'_>| {
        if !text.is_empty() {
            text.push(' ');
        }
        // Writing to a string never fails.
        let _ = text.write_fmt(part);
    };
    add(format_args!("{}", path(url)));
    if status != 0 {
        add(format_args!("{status}"));
    }
    if let Some(latency) = latency {
        add(format_args!("{}ms", latency.seconds() * 1_000 + i64::from(latency.nanos()) / 1_000_000));
    }
    Some(text)
}

/// The address without scheme and host, which every line of a service has in common.
fn path(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://") else { return url };
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

fn severity(name: Option<&str>) -> Severity {
    match name {
        Some("DEBUG") => Severity::Debug,
        Some("INFO") => Severity::Info,
        Some("NOTICE") => Severity::Notice,
        Some("WARNING") => Severity::Warning,
        Some("ERROR") => Severity::Error,
        Some("CRITICAL" | "ALERT" | "EMERGENCY") => Severity::Critical,
        _ => Severity::Default,
    }
}

fn moment(time: &wkt::Timestamp) -> Timestamp {
    Timestamp::new(time.seconds(), time.nanos()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(entry: Value) -> LogLine {
        line(serde_json::from_value(entry).unwrap())
    }

    #[test]
    fn every_payload_becomes_a_text() {
        for (entry, text) in [
            (json!({"textPayload": "起動しました\n"}), "起動しました"),
            (json!({"jsonPayload": {"message": "boom", "level": "error"}}), "boom"),
            (json!({"jsonPayload": {"code": 7, "message": 3}}), r#"{"code":7,"message":3}"#),
            (json!({}), ""),
            (
                json!({"protoPayload": {
                    "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
                    "methodName": "google.cloud.run.v2.Services.UpdateService",
                    "resourceName": "services/s",
                    "authenticationInfo": {"principalEmail": "sato@example.com"},
                    "status": {"code": 7, "message": "denied"}
                }}),
                "google.cloud.run.v2.Services.UpdateService of services/s by sato@example.com: denied",
            ),
        ] {
            assert_eq!(of(entry).text, text);
        }
    }

    #[test]
    fn a_request_is_told_in_one_line() {
        let request = json!({
            "requestMethod": "GET", "requestUrl": "https://api.example.com/v1/items?page=2",
            "status": 503, "latency": "1.234567s", "remoteIp": "203.0.113.7"
        });
        assert_eq!(of(json!({"httpRequest": request})).text, "GET /v1/items?page=2 503 1234ms");
        assert_eq!(
            of(json!({"httpRequest": request, "textPayload": "no available instance"})).text,
            "GET /v1/items?page=2 503 1234ms: no available instance"
        );
        assert_eq!(of(json!({"httpRequest": {"requestUrl": "https://a.example.com"}})).text, "/");
        assert_eq!(of(json!({"httpRequest": {}, "textPayload": "x"})).text, "x");
    }

    #[test]
    fn severities_and_times_are_taken_over() {
        let line = of(json!({"severity": "EMERGENCY", "timestamp": "2024-01-15T10:00:00.123456789Z"}));
        assert_eq!(line.severity, Severity::Critical);
        assert_eq!(line.at.to_string(), "2024-01-15T10:00:00.123456789Z");
        let late = of(json!({"severity": "FUTURE", "receiveTimestamp": "2024-01-15T10:00:01Z"}));
        assert_eq!(late.severity, Severity::Default);
        assert_eq!(late.at.to_string(), "2024-01-15T10:00:01Z");
    }

    #[test]
    fn a_huge_entry_is_cut() {
        assert_eq!(of(json!({"textPayload": "x".repeat(300_000)})).text.chars().count(), LONGEST);
    }
}
