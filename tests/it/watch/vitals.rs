//! What Toban measures of itself, its alert rules, and the heartbeat that it sends.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use toban::app::pulse::{Wellness, beat};
use toban::app::vitals::Vitals;
use toban::ports::{BackendError, Kind, Pulse};

use crate::rig::app::Rig;
use crate::rig::leave::leave_out;

/// Debian's promtool; where it is not installed, what needs it is left out.
fn promtool() -> Option<Command> {
    let found = Command::new("promtool").arg("--version").output().is_ok();
    if !found {
        leave_out("promtool");
    }
    found.then(|| Command::new("promtool"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vital_signs_are_read_at_metrics_and_prometheus_understands_them() {
    let rig = Rig::start().await;
    rig.ask_as("U0SATO", "C0OPS", "status").await;
    let get =
        |path: &str| reqwest::Client::builder().build().unwrap().get(format!("{}{path}", rig.url)).send();
    let mut text = String::new();
    // The lags are measured every few seconds.
    while !text.contains("\ntoban_wake_lag_seconds ") {
        let answer = get("/metrics").await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        text = answer.text().await.unwrap();
        toban::base::clock::pause(std::time::Duration::from_millis(50)).await;
    }
    for line in [
        "toban_commands_total{door=\"slack\",outcome=\"answered\"} 1",
        "# TYPE toban_page_seconds histogram",
        "toban_outbox_lag_seconds ",
        "toban_http_requests_total{method=\"POST\",status=\"200\"}",
    ] {
        assert!(text.contains(line), "{line} is not in:\n{text}");
    }
    if let Some(mut promtool) = promtool() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("metrics");
        std::fs::write(&file, &text).unwrap();
        let input = std::fs::File::open(&file).unwrap();
        let output = promtool.args(["check", "metrics"]).stdin(input).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    rig.stop().await;
}

#[test]
fn the_alert_rules_are_about_metrics_that_there_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/alerts.yml");
    let rules = std::fs::read_to_string(&path).unwrap();
    let known = Vitals::default().meters.text();
    let named = regex::Regex::new(r"toban_[a-z_]+").unwrap();
    for metric in named.find_iter(&rules) {
        let metric = metric.as_str().trim_end_matches("_bucket").trim_end_matches("_count");
        assert!(known.contains(&format!("# TYPE {metric} ")), "{metric}");
    }
    if let Some(mut promtool) = promtool() {
        let output = promtool.args(["check", "rules"]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Counts beats; deaf if it is told to be.
#[derive(Default)]
struct Listener {
    heard: AtomicU32,
    deaf: Mutex<bool>,
}

#[async_trait]
impl Pulse for Listener {
    async fn beat(&self) -> Result<(), BackendError> {
        if *self.deaf.lock().unwrap() {
            return Err(BackendError::new("heartbeat_out", Kind::Unavailable, "connection refused"));
        }
        self.heard.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test]
async fn the_heartbeat_goes_only_while_all_is_well() {
    let (listener, vitals, ill) = (Listener::default(), Vitals::default(), Arc::new(Mutex::new(None)));
    let told = ill.clone();
    let well: Wellness = Arc::new(move || match *told.lock().unwrap() {
        None => Ok(()),
        Some(why) => Err(String::from(why)),
    });
    assert_eq!(beat(&listener, &well, &vitals).await, Ok(()));
    *ill.lock().unwrap() = Some("no way to reach people is healthy");
    assert!(beat(&listener, &well, &vitals).await.is_err());
    assert_eq!(listener.heard.load(Ordering::Relaxed), 1, "nothing is sent while something is not well");
    *ill.lock().unwrap() = None;
    *listener.deaf.lock().unwrap() = true;
    assert!(beat(&listener, &well, &vitals).await.is_err());
    let text = vitals.meters.text();
    for outcome in ["sent", "held", "failed"] {
        assert!(text.contains(&format!("toban_heartbeats_total{{outcome=\"{outcome}\"}} 1")), "{text}");
    }
}
