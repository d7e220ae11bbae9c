//! `POST /v2/entries:list` (google/logging/v2/logging.proto, ListLogEntries).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entry::Entry;
use super::filter::Filter;
use crate::sandbox::error::ApiError;
use crate::sandbox::world::World;

/// The page size where none is given, and the largest.
const PAGE: (usize, usize) = (50, 1_000);

#[derive(Debug, Default, Deserialize, Hash)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Body {
    #[serde(alias = "resource_names")]
    resource_names: Vec<String>,
    #[serde(alias = "project_ids")]
    project_ids: Vec<String>,
    filter: String,
    #[serde(alias = "order_by")]
    order_by: String,
    #[serde(alias = "page_size")]
    page_size: i64,
    #[serde(alias = "page_token")]
    page_token: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    #[serde(rename = "$alt")]
    alt: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entries: Vec<Value>,
    #[serde(skip_serializing_if = "String::is_empty")]
    next_page_token: String,
}

pub(super) async fn list(
    State(world): State<World>,
    Query(params): Query<Params>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let body: Body = serde_json::from_slice(&body)
        .map_err(|error| ApiError::invalid(format!("Invalid JSON payload received. {error}")))?;
    let names = body.resource_names.iter().map(String::as_str);
    let mut projects = projects(names)?;
    projects.extend(body.project_ids.iter().cloned());
    if projects.is_empty() {
        return Err(ApiError::invalid("At least one resource name must be specified in resource_names."));
    }
    let filter = Filter::parse(&body.filter).map_err(|error| ApiError::invalid(error.to_string()))?;
    let newest_first = match body.order_by.trim() {
        "" | "timestamp" | "timestamp asc" => false,
        "timestamp desc" => true,
        other => {
            return Err(ApiError::invalid(format!(
                "Invalid order_by: '{other}'. Supported values are 'timestamp asc' and 'timestamp desc'."
            )));
        }
    };
    let size = match usize::try_from(body.page_size) {
        Err(_) => return Err(ApiError::invalid("page_size must not be negative.")),
        Ok(0) => PAGE.0,
        Ok(size) => size.min(PAGE.1),
    };
    let question = fingerprint(&body);
    let after = read_token(&body.page_token, question)?;
    let (found, more) = world.with(|state, at| {
        for project in &projects {
            state.run.check_project(project, "logging.logEntries.list", &format!("projects/{project}"))?;
            state.quota.take(project, at)?;
        }
        let (from, to) = filter.bounds();
        let wanted = |entry: &&Arc<Entry>| {
            after.is_none_or(|after| if newest_first { entry.number < after } else { entry.number > after })
                && projects.contains(&entry.place.project)
                && filter.matches(entry)
        };
        let all = state.logs.between(from, to);
        let mut found: Vec<Arc<Entry>> = if newest_first {
            all.rev().filter(wanted).take(size + 1).cloned().collect()
        } else {
            all.filter(wanted).take(size + 1).cloned().collect()
        };
        let more = found.len() > size;
        found.truncate(size);
        Ok::<_, ApiError>((found, more))
    })?;
    let last = found.last().filter(|_| more);
    let answer = Answer {
        next_page_token: last.map(|last| format!("{:x}.{question:x}", last.number)).unwrap_or_default(),
        entries: found.iter().map(|entry| entry.json(params.alt.contains("enum-encoding=int"))).collect(),
    };
    let json = serde_json::to_vec(&answer).map_err(|_| ApiError::invalid("not JSON"))?;
    Ok(([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], json).into_response())
}

/// The projects of `projects/P` and of views and buckets below them.
pub(super) fn projects<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<String>, ApiError> {
    names
        .map(|name| match name.split('/').collect::<Vec<_>>().as_slice() {
            ["projects", project, ..] if !project.is_empty() => Ok((*project).to_owned()),
            _ => Err(ApiError::invalid(format!("Invalid resource name '{name}'."))),
        })
        .collect()
}

/// A page token counts for the same question only.
fn fingerprint(body: &Body) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&body.resource_names, &body.filter, &body.order_by).hash(&mut hasher);
    hasher.finish()
}

fn read_token(token: &str, question: u64) -> Result<Option<u64>, ApiError> {
    if token.is_empty() {
        return Ok(None);
    }
    let parts = token.split_once('.').and_then(|(number, hash)| {
        Some((u64::from_str_radix(number, 16).ok()?, u64::from_str_radix(hash, 16).ok()?))
    });
    match parts {
        Some((number, hash)) if hash == question => Ok(Some(number)),
        _ => Err(ApiError::invalid("page_token doesn't match arguments from the request")),
    }
}
