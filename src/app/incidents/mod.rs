//! Incidents: what happens is read, decided on by `domain::escalation`, and written with all that follows from it.
//!
//! `change` is the one way of doing so; `wishes` are those of people, `alerts` those of sources, `facts` what a decision
//! needs to know, `orders` and `thread` what follows from it. `commands` is how people say it.

mod act;
mod alerts;
mod bot;
mod change;
mod commands;
mod facts;
mod ladders;
mod orders;
mod outcomes;
mod paging;
mod postmortem;
mod propose;
mod root;
mod say;
mod set_back;
mod show;
mod thread;
mod unsaved;
mod what_changed;
mod wishes;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::app::company::Company;
use crate::app::delivery::Delivery;
use crate::app::estate::Estate;
use crate::base::Clock;
use crate::base::clock::Stopwatch;
use crate::store::Store;

pub use act::Actions;
pub use bot::Bot;
pub use ladders::{Hours, Ladders};
pub use paging::{OrderPages, PageOrder, Pages, WhoIsOnCall};
pub use wishes::{Done, IncidentError, NewIncident, Wish};

/// What incidents are made with.
pub struct Tools {
    /// Their memory.
    pub store: Store,
    /// Brings threads to their platforms.
    pub delivery: Delivery,
    /// People, and how places are spoken to.
    pub company: Arc<Company>,
    /// Services.
    pub estate: Arc<Estate>,
    /// Policies, groups.
    pub ladders: Ladders,
    /// Who is on call.
    pub on_call: Arc<dyn WhoIsOnCall>,
    /// Makes pages.
    pub pages: Arc<dyn OrderPages>,
    /// Looks whether a step's command is right, and runs it.
    pub actions: Arc<dyn Actions>,
    /// The time.
    pub clock: Clock,
}

/// All incidents. Cheap to clone.
#[derive(Clone)]
pub struct Incidents(Arc<Inner>);

struct Inner {
    tools: Tools,
    /// Something was written that may be due soon.
    moved: Notify,
    /// Since what is due was looked at last.
    ticked: Mutex<Option<Stopwatch>>,
}

impl Incidents {
    /// With these tools.
    pub fn new(tools: Tools) -> Self {
        Self(Arc::new(Inner { tools, moved: Notify::new(), ticked: Mutex::default() }))
    }

    pub(super) fn tools(&self) -> &Tools {
        &self.0.tools
    }

    /// Has what is due looked at now.
    pub(super) fn wake(&self) {
        self.0.moved.notify_one();
    }

    /// What is due was looked at.
    pub(super) fn tick(&self) {
        let now = self.tools().clock.stopwatch();
        *self.0.ticked.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// How long ago, in real time, what is due was looked at last.
    pub fn ticked(&self) -> Option<Duration> {
        let ticked = self.0.ticked.lock().unwrap_or_else(PoisonError::into_inner);
        ticked.as_ref().map(Stopwatch::elapsed)
    }

    /// Resolves when an incident was written since the last time.
    pub(super) async fn moved(&self) {
        self.0.moved.notified().await;
    }
}
