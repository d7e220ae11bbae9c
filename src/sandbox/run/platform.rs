//! The simulated Cloud Run: all services, and what the API's calls do to them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::mask;
use super::model::{Ailment, Service, State, image, is_ready, short_name, uid};
use super::operation::{Operation, Work, any, never_listened};
use crate::sandbox::error::{ApiError, Code};
use crate::sandbox::fault::{Faults, Kind};
use crate::sandbox::random::Dice;

/// A PATCH of a service.
pub(super) struct Update<'a> {
    pub name: &'a str,
    pub mask: &'a str,
    pub body: Map<String, Value>,
    pub validate_only: bool,
}

/// All services and operations.
#[derive(Debug)]
pub struct Platform {
    /// By full name.
    pub services: BTreeMap<String, Service>,
    /// Images that do not do what they should.
    pub ailments: BTreeMap<String, Ailment>,
    pub(super) operations: BTreeMap<String, Operation>,
    pace: Duration,
    dice: Dice,
}

impl Platform {
    /// Operations take `pace` of the world's time.
    pub fn new(pace: Duration, dice: Dice) -> Self {
        Self { services: BTreeMap::new(), ailments: BTreeMap::new(), operations: BTreeMap::new(), pace, dice }
    }

    /// The service of that short name, whatever its project.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.values().find(|service| service.id == id)
    }

    /// What ails a revision.
    pub fn ailment(&self, service: &Service, revision: &str) -> Option<Ailment> {
        self.ailments.get(image(service.revision(revision)?)).copied()
    }

    /// The time at which the next operation ends, if that is not after `now`.
    pub(in crate::sandbox) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let running = self.operations.values().filter(|operation| operation.end.is_none());
        running.filter_map(|operation| operation.due).filter(|due| *due <= now).min()
    }

    /// Ends every operation whose time has come.
    pub(in crate::sandbox) fn settle(&mut self, at: Timestamp) {
        let due = |operation: &Operation| operation.due.is_some_and(|due| due <= at);
        for operation in self.operations.values_mut() {
            if operation.end.is_none()
                && due(operation)
                && let Some(service) = self.services.get_mut(&operation.service)
            {
                let end = finish(service, &operation.work, at);
                if let Ok(Value::Object(now)) = &end {
                    operation.metadata = Value::Object(now.clone());
                } else if matches!(operation.work, Work::Update { .. }) {
                    operation.metadata = any("Service", &service.doc);
                }
                operation.end = Some(end);
            }
        }
    }

    /// `UpdateService`: the answer is an operation.
    pub(super) fn update(
        &mut self,
        update: Update<'_>,
        faults: &mut Faults,
        at: Timestamp,
    ) -> Result<Value, ApiError> {
        let Update { name, mask, body, validate_only } = update;
        let Some(service) = self.services.get_mut(name) else { return Err(self.missing_service(name)) };
        mask::check(&body)?;
        let paths = mask::parse(mask)?;
        check_etag(service, body.get("etag").and_then(Value::as_str).unwrap_or_default())?;
        let mut wished = service.doc.clone();
        mask::apply(&mut wished, &body, &paths);
        if wished.get("traffic").and_then(Value::as_array).is_none_or(Vec::is_empty) {
            let latest = json!([{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100 }]);
            wished.insert("traffic".to_owned(), latest);
        }
        let template = wished.get("template").and_then(Value::as_object);
        let containers = template.and_then(|template| template.get("containers")?.as_array());
        if containers.is_none_or(Vec::is_empty) {
            return Err(ApiError::invalid(
                "Violation in UpdateServiceRequest.service.template.containers: \
                 must have at least one container.",
            ));
        }
        let remade = wished.get("template") != service.doc.get("template");
        let title = template.and_then(|template| template.get("revision")?.as_str()).map(str::to_owned);
        let title = title.filter(|title| remade && !title.is_empty());
        if let Some(title) = &title {
            if !title.starts_with(&format!("{}-", service.id)) {
                return Err(ApiError::invalid(format!(
                    "Violation in UpdateServiceRequest.service.template.revision: \
                     revision name must be prefixed by the service name '{}-'.",
                    service.id
                )));
            }
            if service.revision(title).is_some() {
                return Err(ApiError::new(
                    Code::AlreadyExists,
                    format!("Revision named '{title}' with different configuration already exists."),
                ));
            }
        }
        if validate_only {
            return Ok(json!({ "done": true, "response": any("Service", &wished) }));
        }
        let changed = wished != service.doc;
        service.doc = wished;
        if changed {
            let generation = service.generation() + 1;
            service.doc.insert("generation".to_owned(), json!(generation.to_string()));
            service.doc.insert("updateTime".to_owned(), json!(at.to_string()));
        }
        service.conditions(State::Reconciling, at, "");
        let suffix = self.dice.word(b"bcdfghjklmnpqrstvwxz", 3);
        let revision = remade.then(|| service.make_revision(&suffix, title.as_deref(), at));
        service.touch();
        let sick = revision.is_some()
            && self.ailments.get(image(&service.revisions[0])) == Some(&Ailment::NeverListens);
        let trouble = match &revision {
            Some(short) if sick || faults.inside(&Kind::NeverReady, name) => {
                Some(ApiError::new(Code::FailedPrecondition, never_listened(short)))
            }
            _ if faults.inside(&Kind::FailingOperation, name) => {
                Some(ApiError::new(Code::Internal, "Internal error occurred while performing deploy."))
            }
            _ => None,
        };
        let endless = faults.inside(&Kind::EndlessOperation, name);
        let metadata = any("Service", &service.doc);
        let work = Work::Update { generation: service.generation(), revision, trouble };
        Ok(self.begin(name, work, metadata, at, endless))
    }

    /// `DeleteRevision`: the answer is an operation.
    pub(super) fn delete_revision(
        &mut self,
        parent: &str,
        short: &str,
        etag: &str,
        faults: &mut Faults,
        at: Timestamp,
    ) -> Result<Value, ApiError> {
        let Some(service) = self.services.get(parent) else { return Err(self.missing_service(parent)) };
        let Some(revision) = service.revision(short) else { return Err(missing_revision(service, short)) };
        let have = revision.get("etag").and_then(Value::as_str).unwrap_or_default();
        if !etag.is_empty() && etag != have {
            return Err(conflict(short, etag, have));
        }
        let routed = service.serving().iter().any(|(name, _)| *name == short);
        let newest = service.text("latestCreatedRevision").ends_with(&format!("/{short}"));
        if routed || newest || service.revisions.len() == 1 {
            return Err(ApiError::new(
                Code::FailedPrecondition,
                format!(
                    "Revision '{short}' cannot be deleted: it receives traffic or is the latest revision."
                ),
            ));
        }
        let metadata = any("Revision", revision);
        let endless = faults.inside(&Kind::EndlessOperation, parent);
        Ok(self.begin(parent, Work::DeleteRevision(short.to_owned()), metadata, at, endless))
    }

    fn begin(&mut self, service: &str, work: Work, metadata: Value, at: Timestamp, endless: bool) -> Value {
        let parent = service.split("/services/").next().unwrap_or_default();
        let name = format!("{parent}/operations/{}", uid(&self.dice.hex(16)));
        let due = (!endless).then(|| at + self.pace);
        let operation =
            Operation { name: name.clone(), service: service.to_owned(), work, due, metadata, end: None };
        let answer = operation.json();
        self.operations.insert(name, operation);
        answer
    }

    /// A project of which we have nothing is refused; within one that we have, the service is missing.
    pub(super) fn missing_service(&self, name: &str) -> ApiError {
        let parts: Vec<&str> = name.split('/').collect();
        let [_, project, _, region, _, service] = parts.as_slice() else {
            return ApiError::invalid(format!("Invalid resource name '{name}'."));
        };
        self.check_project(project, "run.services.get", name).err().unwrap_or_else(|| {
            ApiError::new(
                Code::NotFound,
                format!("Resource '{service}' of kind 'SERVICE' in region '{region}' in project '{project}' does not exist."),
            )
        })
    }

    /// Refuses a project that the caller knows nothing of.
    pub(in crate::sandbox) fn check_project(
        &self,
        project: &str,
        permission: &str,
        resource: &str,
    ) -> Result<(), ApiError> {
        if self.services.values().any(|service| service.project() == project) {
            return Ok(());
        }
        Err(ApiError::new(
            Code::PermissionDenied,
            format!("Permission '{permission}' denied on resource '{resource}' (or resource may not exist)."),
        ))
    }
}

