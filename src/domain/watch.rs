//! Watch rules: a metric that is too high or too low for too long, and how one is judged look by look.
//!
//! `ok → pending → firing → clearing → ok`. What is not there to be seen is neither well nor wrong: it starts nothing and ends
//! nothing, and after [`BLIND_AFTER`] that itself is worth a warning.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::alert::AlertSeverity;
use crate::domain::metric::{Threshold, Unit};

/// How long something is wrong before it counts, and well before it is over, where the config says nothing.
pub const LASTING: Duration = Duration::from_mins(5);
/// How long there may be no data before somebody is told.
pub const BLIND_AFTER: Duration = Duration::from_mins(10);
/// After a longer pause between two looks nobody knows what was in between: time begins to count anew.
pub const LONGEST_PAUSE: Duration = Duration::from_mins(3);

/// By so much clocks of replicas may differ.
const JITTER: Duration = Duration::from_secs(5);

/// One rule of the config.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The service.
    pub service: ServiceId,
    /// Its part.
    pub component: ComponentId,
    /// The part's metric, `error_rate`.
    pub metric: String,
    /// When it is wrong.
    pub threshold: Threshold,
    /// How long it is wrong before it counts.
    pub lasting: Duration,
    /// How long it is well before it is over.
    pub clear: Duration,
    /// How bad.
    pub severity: AlertSeverity,
    /// The headline.
    pub say: String,
    /// What the guide says to do about it.
    pub remedy: Option<String>,
}

impl Rule {
    /// Its id, the same as long as it asks the same: `sagebase.web.error_rate>0.05/critical`.
    pub fn id(&self) -> String {
        let sign = if matches!(self.threshold, Threshold::Above(_)) { '>' } else { '<' };
        format!(
            "{}.{}.{}{sign}{}/{}",
            self.service,
            self.component,
            self.metric,
            self.threshold.limit(),
            self.severity.as_str()
        )
    }

    /// `web.error_rate`, as it is written in the config.
    pub fn name(&self) -> String {
        format!("{}.{}", self.component, self.metric)
    }
}

/// What one look saw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// A value.
    Value(f64, Unit),
    /// Nothing: no data, or it could not be asked for; with the time of the last data, where that is known.
    Absent(Option<Timestamp>),
}

/// Where a rule stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "phase")]
pub enum Phase {
    /// As it should be.
    #[default]
    Ok,
    /// Wrong, but not for long enough.
    Pending {
        /// Since when.
        since: Timestamp,
    },
    /// Wrong for long enough.
    Firing {
        /// Since when it is wrong.
        since: Timestamp,
    },
    /// Well again, but not for long enough.
    Clearing {
        /// Since when it was wrong.
        since: Timestamp,
        /// Since when it is well.
        well: Timestamp,
    },
}

/// What is known of a rule from one look to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Where it stands.
    #[serde(flatten)]
    pub phase: Phase,
    /// Since when there is no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Timestamp>,
    /// When it was looked at last, as long as time counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Timestamp>,
    /// The last value, for whoever is told of it.
    #[serde(skip)]
    pub value: Option<(f64, Unit)>,
}

