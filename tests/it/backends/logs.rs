//! Reading Cloud Logging.

use std::time::Duration;

use serde_json::{Value, json};
use toban::backends::google::logging::{CloudLog, filter::Place};
use toban::domain::log::{LogQuery, Severity};
use toban::ports::{Kind, Logs};

use super::server::{Reply, Server, google_error, ok};

pub(super) fn log(server: &Server) -> CloudLog {
    let place =
        Place { project: "acme-prod".into(), region: "asia-northeast1".into(), service: "bluelamp".into() };
    CloudLog::new(server.google(), place)
}

pub(super) fn query(limit: usize) -> LogQuery {
    LogQuery {
        since: "2024-01-15T10:00:00Z".parse().unwrap(),
        until: None,
        at_least: Some(Severity::Error),
        exactly: None,
        words: vec![],
        pattern: None,
        requests: false,
        limit,
    }
}

fn entry(number: usize) -> Value {
    json!({
        "insertId": format!("i{number}"),
        "timestamp": format!("2024-01-15T10:00:{number:02}Z"),
        "severity": "ERROR",
        "textPayload": format!("line {number}"),
        "futureMember": {"a": 1},
    })
}

#[tokio::test]
async fn the_newest_lines_are_asked_for_page_by_page_and_come_oldest_first() {
    let server = Server::start(|seen, before| {
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v2/entries:list"));
        assert_eq!(seen.body["resourceNames"], json!(["projects/acme-prod"]));
        assert_eq!(seen.body["orderBy"], "timestamp desc");
        let filter = seen.body["filter"].as_str().unwrap();
        assert!(filter.contains(r#"resource.labels.service_name="bluelamp""#), "{filter}");
        assert!(filter.contains("severity>=ERROR"), "{filter}");
        match before {
            0 => ok(json!({"entries": [entry(9), entry(8)], "nextPageToken": "t1"})),
            // Cloud Logging answers empty pages while it searches.
            1 => ok(json!({"nextPageToken": "t2"})),
            _ => ok(json!({"entries": [entry(7), entry(6)], "nextPageToken": "t3"})),
        }
    })
    .await;
    let lines = log(&server).read(&query(4)).await.unwrap();
    let told: Vec<_> = lines.iter().map(|line| (line.text.as_str(), line.severity)).collect();
    assert_eq!(told, ["line 6", "line 7", "line 8", "line 9"].map(|text| (text, Severity::Error)));
    let requests = server.requests();
    let pages: Vec<_> =
        requests.iter().map(|seen| (seen.body["pageSize"].clone(), seen.body["pageToken"].clone())).collect();
    assert_eq!(
        pages,
        [(json!(4), Value::Null), (json!(2), json!("t1")), (json!(2), json!("t2"))],
        "no page more than needed"
    );
}

#[tokio::test]
async fn a_server_that_sends_more_than_was_asked_for_is_cut_at_the_limit() {
    let server = Server::start(|_, _| ok(json!({"entries": [entry(9), entry(8), entry(7)]}))).await;
    let lines = log(&server).read(&query(2)).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["line 8", "line 9"]);
}

#[tokio::test]
async fn a_search_that_takes_too_long_says_how_many_lines_it_found() {
    let mut server = Server::start(|_, before| match before {
        0 => ok(json!({"entries": [entry(9)], "nextPageToken": "t1"})),
        _ => ok(json!({"nextPageToken": "t2"})),
    })
    .await;
    server.limits.read = Duration::from_secs(1);
    let error = log(&server).read(&query(5)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Timeout);
    assert!(error.message.ends_with("lines were found so far"), "{error}");
    assert!(error.hint.is_some());
}

#[tokio::test]
async fn failures_have_their_reasons() {
    for (reply, kind) in [
        (
            (|| google_error(403, "PERMISSION_DENIED", "logging.logEntries.list")) as fn() -> Reply,
            Kind::Denied,
        ),
        (|| google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for reads"), Kind::Quota),
        (|| google_error(400, "INVALID_ARGUMENT", "Unparseable filter"), Kind::Invalid),
        (|| Reply::Raw(200, "text/html", "<html>login</html>".into()), Kind::Garbled),
    ] {
        let server = Server::start(move |_, _| reply()).await;
        assert_eq!(log(&server).read(&query(5)).await.unwrap_err().kind, kind);
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_filter_that_cloud_logging_would_refuse_is_not_sent() {
    let server = Server::start(|_, _| ok(json!({}))).await;
    let long = LogQuery { words: vec!["\"".repeat(10_000)], ..query(5) };
    assert_eq!(log(&server).read(&long).await.unwrap_err().kind, Kind::Invalid);
    assert_eq!(server.requests().len(), 0);
}
