//! The first question of every incident: what changed? Answered in its thread once the pages have left. Each part has a
//! time of its own; what cannot be read in it is named, and holds up nothing else.

use std::time::Duration;

use futures_util::future::{join_all, join4};
use jiff::Timestamp;

use super::Incidents;
use super::thread::root_of;
use crate::app::verbs::health::look;
use crate::app::verbs::say::place;
use crate::base::clock::within;
use crate::base::ids::PostId;
use crate::domain::incident::Incident;
use crate::domain::log::{LogQuery, Severity};
use crate::domain::message::Thread;
use crate::domain::plan::PlanState;
use crate::domain::redact::redacted;
use crate::domain::report::{Block, Body, Look, Report, Tone};
use crate::domain::runbook::known;
use crate::domain::service::Service;
use crate::domain::words::Phrase;
use crate::store::Changed;

/// What changed earlier is no suspect.
const RECENT: Duration = Duration::from_hours(2);
/// How long each part of the answer may take to find.
const LIMIT: Duration = Duration::from_secs(10);
/// Changes that are named.
const NAMED: u32 = 10;
/// How far back the log is read for known errors, and how many lines of it.
const LOG: (Duration, usize) = (Duration::from_mins(15), 500);
/// Known errors that are named.
const KNOWN: usize = 3;

impl Incidents {
    /// Looks what changed, in a task of its own.
    pub(super) fn tell_what_changed(&self, incident: &Incident) {
        let homes = self.homes(incident);
        if homes.is_empty() {
            return;
        }
        let (this, incident) = (self.clone(), incident.clone());
        tokio::spawn(async move {
            let Some(service) = this.tools().estate.service(&incident.service).cloned() else { return };
            let report = redacted(this.what_changed(&service).await);
            let posts = homes.iter().map(|(door, channel)| {
                let id = PostId::from(format!("{}/changed/{}", incident.id, door.as_str()));
                let under = Thread::Under(root_of(&incident, *door));
                this.post(&incident, id, *door, channel, Some(under), Body::Report(report.clone()))
            });
            match this.tools().store.put(posts.collect()).await {
                Ok(posts) => this.tools().delivery.submit(posts),
                Err(error) => {
                    tracing::warn!(incident.id = %incident.id, error = %error, "what changed could not be told");
                }
            }
        });
    }

    async fn what_changed(&self, service: &Service) -> Report {
        let now = self.tools().clock.now();
        let since = now.checked_sub(RECENT).unwrap_or(Timestamp::MIN);
        let (ours, deployed, health, errors) = join4(
            self.our_changes(service, since),
            self.deployments(service, since),
            self.health(service),
            self.known_errors(service, now),
        )
        .await;
        let mut lines: Vec<(Timestamp, Phrase)> = ours.into_iter().chain(deployed).collect();
        lines.sort_by_key(|(at, _)| *at);
        let mut lines: Vec<Phrase> = lines.into_iter().map(|(_, line)| line.by_the_hour()).collect();
        if lines.is_empty() {
            lines.push(Phrase::new("incident-changed-nothing"));
        }
        let headline = Phrase::new("incident-changed").with("service", service.id.as_str());
        let report =
            Report::new(Tone::Plain, headline).block(Block::List(lines)).block(Block::Fields(health));
        let (told, commands) = errors;
        let report = if told.is_empty() { report } else { report.block(Block::List(told)) };
        commands.into_iter().fold(report, |report, (words, command)| {
            let label = Phrase::new("logs-button-known").with("words", words);
            report.button(label, command, Look::Plain)
        })
    }

    /// What Toban itself changed, and who wanted it.
    async fn our_changes(&self, service: &Service, since: Timestamp) -> Vec<(Timestamp, Phrase)> {
        let reading = within(LIMIT, self.tools().store.changes_of(&service.id, since, NAMED));
        match reading.await {
            Ok(Ok(changes)) => {
                changes.iter().map(|changed| (changed.begun, self.say_changed(changed))).collect()
            }
            Ok(Err(_)) | Err(_) => vec![(since, Phrase::new("incident-changed-own-unread"))],
        }
    }

