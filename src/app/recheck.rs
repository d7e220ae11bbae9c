//! The second look: a verdict that came early is checked again five minutes after the change.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::desk::Desk;
use crate::app::verbs::rollback;
use crate::base::ids::{ComponentId, PostId, ServiceId};
use crate::domain::health::Check;
use crate::domain::message::{Audience, Place};
use crate::domain::plan::Plan;
use crate::domain::report::Body;
use crate::store::{NewPost, Post, StoreError, Wake};

/// The kind of wake.
pub const KIND: &str = "recheck";
/// How long after the change.
const LATER: Duration = Duration::from_mins(5);

#[derive(Serialize, Deserialize)]
struct Payload {
    plan: String,
    service: ServiceId,
    component: ComponentId,
    place: Place,
    before: Vec<Check>,
}

/// The wake for a second look at what `plan` did, given the checks before it. `None` if it changed no component.
pub fn wake(plan: &Plan, before: Vec<Check>, now: Timestamp) -> Option<Wake> {
    let component = rollback::component_of(plan)?;
    let payload = Payload {
        plan: plan.id.to_string(),
        service: plan.service.clone(),
        component,
        place: plan.place.clone(),
        before,
    };
    Some(Wake {
        id: format!("{KIND}/{}", plan.id),
        kind: KIND.to_owned(),
        // Plain data: it always serialises.
        payload: serde_json::to_string(&payload).unwrap_or_default(),
        due: now + LATER,
    })
}

impl Desk {
    /// Looks again and says in the plan's thread what became of it.
    ///
    /// # Errors
    /// When the store fails, or the wake's payload is not of this version.
    pub async fn recheck(&self, wake: &Wake) -> Result<Vec<Post>, StoreError> {
        let payload: Payload = serde_json::from_str(&wake.payload)
            .map_err(|error| StoreError::Damaged(wake.id.clone(), error.to_string()))?;
        let service = self.estate.service(&payload.service).map(AsRef::as_ref);
        let report =
            rollback::recheck(&self.estate, &payload.service, &payload.component, &payload.before).await;
        self.store
            .put(vec![NewPost {
                id: PostId::from(format!("{}/recheck", payload.plan)),
                lang: self.company.lang(&payload.place, service),
                zone: self.company.zone_name(),
                place: payload.place,
                audience: Audience::All,
                body: Body::Report(report),
                reply_url: None,
                topic: Some(payload.service.to_string()),
            }])
            .await
    }
}
