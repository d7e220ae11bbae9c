//! Google Cloud Monitoring's webhook, version 1.2.
//! (<https://cloud.google.com/monitoring/support/notification-options#webhooks>)
//!
//! `{"version": "1.2", "incident": {"incident_id": "…", "state": "open" | "closed", "summary": "…", "policy_name": "…",
//! "condition_name": "…", "severity": "CRITICAL" | "ERROR" | "WARNING" | "No severity", "started_at": seconds, "ended_at":
//! seconds or null, "url": "…", "resource": {"type": "…", "labels": {…}}, "metric": {…}, "metadata": {"user_labels": {…}},
//! "policy_user_labels": {…}, "documentation": {"content": "…"}}}`. A test of the channel has the version `test`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::path::{get, member, moment, object};
use super::sketch::{Sketch, clean, fires, labels};
use super::{Reading, Taken, Unreadable};

/// Labels of a resource that name what runs there.
const NAMES: [&str; 7] = [
    "service_name",
    "database_id",
    "configuration_name",
    "container_name",
    "module_id",
    "bucket_name",
    "instance_id",
];

/// The incident of a request.
pub(super) fn read(reading: &Reading<'_>) -> Result<Taken, Unreadable> {
    let incident = reading.whole.get("incident").filter(|incident| incident.is_object());
    let incident = incident.ok_or(Unreadable::Shape("there is no incident"))?;
    if member(reading.whole, "version") == Some("test") {
        return Ok(Taken::default());
    }
    let mut taken = Taken::default();
    let state = member(incident, "state").unwrap_or_default();
    let firing = fires(state).unwrap_or_else(|| {
        taken.faulty.push(format!("an unknown state {:?}: taken as open", clean(state, 40)));
        true
    });
    let sketch = sketch(incident, firing);
    taken.signals.push(sketch.finish(reading, incident, &mut taken.faulty));
    Ok(taken)
}

fn sketch(incident: &Value, firing: bool) -> Sketch {
    let none = Map::new();
    let inner = |path: &str| get(incident, path).and_then(Value::as_object).unwrap_or(&none);
    let resource = labels(inner("resource.labels"));
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for own in ["metric.labels", "metadata.user_labels", "policy_user_labels"] {
        said.extend(labels(inner(own)));
    }
    let own = |name: &str| said.get(name).or_else(|| resource.get(name)).cloned();
    let mut names: Vec<String> = own("service").into_iter().collect();
    names.extend(NAMES.iter().filter_map(|name| resource.get(*name)).cloned());
    names.extend(member(incident, "resource_display_name").map(str::to_owned));
    let mut labels = resource;
    labels.extend(said);
    for (name, place) in [("policy", "policy_name"), ("condition", "condition_name")] {
        if let Some(value) = member(incident, place) {
            labels.insert(name.to_owned(), value.to_owned());
        }
    }
    if let Some(kind) = object(incident, "resource").and_then(|resource| resource.get("type")?.as_str()) {
        labels.insert("resource_type".to_owned(), kind.to_owned());
    }
    let headline =
        ["policy_name", "condition_name", "summary"].iter().find_map(|name| member(incident, name));
    Sketch {
        key: member(incident, "incident_id").map(str::to_owned),
        firing,
        severity: member(incident, "severity")
            .filter(|word| !word.eq_ignore_ascii_case("no severity"))
            .map(str::to_owned),
        names,
        environment: labels.get("environment").cloned(),
        headline: headline.map(str::to_owned),
        detail: detail(incident),
        link: member(incident, "url").map(str::to_owned),
        started: incident.get("started_at").and_then(moment),
        ended: incident.get("ended_at").and_then(moment),
        labels,
    }
}

fn detail(incident: &Value) -> String {
    let mut lines: Vec<String> = member(incident, "summary").map(str::to_owned).into_iter().collect();
    if let (Some(observed), Some(threshold)) =
        (member(incident, "observed_value"), member(incident, "threshold_value"))
    {
        lines.push(format!("observed {observed}, threshold {threshold}"));
    }
    lines.extend(get(incident, "documentation.content").and_then(Value::as_str).map(str::to_owned));
    lines.join("\n")
}