    fn say_changed(&self, changed: &Changed) -> Phrase {
        let (id, by) = match &changed.state {
            PlanState::Done { by, .. } => ("incident-changed-done", by),
            PlanState::Failed { by } => ("incident-changed-failed", by),
            PlanState::Running { by } => ("incident-changed-running", by),
            PlanState::Unknown { by } => ("incident-changed-lost", by),
            PlanState::Proposed | PlanState::Cancelled { .. } => {
                ("incident-changed-lost", &changed.plan.asked_by)
            }
        };
        Phrase::named(id)
            .with("at", changed.begun)
            .with("name", self.name(by))
            .with("what", changed.plan.draft.headline.clone())
    }

    /// Revisions that were made lately, those of all parts.
    async fn deployments(&self, service: &Service, since: Timestamp) -> Vec<(Timestamp, Phrase)> {
        let parts = service.components.iter().filter_map(|part| {
            let releases = self.tools().estate.capabilities(&service.id, &part.id).releases?;
            Some(async move {
                match within(LIMIT, releases.serving()).await {
                    Ok(Ok(serving)) => {
                        let recent = serving.revisions.iter().filter(|revision| revision.created >= since);
                        let said = recent.map(|revision| {
                            let said = Phrase::new("incident-changed-revision")
                                .with("at", revision.created)
                                .with("place", place(&service.id, &part.id))
                                .with("revision", revision.name.as_str())
                                .with("traffic", revision.traffic);
                            (revision.created, said)
                        });
                        said.take(NAMED as usize).collect::<Vec<_>>()
                    }
                    Ok(Err(_)) | Err(_) => {
                        let place = place(&service.id, &part.id);
                        vec![(since, Phrase::new("incident-changed-unread").with("place", place))]
                    }
                }
            })
        });
        join_all(parts).await.into_iter().flatten().collect()
    }

    /// What is not well now.
    async fn health(&self, service: &Service) -> Vec<(Phrase, Phrase)> {
        let looked = look(&self.tools().estate, service, None, LIMIT).await;
        let ill = looked
            .iter()
            .filter(|part| part.verdict().wants_a_look())
            .map(|part| (Phrase::raw(place(&service.id, &part.component)), part.verdict().phrase()));
        let ill: Vec<(Phrase, Phrase)> = ill.collect();
        if ill.is_empty() {
            return vec![(Phrase::new("incident-changed-health"), Phrase::new("incident-changed-well"))];
        }
        ill
    }

    /// Errors of the last minutes that the runbook knows, and the commands that tell more of them.
    async fn known_errors(&self, service: &Service, now: Timestamp) -> (Vec<Phrase>, Vec<(String, String)>) {
        let query = LogQuery {
            since: now.checked_sub(LOG.0).unwrap_or(Timestamp::MIN),
            until: None,
            at_least: Some(Severity::Warning),
            exactly: None,
            words: Vec::new(),
            pattern: None,
            requests: false,
            limit: LOG.1,
        };
        let parts = service.components.iter().filter_map(|part| {
            let logs = self.tools().estate.capabilities(&service.id, &part.id).logs?;
            let query = &query;
            Some(async move { (part, within(LIMIT, logs.read(query)).await) })
        });
        let (mut told, mut lines) = (Vec::new(), Vec::new());
        for (part, read) in join_all(parts).await {
            match read {
                Ok(Ok(read)) => lines.extend(read),
                Ok(Err(_)) | Err(_) => {
                    let place = place(&service.id, &part.id);
                    told.push(Phrase::new("incident-changed-log-unread").with("place", place));
                }
            }
        }
        let seen = lines.iter().map(|line| (line.text.as_str(), u64::from(line.count)));
        let found = known(&service.runbook, seen, true);
        let mut commands = Vec::new();
        for known in found.iter().take(KNOWN) {
            let entry = known.entry;
            told.push(
                Phrase::new("logs-known")
                    .with("symptom", entry.symptom.as_str())
                    .with("cause", entry.cause.as_str())
                    .with("remedy", entry.remedy.as_str())
                    .with("count", known.count),
            );
            let words = entry.status.map_or_else(|| entry.id.clone(), |status| status.to_string());
            let command = format!("runbook {} {words}", service.id);
            if commands.iter().all(|(_, other)| *other != command) {
                commands.push((words, command));
            }
        }
        (told, commands)
    }
}
