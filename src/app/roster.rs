//! The roster: who is on call, and how they are reached. Schedules and ladders are the config's; the overrides that
//! people wrote are read from the store, at most once a second.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::base::Clock;
use crate::base::clock::{Stopwatch, within};
use crate::base::ids::{PersonId, ServiceId};
use crate::config::shape::ladder::Policy;
use crate::config::shape::people::Group;
use crate::config::{Config, Duty, Reach};
use crate::domain::alert::AlertSeverity;
use crate::domain::schedule::{Gap, Line, Override, Schedule, Shift};
use crate::store::{Store, StoreError, StoredOverride};

/// How old what was read may be, in real time.
const FRESH: Duration = Duration::from_secs(1);
/// How long reading may take: whoever asks is about to page somebody.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long an override is looked at after its end: as far back as the calendar goes.
const BACK: Duration = Duration::from_hours(40 * 24);

/// Who is on call. Cheap to clone; all clones share what was read.
#[derive(Clone)]
pub struct Roster(Arc<Inner>);

struct Inner {
    schedules: BTreeMap<String, Schedule>,
    policies: BTreeMap<String, Policy>,
    groups: BTreeMap<String, Group>,
    duties: BTreeMap<ServiceId, Duty>,
    reach: BTreeMap<PersonId, Reach>,
    store: Store,
    clock: Clock,
    read: Mutex<Option<Read>>,
    /// Held by whoever reads.
    reading: tokio::sync::Mutex<()>,
}

/// What was read last.
struct Read {
    /// When; nothing if it is known to be old.
    since: Option<Stopwatch>,
    written: Result<Arc<Vec<StoredOverride>>, StoreError>,
}

impl std::fmt::Debug for Roster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Roster").field(&self.0.schedules.keys()).finish()
    }
}

