//! What Toban measures of itself, and its text form for Prometheus.
//!
//! The form: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>, version 0.0.4. Values that
//! nobody has set are left out: what is not known is absent, not 0.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The content type of [`Meters::text`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// As many combinations of labels a counter keeps; what comes later is counted without labels of its own.
const MOST_LABELS: usize = 512;

/// All meters. Cheap to clone; all clones are the same.
#[derive(Clone, Default)]
pub struct Meters(Arc<Mutex<BTreeMap<&'static str, Family>>>);

struct Family {
    help: &'static str,
    kind: Kind,
}

enum Kind {
    Counter(Counter),
    Gauge(Gauge),
    Histogram(Histogram),
}

/// Counts up, by labels.
#[derive(Clone)]
pub struct Counter {
    names: &'static [&'static str],
    counts: Arc<Mutex<BTreeMap<Vec<String>, u64>>>,
}

/// A value that goes up and down.
#[derive(Clone, Default)]
pub struct Gauge(Arc<Mutex<Option<f64>>>);

/// How long something took, in classes.
#[derive(Clone)]
pub struct Histogram(Arc<Mutex<Classes>>);

struct Classes {
    bounds: &'static [f64],
    /// One more than there are bounds.
    counts: Vec<u64>,
    sum: f64,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Meters {
    /// A counter with labels of these names; its name ends with `_total`. A second one of the same name is the first.
    pub fn counter(
        &self,
        name: &'static str,
        help: &'static str,
        labels: &'static [&'static str],
    ) -> Counter {
        let fresh = Counter { names: labels, counts: Arc::default() };
        let mut families = lock(&self.0);
        match &families.entry(name).or_insert(Family { help, kind: Kind::Counter(fresh.clone()) }).kind {
            Kind::Counter(known) => known.clone(),
            _ => fresh,
        }
    }

    /// A gauge. A second one of the same name is the first.
    pub fn gauge(&self, name: &'static str, help: &'static str) -> Gauge {
        let fresh = Gauge::default();
        let mut families = lock(&self.0);
        match &families.entry(name).or_insert(Family { help, kind: Kind::Gauge(fresh.clone()) }).kind {
            Kind::Gauge(known) => known.clone(),
            _ => fresh,
        }
    }

    /// A histogram of seconds with classes up to these bounds, in rising order. A second one of the same name is the first.
    pub fn histogram(&self, name: &'static str, help: &'static str, bounds: &'static [f64]) -> Histogram {
        let fresh =
            Histogram(Arc::new(Mutex::new(Classes { bounds, counts: vec![0; bounds.len() + 1], sum: 0.0 })));
        let mut families = lock(&self.0);
        match &families.entry(name).or_insert(Family { help, kind: Kind::Histogram(fresh.clone()) }).kind {
            Kind::Histogram(known) => known.clone(),
            _ => fresh,
        }
    }

    /// Everything as Prometheus reads it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, family) in lock(&self.0).iter() {
            let kind = match &family.kind {
                Kind::Counter(_) => "counter",
                Kind::Gauge(_) => "gauge",
                Kind::Histogram(_) => "histogram",
            };
            // Writing to a string never fails.
            let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {kind}", family.help);
            match &family.kind {
                Kind::Counter(counter) => counter.write(name, &mut text),
                Kind::Gauge(gauge) => {
                    if let Some(value) = *lock(&gauge.0) {
                        let _ = writeln!(text, "{name} {value}");
                    }
                }
                Kind::Histogram(histogram) => histogram.write(name, &mut text),
            }
        }
        text
    }
}

impl Counter {
    /// One more, with these values for its labels.
    pub fn add(&self, values: &[&str]) {
        debug_assert_eq!(values.len(), self.names.len(), "a value for each label");
        let mut counts = lock(&self.counts);
        let key: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        if counts.len() >= MOST_LABELS && !counts.contains_key(&key) {
            *counts.entry(vec!["other".to_owned(); self.names.len()]).or_default() += 1;
            return;
        }
        *counts.entry(key).or_default() += 1;
    }

