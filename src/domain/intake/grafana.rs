//! Grafana's webhook (unified alerting): Alertmanager's form with links and values of its own.
//! (<https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>)
//!
//! An alert has `values`, `valueString`, `dashboardURL`, `panelURL` and `silenceURL` besides. What the button "Test" of a
//! contact point sends pages nobody: it is known by its labels. Grafana's signature is one of the body as long as its
//! contact point names no timestamp header; with one it would be of `TIMESTAMP:BODY`, which is refused.

use serde_json::Value;

use super::path::{get, member};
use super::sketch::Sketch;
use super::{Reading, Taken, Unreadable, alertmanager};

/// All alerts of a request.
pub(super) fn read(reading: &Reading<'_>) -> Result<Taken, Unreadable> {
    if is_test(reading.whole) {
        return Ok(Taken::default());
    }
    alertmanager::each(reading, more)
}

fn more(alert: &Value, sketch: &mut Sketch) {
    let link = ["panelURL", "dashboardURL"].iter().find_map(|name| member(alert, name));
    if let Some(link) = link {
        sketch.link = Some(link.to_owned());
    }
    if let Some(values) = member(alert, "valueString") {
        if !sketch.detail.is_empty() {
            sketch.detail.push('\n');
        }
        sketch.detail.push_str(values);
    }
    // Where a rule has no data or fails, the alert is named after that, and the rule stands in a label.
    if matches!(
        sketch.labels.get("alertname").map(String::as_str),
        Some("DatasourceNoData" | "DatasourceError")
    ) && let Some(rule) = sketch.labels.get("rulename")
        && let Some(name) = sketch.labels.get("alertname")
    {
        sketch.headline = Some(format!("{name}: {rule}"));
    }
}

fn is_test(whole: &Value) -> bool {
    let said = |path: &str| get(whole, path).and_then(Value::as_str);
    whole.get("alerts").and_then(Value::as_array).is_some_and(|alerts| alerts.len() == 1)
        && said("alerts.0.labels.alertname") == Some("TestAlert")
        && said("alerts.0.labels.instance") == Some("Grafana")
}
