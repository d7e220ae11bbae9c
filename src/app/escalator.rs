//! The escalator: does what is due in incidents, at the moment it is due. It sleeps until the next such moment, or until
//! an incident is written; a whole batch shares a transaction.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join;
use jiff::Timestamp;

use crate::app::incidents::Incidents;
use crate::base::Clock;
use crate::base::clock::{pause, within};
use crate::base::ids::{IncidentId, ServiceId};
use crate::domain::escalation::{self, Decision, Facts};
use crate::store::{StoreError, StoredIncident};

/// How many incidents share a transaction.
const BATCH: u32 = 256;
/// The longest sleep: another replica may have died meanwhile. Real time.
const ROUND: Duration = Duration::from_secs(1);
/// How often it is looked for incidents that nothing would wake.
const AUDIT: Duration = Duration::from_mins(1);
/// How long a look at a service may take.
const LOOK: Duration = Duration::from_secs(60);
/// How much faster rounds follow each other than a failing store is asked.
const FAILED: Duration = Duration::from_millis(250);

/// Incidents at which somebody is looking in a task of its own.
type Looked = Arc<Mutex<HashSet<IncidentId>>>;

/// Escalates until it is dropped; failures are logged, and the next round tries again.
pub async fn escalate(incidents: Incidents) {
    let looked = Looked::default();
    let rounds = async {
        loop {
            let done = round(&incidents, &looked).await;
            if done.is_ok() {
                incidents.tick();
            }
            match done {
                Ok(true) => {}
                Ok(false) => rest(&incidents, &looked).await,
                Err(error) => {
                    tracing::warn!(error = %error, "what is due in incidents could not be done; trying again");
                    pause(FAILED).await;
                }
            }
        }
    };
    let audits = async {
        loop {
            if let Err(error) = audit(&incidents).await {
                tracing::warn!(error = %error, "incidents could not be looked through");
            }
            let clock = &incidents.tools().clock;
            join(clock.sleep(AUDIT), pause(ROUND)).await;
        }
    };
    join(rounds, audits).await;
}

/// Does what is due now; whether there was anything.
async fn round(incidents: &Incidents, looked: &Looked) -> Result<bool, StoreError> {
    let tools = incidents.tools();
    let busy: HashSet<IncidentId> = looked.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let limit = BATCH + u32::try_from(busy.len()).unwrap_or(u32::MAX - BATCH);
    let due = tools.store.due_incidents(limit).await?;
    let now = tools.clock.now();
    let mut batch = Vec::new();
    let mut known: BTreeMap<(ServiceId, String), Facts> = BTreeMap::new();
    for stored in due.into_iter().filter(|stored| !busy.contains(&stored.incident.id)) {
        let facts = facts(incidents, &stored, now, &mut known).await?;
        if escalation::needs_a_look(&stored.incident, now) {
            look(incidents.clone(), looked.clone(), stored, facts, now);
            continue;
        }
        let decision = decide(incidents, &stored, &facts, now).await?;
        batch.push((stored.version, decision));
    }
    let any = !batch.is_empty();
    write(incidents, batch).await?;
    Ok(any)
}

/// What holds for an incident. Those of one service with one ladder share what does not depend on their alerts.
async fn facts(
    incidents: &Incidents,
    stored: &StoredIncident,
    now: Timestamp,
    known: &mut BTreeMap<(ServiceId, String), Facts>,
) -> Result<Facts, StoreError> {
    let incident = &stored.incident;
    if incident.alerts.total > 0 {
        return incidents.facts(incident, now).await;
    }
    let key = (incident.service.clone(), incident.policy.id.clone());
    if let Some(facts) = known.get(&key).filter(|facts| {
        incident.policy.targets().all(|target| facts.targets.contains_key(target) || !target.is_looked_up())
    }) {
        return Ok(facts.clone());
    }
    let facts = incidents.facts_for(&incident.policy, now).await?;
    known.insert(key, facts.clone());
    Ok(facts)
}

