//! Incidents as answers: the list, and one of them with its timeline.

use super::{IncidentError, Incidents, say};
use crate::base::ids::{IncidentId, ServiceId};
use crate::domain::report::{Block, Report, Tone};
use crate::domain::words::Phrase;
use crate::store::StoreError;

/// How many incidents a list has.
const LISTED: u32 = 50;

impl Incidents {
    /// Open incidents.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list(&self, service: Option<&ServiceId>) -> Result<Report, StoreError> {
        let open = self.tools().store.open_incidents(service, LISTED).await?;
        if open.is_empty() {
            return Ok(Report::new(Tone::Good, Phrase::new("incident-none")));
        }
        let rows = open
            .iter()
            .map(|stored| {
                let incident = &stored.incident;
                vec![
                    Phrase::raw(incident.id.as_str()),
                    Phrase::raw(incident.service.as_str()),
                    Phrase::raw(incident.title.as_str()),
                    say::severity(incident.severity),
                    self.say_state(incident),
                    incident.opened.into(),
                ]
            })
            .collect();
        let heads = vec![
            Phrase::new("incident-head-id"),
            Phrase::new("incident-head-service"),
            Phrase::new("incident-head-title"),
            Phrase::new("incident-field-severity"),
            Phrase::new("incident-field-state"),
            Phrase::new("incident-field-began"),
        ];
        let headline = Phrase::new("incident-list").with("count", open.len());
        Ok(Report::new(Tone::Warn, headline).block(Block::Table { heads, rows }))
    }

    /// One incident with its timeline.
    ///
    /// # Errors
    /// When there is none, or the database does not answer.
    pub async fn show(&self, id: &IncidentId) -> Result<Report, IncidentError> {
        let incident = self.find(id).await?.incident;
        let entries = self.tools().store.timeline(id).await?;
        let lines = entries.iter().map(|entry| self.say_entry(&incident, entry)).collect();
        Ok(self
            .root(&incident)
            .block(Block::Heading(Phrase::new("incident-timeline")))
            .block(Block::List(lines)))
    }
}
