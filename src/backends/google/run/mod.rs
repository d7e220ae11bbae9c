//! Cloud Run services (Admin API v2): health by their conditions, releases by their revisions and traffic.

mod health;
mod releases;
mod restart;
mod revision;
mod route;
mod traffic;

use std::sync::Arc;
use std::time::Duration;

use google_cloud_run_v2::model::{Condition, Revision, Service, condition::State};

use crate::backends::google::Google;
use crate::ports::BackendError;

/// One Cloud Run service.
#[derive(Debug, Clone)]
pub struct CloudRun {
    google: Arc<Google>,
    /// `projects/P/locations/R/services/S`.
    path: String,
    /// `S`.
    name: String,
}

/// Revisions a page; the API's own maximum.
const PAGE: i32 = 100;

/// Cloud Run keeps 1,000 revisions of a service; twice as many pages never are its doing.
const MOST_PAGES: usize = 20;

impl CloudRun {
    /// The service of that name in a project and region.
    pub fn new(google: Arc<Google>, project: &str, region: &str, service: &str) -> Self {
        let path = format!("projects/{project}/locations/{region}/services/{service}");
        Self { google, path, name: service.to_owned() }
    }

    async fn service(&self, limit: Duration) -> Result<Service, BackendError> {
        let call = format!("run.services.get {}", self.name);
        let client = self.google.services().await?;
        let request = self.google.as_read(client.get_service().set_name(&self.path));
        self.google.read(&call, limit, request.send()).await
    }

    async fn revisions(&self) -> Result<Vec<Revision>, BackendError> {
        let call = format!("run.revisions.list {}", self.name);
        let client = self.google.revisions().await?;
        let pages = async {
            let (mut all, mut token) = (Vec::new(), String::new());
            for _ in 0..MOST_PAGES {
                let request = client.list_revisions().set_parent(&self.path).set_page_size(PAGE);
                let page = self.google.as_read(request.set_page_token(token)).send().await?;
                all.extend(page.revisions);
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            Ok(all)
        };
        self.google.read(&call, self.google.limits().read, pages).await
    }
}

/// The last part of a resource's name. Cloud Run gives revisions now in full, now in short.
fn short(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What Cloud Run says without its first sentence, `Revision '…' is not ready and cannot serve traffic.`
pub(super) fn cause(message: &str) -> &str {
    let rest = message.strip_prefix("Revision '").and_then(|rest| rest.split_once("cannot serve traffic."));
    rest.map(|(_, cause)| cause.trim()).filter(|cause| !cause.is_empty()).unwrap_or(message)
}

/// How far a condition is; `None` while it is under way or not said.
fn holds(condition: &Condition) -> Option<bool> {
    match condition.state {
        State::ConditionSucceeded => Some(true),
        State::ConditionFailed => Some(false),
        _ => None,
    }
}

fn condition<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.r#type == kind)
}