async fn decide(
    incidents: &Incidents,
    stored: &StoredIncident,
    facts: &Facts,
    now: Timestamp,
) -> Result<Decision, StoreError> {
    let incident = stored.incident.clone();
    if !incident.is_open() {
        // It would begin again; not if another one has taken its place.
        let store = &incidents.tools().store;
        let other = store.incident_for(&incident.service, &incident.grouping, Timestamp::MAX).await?;
        if other.is_some_and(|other| other.incident.id != incident.id) {
            return Ok(escalation::superseded(incident, now));
        }
    }
    Ok(escalation::advance(incident, facts, now))
}

/// Writes decisions together. Whoever was faster than us has moved the incident: the next round reads it again.
async fn write(incidents: &Incidents, batch: Vec<(u32, Decision)>) -> Result<(), StoreError> {
    if batch.is_empty() {
        return Ok(());
    }
    let changes = batch
        .iter()
        .map(|(version, decision)| incidents.prepared(Some(*version), decision, Vec::new()))
        .collect();
    let moved = incidents.store(changes).await?;
    for ((_, decision), moved) in batch.into_iter().zip(moved) {
        incidents.settle(&decision, moved, false);
    }
    Ok(())
}

/// Looks at a service before it is decided, in a task of its own: the others do not wait for that.
fn look(incidents: Incidents, looked: Looked, stored: StoredIncident, facts: Facts, now: Timestamp) {
    let id = stored.incident.id.clone();
    looked.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
    tokio::spawn(async move {
        let work = async {
            let facts = match within(LOOK, incidents.look(&stored, facts.clone(), now)).await {
                Ok(facts) => facts,
                Err(late) => {
                    let why = escalation::Fitness::Barred(late.to_string().into());
                    let heard = Some(escalation::Heard::Running);
                    Facts { fitness: Some(why), heard, healthy: Some(false), ..facts }
                }
            };
            let decision = decide(&incidents, &stored, &facts, now).await?;
            write(&incidents, vec![(stored.version, decision)]).await
        };
        if let Err(error) = work.await {
            tracing::warn!(incident.id = %id, error = %error, "an incident that was looked at could not be moved; it is looked at again");
            pause(FAILED).await;
        }
        looked.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        incidents.wake();
    });
}

/// Waits for the next moment at which something is due, or for news.
async fn rest(incidents: &Incidents, looked: &Looked) {
    let tools = incidents.tools();
    let busy: HashSet<IncidentId> = looked.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let limit = 1 + u32::try_from(busy.len()).unwrap_or(u32::MAX - 1);
    let next = match tools.store.next_dues(limit).await {
        Ok(dues) => dues.into_iter().find(|(id, _)| !busy.contains(id)).map(|(_, at)| at),
        Err(error) => {
            tracing::warn!(error = %error, "it cannot be read what is due next");
            None
        }
    };
    tokio::select! {
        () = incidents.moved() => {}
        () = pause(ROUND) => {}
        () = until(&tools.clock, next) => {}
    }
}

async fn until(clock: &Clock, next: Option<Timestamp>) {
    match next {
        Some(at) => clock.sleep(Duration::try_from(at.duration_since(clock.now())).unwrap_or_default()).await,
        None => std::future::pending().await,
    }
}

/// An open incident that nothing would ever wake is our mistake: it is woken, and that is said aloud.
async fn audit(incidents: &Incidents) -> Result<(), StoreError> {
    let now = incidents.tools().clock.now();
    let sleeping = incidents.tools().store.sleeping_incidents().await?;
    let mended = sleeping.into_iter().filter_map(|stored| {
        let decision = escalation::mend(&stored.incident, now)?;
        tracing::error!(incident.id = %stored.incident.id, "an open incident had nothing that would ever wake it");
        Some((stored.version, decision))
    });
    write(incidents, mended.collect()).await
}
