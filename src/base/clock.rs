//! Time, passed in: real, sped up (the demo), or moved by hand (the tests).

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Tells the time and waits. Cheap to clone; all clones agree.
#[derive(Clone)]
pub struct Clock(Arc<Source>);

enum Source {
    /// `start + elapsed × speed`; a speed of 1 is plain wall-clock time.
    Running {
        start: Timestamp,
        since: std::time::Instant,
        speed: u32,
    },
    Manual(watch::Sender<Hands>),
}

/// A manual clock: what it shows, and how much time has passed. Setting a clock moves the first only, as it does for a
/// real one: whoever sleeps goes by the second.
#[derive(Clone, Copy)]
struct Hands {
    now: Timestamp,
    passed: Duration,
}

/// The wait took longer than it was allowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no answer within {0:?}")]
pub struct TimedOut(pub Duration);

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self::running(1)
    }

    /// Starts at the present moment and runs `speed` times as fast (at least once).
    pub fn running(speed: u32) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one home of the real clock")]
        let (start, since) = (Timestamp::now(), std::time::Instant::now());
        Self(Arc::new(Source::Running { start, since, speed: speed.max(1) }))
    }

    /// Stands still at `start` until [`Clock::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        Self(Arc::new(Source::Manual(watch::Sender::new(Hands { now: start, passed: Duration::ZERO }))))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        match &*self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one home of the real clock")]
            Source::Running { speed: 1, .. } => Timestamp::now(),
            Source::Running { start, since, speed } => *start + since.elapsed().saturating_mul(*speed),
            Source::Manual(hands) => hands.borrow().now,
        }
    }

    /// Waits for `span` of this clock's time.
    pub async fn sleep(&self, span: Duration) {
        match &*self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one home of the real clock")]
            Source::Running { speed, .. } => tokio::time::sleep(span / *speed).await,
            Source::Manual(hands) => {
                let mut hands = hands.subscribe();
                let due = hands.borrow().passed + span;
                // An error means that the sender is gone; we hold it, so it cannot happen.
                let _ = hands.wait_for(|hands| hands.passed >= due).await;
            }
        }
    }

    /// Moves a manual clock on and wakes whoever's wait is over; a running clock ignores it.
    pub fn advance(&self, span: Duration) {
        if let Source::Manual(hands) = &*self.0 {
            hands.send_modify(|hands| {
                hands.now += span;
                hands.passed += span;
            });
        }
    }

    /// Sets a manual clock forward or back, as an operator or NTP sets the machine's: no time passes, and nobody's wait
    /// ends. A running clock ignores it.
    pub fn set(&self, by: SignedDuration) {
        if let Source::Manual(hands) = &*self.0 {
            hands.send_modify(|hands| hands.now += by);
        }
    }

    /// How far this clock moves while `span` of **real** time passes: by that much a promise that is kept in real time
    /// (a beat, a lease) is written down in this clock's time.
    pub fn stretch(&self, span: Duration) -> Duration {
        match &*self.0 {
            Source::Running { speed, .. } => span.saturating_mul(*speed),
            Source::Manual(_) => span,
        }
    }

    /// A stopwatch in real time, for latencies of real calls.
    pub fn stopwatch(&self) -> Stopwatch {
        #[expect(clippy::disallowed_methods, reason = "the one home of the real clock")]
        Stopwatch(std::time::Instant::now())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// Real time since it was made.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Real time since it was made.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// `work`, or [`TimedOut`] after `limit` of **real** time: calls to real servers are bounded in real time
/// even when the demo's clock runs fast.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, TimedOut> {
    tokio::time::timeout(limit, work).await.map_err(|_| TimedOut(limit))
}

/// Waits for `span` of **real** time: for what other processes judge by their own clocks (leases, back-off).
#[expect(clippy::disallowed_methods, reason = "the one home of the real clock")]
pub async fn pause(span: Duration) {
    tokio::time::sleep(span).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_sleepers_when_it_is_moved() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(60)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(60));
        sleeper.await.unwrap();
        assert_eq!(clock.now().as_second(), 60);
    }

    #[tokio::test]
    async fn setting_a_clock_wakes_nobody_and_keeps_nobody_asleep() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let mut sleeping = Box::pin(clock.sleep(Duration::from_secs(60)));
        assert!(futures_util::poll!(&mut sleeping).is_pending());
        clock.set(SignedDuration::from_hours(1));
        assert!(futures_util::poll!(&mut sleeping).is_pending());
        clock.set(SignedDuration::from_hours(-2));
        clock.advance(Duration::from_secs(60));
        sleeping.await;
        assert_eq!(clock.now().as_second(), 60 - 3_600);
    }

    #[test]
    fn a_fast_clock_stretches_what_is_promised_in_real_time() {
        let beat = Duration::from_secs(10);
        assert_eq!(Clock::system().stretch(beat), beat);
        assert_eq!(Clock::running(60).stretch(beat), Duration::from_mins(10));
    }
}
