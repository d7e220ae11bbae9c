//! The entries, oldest first, never more than fit in a few megabytes.

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;

use super::entry::Entry;

/// At most so many entries are kept.
pub const MOST: usize = 20_000;

/// The entries.
#[derive(Debug, Default)]
pub struct Shelf {
    entries: VecDeque<Arc<Entry>>,
    written: u64,
}

impl Shelf {
    /// Adds an entry, which gets its number here. It goes last whatever its time; times go backwards nowhere.
    pub fn add(&mut self, mut entry: Entry) -> Arc<Entry> {
        if self.entries.len() >= MOST {
            self.thin();
        }
        self.written += 1;
        entry.number = self.written;
        entry.at = self.entries.back().map_or(entry.at, |last| entry.at.max(last.at));
        let entry = Arc::new(entry);
        self.entries.push_back(entry.clone());
        entry
    }

    /// The entries from `from` to `to`, both inclusive, oldest first.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        let start = self.entries.partition_point(|entry| entry.at < from);
        let end = self.entries.partition_point(|entry| entry.at <= to);
        self.entries.range(start..end.max(start))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets every second ordinary line of the older half, so that long ago stays visible, only less densely;
    /// and the oldest, where that gains too little.
    fn thin(&mut self) {
        let (half, mut index, mut odd) = (self.entries.len() / 2, 0, false);
        self.entries.retain(|entry| {
            index += 1;
            odd ^= entry.severity < 400;
            index > half || entry.severity >= 400 || odd
        });
        if self.entries.len() > MOST - MOST / 16 {
            self.entries.drain(..MOST / 16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::samples::text;
    use super::*;

    #[test]
    fn it_never_grows_past_its_limit_and_keeps_old_errors() {
        let mut shelf = Shelf::default();
        shelf.add(text("ERROR", "first"));
        for _ in 0..MOST * 2 {
            shelf.add(text("INFO", "x"));
            assert!(shelf.len() <= MOST);
        }
        let first = shelf.between(Timestamp::MIN, Timestamp::MAX).next().unwrap();
        assert_eq!(first.severity, 500);
    }
}
