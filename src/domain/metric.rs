//! Measured values: what they count, how they are summed up, and when they are too high or too low.
//!
//! What was not measured is absent. It is never taken for zero.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share of a whole: 0.05 is 5 %.
    Ratio,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
    /// Events a second.
    PerSecond,
    /// Whole things: instances, connections.
    Count,
    /// 1 for yes, 0 for no.
    Flag,
    /// A number whose unit nobody told.
    Plain,
}

impl Unit {
    /// What a metric of that name counts, where its backend does not say: the names of the config are `latency_p95`,
    /// `error_rate`, `cpu`, `connections_used` and their like.
    pub fn of(name: &str) -> Self {
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        match name {
            "available" | "probe" | "up" => Self::Flag,
            "cpu" | "memory" | "disk" => Self::Ratio,
            "requests" => Self::PerSecond,
            "connections" | "instances" => Self::Count,
            _ if name.contains("latency") || ends(&["_seconds", "_age"]) => Self::Seconds,
            _ if ends(&["_bytes_per_second", "network_in", "network_out"]) => Self::BytesPerSecond,
            _ if ends(&["_bytes"]) => Self::Bytes,
            _ if ends(&["_rate", "_used", "_ratio", "_share", "_utilization"]) => Self::Ratio,
            _ => Self::Plain,
        }
    }

    /// A value as people read it, the same in every language: `4.2 %`, `310 ms`, `1.2 GiB`.
    pub fn show(self, value: f64) -> String {
        if !value.is_finite() {
            return if value > 0.0 { "∞".to_owned() } else { "–∞".to_owned() };
        }
        match self {
            Self::Ratio => format!("{} %", digits(value * 100.0)),
            Self::Seconds if value.abs() < 1.0 => format!("{} ms", digits(value * 1_000.0)),
            Self::Seconds => format!("{} s", digits(value)),
            Self::Bytes => bytes(value),
            Self::BytesPerSecond => format!("{}/s", bytes(value)),
            Self::PerSecond => format!("{}/s", digits(value)),
            Self::Count | Self::Flag | Self::Plain => digits(value),
        }
    }

    /// Whether its values go up in steps of one, so that "ten per cent better" means nothing.
    fn in_steps(self) -> bool {
        matches!(self, Self::Count | Self::Flag)
    }
}

/// Three digits that count, without zeros at the end.
fn digits(value: f64) -> String {
    let places = match value.abs() {
        0.0 => 0,
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn bytes(value: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut size = value;
    let mut unit = 0;
    while size.abs() >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{} {}", digits(size), units[unit])
}

/// One measured value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The end of the time that it is about.
    pub at: Timestamp,
    /// The value; never NaN.
    pub value: f64,
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// From here.
    pub from: Timestamp,
    /// To here.
    pub until: Timestamp,
}

impl Range {
    /// The last `span` before `now`.
    pub fn last(span: Duration, now: Timestamp) -> Self {
        Self { from: now.checked_sub(span).unwrap_or(Timestamp::MIN), until: now }
    }

    /// How long it is.
    pub fn span(&self) -> Duration {
        self.until.duration_since(self.from).unsigned_abs()
    }

    /// A step, in whole minutes, that gives about `points` points.
    pub fn step(&self, points: u32) -> Duration {
        let minutes = (self.span().as_secs() / u64::from(points.max(1))).div_ceil(60).max(1);
        Duration::from_secs(minutes * 60)
    }
}

/// A metric over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What its values count.
    pub unit: Unit,
    /// The values, oldest first. Where nothing was measured there is none.
    pub points: Vec<Point>,
}

impl Series {
    /// A series of these points in any order; NaN is left out.
    pub fn new(unit: Unit, points: impl IntoIterator<Item = Point>) -> Self {
        let mut points: Vec<Point> = points.into_iter().filter(|point| !point.value.is_nan()).collect();
        points.sort_by_key(|point| point.at);
        Self { unit, points }
    }

    /// The newest value.
    pub fn latest(&self) -> Option<Point> {
        self.points.last().copied()
    }

    /// The largest value.
    pub fn max(&self) -> Option<Point> {
        self.points.iter().copied().max_by(|one, other| one.value.total_cmp(&other.value))
    }

    /// The smallest value.
    pub fn min(&self) -> Option<Point> {
        self.points.iter().copied().min_by(|one, other| one.value.total_cmp(&other.value))
    }

    /// The mean of the values.
    pub fn mean(&self) -> Option<f64> {
        let count = u32::try_from(self.points.len()).ok().filter(|count| *count > 0)?;
        Some(self.points.iter().map(|point| point.value).sum::<f64>() / f64::from(count))
    }

    /// The value that is farthest on the wrong side, as `threshold` sees it.
    pub fn worst(&self, threshold: Threshold) -> Option<Point> {
        match threshold {
            Threshold::Above(_) => self.max(),
            Threshold::Below(_) => self.min(),
        }
    }

    /// Since when every value is wrong, up to the newest; `None` if the newest is not.
    pub fn wrong_since(&self, threshold: Threshold) -> Option<Timestamp> {
        let wrong = self.points.iter().rev().take_while(|point| threshold.is_crossed(point.value));
        wrong.last().map(|point| point.at)
    }
}

/// A limit for a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// Wrong when above.
    Above(f64),
    /// Wrong when below.
    Below(f64),
}

