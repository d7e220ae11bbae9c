//! Starting a service anew. Cloud Run has no such call: a new revision is made from the template of the one that serves,
//! plus one annotation, and where traffic was pinned it follows once the new one is ready.
//!
//! The change is sent once. The annotation tells the new revision apart, so a lost answer is looked up by it.

use async_trait::async_trait;
use google_cloud_run_v2::model::{Revision, RevisionTemplate, Service};
use serde_json::Value;

use super::route::End;
use super::traffic::{follows_latest, shares, version as version_of};
use super::{CloudRun, cause, condition, holds, short};
use crate::base::clock::within;
use crate::domain::words::Phrase;
use crate::ports::{Anew, BackendError, Kind, Progress, Restart};

/// The annotation that every restart changes. Cloud Run keeps prefixes of its own for itself.
const STAMP: &str = "toban-restarted";

/// The members of a `Revision` that Cloud Run sets, and that a `RevisionTemplate` does not have
/// (google/cloud/run/v2/revision.proto). What neither of us knows is passed on: Cloud Run rather refuses it than loses it.
const OUTPUT: [&str; 19] = [
    "name",
    "uid",
    "generation",
    "createTime",
    "updateTime",
    "deleteTime",
    "expireTime",
    "launchStage",
    "service",
    "reconciling",
    "conditions",
    "observedGeneration",
    "logUri",
    "satisfiesPzs",
    "scalingStatus",
    "creator",
    "etag",
    "revision",
    "client",
];

/// How far the new revision has come.
enum Fate {
    /// The change was not accepted.
    Unheard,
    /// It is being made.
    Underway,
    /// It is ready.
    Ready(String),
    /// It never will be, in Google's words.
    Failed(String),
}

#[async_trait]
impl Restart for CloudRun {
    async fn restart(&self, anew: &Anew, progress: &dyn Progress) -> Result<String, BackendError> {
        // On the heap: the official client's futures are large.
        Box::pin(self.start_anew(anew, progress)).await
    }
}

impl CloudRun {
    async fn start_anew(&self, anew: &Anew, progress: &dyn Progress) -> Result<String, BackendError> {
        let limits = self.google.limits();
        let service = self.service(limits.read).await?;
        let present = version_of(&service);
        if present != anew.version {
            let message = format!("{} is at version {present} now, not at {}", self.name, anew.version);
            return Err(BackendError::new(self.change(), Kind::Conflict, message));
        }
        let follows = follows_latest(&service);
        if shares(&service).get(anew.from.as_str()) != Some(&100) {
            let message = format!("{} does not have all of the traffic", anew.from);
            return Err(BackendError::new(self.change(), Kind::Conflict, message));
        }
        let template = self.template(&service, &anew.from).await?;
        let template = stamped(template, &anew.stamp);
        progress.say(Phrase::new("backend-restart-making").with("revision", anew.from.as_str()));
        let work = Box::pin(self.change_and_wait(service.set_template(template), "template", progress));
        let end = match within(limits.operation, work).await {
            Ok(end) => end,
            Err(late) => End::Open(BackendError::new(self.change(), Kind::Timeout, late.to_string())),
        };
        let lost = match end {
            End::Done => None,
            End::Refused(error) => return Err(error),
            End::Open(error) => {
                progress.say(Phrase::new("backend-restart-lost"));
                Some(error)
            }
        };
        let made = self.look_for(&anew.stamp, lost).await?;
        if !follows {
            let service = self.service(limits.read).await?;
            self.give_traffic(Some(&made), &version_of(&service), progress).await?;
        }
        Ok(made)
    }

    /// The template of the revision that serves: the service's own if that is the newest, else made from the revision.
    async fn template(&self, service: &Service, from: &str) -> Result<RevisionTemplate, BackendError> {
        let own = service.template.clone().unwrap_or_default();
        if short(&service.latest_created_revision) == from {
            return Ok(own);
        }
        let revisions = self.revisions().await?;
        let call = format!("run.revisions.get {from}");
        let Some(serving) = revisions.iter().find(|revision| short(&revision.name) == from) else {
            return Err(BackendError::new(call, Kind::NotFound, "there is no such revision any more"));
        };
        let template = of_revision(serving)
            .map_err(|error| BackendError::new(call, Kind::Garbled, error.to_string()))?;
        // A revision does not tell this one.
        Ok(template.set_health_check_disabled(own.health_check_disabled))
    }

