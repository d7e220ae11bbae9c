//! How many alerts a second are taken of one source: a bucket each, full at first.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// The buckets of all sources.
#[derive(Debug)]
pub(super) struct Rates {
    limit: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Rates {
    /// So many a second, and as many at once after a quiet second.
    pub fn new(limit: u32) -> Self {
        Self { limit: f64::from(limit.max(1)), buckets: Mutex::default() }
    }

    /// Whether so many more may come in. A full bucket takes a request of any size and is in debt for it afterwards: a
    /// request that is larger than the bucket must not be refused for ever.
    pub fn admits(&self, source: &str, alerts: usize, now: Timestamp) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if !buckets.contains_key(source) {
            buckets.insert(source.to_owned(), Bucket { left: self.limit, at: now });
        }
        let Some(bucket) = buckets.get_mut(source) else { return true };
        let passed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.left = (bucket.left + passed * self.limit).min(self.limit);
        bucket.at = now;
        let wanted = f64::from(u32::try_from(alerts).unwrap_or(u32::MAX));
        if bucket.left < wanted.min(self.limit) {
            return false;
        }
        bucket.left -= wanted;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_past_its_limit_is_refused_until_a_while_has_passed() {
        let rates = Rates::new(100);
        let at = |millis: i64| Timestamp::from_millisecond(1_000_000 + millis).unwrap();
        assert!(rates.admits("one", 60, at(0)));
        assert!(!rates.admits("one", 60, at(0)));
        assert!(rates.admits("two", 60, at(0)), "sources do not share a bucket");
        assert!(rates.admits("one", 60, at(200)));
        assert!(!rates.admits("one", 250, at(300)));
        assert!(rates.admits("one", 250, at(2_000)), "a large one passes when the bucket is full");
        assert!(!rates.admits("one", 1, at(3_000)), "and is paid for");
        assert!(rates.admits("one", 1, at(4_000)));
        assert!(rates.admits("one", 1, at(0)), "a clock that goes back harms nobody");
    }
}
