//! What each kind of source sends, read strictly: the fields that matter, and what happens to those that are wrong.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use toban::domain::alert::{AlertSeverity, Signal};
use toban::domain::intake::{Format, Rules, Taken, Unreadable, read};

use super::directory;

fn rules(format: Format) -> Rules {
    Rules { source: "src".into(), format, map: BTreeMap::new(), severities: BTreeMap::new(), service: None }
}

fn mapped(format: Format, map: &[(&str, &str)]) -> Rules {
    Rules { map: map.iter().map(|(name, path)| ((*name).into(), (*path).into())).collect(), ..rules(format) }
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn taken(rules: &Rules, body: &Value) -> Taken {
    read(&body.to_string(), rules, &directory(), now()).unwrap()
}

fn one(rules: &Rules, body: &Value) -> Signal {
    let mut taken = taken(rules, body);
    assert_eq!((taken.signals.len(), &taken.faulty), (1, &vec![]));
    taken.signals.remove(0)
}

fn alertmanager(alerts: Value) -> Value {
    json!({
        "version": "4",
        "groupKey": "{}/{severity=\"critical\"}:{alertname=\"HighErrorRate\"}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "toban",
        "groupLabels": {"alertname": "HighErrorRate"},
        "commonLabels": {"alertname": "HighErrorRate", "job": "taisun"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example.com:9093",
        "alerts": alerts
    })
}

fn alert(status: &str) -> Value {
    json!({
        "status": status,
        "labels": {"alertname": "HighErrorRate", "instance": "app:3000", "job": "taisun", "severity": "warning", "env": "prod"},
        "annotations": {"summary": "5xx above 5 %", "description": "6.2 % of requests fail", "runbook_url": "https://wiki.example.com/5xx"},
        "startsAt": "2026-03-02T08:58:12.345Z",
        "endsAt": if status == "firing" { "0001-01-01T00:00:00Z" } else { "2026-03-02T08:59:30Z" },
        "generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=rate",
        "fingerprint": "c3f8a1b2d4e5f607"
    })
}

#[test]
fn alertmanager_says_everything() {
    let signal = one(&rules(Format::Alertmanager), &alertmanager(json!([alert("firing")])));
    assert_eq!(signal.key, "c3f8a1b2d4e5f607");
    assert!(signal.firing);
    assert_eq!((signal.severity, signal.unknown_severity.as_deref()), (AlertSeverity::Warning, None));
    assert_eq!(signal.service.as_deref(), Some("taisun"), "its job is a service of the config");
    assert_eq!(signal.environment.as_deref(), Some("production"));
    assert_eq!(signal.headline, "5xx above 5 %");
    assert_eq!(signal.detail, "6.2 % of requests fail\nrunbook_url: https://wiki.example.com/5xx");
    assert_eq!(signal.link.as_deref(), Some("http://prometheus.example.com:9090/graph?g0.expr=rate"));
    assert_eq!(signal.started.to_string(), "2026-03-02T08:58:12.345Z");
    assert_eq!((signal.ended, signal.labels.len()), (None, 5));
    let over = one(&rules(Format::Alertmanager), &alertmanager(json!([alert("resolved")])));
    assert!(!over.firing);
    assert_eq!(over.ended.unwrap().to_string(), "2026-03-02T08:59:30Z");
}

#[test]
fn nine_good_alerts_are_taken_and_the_bad_one_is_told() {
    let mut alerts = vec![alert("firing"); 9];
    alerts.insert(3, json!({"status": "firing", "labels": "none"}));
    let taken = taken(&rules(Format::Alertmanager), &alertmanager(Value::Array(alerts)));
    assert_eq!((taken.signals.len(), taken.faulty), (9, vec!["alert 4 of 10: without labels".to_owned()]));
}

#[test]
fn alertmanager_without_a_fingerprint_is_known_by_its_labels() {
    let bare = |labels: Value| {
        one(&rules(Format::Alertmanager), &alertmanager(json!([{"status": "firing", "labels": labels}]))).key
    };
    let key = bare(json!({"alertname": "A", "instance": "x", "severity": "critical"}));
    assert_eq!(key, bare(json!({"severity": "warning", "instance": "x", "alertname": "A"})));
    assert_ne!(key, bare(json!({"alertname": "A", "instance": "y"})));
}

#[test]
fn cut_off_alerts_are_told() {
    let mut body = alertmanager(json!([alert("firing")]));
    body["truncatedAlerts"] = json!(7);
    let taken = taken(&rules(Format::Alertmanager), &body);
    assert_eq!((taken.signals.len(), taken.faulty.len()), (1, 1));
    assert!(taken.faulty[0].contains("7 more alerts"));
}

#[test]
fn an_unknown_severity_is_critical_and_is_said() {
    let mut odd = alert("firing");
    odd["labels"]["severity"] = json!("p5");
    let signal = one(&rules(Format::Alertmanager), &alertmanager(json!([odd.clone()])));
    assert_eq!((signal.severity, signal.unknown_severity.as_deref()), (AlertSeverity::Critical, Some("p5")));
    let own =
        Rules { severities: [("p5".to_owned(), AlertSeverity::Info)].into(), ..rules(Format::Alertmanager) };
    assert_eq!(one(&own, &alertmanager(json!([odd]))).severity, AlertSeverity::Info);
}

#[test]
fn a_service_is_what_the_map_says_else_a_label_else_the_sources_own() {
    let mut stranger = alert("firing");
    stranger["labels"]["job"] = json!("node");
    stranger["labels"]["team"] = json!("sagebase-streamlit");
    let body = alertmanager(json!([stranger]));
    assert_eq!(one(&rules(Format::Alertmanager), &body).service, None, "nobody's, and taken all the same");
    let by_map = mapped(Format::Alertmanager, &[("service", "labels.team")]);
    assert_eq!(one(&by_map, &body).service.as_deref(), Some("sagebase"));
    let by_default = Rules {
        service: Some("taisun".into()),
        ..mapped(Format::Alertmanager, &[("service", "labels.job")])
    };
    assert_eq!(one(&by_default, &body).service.as_deref(), Some("taisun"));
}

fn google(state: &str) -> Value {
    json!({
        "version": "1.2",
        "incident": {
            "incident_id": "0.mvr7wnxvl8ha",
            "scoping_project_id": "sagebase-prod",
            "scoping_project_number": 1_234_567,
            "url": "https://console.cloud.google.com/monitoring/alerting/incidents/0.mvr7wnxvl8ha?project=sagebase-prod",
            "started_at": 1_772_441_900,
            "ended_at": if state == "closed" { json!(1_772_441_960) } else { Value::Null },
            "state": state,
            "summary": "Request latency for sagebase-prod sagebase-streamlit is above the threshold of 3.000 with a value of 4.221.",
            "observed_value": "4.221",
            "threshold_value": "3",
            "resource": {"type": "cloud_run_revision", "labels": {"project_id": "sagebase-prod", "service_name": "sagebase-streamlit", "location": "asia-northeast1"}},
            "resource_type_display_name": "Cloud Run Revision",
            "metric": {"type": "run.googleapis.com/request_latencies", "displayName": "Request Latency", "labels": {"response_code": "200"}},
            "metadata": {"system_labels": {}, "user_labels": {"environment": "production"}},
            "policy_name": "High latency",
            "policy_user_labels": {"team": "search"},
            "condition_name": "p95 > 3 s",
            "severity": "CRITICAL",
            "documentation": {"content": "See the runbook.", "mime_type": "text/markdown"}
        }
    })
}

#[test]
fn google_says_everything() {
    let signal = one(&rules(Format::Google), &google("open"));
    assert_eq!((signal.key.as_str(), signal.firing), ("0.mvr7wnxvl8ha", true));
    assert_eq!(signal.severity, AlertSeverity::Critical);
    assert_eq!(signal.service.as_deref(), Some("sagebase"), "by what it runs as");
    assert_eq!(signal.environment.as_deref(), Some("production"));
    assert_eq!(signal.headline, "High latency");
    assert!(
        signal.detail.contains("observed 4.221, threshold 3") && signal.detail.ends_with("See the runbook.")
    );
    assert_eq!(signal.labels["team"], "search");
    assert_eq!(signal.started.as_second(), 1_772_441_900);
    let closed = one(&rules(Format::Google), &google("closed"));
    assert_eq!((closed.firing, closed.ended.unwrap().as_second()), (false, 1_772_441_960));
    assert_eq!(closed.key, signal.key);
}

#[test]
fn google_without_a_severity_is_critical_and_says_so() {
    let mut body = google("open");
    body["incident"]["severity"] = json!("No severity");
    let signal = one(&rules(Format::Google), &body);
    assert_eq!(
        (signal.severity, signal.unknown_severity.as_deref()),
        (AlertSeverity::Critical, Some("(none)"))
    );
}

#[test]
fn a_test_of_a_channel_is_no_alert() {
    let google = json!({"version": "test", "incident": {"incident_id": "12345", "state": "OPEN", "summary": "Test Incident"}});
    assert_eq!(taken(&rules(Format::Google), &google), Taken::default());
    let grafana = json!({"receiver": "test", "status": "firing", "alerts": [
        {"status": "firing", "labels": {"alertname": "TestAlert", "instance": "Grafana"}, "annotations": {"summary": "Notification test"},
         "startsAt": "2026-03-02T08:59:00Z", "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "57c6d9296de2ad39"}]});
    assert_eq!(taken(&rules(Format::Grafana), &grafana), Taken::default());
}

#[test]
fn grafana_adds_its_links_and_values() {
    let mut body = alertmanager(json!([alert("firing")]));
    body["alerts"][0]["valueString"] = json!("[ var='A' value=6.2 ]");
    body["alerts"][0]["panelURL"] = json!("https://grafana.example.com/d/abc?viewPanel=2");
    body["alerts"][0]["dashboardURL"] = json!("https://grafana.example.com/d/abc");
    let signal = one(&rules(Format::Grafana), &body);
    assert_eq!(signal.link.as_deref(), Some("https://grafana.example.com/d/abc?viewPanel=2"));
    assert!(signal.detail.ends_with("[ var='A' value=6.2 ]"));
    let mut blind = body;
    blind["alerts"][0]["labels"]["alertname"] = json!("DatasourceNoData");
    blind["alerts"][0]["labels"]["rulename"] = json!("Error rate");
    assert_eq!(one(&rules(Format::Grafana), &blind).headline, "DatasourceNoData: Error rate");
}

#[test]
fn generic_json_is_read_by_the_map() {
    let map = [
        ("alerts", "events"),
        ("key", "check.id"),
        ("state", "check.status"),
        ("service", "host"),
        ("severity", "check.level"),
        ("headline", "check.text"),
        ("link", "links.0"),
        ("started", "since"),
        ("region", "meta.region"),
    ];
    let body = json!({"meta": {"region": "tokyo"}, "events": [
        {"host": "taisun", "check": {"id": 17, "status": "DOWN", "level": "warn", "text": "disk 95 %"}, "links": ["https://x.example.com/17"], "since": 1_772_441_900_000_i64},
        {"host": "taisun", "check": {"id": 18, "status": "OK", "level": "warn", "text": "disk 20 %"}},
        "noise",
        {"host": "taisun", "check": {"id": 19, "status": "perhaps", "text": "?"}}
    ]});
    let taken = taken(&mapped(Format::Generic, &map), &body);
    assert_eq!(
        taken.faulty,
        ["alert 3 of 4: not an object", "an unknown state \"perhaps\": taken as firing"]
    );
    let [first, second, third] = &taken.signals[..] else { panic!("{:?}", taken.signals) };
    assert_eq!((first.key.as_str(), first.firing, first.severity), ("17", true, AlertSeverity::Warning));
    assert_eq!((first.headline.as_str(), first.service.as_deref()), ("disk 95 %", Some("taisun")));
    assert_eq!(
        (first.link.as_deref(), first.started.as_second()),
        (Some("https://x.example.com/17"), 1_772_441_900)
    );
    assert_eq!(first.labels["region"], "tokyo");
    assert_eq!((second.key.as_str(), second.firing, second.ended), ("18", false, None));
    assert!(third.firing);
}

#[test]
fn generic_json_without_a_map_is_read_by_usual_names() {
    let body = json!({"id": "x1", "title": "Queue is stuck", "status": "firing", "severity": "error", "service": "sagebase", "url": "https://q.example.com"});
    let signal = one(&rules(Format::Generic), &body);
    assert_eq!((signal.key.as_str(), signal.headline.as_str()), ("x1", "Queue is stuck"));
    assert_eq!((signal.severity, signal.service.as_deref()), (AlertSeverity::Critical, Some("sagebase")));
    assert_eq!(signal.started, now(), "since nothing else is said");
    let list = taken(&rules(Format::Generic), &json!([body, {"nothing": 1}]));
    assert_eq!(
        (list.signals.len(), list.faulty),
        (1, vec!["alert 2 of 2: neither a headline nor a key".to_owned()])
    );
}

#[test]
fn a_strangers_text_is_bounded_and_without_control_characters() {
    let mut long = alert("firing");
    long["annotations"]["summary"] = json!(format!("a\u{0}b\u{1b}[31m{}", "x".repeat(5_000)));
    long["labels"]["nul"] = json!("a\u{0}b");
    long["fingerprint"] = json!("f".repeat(3_000));
    long["generatorURL"] = json!("javascript:alert(1)");
    let signal = one(&rules(Format::Alertmanager), &alertmanager(json!([long])));
    assert!(signal.headline.starts_with("ab[31mxx") && signal.headline.chars().count() == 300);
    assert_eq!(signal.labels["nul"], "ab");
    assert_eq!((signal.key.len(), signal.link), (32, None));
}

#[test]
fn what_is_not_of_the_sources_form_is_told() {
    let wrong = |format, body: &str| read(body, &rules(format), &directory(), now()).unwrap_err();
    assert_eq!(wrong(Format::Alertmanager, "{}"), Unreadable::Shape("there is no list of alerts"));
    assert_eq!(wrong(Format::Google, r#"{"incident": []}"#), Unreadable::Shape("there is no incident"));
    assert_eq!(wrong(Format::Generic, "3"), Unreadable::Shape("neither an object nor a list of them"));
    assert_eq!(
        wrong(Format::Grafana, "{\"alerts\": [").to_string(),
        "not JSON: it ends too early at line 1 column 12"
    );
    assert!(matches!(wrong(Format::Alertmanager, &"[".repeat(100_000)), Unreadable::Json(_)));
}
