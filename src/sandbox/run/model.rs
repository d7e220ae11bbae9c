//! One simulated Cloud Run service: the API's own JSON documents, and what follows from them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What an image does to the revisions that run it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ailment {
    /// It starts, and then answers 502: the service upstream refuses its key.
    Upstream,
    /// Its container never listens, so the revision never becomes ready.
    NeverListens,
}

/// A service with its revisions.
#[derive(Debug)]
pub struct Service {
    /// `projects/{project}/locations/{region}`.
    pub parent: String,
    /// The short name.
    pub id: String,
    /// The `Service` document, enumerations by name.
    pub doc: Map<String, Value>,
    /// The `Revision` documents, newest first.
    pub revisions: Vec<Map<String, Value>>,
    /// The number of the last revision made.
    pub counter: u32,
}

/// The state of a condition.
#[derive(Debug, Clone, Copy)]
pub(super) enum State {
    Reconciling,
    Failed,
    Succeeded,
}

/// A `Condition`.
pub(super) fn condition(kind: &str, state: State, at: Timestamp, message: &str) -> Value {
    let name = match state {
        State::Reconciling => "CONDITION_RECONCILING",
        State::Failed => "CONDITION_FAILED",
        State::Succeeded => "CONDITION_SUCCEEDED",
    };
    let mut condition = json!({ "type": kind, "state": name, "lastTransitionTime": at.to_string() });
    if !message.is_empty() {
        condition["message"] = json!(message);
    }
    if matches!(state, State::Failed) {
        condition["severity"] = json!("ERROR");
        if kind == "Ready" {
            condition["revisionReason"] = json!("HEALTH_CHECK_CONTAINER_ERROR");
        }
    }
    condition
}

impl Service {
    /// `projects/{project}/locations/{region}/services/{service}`.
    pub fn name(&self) -> String {
        format!("{}/services/{}", self.parent, self.id)
    }

    /// The project.
    pub fn project(&self) -> &str {
        self.parent.split('/').nth(1).unwrap_or_default()
    }

    /// The region.
    pub fn region(&self) -> &str {
        self.parent.split('/').nth(3).unwrap_or_default()
    }

    /// Where it answers.
    pub fn uri(&self) -> &str {
        self.text("uri")
    }

    /// The full name of one of its revisions.
    pub(super) fn revision_name(&self, short: &str) -> String {
        format!("{}/revisions/{short}", self.name())
    }

