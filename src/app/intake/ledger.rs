//! What each source has sent since this process began, and what of it could not be taken.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// How long trouble with a source is shown.
const SHOWN: Duration = Duration::from_hours(24);

/// The accounts of all sources.
#[derive(Debug)]
pub struct Ledger {
    began: Timestamp,
    accounts: Mutex<BTreeMap<String, Account>>,
}

/// One source's account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Requests that were taken.
    pub requests: u64,
    /// Alerts that were taken.
    pub alerts: u64,
    /// Requests that were refused although they were good: the store could not write, or there were too many.
    pub refused: u64,
    /// Requests of which nothing could be taken.
    pub malformed: u64,
    /// Parts of good requests that could not be understood.
    pub faulty: u64,
    /// When the source was heard last.
    pub heard: Option<Timestamp>,
    /// The last trouble and when it was.
    pub trouble: Option<(Timestamp, String)>,
}

impl Ledger {
    /// An empty one.
    pub fn new(began: Timestamp) -> Self {
        Self { began, accounts: Mutex::default() }
    }

    /// Since when it counts.
    pub fn began(&self) -> Timestamp {
        self.began
    }

    /// The account of a source.
    pub fn account(&self, source: &str) -> Account {
        self.locked().get(source).cloned().unwrap_or_default()
    }

    /// Sources with trouble in the last 24 hours, by name.
    pub fn troubled(&self, now: Timestamp) -> Vec<(String, Account)> {
        let recent = |account: &Account| account.trouble.as_ref().is_some_and(|(at, _)| *at + SHOWN > now);
        self.locked()
            .iter()
            .filter(|(_, account)| recent(account))
            .map(|(source, account)| (source.clone(), account.clone()))
            .collect()
    }

    pub(super) fn taken(&self, source: &str, now: Timestamp, alerts: usize, faulty: &[String]) {
        self.change(source, now, faulty.first(), |account| {
            account.requests += 1;
            account.alerts += alerts as u64;
            account.faulty += faulty.len() as u64;
        });
        if let Some(first) = faulty.first() {
            tracing::warn!(
                source.id = source,
                source.faulty = faulty.len(),
                why = first,
                "parts of an alert request could not be understood"
            );
        }
    }

    pub(super) fn refused(&self, source: &str, now: Timestamp, why: &str) {
        let why = why.to_owned();
        self.change(source, now, Some(&why), |account| account.refused += 1);
    }

    pub(super) fn malformed(&self, source: &str, now: Timestamp, why: &str) {
        tracing::warn!(source.id = source, why, "an alert request could not be taken");
        let why = why.to_owned();
        self.change(source, now, Some(&why), |account| account.malformed += 1);
    }

    fn change(
        &self,
        source: &str,
        now: Timestamp,
        trouble: Option<&String>,
        change: impl FnOnce(&mut Account),
    ) {
        let mut accounts = self.locked();
        if !accounts.contains_key(source) {
            accounts.insert(source.to_owned(), Account::default());
        }
        if let Some(account) = accounts.get_mut(source) {
            account.heard = Some(now);
            if let Some(why) = trouble {
                account.trouble = Some((now, why.chars().take(200).collect()));
            }
            change(account);
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
