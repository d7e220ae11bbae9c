//! The paths of Cloud Run Admin v2 (google/cloud/run/v2/{service,revision}.proto and longrunning/operations.proto).

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::enums;
use super::platform::{Update, missing_revision};
use crate::base::clock::within;
use crate::sandbox::error::{ApiError, Code};
use crate::sandbox::world::World;

/// The routes.
pub(in crate::sandbox) fn routes() -> Router<World> {
    let services = "/v2/projects/{project}/locations/{region}/services";
    let operations = "/v2/projects/{project}/locations/{region}/operations";
    Router::new()
        .route(services, get(list_services))
        .route(&format!("{services}/{{service}}"), get(get_service).patch(patch_service))
        .route(&format!("{services}/{{service}}/revisions"), get(list_revisions))
        .route(
            &format!("{services}/{{service}}/revisions/{{revision}}"),
            get(get_revision).delete(delete_revision),
        )
        .route(operations, get(list_operations))
        .route(&format!("{operations}/{{operation}}"), get(get_operation).post(wait_operation))
}

type ServicePath = Path<(String, String, String)>;

/// The query parameters that these calls have, Google's system parameters among them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Params {
    #[serde(rename = "$alt")]
    alt: String,
    page_size: i64,
    page_token: String,
    update_mask: String,
    validate_only: bool,
    etag: String,
}

impl Params {
    fn answer(&self, mut value: Value) -> Response {
        if self.alt.contains("enum-encoding=int") {
            enums::to_numbers(&mut value);
        }
        axum::Json(value).into_response()
    }

    /// One page of `all` under `member`; the token is the place where the next page begins.
    fn page<T: Clone + Into<Value>>(&self, member: &str, all: &[T]) -> Result<Value, ApiError> {
        let size = match usize::try_from(self.page_size) {
            Err(_) => return Err(ApiError::invalid("page_size must not be negative.")),
            Ok(0) => 100,
            Ok(size) => size.min(100),
        };
        let invalid = || ApiError::invalid("The page token is invalid.");
        let start = match self.page_token.strip_prefix('p') {
            Some(start) => usize::from_str_radix(start, 16).map_err(|_| invalid())?,
            None if self.page_token.is_empty() => 0,
            None => return Err(invalid()),
        };
        let page: Vec<Value> = all.iter().skip(start).take(size).cloned().map(Into::into).collect();
        let mut answer = Map::new();
        if !page.is_empty() {
            answer.insert(member.to_owned(), Value::Array(page));
        }
        if start + size < all.len() {
            answer.insert("nextPageToken".to_owned(), json!(format!("p{:x}", start + size)));
        }
        Ok(Value::Object(answer))
    }
}