impl Roster {
    /// The config's schedules, with overrides from `store`.
    pub fn new(config: &Config, store: Store, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            schedules: config.schedules.clone(),
            policies: config.policies.clone(),
            groups: config.groups.clone(),
            duties: config.duties.clone(),
            reach: config.reach.clone(),
            store,
            clock,
            read: Mutex::new(None),
            reading: tokio::sync::Mutex::new(()),
        }))
    }

    /// Who is on call for a schedule at a moment, in the order of its rotations; nobody, for a schedule that there is
    /// none of any more.
    ///
    /// # Errors
    /// When the store does not answer and nothing was read of it before.
    pub async fn on_call(&self, schedule: &str, at: Timestamp) -> Result<Vec<PersonId>, StoreError> {
        self.drawn(schedule, |line| line.on_call(at)).await
    }

    /// The shifts that touch a stretch of time, whole.
    ///
    /// # Errors
    /// As [`Roster::on_call`].
    pub async fn shifts(
        &self,
        schedule: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Shift>, StoreError> {
        self.drawn(schedule, |line| line.shifts(from, to)).await
    }

    /// When nobody is on call.
    ///
    /// # Errors
    /// As [`Roster::on_call`].
    pub async fn gaps(&self, schedule: &str, from: Timestamp, to: Timestamp) -> Result<Vec<Gap>, StoreError> {
        self.drawn(schedule, |line| line.gaps(from, to)).await
    }

    /// When others will be on call than at a moment.
    ///
    /// # Errors
    /// As [`Roster::on_call`].
    pub async fn next_handoff(&self, schedule: &str, at: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.drawn(schedule, |line| line.next_handoff(at)).await
    }

    /// Whom a service's ladder reaches first: the people of the first step that tells anybody. Nobody without a ladder.
    ///
    /// # Errors
    /// As [`Roster::on_call`].
    pub async fn for_service(&self, service: &ServiceId, at: Timestamp) -> Result<Vec<PersonId>, StoreError> {
        let Some(policy) = self.policy_of(service) else { return Ok(Vec::new()) };
        for step in &policy.step {
            let people = self.people_of_all(&step.notify, at).await?;
            if !people.is_empty() {
                return Ok(people);
            }
        }
        Ok(Vec::new())
    }

    /// The people behind a target of a policy: `person:ID`, `schedule:ID`, `group:ID`. A channel has none.
    ///
    /// # Errors
    /// As [`Roster::on_call`].
    pub async fn people_of(&self, target: &str, at: Timestamp) -> Result<Vec<PersonId>, StoreError> {
        match target.split_once(':') {
            Some(("person", id)) => Ok(vec![PersonId::from(id)]),
            Some(("schedule", id)) => self.on_call(id, at).await,
            Some(("group", id)) => Ok(self.members(id)),
            _ => Ok(Vec::new()),
        }
    }

    /// The people behind several targets, nobody twice.
    ///
    /// # Errors
    /// As [`Roster::on_call`].
    pub async fn people_of_all(
        &self,
        targets: &[String],
        at: Timestamp,
    ) -> Result<Vec<PersonId>, StoreError> {
        let mut people = Vec::new();
        for target in targets {
            for person in self.people_of(target, at).await? {
                if !people.contains(&person) {
                    people.push(person);
                }
            }
        }
        Ok(people)
    }

    /// The people of a group and of the groups in it. `*` is everybody who is not external.
    pub fn members(&self, group: &str) -> Vec<PersonId> {
        let mut people = Vec::new();
        let (mut seen, mut open) = (BTreeSet::new(), vec![group]);
        while let Some(id) = open.pop() {
            let Some(group) = self.0.groups.get(id).filter(|_| seen.insert(id)) else { continue };
            for person in &group.people {
                if person == "*" {
                    let inside = self.0.reach.iter().filter(|(_, reach)| !reach.external);
                    people.extend(inside.map(|(person, _)| person.clone()));
                } else {
                    people.push(PersonId::from(person.as_str()));
                }
            }
            open.extend(group.groups.iter().rev().map(String::as_str));
        }
        let mut known = BTreeSet::new();
        people.retain(|person| known.insert(person.clone()));
        people
    }

    /// The schedules, by their ids.
    pub fn schedules(&self) -> impl Iterator<Item = &Schedule> {
        self.0.schedules.values()
    }

    /// The schedule of that id.
    pub fn schedule(&self, id: &str) -> Option<&Schedule> {
        self.0.schedules.get(id)
    }

    /// The ladder that a service's incidents climb.
    pub fn policy_of(&self, service: &ServiceId) -> Option<&Policy> {
        self.0.policies.get(self.0.duties.get(service)?.policy.as_ref()?)
    }

    /// What else is known of a service.
    pub fn duty(&self, service: &ServiceId) -> Option<&Duty> {
        self.0.duties.get(service)
    }

    /// How a person is reached.
    pub fn reach(&self, person: &PersonId) -> Option<&Reach> {
        self.0.reach.get(person)
    }

    /// In how many ways that do not fail together somebody can be paged at night.
    pub fn carriers(&self, person: &PersonId) -> usize {
        let ways = self.reach(person).map(|reach| reach.ways.as_slice()).unwrap_or_default();
        let wakes = ways
            .iter()
            .filter(|way| way.severity.is_empty() || way.severity.contains(&AlertSeverity::Critical));
        wakes.map(|way| way.by.carrier()).collect::<BTreeSet<_>>().len()
    }

    /// The overrides of a schedule that still hold or will, by their beginnings.
    ///
    /// # Errors
    /// As [`Roster::on_call`].
    pub async fn overrides(&self, schedule: &str, now: Timestamp) -> Result<Vec<Override>, StoreError> {
        let all = self.written().await?;
        let mut overrides: Vec<Override> = of(&all, schedule).filter(|over| over.to > now).cloned().collect();
        overrides.sort_by_key(|over| over.from);
        Ok(overrides)
    }

    /// Lets `look` see the line of a schedule; what nothing is for one that there is none of.
    ///
    /// # Errors
    /// As [`Roster::on_call`].
    pub async fn drawn<T: Default>(
        &self,
        schedule: &str,
        look: impl FnOnce(&Line<'_>) -> T,
    ) -> Result<T, StoreError> {
        let Some(found) = self.0.schedules.get(schedule) else { return Ok(T::default()) };
        let written = self.written().await?;
        Ok(look(&found.line(of(&written, schedule))))
    }

    /// Reads the overrides anew when somebody asks next: this replica has changed them.
    pub fn forget(&self) {
        if let Some(read) = &mut *self.read() {
            read.since = None;
        }
    }

    /// The overrides that people wrote. While the store is away those that were read last count: somebody must be
    /// paged, and it is most likely still the right person.
    async fn written(&self) -> Result<Arc<Vec<StoredOverride>>, StoreError> {
        if let Some(known) = self.known() {
            return known;
        }
        // One reads, and all who ask meanwhile have the same.
        let _reading = self.0.reading.lock().await;
        if let Some(known) = self.known() {
            return known;
        }
        let since = self.0.clock.stopwatch();
        let after = self.0.clock.now().checked_sub(BACK).unwrap_or(Timestamp::MIN);
        let found = within(PATIENCE, self.0.store.overrides_after(after)).await;
        let found = found.unwrap_or_else(|late| Err(StoreError::Away(late.to_string())));
        let mut read = self.read();
        let before = read.take().and_then(|read| read.written.ok());
        let written = match (found, before) {
            (Ok(written), _) => Ok(Arc::new(written)),
            (Err(error), Some(written)) => {
                tracing::warn!(error = %error, "overrides could not be read; those read before count");
                Ok(written)
            }
            (Err(error), None) => Err(error),
        };
        *read = Some(Read { since: Some(since), written: written.clone() });
        written
    }

    /// What was read, or why not, if that is not too long ago.
    fn known(&self) -> Option<Result<Arc<Vec<StoredOverride>>, StoreError>> {
        let read = self.read();
        let read = read.as_ref().filter(|read| read.since.is_some_and(|since| since.elapsed() < FRESH))?;
        Some(read.written.clone())
    }

    fn read(&self) -> MutexGuard<'_, Option<Read>> {
        self.0.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of<'a>(written: &'a [StoredOverride], schedule: &str) -> impl Iterator<Item = &'a Override> {
    written.iter().filter(move |over| over.schedule == schedule).map(|over| &over.shift)
}
