//! What the watch remembers of each rule, and what it has told of it: a signal is a wish that is told until it is heard.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::alert::Signal;
use crate::domain::watch::State;
use crate::store::{Store, StoreError};

/// What still fires is told again this often, so that nobody takes it for stale.
const AGAIN: Duration = Duration::from_mins(5);

/// What is remembered of one rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// Where it stands.
    pub state: State,
    /// What was told and not taken back, by the signal's key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<String, Told>,
}

/// A signal that was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The signal.
    pub signal: Signal,
    /// When it was told last.
    pub at: Timestamp,
}

impl Watched {
    /// What has to be told, so that exactly `wishes` are known to fire.
    pub fn untold(&self, wishes: &[Signal], now: Timestamp) -> Vec<Signal> {
        let due = |wish: &&Signal| {
            self.told.get(&wish.key).is_none_or(|told| {
                told.at + AGAIN <= now || told.at > now || told.signal.severity != wish.severity
            })
        };
        let over = self.told.values().filter(|told| wishes.iter().all(|wish| wish.key != told.signal.key));
        let ends = over.map(|told| Signal { firing: false, ended: Some(now), ..told.signal.clone() });
        wishes.iter().filter(due).cloned().chain(ends).collect()
    }

    /// These were heard.
    pub fn heard(&mut self, signals: &[Signal], now: Timestamp) {
        for signal in signals {
            if signal.firing {
                self.told.insert(signal.key.clone(), Told { signal: signal.clone(), at: now });
            } else {
                self.told.remove(&signal.key);
            }
        }
    }

    /// Whether there is nothing to remember.
    fn is_plain(&self) -> bool {
        *self == Self { state: State { value: self.state.value, ..State::default() }, ..Self::default() }
    }
}

/// All rules, as remembered here and as kept in the store.
#[derive(Debug, Default)]
pub struct Memory {
    /// By rule.
    pub rules: BTreeMap<String, Watched>,
    /// What the store has, by rule.
    kept: BTreeMap<String, String>,
}

impl Memory {
    /// What the store remembers. A row of another version is forgotten: its rule begins anew.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let mut memory = Self::default();
        for (id, content) in store.watch_states().await? {
            match serde_json::from_str::<Watched>(&content) {
                Ok(watched) => {
                    memory.rules.insert(id.clone(), watched);
                }
                Err(error) => {
                    tracing::warn!(rule = id, error = %error, "what was remembered of a rule is not understood")
                }
            }
            memory.kept.insert(id, content);
        }
        Ok(memory)
    }

    /// Keeps what has changed; a rule without anything to remember takes no row.
    ///
    /// # Errors
    /// When the store does not answer; the next time it is tried again.
    pub async fn save(&mut self, store: &Store) -> Result<(), StoreError> {
        let mut wanted: BTreeMap<String, String> = BTreeMap::new();
        for (id, watched) in self.rules.iter().filter(|(_, watched)| !watched.is_plain()) {
            // Plain data: it always serialises.
            wanted.insert(id.clone(), serde_json::to_string(watched).unwrap_or_default());
        }
        let changed = wanted.iter().filter(|(id, content)| self.kept.get(*id) != Some(content));
        let changed = changed.map(|(id, content)| (id.clone(), Some(content.clone())));
        let gone = self.kept.keys().filter(|id| !wanted.contains_key(*id)).map(|id| (id.clone(), None));
        store.save_watch(changed.chain(gone).collect()).await?;
        self.kept = wanted;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::AlertSeverity;

    fn signal(key: &str) -> Signal {
        Signal {
            key: key.into(),
            firing: true,
            severity: AlertSeverity::Critical,
            unknown_severity: None,
            service: None,
            environment: None,
            headline: "x".into(),
            detail: String::new(),
            labels: BTreeMap::new(),
            link: None,
            started: Timestamp::UNIX_EPOCH,
            ended: None,
        }
    }

    #[test]
    fn a_wish_is_told_until_it_is_heard_and_again_after_a_while() {
        let (mut watched, mut now) = (Watched::default(), Timestamp::UNIX_EPOCH);
        let wishes = [signal("a")];
        assert_eq!(watched.untold(&wishes, now).len(), 1);
        assert_eq!(watched.untold(&wishes, now).len(), 1, "nobody heard it");
        watched.heard(&wishes, now);
        assert_eq!(watched.untold(&wishes, now), []);
        now += AGAIN;
        assert_eq!(watched.untold(&wishes, now).len(), 1);
    }

    #[test]
    fn what_is_over_is_taken_back_once() {
        let (mut watched, now) = (Watched::default(), Timestamp::UNIX_EPOCH);
        watched.heard(&[signal("a")], now);
        let ends = watched.untold(&[], now);
        assert_eq!((ends.len(), ends[0].firing, ends[0].ended), (1, false, Some(now)));
        watched.heard(&ends, now);
        assert!(watched.untold(&[], now).is_empty() && watched.is_plain());
    }
}