impl State {
    /// Since when it is wrong, once that counts.
    pub fn firing(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Firing { since } | Phase::Clearing { since, .. } => Some(since),
            Phase::Ok | Phase::Pending { .. } => None,
        }
    }

    /// Since when nothing is seen, once that counts.
    pub fn blind(&self, now: Timestamp) -> Option<Timestamp> {
        self.absent.filter(|since| passed(*since, now) >= BLIND_AFTER)
    }

    /// Since when it is as it is, where that is not "ok".
    pub fn since(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Ok => self.absent,
            Phase::Pending { since } | Phase::Firing { since } | Phase::Clearing { since, .. } => Some(since),
        }
    }

    /// One look.
    pub fn step(&mut self, rule: &Rule, sample: Sample, now: Timestamp) {
        self.forget_gaps(now);
        match sample {
            Sample::Value(value, unit) => {
                self.absent = None;
                self.value = Some((value, unit));
                self.judge(rule, value, unit, now);
            }
            Sample::Absent(last) => {
                self.absent.get_or_insert(last.filter(|last| *last < now).unwrap_or(now));
                // Being well has to be seen.
                if let Phase::Clearing { since, .. } = self.phase {
                    self.phase = Phase::Firing { since };
                }
            }
        }
        self.looked = self.counts(now).then_some(now);
    }

    /// Nothing was looked at, because nothing can be seen from here at all: what has not fired yet begins anew.
    pub fn suspend(&mut self) {
        self.phase = match self.phase {
            Phase::Ok | Phase::Pending { .. } => Phase::Ok,
            Phase::Firing { since } | Phase::Clearing { since, .. } => Phase::Firing { since },
        };
        self.absent = None;
        self.looked = None;
    }

    fn judge(&mut self, rule: &Rule, value: f64, unit: Unit, now: Timestamp) {
        let (wrong, good) = (rule.threshold.is_crossed(value), rule.threshold.is_well(value, unit));
        let phase = match self.phase {
            Phase::Ok if wrong => Phase::Pending { since: now },
            Phase::Pending { .. } if !wrong => Phase::Ok,
            Phase::Firing { since } if good => Phase::Clearing { since, well: now },
            Phase::Clearing { since, .. } if !good => Phase::Firing { since },
            same => same,
        };
        self.phase = match phase {
            Phase::Pending { since } if passed(since, now) >= rule.lasting => Phase::Firing { since },
            Phase::Clearing { well, .. } if passed(well, now) >= rule.clear => Phase::Ok,
            same => same,
        };
    }

    /// Whether time counts at present, so that the moment of the look has to be remembered.
    fn counts(&self, now: Timestamp) -> bool {
        let waiting = matches!(self.phase, Phase::Pending { .. } | Phase::Clearing { .. });
        waiting || (self.absent.is_some() && self.blind(now).is_none())
    }

    fn forget_gaps(&mut self, now: Timestamp) {
        // The same holds where the clock was set back: what was long ago by then is not to be told.
        let gap = |looked: &Timestamp| passed(*looked, now) > LONGEST_PAUSE || *looked > now + JITTER;
        let Some(looked) = self.looked.filter(gap) else { return };
        match &mut self.phase {
            Phase::Pending { since } => *since = now,
            Phase::Clearing { well, .. } => *well = now,
            Phase::Ok | Phase::Firing { .. } => {}
        }
        if let Some(absent) = &mut self.absent
            && passed(*absent, looked) < BLIND_AFTER
        {
            *absent = now;
        }
    }
}

