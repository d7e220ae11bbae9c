//! What Alertmanager sends: groups of firing alerts over keep-alive connections, each alert with the labels and annotations of a
//! usual rule (some 700 bytes).

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::wire::{ask, connect};

/// As many services as this share the alerts; each has somebody on call.
pub const SERVICES: usize = 100;
/// As many Alertmanagers as this send them: each source has a limit of its own.
pub const SOURCES: usize = 8;
pub const TOKEN: &str = "bench-token";

/// The times of one run.
pub struct Run {
    pub count: usize,
    pub took: Duration,
}

/// Sends alerts `first..first + count` in groups of `each`, so many groups in flight, until all are answered.
pub async fn closed(port: u16, first: usize, count: usize, each: usize, flights: usize) -> Run {
    let requests: Arc<Vec<Vec<u8>>> = Arc::new(
        (first..first + count).step_by(each).map(|at| group(at, each.min(first + count - at))).collect(),
    );
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let workers: Vec<_> = (0..flights)
        .map(|_| {
            let (requests, next) = (requests.clone(), next.clone());
            tokio::spawn(async move {
                let mut wire = connect(port).await;
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    ask(&mut wire, request).await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    Run { count, took: began.elapsed() }
}

/// Sends alerts, each the first of an incident of its own, at a steady pace whatever becomes of them; when each was sent.
pub async fn steady(port: u16, first: usize, count: usize, pause: Duration) -> HashMap<String, Instant> {
    let mut ticks = tokio::time::interval(pause);
    let mut wires = vec![connect(port).await];
    let (back, mut free) = tokio::sync::mpsc::unbounded_channel();
    let mut sent = HashMap::with_capacity(count);
    for number in first..first + count {
        ticks.tick().await;
        while let Ok(wire) = free.try_recv() {
            wires.push(wire);
        }
        let mut wire = match wires.pop() {
            Some(wire) => wire,
            None => connect(port).await,
        };
        let request = post(number, &alert(number, Some(number)));
        sent.insert(name(number), Instant::now());
        let back = back.clone();
        tokio::spawn(async move {
            ask(&mut wire, &request).await;
            let _ = back.send(wire);
        });
    }
    sent
}

/// What an alert is known by.
pub fn name(number: usize) -> String {
    format!("bench-{number}")
}

/// The names in a page.
pub fn names(page: &serde_json::Value) -> Vec<String> {
    let subject = page["subject"].as_str().unwrap_or_default();
    subject.split_whitespace().filter(|word| word.starts_with("bench-")).map(str::to_owned).collect()
}

/// A group of alerts of one service.
fn group(first: usize, count: usize) -> Vec<u8> {
    let alerts: Vec<String> = (first..first + count).map(|number| alert(number, None)).collect();
    post(first / count.max(1), &alerts.join(","))
}

fn alert(number: usize, own: Option<usize>) -> String {
    let service = own.unwrap_or(number / 64) % SERVICES;
    let mut labels = format!(
        r#""alertname":"HighErrorRate","cluster":"tokyo-1","instance":"10.0.{}.{}:9090","job":"node","pod":"svc-{service}-7f9c4d-{number}","service":"svc-{service}","severity":"critical","team":"platform""#,
        number / 250 % 250,
        number % 250
    );
    if let Some(own) = own {
        // Alerts of one service and environment share an incident.
        let _ = write!(labels, r#","environment":"bench-{own}""#);
    }
    format!(
        r#"{{"status":"firing","labels":{{{labels}}},"annotations":{{"summary":"{} errors are high","description":"5.3 % of the requests to svc-{service} have failed for ten minutes; the threshold is 5 %.","runbook_url":"https://runbooks.example.com/high-error-rate"}},"startsAt":"2026-03-02T04:12:00.000Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"https://prometheus.example.com/graph?g0.expr=rate%28errors%5B5m%5D%29+%3E+0.05","fingerprint":"{number:016x}"}}"#,
        name(number)
    )
}

fn post(number: usize, alerts: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"version":"4","groupKey":"{{}}:{{alertname=\"HighErrorRate\"}}","truncatedAlerts":0,"status":"firing","receiver":"toban","groupLabels":{{"alertname":"HighErrorRate"}},"commonLabels":{{"alertname":"HighErrorRate"}},"commonAnnotations":{{}},"externalURL":"https://alertmanager.example.com","alerts":[{alerts}]}}"#
    );
    format!(
        "POST /hooks/alertmanager/am-{} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: {}\r\n\r\n{body}",
        number % SOURCES,
        body.len()
    )
    .into_bytes()
}
