//! How fast a channel may be spoken to: a few messages at once, then one after each `slack.pace`
//! (Slack's rule for `chat.postMessage` is one a second; others allow more).

use std::time::Duration;

use jiff::Timestamp;

/// Messages that may go at once after a silence.
const BURST: u32 = 4;

/// A bucket of permissions to speak; pure, the worker waits.
#[derive(Debug, Clone)]
pub struct Pace {
    /// One more permission after each of these.
    refill: Duration,
    left: u32,
    /// When the last permission came in.
    since: Timestamp,
}

impl Pace {
    /// Full.
    pub fn new(refill: Duration, now: Timestamp) -> Self {
        Self { refill: refill.max(Duration::from_millis(1)), left: BURST, since: now }
    }

    /// Takes one permission, or says how long to wait for the next.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        // A clock that was set back must not silence the channel until it has caught up.
        self.since = self.since.min(now);
        let passed = Duration::try_from(now.duration_since(self.since)).unwrap_or_default();
        let gained = u32::try_from(passed.as_millis() / self.refill.as_millis()).unwrap_or(BURST).min(BURST);
        self.left = (self.left + gained).min(BURST);
        if self.left == BURST {
            self.since = now;
        } else {
            self.since += self.refill * gained;
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.refill.saturating_sub(passed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_a_second() {
        let start = Timestamp::UNIX_EPOCH;
        let mut pace = Pace::new(Duration::from_secs(1), start);
        for _ in 0..BURST {
            assert_eq!(pace.take(start), Ok(()));
        }
        assert!(pace.take(start).is_err());
        assert_eq!(pace.take(start + Duration::from_secs(1)), Ok(()));
        assert!(pace.take(start + Duration::from_millis(1_500)).is_err());
        assert_eq!(pace.take(start + Duration::from_secs(60)), Ok(()));
    }

    #[test]
    fn a_clock_that_is_set_back_silences_nobody() {
        let (noon, refill) = (Timestamp::UNIX_EPOCH + Duration::from_hours(12), Duration::from_secs(1));
        let mut pace = Pace::new(refill, noon);
        while pace.take(noon).is_ok() {}
        let set_back = noon - Duration::from_hours(1);
        assert_eq!(pace.take(set_back), Err(refill));
        assert_eq!(pace.take(set_back + refill), Ok(()));
    }
}