/// The time between two moments; none if the clock went back.
fn passed(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// Whether what is seen says more about the watcher than about the services: probes of more than half of them fail,
/// and so does the one that has nothing to do with them.
pub fn is_blind(failing: usize, probed: usize, control_fails: bool) -> bool {
    control_fails && probed > 0 && failing * 2 > probed
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_secs(30);

    fn rule() -> Rule {
        Rule {
            service: "sagebase".into(),
            component: "web".into(),
            metric: "error_rate".into(),
            threshold: Threshold::Above(0.05),
            lasting: LASTING,
            clear: LASTING,
            severity: AlertSeverity::Critical,
            say: "High Error Rate".into(),
            remedy: None,
        }
    }

    /// A rule and the time.
    struct Story {
        rule: Rule,
        state: State,
        now: Timestamp,
    }

    impl Story {
        fn new() -> Self {
            Self { rule: rule(), state: State::default(), now: Timestamp::UNIX_EPOCH }
        }
        /// Looks every half minute for so many minutes; the phases that were met, in order.
        fn minutes(&mut self, minutes: u32, sample: impl Into<Option<f64>>) -> Vec<&'static str> {
            let sample =
                sample.into().map_or(Sample::Absent(None), |value: f64| Sample::Value(value, Unit::Ratio));
            let mut met = Vec::new();
            for _ in 0..minutes * 2 {
                self.now += STEP;
                // As the store keeps it.
                let kept = serde_json::to_string(&self.state).unwrap();
                self.state = serde_json::from_str(&kept).unwrap();
                self.state.step(&self.rule, sample, self.now);
                let name = match self.state.phase {
                    Phase::Ok => "ok",
                    Phase::Pending { .. } => "pending",
                    Phase::Firing { .. } => "firing",
                    Phase::Clearing { .. } => "clearing",
                };
                if met.last() != Some(&name) {
                    met.push(name);
                }
            }
            met
        }
    }

    #[test]
    fn five_minutes_wrong_fire_and_five_minutes_well_clear() {
        let mut story = Story::new();
        assert_eq!(story.minutes(5, 0.04), ["ok"]);
        assert_eq!(story.minutes(5, 0.06), ["pending"]);
        assert_eq!(story.minutes(1, 0.06), ["firing"]);
        assert_eq!(
            story.state.firing(),
            Timestamp::from_second(330).ok(),
            "since it went wrong, not since it fired"
        );
        assert_eq!(story.minutes(5, 0.01), ["clearing"]);
        assert_eq!(story.minutes(1, 0.01), ["ok"]);
    }

    #[test]
    fn a_short_peak_is_nothing() {
        let mut story = Story::new();
        for _ in 0..5 {
            assert_eq!(story.minutes(4, 0.9), ["pending"]);
            assert_eq!(story.minutes(1, 0.049), ["ok"]);
        }
    }

    #[test]
    fn between_the_limit_and_nine_tenths_of_it_nothing_clears() {
        let mut story = Story::new();
        story.minutes(6, 0.06);
        assert_eq!(story.minutes(30, 0.047), ["firing"]);
        assert_eq!(story.minutes(4, 0.01), ["clearing"]);
        assert_eq!(story.minutes(1, 0.047), ["firing"], "a moment near the limit and it begins anew");
        assert_eq!(story.minutes(5, 0.01), ["clearing"]);
        assert_eq!(story.minutes(1, 0.01), ["ok"]);
    }

    #[test]
    fn what_cannot_be_seen_is_neither_well_nor_wrong() {
        let mut story = Story::new();
        story.minutes(6, 0.06);
        assert_eq!(story.minutes(60, None), ["firing"], "silence clears nothing");
        let mut story = Story::new();
        assert_eq!(story.minutes(60, None), ["ok"], "silence fires nothing");
        let mut story = Story::new();
        story.minutes(4, 0.01);
        story.minutes(4, 0.06);
        assert_eq!(story.minutes(9, None), ["pending"]);
    }

    #[test]
    fn no_data_for_ten_minutes_is_told_and_data_ends_it() {
        let mut story = Story::new();
        story.minutes(10, None);
        assert_eq!(story.state.blind(story.now), None);
        story.minutes(1, None);
        assert_eq!(story.state.blind(story.now), Timestamp::from_second(30).ok());
        story.minutes(1, 0.01);
        assert_eq!(story.state.blind(story.now), None);
    }

    #[test]
    fn time_in_which_nobody_looked_does_not_count() {
        let mut story = Story::new();
        story.minutes(2, 0.06);
        story.now += Duration::from_hours(1);
        assert_eq!(story.minutes(4, 0.06), ["pending"]);
        assert_eq!(story.minutes(2, 0.06), ["pending", "firing"]);
        let mut story = Story::new();
        story.minutes(2, None);
        story.now += Duration::from_hours(1);
        story.minutes(1, None);
        assert_eq!(story.state.blind(story.now), None);
    }

    #[test]
    fn a_clock_that_goes_back_fires_nothing() {
        let mut story = Story::new();
        story.minutes(4, 0.06);
        story.now -= Duration::from_hours(1);
        assert_eq!(story.minutes(2, 0.06), ["pending"]);
    }

    #[test]
    fn suspended_rules_keep_what_fired_and_forget_what_had_not() {
        let mut story = Story::new();
        story.minutes(6, 0.06);
        story.state.suspend();
        assert!(story.state.firing().is_some());
        let mut story = Story::new();
        story.minutes(4, 0.06);
        story.state.suspend();
        assert_eq!(story.minutes(4, 0.06), ["pending"]);
    }

    #[test]
    fn a_rule_that_is_well_writes_nothing() {
        let mut story = Story::new();
        story.minutes(3, 0.01);
        let before = serde_json::to_string(&story.state).unwrap();
        story.minutes(3, 0.02);
        assert_eq!(serde_json::to_string(&story.state).unwrap(), before);
    }

    #[test]
    fn more_than_half_and_the_control_make_a_blind_watcher() {
        assert!(is_blind(3, 5, true));
        assert!(
            !is_blind(3, 5, false) && !is_blind(2, 5, true) && !is_blind(2, 4, true) && !is_blind(0, 0, true)
        );
    }

    #[test]
    fn the_id_tells_rules_on_one_metric_apart() {
        assert_eq!(rule().id(), "sagebase.web.error_rate>0.05/critical");
        let other = Rule { threshold: Threshold::Below(10.0), severity: AlertSeverity::Warning, ..rule() };
        assert_eq!(other.id(), "sagebase.web.error_rate<10/warning");
    }
}
