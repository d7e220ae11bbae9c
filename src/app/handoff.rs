//! Hand-offs: once a minute it is looked at who is on call and who was told so last. Where these differ, the groups
//! that follow the schedule are brought up to date, and whoever keeps incidents hears of it. One replica does it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::app::company::Company;
use crate::app::roster::Roster;
use crate::base::Clock;
use crate::base::clock::{Stopwatch, pause};
use crate::base::ids::PersonId;
use crate::config::Mirror;
use crate::domain::person::Door;
use crate::domain::schedule::Schedule;
use crate::ports::{ChatError, GroupSync};
use crate::store::{Handed, Store, StoreError};

/// How often it is looked, in the clock's time, but never more often than once a second.
const ROUND: Duration = Duration::from_mins(1);
const LEAST: Duration = Duration::from_secs(1);
/// Longer than a round takes; a replica that dies in it holds up the next one for so long.
const LEASE: Duration = Duration::from_secs(90);
/// How often a group that nobody is known to have changed is looked at again, in real time.
const DRIFT: Duration = Duration::from_mins(15);
const NAME: &str = "handoff";

/// Others are on call now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// The same however often it is told: `handoff/primary/7`.
    pub id: String,
    /// The schedule.
    pub schedule: String,
    /// Who was on call.
    pub before: Vec<PersonId>,
    /// Who is.
    pub now: Vec<PersonId>,
}

/// Whoever has to know that others are on call.
#[async_trait]
pub trait HandOff: Send + Sync {
    /// Tells the new shift of what the old one leaves open. It is told again, by the same id, if it fails or this
    /// process ends meanwhile.
    async fn handed_over(&self, event: &HandedOver) -> Result<(), StoreError>;
}

/// Groups as they were made last, and when.
type Made = BTreeMap<(Door, String), (Vec<String>, Stopwatch)>;

/// Looks after hand-offs.
pub struct Hands {
    roster: Roster,
    company: Arc<Company>,
    store: Store,
    clock: Clock,
    mirrors: BTreeMap<String, Mirror>,
    groups: Vec<Arc<dyn GroupSync>>,
    told: Vec<Arc<dyn HandOff>>,
    /// The groups as they were made last.
    made: Mutex<Made>,
}

impl Hands {
    /// By these schedules; `groups` are the platforms that have some, `told` whoever has to know.
    pub fn new(
        roster: Roster,
        company: Arc<Company>,
        store: Store,
        clock: Clock,
        mirrors: BTreeMap<String, Mirror>,
        groups: Vec<Arc<dyn GroupSync>>,
        told: Vec<Arc<dyn HandOff>>,
    ) -> Self {
        Self { roster, company, store, clock, mirrors, groups, told, made: Mutex::default() }
    }

    /// Looks, again and again, until it is dropped.
    pub async fn keep(&self) {
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!(error = %error, "hand-offs could not be looked after; the next round tries again");
            }
            futures_util::future::join(self.clock.sleep(ROUND), pause(LEAST)).await;
        }
    }

    /// One look at all schedules; none, while another replica looks.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn round(&self) -> Result<(), StoreError> {
        let Some(token) = self.store.lease(NAME, LEASE).await? else { return Ok(()) };
        let mut end = Ok(());
        for schedule in self.roster.schedules() {
            // One schedule's trouble is not another's.
            if let Err(error) = self.look(schedule).await {
                end = Err(error);
            }
        }
        self.store.release(NAME, token).await?;
        end
    }

    async fn look(&self, schedule: &Schedule) -> Result<(), StoreError> {
        let people = self.roster.on_call(&schedule.id, self.clock.now()).await?;
        self.sync(&schedule.id, &people).await;
        let last = self.store.handed(&schedule.id).await?;
        let next = Handed { version: last.as_ref().map_or(1, |last| last.version + 1), people };
        match last {
            Some(last) if last.people == next.people => return Ok(()),
            Some(last) => {
                let event = HandedOver {
                    id: format!("{NAME}/{}/{}", schedule.id, next.version),
                    schedule: schedule.id.clone(),
                    before: last.people,
                    now: next.people.clone(),
                };
                for told in &self.told {
                    told.handed_over(&event).await?;
                }
                tracing::info!(schedule.id = schedule.id, people = ?event.now, "others are on call now");
            }
            // Nobody has anything to hand over when it is looked at for the first time.
            None => {}
        }
        self.store.hand_over(&schedule.id, &next).await.map(drop)
    }

    /// Brings the groups of a schedule up to date. A group is never emptied: when nobody is on call it keeps those who
    /// were. What fails is tried again in the next round.
    async fn sync(&self, schedule: &str, people: &[PersonId]) {
        let Some(mirror) = self.mirrors.get(schedule) else { return };
        for groups in &self.groups {
            let door = groups.door();
            let Some(group) = mirror.groups.get(&door) else { continue };
            let mut users: Vec<String> = people
                .iter()
                .filter_map(|person| self.company.person(person)?.identities.get(&door).cloned())
                .collect();
            users.sort();
            let place = (door, group.clone());
            if users.is_empty() || self.is_made(&place, &users) {
                continue;
            }
            match bring(groups.as_ref(), group, &users).await {
                Ok(changed) => {
                    if changed {
                        tracing::info!(
                            schedule.id = schedule,
                            group.id = group,
                            "a group follows the schedule"
                        );
                    }
                    self.made().insert(place, (users, self.clock.stopwatch()));
                }
                Err(error) => {
                    self.made().remove(&place);
                    tracing::warn!(schedule.id = schedule, group.id = group, error = %error, "a group could not follow the schedule");
                }
            }
        }
    }

    fn is_made(&self, place: &(Door, String), users: &[String]) -> bool {
        self.made().get(place).is_some_and(|(made, at)| made == users && at.elapsed() < DRIFT)
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a group only if it differs; whether it did. `users` are sorted.
async fn bring(groups: &dyn GroupSync, group: &str, users: &[String]) -> Result<bool, ChatError> {
    let mut members = groups.members(group).await?;
    members.sort();
    if members == users {
        return Ok(false);
    }
    groups.set_members(group, users).await?;
    Ok(true)
}
