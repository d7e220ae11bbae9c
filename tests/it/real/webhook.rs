//! A real alert, from the measurement to the person and back: Prometheus finds it, Alertmanager tells it, Toban pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::json;
use toban::base::clock::{pause, within};
use toban::domain::alert::AlertSeverity;
use toban::domain::incident::{Due, Incident};
use tokio::net::TcpListener;

use super::servers::{LONG, Server};
use super::target::Target;
use crate::rig::app::{OPS, Rig, movable_clock};
use crate::rig::night::{TOKEN, plan};

const RULES: &str = r#"
groups:
  - name: boilers
    rules:
      - alert: PressureHigh
        expr: boiler_pressure > 5
        for: 0s
        labels:
          service: sagebase
          severity: critical
        annotations:
          summary: "Pressure of boiler {{ $labels.boiler }} is {{ $value }}"
"#;

fn config(alertmanager: &Server, target: &Target) -> String {
    let alertmanager = alertmanager.url.trim_start_matches("http://");
    format!(
        r#"
global:
  scrape_interval: 500ms
  scrape_timeout: 500ms
  evaluation_interval: 500ms
rule_files: [rules.yml]
alerting:
  alertmanagers:
    - static_configs:
        - targets: ["{alertmanager}"]
scrape_configs:
  - job_name: boilers
    static_configs:
      - targets: ["{}"]
"#,
        target.address
    )
}

fn hook(url: &str) -> String {
    format!("{url}/hooks/alertmanager/prometheus")
}

/// Waits until the first incident is like that.
async fn until(rig: &Rig, what: &str, like: impl Fn(&Incident) -> bool) -> Incident {
    let found = async {
        loop {
            let stored = rig.store.incident(&"INC-1".into()).await.unwrap();
            if let Some(stored) = stored.filter(|stored| like(&stored.incident)) {
                return stored.incident;
            }
            pause(Duration::from_millis(20)).await;
        }
    };
    within(LONG, found).await.unwrap_or_else(|_| panic!("never: {what}\n{}", rig.slack.transcript(OPS)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_alert_pages_a_person_and_is_over_by_itself_when_the_pressure_falls() {
    let clock = movable_clock();
    let rig = Rig::with(plan(clock.clone(), "")).await;
    let target = Target::start(&[("north", 3.0), ("south", 3.0)]).await;
    let Some(alertmanager) = Server::alertmanager(&hook(&rig.url), TOKEN).await else { return };
    let Some(prometheus) = Server::prometheus(&config(&alertmanager, &target), RULES).await else { return };
    prometheus.until_value("boiler_pressure{boiler=\"north\"}", "3").await;

    target.turn("north", 9.0);
    let page = rig.sees("🚨 INC-1 sagebase: Pressure of boiler north is 9").await;
    assert!(page.channel.starts_with('D'), "a direct message: {}", page.channel);
    page.button("対応する");
    let incident = until(&rig, "it is open", Incident::is_open).await;
    assert_eq!((incident.severity, incident.service.as_str()), (AlertSeverity::Critical, "sagebase"));
    assert_eq!(incident.paged.len(), 1, "{:?}", incident.paged);

    target.turn("south", 7.5);
    until(&rig, "both fire", |incident| incident.alerts.firing == 2).await;
    target.turn("north", 3.0);
    let incident = until(&rig, "one is over", |incident| incident.alerts.firing == 1).await;
    assert!(incident.is_open(), "the other one still fires");
    assert_eq!(rig.store.firing_names(&incident.id, 5).await.unwrap(), ["Pressure of boiler south is 7.5"]);

    target.turn("south", 3.0);
    let quiet =
        |incident: &Incident| !incident.is_open() || incident.when(|due| *due == Due::Quiet).is_some();
    until(&rig, "none fires", quiet).await;
    clock.advance(Duration::from_mins(2));
    let incident = until(&rig, "it is over", |incident| !incident.is_open()).await;
    assert_eq!((incident.alerts.total, incident.run.number), (2, 1), "two alerts, one incident, never again");
    let news = rig.sees("✅ INC-1 sagebase").await;
    assert_eq!(news.channel, page.channel, "whoever was paged is told");
    rig.stop().await;
}

/// Answers 503 as often as it is told, and passes on everything else.
struct Front {
    refusals: AtomicUsize,
    passed: AtomicUsize,
    hook: String,
    http: reqwest::Client,
}

async fn front(State(front): State<Arc<Front>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let refuse = |left: usize| left.checked_sub(1);
    if front.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, refuse).is_ok() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let request = front.http.post(&front.hook).headers(headers).body(body);
    let status = request.send().await.unwrap().status();
    front.passed.fetch_add(1, Ordering::SeqCst);
    status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_alertmanager_tries_again_after_503_and_what_it_says_twice_is_one_alert() {
    let rig = Rig::with(plan(movable_clock(), "")).await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let state = Arc::new(Front {
        refusals: AtomicUsize::new(2),
        passed: AtomicUsize::new(0),
        hook: hook(&rig.url),
        http: http.clone(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let routes = Router::new().fallback(front).with_state(state.clone());
    let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let Some(alertmanager) = Server::alertmanager(&url, TOKEN).await else { return };

    let alert = |severity: &str, boiler: &str| {
        json!([{ "labels": { "alertname": "PressureHigh", "service": "sagebase", "severity": severity, "boiler": boiler },
                 "annotations": { "summary": "圧力が高い <b>&</b> *north*" } }])
    };
    alertmanager.post("/api/v2/alerts", &alert("critical", "north")).await;
    until(&rig, "it is open", Incident::is_open).await;
    assert_eq!(state.refusals.load(Ordering::SeqCst), 0, "two tries were refused");
    rig.sees("INC-1 sagebase: 圧力が高い <b>&</b> *north*").await;

    // A second alert of the group: the first one is told once more with it.
    alertmanager.post("/api/v2/alerts", &alert("critical", "south")).await;
    let incident = until(&rig, "the second one joins", |incident| incident.alerts.total > 1).await;
    assert_eq!((incident.alerts.total, incident.alerts.firing), (2, 2));
    assert!(state.passed.load(Ordering::SeqCst) >= 2);
    rig.stop().await;
    serving.abort();
}