/// What the API says of a revision that is not there.
pub(super) fn missing_revision(service: &Service, short: &str) -> ApiError {
    ApiError::new(
        Code::NotFound,
        format!(
            "Resource '{short}' of kind 'REVISION' in region '{}' in project '{}' does not exist.",
            service.region(),
            service.project()
        ),
    )
}

fn check_etag(service: &Service, etag: &str) -> Result<(), ApiError> {
    let have = service.text("etag");
    if etag.is_empty() || etag == have { Ok(()) } else { Err(conflict(&service.id, etag, have)) }
}

fn conflict(resource: &str, sent: &str, have: &str) -> ApiError {
    ApiError::new(
        Code::Aborted,
        format!(
            "Conflict for resource '{resource}': version '{sent}' was specified but current version is '{have}'."
        ),
    )
}

/// Carries the work out; the answer is what the operation answers.
fn finish(service: &mut Service, work: &Work, at: Timestamp) -> Result<Value, ApiError> {
    let (generation, revision, trouble) = match work {
        Work::DeleteRevision(short) => {
            let gone = service.revisions.iter().position(|revision| short_name(revision) == short);
            let doc = gone.map(|index| service.revisions.remove(index)).unwrap_or_default();
            return Ok(any("Revision", &doc));
        }
        Work::Update { generation, revision, trouble } => (*generation, revision, trouble),
    };
    if let Some(short) = revision {
        service.judge_revision(short, trouble.as_ref().map(|error| error.message.as_str()), at);
    }
    // A later change has taken over: its own operation says how the service fares.
    if generation == service.generation() {
        let end = trouble.clone().map_or_else(|| route(service), Err);
        match &end {
            Ok(()) => service.conditions(State::Succeeded, at, ""),
            // A revision that does not come up hurts no route: what served before serves on.
            Err(error) if revision.is_some() && trouble.is_some() => {
                service.failed("ConfigurationsReady", at, &error.message);
            }
            Err(error) => service.failed("RoutesReady", at, &error.message),
        }
        service.touch();
        end?;
    } else if let Some(error) = trouble {
        return Err(error.clone());
    }
    Ok(any("Service", &service.doc))
}

