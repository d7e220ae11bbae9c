//! Figures: medians over rounds, percentiles, and rows of a Markdown table.

use std::time::Duration;

pub fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 50)
}

/// So many percent are no larger.
pub fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
        .get((values.len() * percent / 100).min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

/// How many times as much.
pub fn ratio(ours: f64, theirs: f64) -> String {
    if theirs.is_nan() { "–".to_owned() } else { format!("{:.1}", ours / theirs) }
}

/// Three figures, or whole numbers where they are large.
pub fn show(value: f64) -> String {
    if value.is_nan() {
        "–".to_owned()
    } else if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}
