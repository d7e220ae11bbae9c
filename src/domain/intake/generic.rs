//! JSON of any form, read by the config's `map`; where it says nothing, the names that most programs use are tried.
//!
//! `alerts` is the path of the list of alerts; without it the whole request is one alert, or, if it is a list, each of
//! its items. A state that is not given, or that nobody knows, is firing. An alert has to have a headline or a key.
//! A `key` should be mapped: without one, an alert is known by its labels (every name of the map that is not one of
//! Toban's), and without labels by its headline, which a recovery seldom repeats.

use serde_json::Value;

use super::path::{get, moment, text};
use super::sketch::{Sketch, clean, fires};
use super::{Reading, Taken, Unreadable};

const HEADLINES: [&str; 8] =
    ["headline", "title", "summary", "message", "text", "subject", "description", "alertname"];
const KEYS: [&str; 6] = ["dedup_key", "key", "fingerprint", "alert_id", "incident_id", "id"];
const SEVERITIES: [&str; 3] = ["severity", "priority", "level"];
const STATES: [&str; 4] = ["state", "status", "firing", "event_action"];
const SERVICES: [&str; 3] = ["service", "service_name", "app"];
const LINKS: [&str; 3] = ["link", "url", "href"];
const STARTED: [&str; 5] = ["started", "started_at", "startsAt", "timestamp", "time"];
const ENDED: [&str; 3] = ["ended", "ended_at", "endsAt"];

/// All alerts of a request.
pub(super) fn read(reading: &Reading<'_>) -> Result<Taken, Unreadable> {
    let items: Vec<&Value> = match (reading.rules.map.get("alerts"), reading.whole) {
        (Some(path), whole) => match get(whole, path) {
            Some(Value::Array(items)) => items.iter().collect(),
            Some(item @ Value::Object(_)) => vec![item],
            _ => return Err(Unreadable::Shape("there is no list where map.alerts points")),
        },
        (None, Value::Array(items)) => items.iter().collect(),
        (None, whole @ Value::Object(_)) => vec![whole],
        (None, _) => return Err(Unreadable::Shape("neither an object nor a list of them")),
    };
    let mut taken = Taken { signals: Vec::with_capacity(items.len()), faulty: Vec::new() };
    for (at, item) in items.iter().enumerate() {
        match sketch(reading, item, &mut taken.faulty) {
            Ok(sketch) => taken.signals.push(sketch.finish(reading, item, &mut taken.faulty)),
            Err(why) => taken.faulty.push(format!("alert {} of {}: {why}", at + 1, items.len())),
        }
    }
    Ok(taken)
}

fn sketch<'a>(
    reading: &Reading<'a>,
    item: &'a Value,
    faulty: &mut Vec<String>,
) -> Result<Sketch, &'static str> {
    if !item.is_object() {
        return Err("not an object");
    }
    let first = |names: &[&str]| names.iter().find_map(|name| item.get(*name).and_then(text));
    let (headline, key) = (first(&HEADLINES), first(&KEYS));
    if headline.is_none()
        && key.is_none()
        && reading.mapped(item, "headline").or_else(|| reading.mapped(item, "key")).is_none()
    {
        return Err("neither a headline nor a key");
    }
    let own_state = reading.rules.map.contains_key("state") || reading.rules.map.contains_key("firing");
    let firing = match first(&STATES).filter(|_| !own_state) {
        Some(word) => fires(&word).unwrap_or_else(|| {
            faulty.push(format!("an unknown state {:?}: taken as firing", clean(&word, 40)));
            true
        }),
        None => true,
    };
    let at = |names: &[&str]| names.iter().find_map(|name| item.get(*name).and_then(moment));
    Ok(Sketch {
        key,
        firing,
        severity: first(&SEVERITIES),
        names: first(&SERVICES).into_iter().collect(),
        environment: first(&["environment", "env"]),
        headline,
        detail: first(&["detail", "details", "description", "body"]).unwrap_or_default(),
        labels: item.get("labels").and_then(Value::as_object).map(super::sketch::labels).unwrap_or_default(),
        link: first(&LINKS),
        started: at(&STARTED),
        ended: at(&ENDED),
    })
}
