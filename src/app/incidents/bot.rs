//! Toban's own hands and eyes: it looks whether a ladder's command is right, and runs it as a message of its own.

use std::sync::OnceLock;

use async_trait::async_trait;
use futures_util::future::join_all;

use super::act::Actions;
use super::thread::root_of;
use crate::app::automatic;
use crate::app::desk::Desk;
use crate::app::dispatch::Dispatch;
use crate::app::estate::Estate;
use crate::app::progress;
use crate::app::verbs::health::{LIMIT, Looked, look, look_at};
use crate::base::ids::{InboxId, ServiceId};
use crate::domain::escalation::{Ended, Fitness, Heard};
use crate::domain::health::{Check, Verdict, whole};
use crate::domain::incident::Incident;
use crate::domain::message::{Entry, Message, Place, Thread};
use crate::domain::person::{BOT, Door, Risk};
use crate::domain::plan::PlanState;
use crate::domain::policy::Action;
use crate::domain::report::Body;
use crate::domain::words::Phrase;
use crate::store::{StoreError, StoredPlan};

/// Toban itself. It can do nothing before it is told where it works.
#[derive(Default)]
pub struct Bot(OnceLock<Dispatch>);

impl Bot {
    /// Works there from now on; the first place stays.
    pub fn works_at(&self, dispatch: Dispatch) {
        let _ = self.0.set(dispatch);
    }
}

#[async_trait]
impl Actions for Bot {
    async fn fitness(&self, incident: &Incident, action: &Action) -> Fitness {
        let Some(desk) = self.0.get().map(Dispatch::desk) else {
            return Fitness::Barred(Phrase::new("act-barred-idle"));
        };
        let invocation = match desk.line(&incident.service, &action.command) {
            Ok(invocation) => invocation,
            Err(why) => return Fitness::Barred(why),
        };
        if !fails(&desk.estate, &incident.service, action).await {
            return Fitness::NotNeeded;
        }
        if !action.automatic {
            return Fitness::Fits;
        }
        if invocation.risk >= Risk::Danger {
            return Fitness::Barred(Phrase::new("act-barred-danger"));
        }
        let service = invocation.service.map_or_else(|| incident.service.clone(), |target| target.service);
        match desk.barred(&service, None).await {
            Ok(None) => Fitness::Fits,
            Ok(Some(why)) => Fitness::Barred(why),
            Err(error) => {
                tracing::warn!(incident.id = %incident.id, error = %error, "it cannot be read what else changes a service");
                Fitness::Barred(Phrase::new("act-barred-store"))
            }
        }
    }

    async fn run(&self, incident: &Incident, command: &str) -> Option<Ended> {
        let dispatch = self.0.get()?;
        match dispatch.see_through(message(dispatch.desk(), incident, command)).await {
            Ok(ended) => Some(automatic::heard(&ended)),
            Err(error) => {
                tracing::error!(incident.id = %incident.id, error = %error, "a ladder's command could not be stored; it is looked for");
                None
            }
        }
    }

    async fn heard(&self, incident: &Incident) -> Heard {
        let Some(desk) = self.0.get().map(Dispatch::desk) else { return Heard::Never };
        heard(desk, &automatic::message_of(&incident.id)).await.unwrap_or_else(|error| {
            tracing::warn!(incident.id = %incident.id, error = %error, "it cannot be read what has become of a ladder's command");
            Heard::Running
        })
    }

    async fn healthy(&self, service: &ServiceId) -> bool {
        let Some(desk) = self.0.get().map(Dispatch::desk) else { return false };
        let Some(service) = desk.estate.service(service) else { return false };
        let looked = look(&desk.estate, service, None, LIMIT).await;
        whole(looked.iter().map(Looked::verdict)) == Verdict::Healthy
    }
}

/// The command as a message in the incident's first thread.
fn message(desk: &Desk, incident: &Incident, command: &str) -> Message {
    let homes = desk.incidents.as_ref().map(|incidents| incidents.homes(incident)).unwrap_or_default();
    let place = match homes.into_iter().next() {
        Some((door, channel)) => {
            Place { door, channel, thread: Some(Thread::Under(root_of(incident, door))) }
        }
        // Nobody can be told; what is done and put on record is the same.
        None => Place { door: Door::Terminal, channel: "-".to_owned(), thread: None },
    };
    Message {
        id: automatic::message_of(&incident.id),
        place,
        user: BOT.to_owned(),
        entry: Entry::Ladder { incident: incident.id.clone() },
        text: command.to_owned(),
        received: desk.clock.now(),
    }
}

/// What the store knows of a command that was begun: whoever ran it may be gone.
async fn heard(desk: &Desk, message: &InboxId) -> Result<Heard, StoreError> {
    if desk.store.open_message(message).await?.is_some() {
        // Somebody works on it, or takes it over and says what became of it.
        return Ok(Heard::Running);
    }
    let plan = desk.store.plan_begun_by(message).await?;
    let answer = desk.store.post(&progress::answer_of(message)).await?;
    let said = answer.and_then(|post| match post.new.body {
        Body::Report(report) => Some(report.headline),
        Body::News(_) | Body::File { .. } => None,
    });
    let worked = matches!(plan, Some(StoredPlan { state: PlanState::Done { .. }, .. }));
    Ok(match (plan, said) {
        (None, None) => Heard::Never,
        (_, said) => {
            Heard::Ended(Ended { worked, say: said.unwrap_or_else(|| Phrase::new("act-ended-untold")) })
        }
    })
}

/// Whether something fails that the command mends. What cannot be asked does not fail: the fault may be ours.
async fn fails(estate: &Estate, service: &ServiceId, action: &Action) -> bool {
    if action.components.is_empty() && action.checks.is_empty() {
        return true;
    }
    let ill = |check: &Check| check.verdict == Verdict::Unhealthy;
    let parts = action.components.iter().filter_map(|name| {
        let (service, part) = name.split_once('.')?;
        let service = estate.services().find(service)?;
        Some((service, service.component(part)?))
    });
    let parts = parts.map(|(service, part)| look_at(estate, service, part, LIMIT));
    if join_all(parts).await.iter().flatten().any(ill) {
        return true;
    }
    let Some(service) = estate.service(service).filter(|_| !action.checks.is_empty()) else { return false };
    let looked = look(estate, service, None, LIMIT).await;
    let mut checks = looked.iter().flat_map(|part| &part.checks);
    checks.any(|check| ill(check) && action.checks.contains(&check.name))
}
