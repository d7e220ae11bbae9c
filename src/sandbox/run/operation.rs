//! Long-running operations: they end when their time has come, and what they do happens then.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::sandbox::error::ApiError;

/// What is being done.
#[derive(Debug)]
pub(super) enum Work {
    /// The service is brought to what was wished.
    Update {
        /// The generation of the service that it carries out.
        generation: u64,
        /// A revision that it brings up, by its short name.
        revision: Option<String>,
        /// How it will fail.
        trouble: Option<ApiError>,
    },
    /// The revision of that short name goes.
    DeleteRevision(String),
}

/// An operation on a service.
#[derive(Debug)]
pub(super) struct Operation {
    /// `projects/{project}/locations/{region}/operations/{id}`.
    pub name: String,
    /// The full name of the service it works on.
    pub service: String,
    /// What it does.
    pub work: Work,
    /// When it ends; never if `None`.
    pub due: Option<Timestamp>,
    /// The resource that it is about.
    pub metadata: Value,
    /// How it ended: the resource as it was then, or why not.
    pub end: Option<Result<Value, ApiError>>,
}

/// google.cloud.run.v2's own type URL of a message.
pub(super) fn any(kind: &str, doc: &Map<String, Value>) -> Value {
    let mut any = Map::with_capacity(doc.len() + 1);
    any.insert("@type".to_owned(), json!(format!("type.googleapis.com/google.cloud.run.v2.{kind}")));
    any.extend(doc.iter().map(|(name, value)| (name.clone(), value.clone())));
    Value::Object(any)
}

impl Operation {
    /// `google.longrunning.Operation`.
    pub(super) fn json(&self) -> Value {
        let mut operation = json!({ "name": self.name, "metadata": self.metadata });
        match &self.end {
            None => {}
            Some(Ok(response)) => {
                operation["done"] = json!(true);
                operation["response"] = response.clone();
            }
            Some(Err(error)) => {
                operation["done"] = json!(true);
                operation["error"] = error.status();
            }
        }
        operation
    }
}

/// The words Cloud Run has for a container that does not come up.
pub(super) fn never_listened(revision: &str) -> String {
    format!(
        "Revision '{revision}' is not ready and cannot serve traffic. The user-provided container failed to start and \
         listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout. \
         This can happen when the container port is misconfigured or if the timeout is too short. \
         Logs for this revision might contain more information."
    )
}
