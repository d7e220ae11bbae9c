//! The first question of every incident: what changed? Answered in its thread once the pages have left.

use std::time::Duration;

use super::Incidents;
use super::thread::root_of;
use crate::app::verbs::health::{self, look};
use crate::base::clock::within;
use crate::base::ids::PostId;
use crate::domain::incident::Incident;
use crate::domain::message::Thread;
use crate::domain::report::{Block, Report, Tone};
use crate::domain::words::Phrase;

/// What changed earlier is no suspect.
const RECENT: Duration = Duration::from_hours(2);
/// How long the answer may take to find.
const LIMIT: Duration = Duration::from_secs(20);
/// Releases that are looked through.
const RELEASES: usize = 20;

impl Incidents {
    /// Looks what changed, in a task of its own.
    pub(super) fn tell_what_changed(&self, incident: &Incident) {
        let homes = self.homes(incident);
        if homes.is_empty() {
            return;
        }
        let (this, incident) = (self.clone(), incident.clone());
        tokio::spawn(async move {
            let report = within(LIMIT, this.what_changed(&incident))
                .await
                .unwrap_or_else(|_| Report::new(Tone::Warn, Phrase::new("incident-changed-unknown")));
            let posts = homes.iter().map(|(door, channel)| {
                let id = PostId::from(format!("{}/changed/{}", incident.id, door.as_str()));
                let under = Thread::Under(root_of(&incident, *door));
                this.post(&incident, id, *door, channel, Some(under), report.clone())
            });
            match this.tools().store.put(posts.collect()).await {
                Ok(posts) => this.tools().delivery.submit(posts),
                Err(error) => {
                    tracing::warn!(incident.id = %incident.id, error = %error, "what changed could not be told");
                }
            }
        });
    }
}

impl Incidents {
    async fn what_changed(&self, incident: &Incident) -> Report {
        let tools = self.tools();
        let headline = Phrase::new("incident-changed").with("service", incident.service.as_str());
        let report = Report::new(Tone::Plain, headline);
        let Some(service) = tools.estate.service(&incident.service) else { return report };
        let since = tools.clock.now().checked_sub(RECENT).unwrap_or(jiff::Timestamp::MIN);
        let mut lines = Vec::new();
        for part in &service.components {
            let Some(releases) = tools.estate.capabilities(&service.id, &part.id).releases else { continue };
            match within(LIMIT / 2, releases.serving()).await {
                Ok(Ok(serving)) => {
                    let recent = serving.revisions.iter().filter(|revision| revision.created >= since);
                    lines.extend(recent.take(RELEASES).map(|revision| {
                        Phrase::new("incident-changed-revision")
                            .with("at", revision.created)
                            .with("component", part.id.as_str())
                            .with("revision", revision.name.as_str())
                            .with("traffic", revision.traffic)
                    }));
                }
                Ok(Err(_)) | Err(_) => {
                    lines.push(Phrase::new("incident-changed-unread").with("component", part.id.as_str()));
                }
            }
        }
        if lines.is_empty() {
            lines.push(Phrase::new("incident-changed-nothing"));
        }
        let looked = look(&tools.estate, service, None, health::LIMIT).await;
        let fields = looked
            .iter()
            .filter(|part| part.verdict().wants_a_look())
            .map(|part| (Phrase::raw(part.component.as_str()), part.verdict().phrase()));
        let mut fields: Vec<(Phrase, Phrase)> = fields.collect();
        if fields.is_empty() {
            fields.push((Phrase::new("incident-changed-health"), Phrase::new("incident-changed-well")));
        }
        report.block(Block::List(lines)).block(Block::Fields(fields))
    }
}