    /// A text member of the document.
    pub(super) fn text(&self, member: &str) -> &str {
        self.doc.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    /// The generation that the last change made.
    pub(super) fn generation(&self) -> u64 {
        self.text("generation").parse().unwrap_or_default()
    }

    /// The revision of that short name.
    pub fn revision(&self, short: &str) -> Option<&Map<String, Value>> {
        self.revisions.iter().find(|revision| short_name(revision) == short)
    }

    /// Which revisions get traffic, and how much of it in per cent.
    pub fn serving(&self) -> Vec<(&str, u64)> {
        let latest = self.text("latestReadyRevision").rsplit('/').next().unwrap_or_default();
        let statuses = self.doc.get("trafficStatuses").and_then(Value::as_array);
        statuses
            .into_iter()
            .flatten()
            .filter_map(|target| {
                let percent = target.get("percent").and_then(Value::as_u64).filter(|share| *share > 0)?;
                Some((target.get("revision").and_then(Value::as_str).unwrap_or(latest), percent))
            })
            .collect()
    }

    /// The newest revision that was ready at `at`, going by when they were made: who wrote the log of the past.
    pub fn ready_at(&self, at: Timestamp) -> Option<&str> {
        self.revisions.iter().find(|revision| is_ready(revision) && created(revision) <= at).map(short_name)
    }

    /// A new etag: whatever changes the document calls this.
    pub(super) fn touch(&mut self) {
        use sha2::{Digest, Sha256};
        let before = self.text("etag").to_owned();
        let hash = Sha256::digest(format!("{before}|{}|{}", self.name(), self.generation()));
        self.doc.insert(
            "etag".to_owned(),
            json!(format!("\"{}/{}\"", hex::encode(&hash[..6]), self.generation())),
        );
    }

    /// Sets the conditions of the whole: routes and configurations fare as the whole does.
    pub(super) fn conditions(&mut self, state: State, at: Timestamp, message: &str) {
        self.doc.insert("terminalCondition".to_owned(), condition("Ready", state, at, message));
        let parts = ["RoutesReady", "ConfigurationsReady"].map(|part| condition(part, state, at, message));
        self.doc.insert("conditions".to_owned(), json!(parts));
        let reconciling = matches!(state, State::Reconciling);
        if reconciling {
            self.doc.insert("reconciling".to_owned(), json!(true));
        } else {
            self.doc.remove("reconciling");
            self.doc.insert("observedGeneration".to_owned(), json!(self.generation().to_string()));
        }
    }

    /// Not ready because of one part; the other is well.
    pub(super) fn failed(&mut self, part: &str, at: Timestamp, message: &str) {
        self.conditions(State::Failed, at, message);
        let parts = ["RoutesReady", "ConfigurationsReady"].map(|kind| match kind == part {
            true => condition(kind, State::Failed, at, message),
            false => condition(kind, State::Succeeded, at, ""),
        });
        self.doc.insert("conditions".to_owned(), json!(parts));
    }

    /// A revision of the template as it stands, not ready yet. Returns its short name.
    pub(super) fn make_revision(&mut self, suffix: &str, wished: Option<&str>, at: Timestamp) -> String {
        self.counter += 1;
        let short = wished.map_or_else(|| format!("{}-{:05}-{suffix}", self.id, self.counter), str::to_owned);
        let mut doc = match self.doc.get("template") {
            Some(Value::Object(template)) => template.clone(),
            _ => Map::new(),
        };
        doc.remove("revision");
        let facts = json!({
            "name": self.revision_name(&short),
            "uid": uid(&short),
            "generation": "1",
            "createTime": at.to_string(),
            "updateTime": at.to_string(),
            "launchStage": "GA",
            "service": self.id,
            "reconciling": true,
            "conditions": [condition("Ready", State::Reconciling, at, "")],
            "logUri": format!("https://console.cloud.google.com/logs/viewer?project={}&resource=cloud_run_revision/service_name/{}/revision_name/{short}", self.project(), self.id),
            "etag": format!("\"{}\"", &uid(&short)[..8]),
        });
        if let Value::Object(facts) = facts {
            doc.extend(facts);
        }
        self.revisions.insert(0, doc);
        let name = self.revision_name(&short);
        self.doc.insert("latestCreatedRevision".to_owned(), json!(name));
        short
    }

    /// The revision came up, or did not.
    pub(super) fn judge_revision(&mut self, short: &str, trouble: Option<&str>, at: Timestamp) {
        let full = self.revision_name(short);
        let Some(doc) = self.revisions.iter_mut().find(|revision| short_name(revision) == short) else {
            return;
        };
        let state = if trouble.is_some() { State::Failed } else { State::Succeeded };
        let message = trouble.unwrap_or_default();
        let conditions = ["Ready", "ContainerHealthy", "ContainerReady", "ResourcesAvailable"].map(|part| {
            let hurt = matches!(part, "Ready" | "ContainerHealthy");
            condition(part, if hurt { state } else { State::Succeeded }, at, if hurt { message } else { "" })
        });
        doc.insert("conditions".to_owned(), json!(conditions));
        doc.insert("observedGeneration".to_owned(), json!("1"));
        doc.insert("updateTime".to_owned(), json!(at.to_string()));
        doc.remove("reconciling");
        if trouble.is_none() {
            self.doc.insert("latestReadyRevision".to_owned(), json!(full));
        }
    }
}

/// The last part of a document's name.
pub(super) fn short_name(doc: &Map<String, Value>) -> &str {
    doc.get("name").and_then(Value::as_str).and_then(|name| name.rsplit('/').next()).unwrap_or_default()
}

/// The image of the first container.
pub fn image(doc: &Map<String, Value>) -> &str {
    let container = doc.get("containers").and_then(|containers| containers.get(0));
    container.and_then(|container| container.get("image")).and_then(Value::as_str).unwrap_or_default()
}

/// Whether the revision is ready.
pub(super) fn is_ready(revision: &Map<String, Value>) -> bool {
    let conditions = revision.get("conditions").and_then(Value::as_array);
    conditions.into_iter().flatten().any(|condition| {
        condition.get("type").and_then(Value::as_str) == Some("Ready")
            && condition.get("state").and_then(Value::as_str) == Some("CONDITION_SUCCEEDED")
    })
}

fn created(revision: &Map<String, Value>) -> Timestamp {
    let text = revision.get("createTime").and_then(Value::as_str);
    text.and_then(|text| text.parse().ok()).unwrap_or(Timestamp::MAX)
}

/// A UUID-shaped id that depends on the name only, so that every start of the sandbox shows the same.
pub(super) fn uid(name: &str) -> String {
    use sha2::{Digest, Sha256};
    let hex = hex::encode(Sha256::digest(name));
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..30])
}
