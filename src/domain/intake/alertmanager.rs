//! Alertmanager's webhook, version 4.
//! (<https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>)
//!
//! `{"version": "4", "groupKey": "…", "truncatedAlerts": 0, "status": "firing", "commonLabels": {…}, "alerts":
//! [{"status": "firing", "labels": {…}, "annotations": {…}, "startsAt": "…", "endsAt": "0001-01-01T00:00:00Z",
//! "generatorURL": "…", "fingerprint": "…"}]}`. Labels and annotations are text. While an alert fires its end is the year 1.

use serde_json::{Map, Value};

use super::path::{member, moment, object};
use super::sketch::{Sketch, clean, fires, labels};
use super::{Reading, Taken, Unreadable};

/// Annotations that say what is wrong, the shortest first.
const HEADLINES: [&str; 4] = ["summary", "title", "message", "description"];

/// All alerts of a request.
pub(super) fn read(reading: &Reading<'_>) -> Result<Taken, Unreadable> {
    each(reading, |_, _| {})
}

/// The same, with something more said of each alert.
pub(super) fn each(reading: &Reading<'_>, more: impl Fn(&Value, &mut Sketch)) -> Result<Taken, Unreadable> {
    let Some(Value::Array(alerts)) = reading.whole.get("alerts") else {
        return Err(Unreadable::Shape("there is no list of alerts"));
    };
    let mut taken = Taken { signals: Vec::with_capacity(alerts.len()), faulty: Vec::new() };
    for (at, alert) in alerts.iter().enumerate() {
        match sketch(alert) {
            Ok(mut sketch) => {
                more(alert, &mut sketch);
                taken.signals.push(sketch.finish(reading, alert, &mut taken.faulty));
            }
            Err(why) => taken.faulty.push(format!("alert {} of {}: {why}", at + 1, alerts.len())),
        }
    }
    let cut = reading.whole.get("truncatedAlerts").and_then(Value::as_u64).unwrap_or_default();
    if cut > 0 {
        taken.faulty.push(format!("{cut} more alerts were cut off by the source (its max_alerts)"));
    }
    Ok(taken)
}

fn sketch(alert: &Value) -> Result<Sketch, String> {
    if !alert.is_object() {
        return Err("not an object".to_owned());
    }
    let status = member(alert, "status").ok_or("without a status")?;
    let firing = fires(status).ok_or_else(|| format!("an unknown status {:?}", clean(status, 40)))?;
    let labels = labels(object(alert, "labels").ok_or("without labels")?);
    let none = Map::new();
    let annotations = object(alert, "annotations").unwrap_or(&none);
    let said =
        |name: &&str| annotations.get(*name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let used = HEADLINES.iter().find(|name| said(name).is_some());
    Ok(Sketch {
        key: member(alert, "fingerprint").map(str::to_owned),
        firing,
        severity: labels.get("severity").cloned(),
        headline: used.and_then(said).or(labels.get("alertname").map(String::as_str)).map(str::to_owned),
        detail: detail(annotations, used.copied()),
        link: member(alert, "generatorURL").map(str::to_owned),
        started: alert.get("startsAt").and_then(moment),
        ended: alert.get("endsAt").and_then(moment),
        labels,
        ..Sketch::default()
    })
}

/// What the annotations say besides the headline: the description first, then the others by name.
fn detail(annotations: &Map<String, Value>, headline: Option<&str>) -> String {
    let mut lines = Vec::new();
    let text = |name: &str| annotations.get(name).and_then(Value::as_str).unwrap_or_default();
    let description = text("description");
    // A headline is one line; a description that served as one may go on.
    if headline != Some("description") || description.trim().contains('\n') {
        lines.extend(Some(description.to_owned()).filter(|text| !text.is_empty()));
    }
    for (name, value) in annotations {
        if let Value::String(value) = value
            && name != "description"
            && Some(name.as_str()) != headline
            && !name.starts_with("__")
        {
            lines.push(format!("{name}: {value}"));
        }
    }
    lines.join("\n")
}
