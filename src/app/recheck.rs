//! The second look: a verdict that came early is checked again five minutes after the change.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::desk::Desk;
use crate::app::verbs::health;
use crate::base::ids::{PostId, ServiceId};
use crate::domain::health::Check;
use crate::domain::message::{Audience, Place};
use crate::domain::plan::Plan;
use crate::domain::report::Body;
use crate::domain::words::Phrase;
use crate::store::{NewPost, Post, StoreError, Wake};

/// The kind of wake.
pub const KIND: &str = "recheck";
/// How long after the change.
const LATER: Duration = Duration::from_mins(5);

#[derive(Serialize, Deserialize)]
struct Payload {
    plan: String,
    command: String,
    service: ServiceId,
    place: Place,
    before: Vec<Check>,
}

/// The wake for a second look at what `plan` did, given the checks before it.
pub fn wake(plan: &Plan, before: Vec<Check>, now: Timestamp) -> Wake {
    let payload = Payload {
        plan: plan.id.to_string(),
        command: plan.command.clone(),
        service: plan.service.clone(),
        place: plan.place.clone(),
        before,
    };
    Wake {
        id: format!("{KIND}/{}", plan.id),
        kind: KIND.to_owned(),
        // Plain data: it always serialises.
        payload: serde_json::to_string(&payload).unwrap_or_default(),
        due: now + LATER,
    }
}

impl Desk {
    /// Looks again and says in the plan's thread what became of it.
    ///
    /// # Errors
    /// When the store fails, or the wake's payload is not of this version.
    pub async fn recheck(&self, wake: &Wake) -> Result<Vec<Post>, StoreError> {
        let payload: Payload = serde_json::from_str(&wake.payload)
            .map_err(|error| StoreError::Damaged(wake.id.clone(), error.to_string()))?;
        let Some(service) = self.estate.service(&payload.service) else {
            tracing::info!(service.id = %payload.service, "no second look: the service has left the config");
            return Ok(Vec::new());
        };
        let now = health::checks(&self.estate, service).await;
        let mut report = health::verdict(&payload.before, &now);
        report.headline = Phrase::new("recheck-headline").with("command", payload.command.as_str()).with("verdict", report.headline);
        self.store
            .put(vec![NewPost {
                id: PostId::from(format!("{}/recheck", payload.plan)),
                lang: self.company.lang(&payload.place, Some(service)),
                zone: self.company.zone_name(),
                place: payload.place,
                audience: Audience::All,
                body: Body::Report(report),
                topic: Some(payload.service.to_string()),
            }])
            .await
    }
}
