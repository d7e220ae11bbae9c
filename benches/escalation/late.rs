//! How late pages leave: from the moment that a step is due until its page is at the telephone.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::figures::{millis, percentile};

/// The same moment by both clocks.
#[derive(Clone, Copy)]
pub struct Watch {
    wall: Timestamp,
    steady: Instant,
}

impl Watch {
    pub fn new() -> Self {
        Self { wall: Timestamp::now(), steady: Instant::now() }
    }

    /// The moment after `span` from now.
    pub fn after(self, span: Duration) -> Timestamp {
        // Whole milliseconds, as the store has them.
        Timestamp::from_millisecond((self.wall + span).as_millisecond()).unwrap()
    }

    fn late(self, due: Timestamp, heard: Instant) -> f64 {
        let due = self.steady + Duration::try_from(due.duration_since(self.wall)).unwrap_or_default();
        millis(heard.saturating_duration_since(due))
    }

    /// Milliseconds late, at half and at 99 of 100; the nth of the incidents was due at `due(n)`.
    pub fn percentiles(
        self,
        heard: &HashMap<String, Instant>,
        first: u64,
        count: u64,
        due: impl Fn(u64) -> Timestamp,
    ) -> (f64, f64) {
        let late: Vec<f64> =
            (0..count).map(|at| self.late(due(at), heard[&format!("INC-{}", first + at)])).collect();
        (percentile(&late, 50), percentile(&late, 99))
    }
}

/// So many incidents by their names.
pub fn incidents(first: u64, count: u64) -> impl Iterator<Item = String> {
    (first..first + count).map(|number| format!("INC-{number}"))
}

/// What a page tells of: its incidents, and what an alert of ours is called.
pub fn names(page: &serde_json::Value) -> Vec<String> {
    let incidents = page["incidents"].as_array().into_iter().flatten();
    let words = page["subject"].as_str().unwrap_or_default().split_whitespace();
    incidents.filter_map(serde_json::Value::as_str).chain(words).map(str::to_owned).collect()
}
