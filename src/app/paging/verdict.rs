//! What a failed try means for the page: another one, when, or none.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::contact::Means;
use crate::ports::{PagerError, Purpose};
use crate::store::{FAIL_OVER, PageEnd};

/// The first pause between tries, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// How long it takes until a telephone company's list shows a call whose answer was lost.
const LOOK_UP: Duration = Duration::from_secs(2);
/// How long a test is tried, and news that need no answer.
const TEST: Duration = Duration::from_mins(10);
const NEWS: Duration = Duration::from_hours(1);

/// What a try was, as far as its failure matters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Try {
    pub means: Means,
    pub purpose: Purpose,
    /// Tries before this one.
    pub attempts: u32,
    /// When the first one was.
    pub began: Timestamp,
    pub now: Timestamp,
    /// From 0 to 255, by chance.
    pub chance: u8,
}

/// What follows from an error.
pub(super) fn of(error: &PagerError, tried: Try) -> PageEnd {
    let why = error.to_string();
    let spent = Duration::try_from(tried.now.duration_since(tried.began)).unwrap_or_default();
    let (wait, again) = match error {
        PagerError::Refused(_) | PagerError::Access(_) => return PageEnd::Failed(why),
        PagerError::RateLimited(wait) => (*wait + PAUSE.0.mul_f64(share(tried.chance)), false),
        PagerError::Down(_) => (backoff(tried), false),
        PagerError::Uncertain(_) if tried.means == Means::Voice => (LOOK_UP, true),
        PagerError::Uncertain(_) => (backoff(tried), true),
    };
    let patience = match tried.purpose {
        Purpose::Test => TEST,
        Purpose::Trigger => Duration::MAX,
        Purpose::Note | Purpose::Acknowledged | Purpose::Resolved => NEWS,
    };
    if spent.saturating_add(wait) > patience {
        return PageEnd::Failed(why);
    }
    let due = tried.now.checked_add(wait).unwrap_or(Timestamp::MAX);
    let told_to_wait = matches!(error, PagerError::RateLimited(_));
    PageEnd::Retry {
        due,
        why,
        again,
        hopeless: told_to_wait && spent < FAIL_OVER && spent + wait >= FAIL_OVER,
    }
}

/// Twice as long each time, from three quarters to five quarters of it.
fn backoff(tried: Try) -> Duration {
    let pause = PAUSE.0.saturating_mul(1 << tried.attempts.min(10)).min(PAUSE.1);
    pause.mul_f64(0.75 + share(tried.chance) / 2.0)
}

fn share(chance: u8) -> f64 {
    f64::from(chance) / 255.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(attempts: u32, spent: i64) -> Try {
        Try {
            means: Means::Ntfy,
            purpose: Purpose::Trigger,
            attempts,
            began: Timestamp::UNIX_EPOCH,
            now: Timestamp::from_second(spent).unwrap(),
            chance: 128,
        }
    }

    fn wait(error: &PagerError, tried: Try) -> (i64, bool, bool) {
        match of(error, tried) {
            PageEnd::Retry { due, again, hopeless, .. } => {
                (due.duration_since(tried.now).as_secs(), again, hopeless)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let down = PagerError::Down("x".into());
        let waits: Vec<i64> = (0..8).map(|n| wait(&down, tried(n, 0)).0).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert!(!wait(&down, tried(7, 600)).2, "after two minutes the next method is out already");
    }

    #[test]
    fn a_provider_that_wants_to_be_left_alone_is_and_the_next_method_need_not_wait() {
        assert_eq!(wait(&PagerError::RateLimited(Duration::from_secs(40)), tried(0, 0)), (40, false, false));
        assert_eq!(wait(&PagerError::RateLimited(Duration::from_secs(600)), tried(0, 0)), (600, false, true));
    }

    #[test]
    fn what_is_refused_is_not_tried_again() {
        assert!(matches!(of(&PagerError::Refused("x".into()), tried(0, 0)), PageEnd::Failed(_)));
        assert!(matches!(of(&PagerError::Access("x".into()), tried(0, 0)), PageEnd::Failed(_)));
    }

    #[test]
    fn news_and_tests_are_given_up_when_they_are_old() {
        let down = PagerError::Down("x".into());
        let test = Try { purpose: Purpose::Test, ..tried(9, 700) };
        assert!(matches!(of(&down, test), PageEnd::Failed(_)));
        assert!(matches!(of(&down, tried(9, 100_000)), PageEnd::Retry { .. }));
    }
}
