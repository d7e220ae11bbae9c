//! What a rule's state means to whoever takes alerts in.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::alert::{AlertSeverity, Signal};
use crate::domain::service::Service;
use crate::domain::watch::{Rule, State};
use crate::domain::words::{Phrase, Reader, Words};

/// The source's name.
pub const SOURCE: &str = "watch";

/// The id of the rule that watches the watcher itself.
pub const SIGHT: &str = "toban/sight";

/// What fires of a rule now. Its `data` is told by one rule of each metric only.
pub fn wishes(
    rule: &Rule,
    service: &Service,
    state: &State,
    leads: bool,
    now: Timestamp,
    words: &Words,
    reader: &Reader,
) -> Vec<Signal> {
    let signal = |key: String, severity, headline: String, detail: String, started| Signal {
        key,
        firing: true,
        severity,
        unknown_severity: None,
        service: Some(service.id.to_string()),
        environment: Some(service.environment.clone()),
        headline,
        detail,
        labels: labels(rule),
        link: None,
        started,
        ended: None,
    };
    let mut wishes = Vec::new();
    if let Some(since) = state.firing() {
        let detail = detail(rule, state, words, reader);
        wishes.push(signal(rule.id(), rule.severity, rule.say.clone(), detail, since));
    }
    if let Some(since) = state.blind(now).filter(|_| leads) {
        let key = format!("{}.{}/data", rule.service, rule.name());
        let headline = words.say(reader, &Phrase::new("watch-no-data").with("metric", rule.name()));
        let detail = words.say(reader, &Phrase::new("watch-no-data-detail").with("rule", rule.say.as_str()));
        wishes.push(signal(key, AlertSeverity::Warning, headline, detail, since));
    }
    wishes
}

/// One signal instead of many: the watcher cannot see. It belongs to no service.
pub fn blind(since: Timestamp, words: &Words, reader: &Reader) -> Signal {
    Signal {
        key: SIGHT.to_owned(),
        firing: true,
        severity: AlertSeverity::Critical,
        unknown_severity: None,
        service: None,
        environment: None,
        headline: words.say(reader, &Phrase::new("watch-cannot-see")),
        detail: words.say(reader, &Phrase::new("watch-cannot-see-detail")),
        labels: BTreeMap::from([("rule".to_owned(), SIGHT.to_owned())]),
        link: None,
        started: since,
        ended: None,
    }
}

fn detail(rule: &Rule, state: &State, words: &Words, reader: &Reader) -> String {
    let unit = state.value.map_or_else(|| crate::domain::metric::Unit::of(&rule.metric), |(_, unit)| unit);
    let value = state.value.map_or_else(|| "–".to_owned(), |(value, unit)| unit.show(value));
    let line = Phrase::new("watch-detail")
        .with("metric", rule.name())
        .with("value", value)
        .with("threshold", rule.threshold.show(unit));
    let line = words.say(reader, &line);
    match &rule.remedy {
        Some(remedy) => format!("{line}\n{remedy}"),
        None => line,
    }
}

fn labels(rule: &Rule) -> BTreeMap<String, String> {
    [("component", rule.component.to_string()), ("metric", rule.metric.clone()), ("rule", rule.id())]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}
