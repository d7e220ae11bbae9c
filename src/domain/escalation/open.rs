//! An incident begins.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::turn::Turn;
use super::{By, Decision, Facts, Reply};
use crate::base::ids::{IncidentId, ServiceId};
use crate::domain::alert::AlertSeverity;
use crate::domain::incident::timeline::Happened;
use crate::domain::incident::{Alerts, Incident, Run, State};
use crate::domain::policy::Policy;

/// What an incident begins with.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its number.
    pub number: u64,
    /// What it is about.
    pub service: ServiceId,
    /// What its alerts share.
    pub grouping: String,
    /// What is wrong.
    pub title: String,
    /// How bad.
    pub severity: AlertSeverity,
    /// Whether it is an exercise.
    pub drill: bool,
    /// The ladder.
    pub policy: Policy,
}

/// Opens an incident; what is due at once is done at once.
pub fn open(opening: Opening, by: By, facts: &Facts, now: Timestamp) -> Decision {
    let mut turn = Turn::new(begun(opening, now), facts, by, now);
    turn.begin();
    turn.end(Reply::Done)
}

pub(super) fn begun(opening: Opening, now: Timestamp) -> Incident {
    let Opening { number, service, grouping, title, severity, drill, policy } = opening;
    Incident {
        id: IncidentId::from(format!("INC-{number}")),
        number,
        service,
        grouping,
        title,
        severity,
        drill,
        state: State::Triggered,
        holder: None,
        opened: now,
        run: Run { number: 1, began: now, cycle: 1, base: now, reached: None },
        reopened: Vec::new(),
        flapping: false,
        paged: BTreeSet::new(),
        alerts: Alerts::default(),
        fired: Vec::new(),
        action: None,
        asked: None,
        held: None,
        policy,
        pending: Vec::new(),
        told: 0,
        entries: 0,
    }
}

impl Turn<'_> {
    /// The first row of the timeline, and the beginning of the climb.
    pub fn begin(&mut self) {
        let incident = &self.incident;
        let opened = Happened::Opened {
            title: incident.title.clone(),
            severity: incident.severity,
            policy: incident.policy.id.clone(),
        };
        self.log(opened);
        self.set_out();
    }

    /// Begins to tell people, as the severity has it.
    pub fn set_out(&mut self) {
        if self.incident.climbs() {
            self.climb(self.now, 0);
        } else {
            self.wait_for_morning();
        }
    }
}
