//! Checks and the verdict that follows from them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::report::Tone;
use crate::domain::words::Phrase;

/// How something is. Ordered from best to worst, so that the worst of many is their maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does what is expected.
    Healthy,
    /// No backend is connected: nothing is known, and nothing is wrong.
    NotConnected,
    /// It works, with something to look at.
    Degraded,
    /// It could not be asked.
    Unknown,
    /// It does not do what is expected.
    Unhealthy,
}

impl Verdict {
    /// The phrase that names it, with its mark.
    pub fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::Healthy => "health-verdict-healthy",
            Self::NotConnected => "health-verdict-not-connected",
            Self::Degraded => "health-verdict-degraded",
            Self::Unknown => "health-verdict-unknown",
            Self::Unhealthy => "health-verdict-unhealthy",
        })
    }

    /// The tone of an answer about it.
    pub fn tone(self) -> Tone {
        match self {
            Self::Healthy => Tone::Good,
            Self::NotConnected => Tone::Plain,
            Self::Degraded | Self::Unknown => Tone::Warn,
            Self::Unhealthy => Tone::Bad,
        }
    }

    /// Whether somebody should look: worse than healthy and asked at all.
    pub fn wants_a_look(self) -> bool {
        self > Self::NotConnected
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// A short stable name, `http` or `ready`; also used to compare before and after.
    pub name: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen, in one line.
    pub seen: Phrase,
    /// How long the answer took, where that means something.
    #[serde(default)]
    pub latency: Option<Duration>,
}

/// The worst of the checks; [`Verdict::Unknown`] if there is none.
pub fn worst(checks: impl IntoIterator<Item = Verdict>) -> Verdict {
    checks.into_iter().max().unwrap_or(Verdict::Unknown)
}

/// The verdict on a whole of parts: a part without a backend says nothing about the others.
pub fn whole(parts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let mut none = true;
    let connected =
        parts.into_iter().inspect(|_| none = false).filter(|verdict| *verdict != Verdict::NotConnected);
    let worst = connected.max();
    worst.unwrap_or(if none { Verdict::Unknown } else { Verdict::NotConnected })
}

/// What a change did to health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Something recovered and nothing got worse.
    Better,
    /// A check is worse than before.
    Worse,
    /// Every check is as it was.
    Unchanged,
}

/// Health after a change beside health before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    /// What the change did.
    pub effect: Effect,
    /// The checks that are not as they should be now.
    pub failing: Vec<&'a Check>,
}

/// Compares by the checks' names; of several with one name the worst counts. A check that is gone could not be asked.
pub fn compare<'a>(before: &[Check], after: &'a [Check]) -> Comparison<'a> {
    let of = |checks: &[Check], name: &str| {
        checks.iter().filter(|check| check.name == name).map(|check| check.verdict).max()
    };
    let worse = after
        .iter()
        .any(|check| check.verdict > of(before, &check.name).unwrap_or(Verdict::NotConnected))
        || before.iter().any(|check| of(after, &check.name).is_none() && check.verdict < Verdict::Unknown);
    let better = before.iter().any(|check| of(after, &check.name).is_some_and(|now| now < check.verdict));
    Comparison {
        effect: match (worse, better) {
            (true, _) => Effect::Worse,
            (false, true) => Effect::Better,
            (false, false) => Effect::Unchanged,
        },
        failing: after.iter().filter(|check| check.verdict.wants_a_look()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, verdict: Verdict) -> Check {
        Check { name: name.into(), verdict, seen: Phrase::raw(""), latency: None }
    }

    #[test]
    fn a_part_that_is_not_connected_never_makes_the_whole_unhealthy() {
        use Verdict::{Degraded, Healthy, NotConnected, Unhealthy, Unknown};
        assert_eq!(whole([Healthy, NotConnected]), Healthy);
        assert_eq!(whole([NotConnected, Unhealthy, Degraded]), Unhealthy);
        assert_eq!(whole([NotConnected, NotConnected]), NotConnected);
        assert_eq!(whole([]), Unknown);
    }

    #[test]
    fn one_check_that_got_worse_outweighs_one_that_recovered() {
        let before = [check("ready", Verdict::Unhealthy), check("http", Verdict::Healthy)];
        let after = [check("ready", Verdict::Healthy), check("http", Verdict::Unhealthy)];
        let seen = compare(&before, &after);
        assert_eq!(seen.effect, Effect::Worse);
        assert_eq!(seen.failing, [&after[1]]);
        assert_eq!(compare(&before, &before).effect, Effect::Unchanged);
    }

    #[test]
    fn what_recovers_is_better_even_where_something_still_fails() {
        let before = [check("ready", Verdict::Unhealthy), check("http", Verdict::Unhealthy)];
        let after = [check("ready", Verdict::Healthy), check("http", Verdict::Unhealthy)];
        assert_eq!(compare(&before, &after).effect, Effect::Better);
    }

    #[test]
    fn a_check_that_vanished_could_not_be_asked_and_that_is_worse() {
        assert_eq!(compare(&[check("http", Verdict::Healthy)], &[]).effect, Effect::Worse);
        assert_eq!(compare(&[], &[check("http", Verdict::Healthy)]).effect, Effect::Unchanged);
    }
}