    fn write(&self, name: &str, text: &mut String) {
        let counts = lock(&self.counts);
        if self.names.is_empty() && counts.is_empty() {
            let _ = writeln!(text, "{name} 0");
        }
        for (values, count) in counts.iter() {
            let labels: Vec<String> = self
                .names
                .iter()
                .zip(values)
                .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
                .collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(text, "{name}{labels} {count}");
        }
    }
}

impl Gauge {
    /// It is that now.
    pub fn set(&self, value: f64) {
        *lock(&self.0) = Some(value);
    }

    /// It is not known any more.
    pub fn unset(&self) {
        *lock(&self.0) = None;
    }
}

impl Histogram {
    /// One more that took so long.
    pub fn observe(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let mut classes = lock(&self.0);
        let class = classes.bounds.iter().position(|bound| seconds <= *bound).unwrap_or(classes.bounds.len());
        classes.counts[class] += 1;
        classes.sum += seconds;
    }

    fn write(&self, name: &str, text: &mut String) {
        let classes = lock(&self.0);
        let mut below = 0;
        for (bound, count) in classes.bounds.iter().zip(&classes.counts) {
            below += count;
            let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {below}");
        }
        let all: u64 = classes.counts.iter().sum();
        let _ = writeln!(
            text,
            "{name}_bucket{{le=\"+Inf\"}} {all}\n{name}_sum {}\n{name}_count {all}",
            classes.sum
        );
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_as_prometheus_reads_it() {
        let meters = Meters::default();
        let counter = meters.counter("toban_commands_total", "Commands.", &["verb", "outcome"]);
        counter.add(&["logs", "answered"]);
        counter.add(&["logs", "answered"]);
        counter.add(&["a\"b\\c\nd", "x"]);
        meters.gauge("toban_wake_lag_seconds", "Late.").set(1.5);
        meters.gauge("toban_unknown_seconds", "Not known.");
        let took = meters.histogram("toban_page_seconds", "Pages.", &[0.1, 1.0]);
        for millis in [50, 100, 700, 5_000] {
            took.observe(Duration::from_millis(millis));
        }
        assert_eq!(
            meters.text(),
            "# HELP toban_commands_total Commands.\n\
             # TYPE toban_commands_total counter\n\
             toban_commands_total{verb=\"a\\\"b\\\\c\\nd\",outcome=\"x\"} 1\n\
             toban_commands_total{verb=\"logs\",outcome=\"answered\"} 2\n\
             # HELP toban_page_seconds Pages.\n\
             # TYPE toban_page_seconds histogram\n\
             toban_page_seconds_bucket{le=\"0.1\"} 2\n\
             toban_page_seconds_bucket{le=\"1\"} 3\n\
             toban_page_seconds_bucket{le=\"+Inf\"} 4\n\
             toban_page_seconds_sum 5.85\n\
             toban_page_seconds_count 4\n\
             # HELP toban_unknown_seconds Not known.\n\
             # TYPE toban_unknown_seconds gauge\n\
             # HELP toban_wake_lag_seconds Late.\n\
             # TYPE toban_wake_lag_seconds gauge\n\
             toban_wake_lag_seconds 1.5\n"
        );
    }

    #[test]
    fn the_same_name_is_the_same_meter() {
        let meters = Meters::default();
        meters.counter("x_total", "X.", &[]).add(&[]);
        meters.clone().counter("x_total", "X.", &[]).add(&[]);
        assert!(meters.text().ends_with("x_total 2\n"));
    }

    #[test]
    fn labels_that_strangers_choose_do_not_fill_the_memory() {
        let meters = Meters::default();
        let counter = meters.counter("x_total", "X.", &["who"]);
        for number in 0..10_000 {
            counter.add(&[&number.to_string()]);
        }
        assert_eq!(meters.text().lines().count(), MOST_LABELS + 3);
        assert!(meters.text().contains("x_total{who=\"other\"} 9488"));
    }
}