    /// The new revision, once it is ready; `lost` stands if the service does not know of it.
    async fn look_for(&self, stamp: &str, lost: Option<BackendError>) -> Result<String, BackendError> {
        let limits = self.google.limits();
        let mut ticks = tokio::time::interval(limits.poll);
        let settled = within(limits.read, async {
            loop {
                ticks.tick().await;
                let Ok(service) = self.service(limits.attempt).await else { continue };
                match fate(&service, stamp) {
                    Fate::Underway => {}
                    settled => return settled,
                }
            }
        });
        let unknown = || BackendError::new(self.change(), Kind::Unavailable, "it is not known how it ended");
        match settled.await {
            Ok(Fate::Ready(name)) => Ok(name),
            Ok(Fate::Failed(message)) => Err(BackendError::new(self.change(), Kind::Failed, message)),
            Ok(Fate::Unheard) => Err(lost.unwrap_or_else(|| {
                BackendError::new(
                    self.change(),
                    Kind::Conflict,
                    "somebody else changed the service meanwhile",
                )
            })),
            Ok(Fate::Underway) | Err(_) => Err(lost.unwrap_or_else(unknown)),
        }
    }
}

/// The template with a stamp of its own and no name: gcloud leaves the last revision's, and that would be refused.
fn stamped(template: RevisionTemplate, stamp: &str) -> RevisionTemplate {
    let mut annotations = template.annotations.clone();
    annotations.insert(STAMP.to_owned(), stamp.to_owned());
    template.set_annotations(annotations).set_revision("")
}

/// What a revision was made from.
fn of_revision(revision: &Revision) -> Result<RevisionTemplate, serde_json::Error> {
    let mut members = serde_json::to_value(revision)?;
    if let Value::Object(members) = &mut members {
        members.retain(|name, _| !OUTPUT.contains(&name.as_str()));
    }
    serde_json::from_value(members)
}

fn fate(service: &Service, stamp: &str) -> Fate {
    let template = service.template.as_ref();
    if template.and_then(|template| template.annotations.get(STAMP)).is_none_or(|found| found != stamp) {
        return Fate::Unheard;
    }
    let (made, ready) = (short(&service.latest_created_revision), short(&service.latest_ready_revision));
    if service.reconciling || made.is_empty() {
        return Fate::Underway;
    }
    if made == ready {
        return Fate::Ready(made.to_owned());
    }
    let made = condition(&service.conditions, "ConfigurationsReady").or(service.terminal_condition.as_ref());
    match made {
        Some(made) if holds(made) == Some(false) => Fate::Failed(cause(&made.message).to_owned()),
        _ => Fate::Underway,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_made_from_a_revision_keeps_what_nobody_knows_and_no_name() {
        let revision: Revision = serde_json::from_value(json!({
            "name": "projects/p/locations/r/services/s/revisions/s-2",
            "uid": "u", "etag": "e", "logUri": "https://log", "generation": "1", "service": "s",
            "conditions": [{"type": "Ready"}], "createTime": "2026-01-01T00:00:00Z",
            "labels": {"managed-by": "cloud-build"},
            "annotations": {"team": "blue"},
            "futureSetting": {"deep": true},
            "containers": [{"image": "app:2", "env": [{"name": "KEY", "value": "v"}], "futureContainer": 7}],
        }))
        .unwrap();
        let template = stamped(of_revision(&revision).unwrap(), "now");
        assert_eq!(
            serde_json::to_value(&template).unwrap(),
            json!({
                "labels": {"managed-by": "cloud-build"},
                "annotations": {"team": "blue", "toban-restarted": "now"},
                "futureSetting": {"deep": true},
                "containers": [{"image": "app:2", "env": [{"name": "KEY", "value": "v"}], "futureContainer": 7}],
            })
        );
    }

    #[test]
    fn a_template_loses_its_name_when_it_is_stamped() {
        let named = RevisionTemplate::new().set_revision("s-2");
        assert_eq!(stamped(named, "now").revision, "");
    }

    #[test]
    fn the_stamp_tells_what_became_of_it() {
        let service = |more: Value| {
            let mut service = json!({
                "template": {"annotations": {"toban-restarted": "now"}},
                "latestCreatedRevision": "p/revisions/s-3", "latestReadyRevision": "p/revisions/s-2",
            });
            for (name, value) in more.as_object().unwrap() {
                service[name] = value.clone();
            }
            serde_json::from_value::<Service>(service).unwrap()
        };
        assert!(matches!(fate(&service(json!({})), "before"), Fate::Unheard));
        assert!(matches!(fate(&service(json!({"reconciling": true})), "now"), Fate::Underway));
        let ready = service(json!({"latestReadyRevision": "p/revisions/s-3"}));
        assert!(matches!(fate(&ready, "now"), Fate::Ready(name) if name == "s-3"));
        let failed = json!({"conditions": [
            {"type": "ConfigurationsReady", "state": "CONDITION_FAILED", "message": "no port"}
        ]});
        assert!(matches!(fate(&service(failed), "now"), Fate::Failed(why) if why == "no port"));
    }
}
