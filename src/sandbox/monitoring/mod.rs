//! Cloud Monitoring v3: `GET /v3/projects/{project}/timeSeries` (google/monitoring/v3/metric_service.proto), as strict about
//! filters and aggregations as the real one.

mod answer;
mod ask;
mod catalogue;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::error::ApiError;
use super::world::World;

/// Values that are as somebody set them, by resource (`sagebase-streamlit`, `sagebase-prod:sagebase-db`) and metric type;
/// `None` is no data.
#[derive(Debug, Default)]
pub struct Gauges(BTreeMap<(String, String), Option<f64>>);

impl Gauges {
    /// From now on that metric of that resource has this value, or none.
    pub fn set(&mut self, resource: &str, metric_type: &str, value: Option<f64>) {
        self.0.insert((resource.to_owned(), metric_type.to_owned()), value);
    }

    /// What was set.
    fn get(&self, resource: &str, metric_type: &str) -> Option<Option<f64>> {
        self.0.get(&(resource.to_owned(), metric_type.to_owned())).copied()
    }
}

/// The routes.
pub(super) fn routes() -> Router<World> {
    Router::new().route("/v3/projects/{project}/timeSeries", get(list))
}

async fn list(
    State(world): State<World>,
    Path(project): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let ask = ask::Ask::read(query.as_deref().unwrap_or_default())?;
    let answer = world.with(|state, now| {
        let resource = format!("projects/{project}");
        state.run.check_project(&project, "monitoring.timeSeries.list", &resource)?;
        answer::answer(state, &project, &ask, now)
    })?;
    let json = serde_json::to_vec(&answer).map_err(|_| ApiError::invalid("not JSON"))?;
    Ok(([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], json).into_response())
}