/// How much better than the limit a value has to be before it counts as well again.
const MARGIN: f64 = 0.1;

impl Threshold {
    /// The limit.
    pub fn limit(self) -> f64 {
        match self {
            Self::Above(limit) | Self::Below(limit) => limit,
        }
    }

    /// Whether the value is wrong.
    pub fn is_crossed(self, value: f64) -> bool {
        match self {
            Self::Above(limit) => value > limit,
            Self::Below(limit) => value < limit,
        }
    }

    /// Whether the value is well again after it was wrong: under 90 % of an upper limit, over 110 % of a lower one. For
    /// what goes in steps of one, not being wrong is enough.
    pub fn is_well(self, value: f64, unit: Unit) -> bool {
        let margin = self.limit().abs() * MARGIN;
        if unit.in_steps() || margin == 0.0 {
            return !self.is_crossed(value);
        }
        match self {
            Self::Above(limit) => value < limit - margin,
            Self::Below(limit) => value > limit + margin,
        }
    }

    /// `> 5 %`.
    pub fn show(self, unit: Unit) -> String {
        let sign = if matches!(self, Self::Above(_)) { '>' } else { '<' };
        format!("{sign} {}", unit.show(self.limit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Series {
        let at = |minute: usize| Timestamp::from_second(i64::try_from(minute).unwrap() * 60).unwrap();
        Series::new(
            Unit::Ratio,
            values.iter().enumerate().map(|(minute, value)| Point { at: at(minute), value: *value }),
        )
    }

    #[test]
    fn values_are_shown_with_their_unit() {
        for (unit, value, shown) in [
            (Unit::Ratio, 0.05, "5 %"),
            (Unit::Ratio, 0.072, "7.2 %"),
            (Unit::Ratio, 0.0, "0 %"),
            (Unit::Seconds, 0.31, "310 ms"),
            (Unit::Seconds, 3.0, "3 s"),
            (Unit::Bytes, 1_288_490_188.8, "1.2 GiB"),
            (Unit::BytesPerSecond, 2048.0, "2 KiB/s"),
            (Unit::PerSecond, 12.34, "12.3/s"),
            (Unit::Count, 3.0, "3"),
            (Unit::Seconds, f64::INFINITY, "∞"),
        ] {
            assert_eq!(unit.show(value), shown);
        }
        assert_eq!(Threshold::Above(0.05).show(Unit::Ratio), "> 5 %");
        assert_eq!(Threshold::Below(1.0).show(Unit::Count), "< 1");
    }

    #[test]
    fn names_of_the_config_tell_the_unit() {
        for (name, unit) in [
            ("latency_p99", Unit::Seconds),
            ("error_rate", Unit::Ratio),
            ("requests_per_minute", Unit::Plain),
            ("connections_used", Unit::Ratio),
            ("cache_hit_rate", Unit::Ratio),
            ("memory", Unit::Ratio),
            ("available", Unit::Flag),
        ] {
            assert_eq!(Unit::of(name), unit, "{name}");
        }
    }

    #[test]
    fn well_again_is_a_tenth_better_than_the_limit() {
        let above = Threshold::Above(0.05);
        assert!(above.is_crossed(0.051) && !above.is_crossed(0.05));
        assert!(!above.is_well(0.05, Unit::Ratio) && !above.is_well(0.046, Unit::Ratio));
        assert!(above.is_well(0.044, Unit::Ratio));
        let below = Threshold::Below(10.0);
        assert!(
            below.is_crossed(9.0) && !below.is_well(10.5, Unit::Plain) && below.is_well(11.5, Unit::Plain)
        );
    }

    #[test]
    fn what_goes_in_steps_is_well_as_soon_as_it_is_not_wrong() {
        let below = Threshold::Below(1.0);
        assert!(below.is_well(1.0, Unit::Count) && below.is_well(1.0, Unit::Flag));
        assert!(!below.is_well(0.0, Unit::Flag));
        assert!(Threshold::Above(0.0).is_well(0.0, Unit::Ratio), "a limit of nothing has no margin");
    }

    #[test]
    fn what_was_not_measured_is_absent() {
        let nothing = series(&[f64::NAN]);
        assert_eq!((nothing.latest(), nothing.max(), nothing.mean()), (None, None, None));
        assert_eq!(series(&[0.1, f64::NAN, 0.3]).mean(), Some(0.2));
    }

    #[test]
    fn a_series_knows_since_when_it_is_wrong() {
        let above = Threshold::Above(0.5);
        assert_eq!(series(&[0.9, 0.1, 0.6, 0.7]).wrong_since(above), Timestamp::from_second(120).ok());
        assert_eq!(series(&[0.9, 0.1]).wrong_since(above), None);
        assert_eq!(series(&[0.9, 0.1]).worst(above).unwrap().value, 0.9);
        assert_eq!(series(&[0.9, 0.1]).worst(Threshold::Below(0.5)).unwrap().value, 0.1);
    }

    #[test]
    fn a_step_is_whole_minutes() {
        let day = Range::last(Duration::from_hours(24), Timestamp::from_second(1_000_000_000).unwrap());
        assert_eq!(day.step(60), Duration::from_mins(24));
        let short = Range::last(Duration::from_mins(10), Timestamp::UNIX_EPOCH);
        assert_eq!(short.step(60), Duration::from_mins(1));
    }
}
