//! A change before it is made: what would be different, what it rests on, and how long it is good for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::ids::{PersonId, PlanId, PostId, ServiceId};
use crate::domain::message::Place;
use crate::domain::person::Risk;
use crate::domain::report::Block;
use crate::domain::words::Phrase;

/// What a verb would do, before anybody has agreed to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The change in one line.
    pub headline: Phrase,
    /// From → to, warnings, the rule that chose: everything that a person needs to say yes.
    pub preview: Vec<Block>,
    /// What was read to make it, as name → value. If any of it differs at run time, the plan is void.
    pub basis: BTreeMap<String, String>,
    /// What the verb needs to run it.
    pub detail: serde_json::Value,
}

/// A stored draft with its terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The id, also in the buttons.
    pub id: PlanId,
    /// The text of the command that made it; asked again to see whether the world moved.
    pub command: String,
    /// The verb.
    pub verb: String,
    /// Its risk.
    pub risk: Risk,
    /// The service it changes.
    pub service: ServiceId,
    /// Who asked.
    pub asked_by: PersonId,
    /// Where it was asked and where progress is told.
    pub place: Place,
    /// The message that shows it; loses its buttons once the plan is decided.
    pub post: PostId,
    /// What would be done.
    pub draft: Draft,
    /// Good until then.
    pub expires: Timestamp,
}

/// Where a stored plan stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum PlanState {
    /// Waiting for a yes.
    Proposed,
    /// Being carried out.
    Running {
        /// Who confirmed.
        by: PersonId,
    },
    /// Carried out.
    Done {
        /// Who confirmed.
        by: PersonId,
        /// When it was done; the way back is offered for 30 minutes from then.
        at: Timestamp,
        /// The command that plans the way back, where there is one.
        #[serde(default)]
        undo: Option<String>,
    },
    /// It was tried and did not work.
    Failed {
        /// Who confirmed.
        by: PersonId,
    },
    /// Somebody withdrew it.
    Cancelled {
        /// Who.
        by: PersonId,
    },
    /// Toban stopped while it ran; it is never run again.
    Unknown {
        /// Who confirmed.
        by: PersonId,
    },
}

/// A fact that a plan rested on and that is different now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its name.
    pub name: String,
    /// What it was; `None` if it is new.
    pub was: Option<String>,
    /// What it is; `None` if it is gone.
    pub is: Option<String>,
}

/// What moved between two readings.
pub fn moved(was: &BTreeMap<String, String>, is: &BTreeMap<String, String>) -> Vec<Moved> {
    let mut names: Vec<&String> = was.keys().chain(is.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| was.get(*name) != is.get(*name))
        .map(|name| Moved { name: name.clone(), was: was.get(name).cloned(), is: is.get(name).cloned() })
        .collect()
}