async fn list_services(
    State(world): State<World>,
    Path((project, region)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    let parent = format!("projects/{project}/locations/{region}");
    world.with(|state, _| {
        state.run.check_project(&project, "run.services.list", &parent)?;
        let found = state.run.services.values().filter(|service| service.parent == parent);
        let found: Vec<_> = found.map(|service| service.doc.clone()).collect();
        Ok(params.answer(params.page("services", &found)?))
    })
}

async fn get_service(
    State(world): State<World>,
    Path((project, region, service)): ServicePath,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    let name = service_name(&project, &region, &service);
    world.with(|state, _| match state.run.services.get(&name) {
        Some(service) => Ok(params.answer(Value::Object(service.doc.clone()))),
        None => Err(state.run.missing_service(&name)),
    })
}

async fn patch_service(
    State(world): State<World>,
    Path((project, region, service)): ServicePath,
    Query(params): Query<Params>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let name = service_name(&project, &region, &service);
    let mut body: Value = serde_json::from_slice(&body)
        .map_err(|error| ApiError::invalid(format!("Invalid JSON payload received. {error}")))?;
    enums::to_names(&mut body);
    let Value::Object(body) = body else {
        return Err(ApiError::invalid("Invalid JSON payload received. Expected an object."));
    };
    world.with(|state, at| {
        let update =
            Update { name: &name, mask: &params.update_mask, body, validate_only: params.validate_only };
        Ok(params.answer(state.run.update(update, &mut state.faults, at)?))
    })
}

async fn list_revisions(
    State(world): State<World>,
    Path((project, region, service)): ServicePath,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    let name = service_name(&project, &region, &service);
    world.with(|state, _| {
        if service == "-" {
            state.run.check_project(&project, "run.revisions.list", &name)?;
            let parent = format!("projects/{project}/locations/{region}");
            let services = state.run.services.values().filter(|service| service.parent == parent);
            let all: Vec<_> = services.flat_map(|service| service.revisions.iter().cloned()).collect();
            return Ok(params.answer(params.page("revisions", &all)?));
        }
        match state.run.services.get(&name) {
            Some(service) => Ok(params.answer(params.page("revisions", &service.revisions)?)),
            None => Err(state.run.missing_service(&name)),
        }
    })
}

async fn get_revision(
    State(world): State<World>,
    Path((project, region, service, revision)): Path<(String, String, String, String)>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    let name = service_name(&project, &region, &service);
    world.with(|state, _| {
        let service = state.run.services.get(&name).ok_or_else(|| state.run.missing_service(&name))?;
        let found = service.revision(&revision).ok_or_else(|| missing_revision(service, &revision))?;
        Ok(params.answer(Value::Object(found.clone())))
    })
}

async fn delete_revision(
    State(world): State<World>,
    Path((project, region, service, revision)): Path<(String, String, String, String)>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    let name = service_name(&project, &region, &service);
    world.with(|state, at| {
        let begun = state.run.delete_revision(&name, &revision, &params.etag, &mut state.faults, at)?;
        Ok(params.answer(begun))
    })
}

async fn list_operations(
    State(world): State<World>,
    Path((project, region)): Path<(String, String)>,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    let parent = format!("projects/{project}/locations/{region}");
    world.with(|state, _| {
        state.run.check_project(&project, "run.operations.list", &parent)?;
        let found = state.run.operations.values().filter(|operation| operation.name.starts_with(&parent));
        let found: Vec<Value> = found.map(super::operation::Operation::json).collect();
        Ok(params.answer(params.page("operations", &found)?))
    })
}

async fn get_operation(
    State(world): State<World>,
    Path((project, region, id)): ServicePath,
    Query(params): Query<Params>,
) -> Result<Response, ApiError> {
    operation(&world, &format!("projects/{project}/locations/{region}/operations/{id}"))
        .map(|json| params.answer(json))
}

/// `POST …/{operation}:wait`: answers when it is done or the time is over, whichever comes first.
async fn wait_operation(
    State(world): State<World>,
    Path((project, region, id)): ServicePath,
    Query(params): Query<Params>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let Some(id) = id.strip_suffix(":wait") else { return Ok(crate::sandbox::error::no_such_path()) };
    let name = format!("projects/{project}/locations/{region}/operations/{id}");
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let timeout =
        body.get("timeout").and_then(Value::as_str).and_then(|text| text.strip_suffix('s')?.parse().ok());
    let timeout = timeout.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let timeout = timeout.unwrap_or(Duration::from_secs(30)).min(Duration::from_secs(60));
    let left = world.with(|state, at| {
        let operation = state.run.operations.get(&name)?;
        let left = operation.due.filter(|_| operation.end.is_none())?.duration_since(at);
        Some(left.unsigned_abs())
    });
    let wait = left.unwrap_or(if operation(&world, &name)?.get("done").is_some() {
        Duration::ZERO
    } else {
        timeout
    });
    // Over either way: what counts is how the operation stands then.
    let _ = within(timeout, world.clock().sleep(wait)).await;
    operation(&world, &name).map(|json| params.answer(json))
}

fn operation(world: &World, name: &str) -> Result<Value, ApiError> {
    world.with(|state, _| {
        state
            .run
            .operations
            .get(name)
            .map(super::operation::Operation::json)
            .ok_or_else(|| ApiError::new(Code::NotFound, format!("Requested entity was not found: {name}")))
    })
}

fn service_name(project: &str, region: &str, service: &str) -> String {
    format!("projects/{project}/locations/{region}/services/{service}")
}
