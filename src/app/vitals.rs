//! Toban's own vital signs: what it measures of itself, under the names that `docs/alerts.yml` watches.

use std::convert::Infallible;
use std::time::Duration;

use crate::base::clock::pause;
use crate::base::meter::{Counter, Gauge, Histogram, Meters};
use crate::store::Store;

/// How often the lags are measured.
const EVERY: Duration = Duration::from_secs(5);

/// The classes of how long a page takes from when it is due.
const PAGE_SECONDS: &[f64] = &[0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];

/// The meters, one each. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Vitals {
    /// All of them, for `/metrics`.
    pub meters: Meters,
    /// Commands that were answered, by door and by how that ended (`answered`, `planned`, `refused`, `failed`, …).
    pub commands: Counter,
    /// Requests to the web server, by method and status.
    pub requests: Counter,
    /// Pages, by means and by how that ended (`sent`, `failed`, `unknown`, …).
    pub pages: Counter,
    /// From when a page was due until a provider took it.
    pub page_seconds: Histogram,
    /// How late the oldest work is that is due: wakes and steps of incidents.
    pub wake_lag: Gauge,
    /// How late the oldest message is that is to be sent: pages and posts.
    pub outbox_lag: Gauge,
    /// Rounds of the watch rules, by how they ended (`done`, `failed`).
    pub watch_rounds: Counter,
    /// Outbound heartbeats, by how they ended (`sent`, `failed`, `held` because something is not well).
    pub heartbeats: Counter,
}

impl Default for Vitals {
    fn default() -> Self {
        Self::new(Meters::default())
    }
}

impl Vitals {
    /// The meters, registered.
    pub fn new(meters: Meters) -> Self {
        Self {
            commands: meters.counter(
                "toban_commands_total",
                "Commands answered, by door and outcome.",
                &["door", "outcome"],
            ),
            requests: meters.counter(
                "toban_http_requests_total",
                "Requests to the web server, by method and status.",
                &["method", "status"],
            ),
            pages: meters.counter("toban_pages_total", "Pages, by means and outcome.", &["means", "outcome"]),
            page_seconds: meters.histogram(
                "toban_page_seconds",
                "Seconds from when a page was due until a provider took it.",
                PAGE_SECONDS,
            ),
            wake_lag: meters.gauge(
                "toban_wake_lag_seconds",
                "How late the oldest due work is: wakes and steps of incidents.",
            ),
            outbox_lag: meters
                .gauge("toban_outbox_lag_seconds", "How late the oldest due message is: pages and posts."),
            watch_rounds: meters.counter(
                "toban_watch_rounds_total",
                "Rounds of the watch rules, by outcome.",
                &["outcome"],
            ),
            heartbeats: meters.counter(
                "toban_heartbeats_total",
                "Outbound heartbeats, by outcome.",
                &["outcome"],
            ),
            meters,
        }
    }

    /// Measures the lags until it is dropped. While the store does not answer they are not known.
    pub async fn measure(self, store: Store) -> Infallible {
        loop {
            self.look(&store).await;
            pause(EVERY).await;
        }
    }

    /// Measures the lags once.
    pub async fn look(&self, store: &Store) {
        match store.lags().await {
            Ok((wakes, outbox)) => {
                self.wake_lag.set(seconds(wakes));
                self.outbox_lag.set(seconds(outbox));
            }
            // The store's own keeper says so in the log.
            Err(_) => {
                self.wake_lag.unset();
                self.outbox_lag.unset();
            }
        }
    }
}

/// Milliseconds as seconds.
fn seconds(millis: i64) -> f64 {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default()).as_secs_f64()
}