/// Lets the traffic flow as wished, if every revision that is named can take it.
fn route(service: &mut Service) -> Result<(), ApiError> {
    let targets = service.doc.get("traffic").and_then(Value::as_array).cloned().unwrap_or_default();
    let percent = |target: &Value| target.get("percent").and_then(Value::as_u64).unwrap_or_default();
    let sum: u64 = targets.iter().map(percent).sum();
    if sum != 100 {
        return Err(ApiError::invalid(format!("Traffic targets sum to {sum}, want 100.")));
    }
    let mut statuses = Vec::with_capacity(targets.len());
    for target in targets {
        if let Some(short) = target.get("revision").and_then(Value::as_str).filter(|short| !short.is_empty())
        {
            let Some(revision) = service.revision(short) else {
                return Err(ApiError::new(
                    Code::Internal,
                    format!(
                        "Revision '{short}' does not exist or is deleted. Update all traffic to route to currently available revisions."
                    ),
                ));
            };
            if !is_ready(revision) {
                return Err(ApiError::new(
                    Code::FailedPrecondition,
                    format!("Revision '{short}' is not ready and cannot serve traffic."),
                ));
            }
        }
        let mut status = target;
        if let Some(tag) = status.get("tag").and_then(Value::as_str) {
            status["uri"] = json!(service.text("uri").replacen("https://", &format!("https://{tag}---"), 1));
        }
        statuses.push(status);
    }
    service.doc.insert("trafficStatuses".to_owned(), json!(statuses));
    Ok(())
}
