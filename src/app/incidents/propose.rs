//! A command of the ladder that waits for one press: its button types it, so that whoever presses gets the usual plan,
//! with their own rights. And how long a command's effect is watched.

use jiff::Timestamp;

use super::Incidents;
use crate::domain::escalation::{Decision, SETTLE};
use crate::domain::incident::timeline::Happened;
use crate::domain::incident::{Due, Incident};
use crate::domain::report::{Look, Report, Tone};
use crate::domain::words::Phrase;

impl Incidents {
    /// The proposals of a decision, as replies in the incident's threads: their names, and what they say.
    pub(super) fn proposals(&self, decision: &Decision) -> Vec<(String, Report)> {
        let proposed = decision.entries.iter().filter_map(|entry| match &entry.what {
            Happened::Proposed { command } => {
                Some((format!("proposal/{}", entry.seq), self.proposal(&decision.incident, command)))
            }
            _ => None,
        });
        proposed.collect()
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
