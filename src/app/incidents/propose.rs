//! A command of the ladder that waits for one press: its button types it, so that whoever presses gets the usual plan,
//! with their own rights. And how long a command's effect is watched.

use jiff::Timestamp;

use super::Incidents;
use super::thread::root_of;
use crate::base::ids::PostId;
use crate::domain::escalation::{Decision, SETTLE};
use crate::domain::incident::timeline::Happened;
use crate::domain::incident::{Due, Incident};
use crate::domain::message::Thread;
use crate::domain::person::Door;
use crate::domain::report::{Look, Report, Tone};
use crate::domain::words::Phrase;
use crate::store::NewPost;

impl Incidents {
    /// The proposals of a decision, in the incident's threads.
    pub(super) fn proposals(&self, decision: &Decision, homes: &[(Door, String)]) -> Vec<NewPost> {
        let incident = &decision.incident;
        let proposed = decision.entries.iter().filter_map(|entry| match &entry.what {
            Happened::Proposed { command } => Some((entry.seq, self.proposal(incident, command))),
            _ => None,
        });
        proposed
            .flat_map(|(seq, report)| {
                homes.iter().map(move |(door, channel)| {
                    let id = PostId::from(format!("{}/proposal/{seq}/{}", incident.id, door.as_str()));
                    let thread = Some(Thread::Under(root_of(incident, *door)));
                    self.post(incident, id, *door, channel, thread, report.clone())
                })
            })
            .collect()
    }

    fn proposal(&self, incident: &Incident, command: &str) -> Report {
        let headline = match incident.held_by() {
            Some(holder) => Phrase::new("act-proposal-to").with("name", self.name(holder)),
            None => Phrase::new("act-proposal"),
        };
        Report::new(Tone::Warn, headline.with("command", command))
            .text(Phrase::new("act-proposal-how"))
            .button(command, command, Look::Primary)
    }
}

/// Until when it is watched whether a command has helped.
pub(super) fn settles(incident: &Incident) -> Option<Timestamp> {
    incident.when(|due| *due == Due::Settle)?;
    incident.action.as_ref()?.ended?.checked_add(SETTLE).ok()
}
