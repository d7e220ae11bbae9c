//! A Docker Engine (API 1.41) with the containers of Smart Office: the list by labels, and their statistics.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::world::World;

/// What one container uses.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Cores.
    pub cpu: f64,
    /// Share of its limit.
    pub memory: f64,
    /// Bytes received a second.
    pub received: u64,
    /// Bytes sent a second.
    pub sent: u64,
}

/// The engine: what each Compose service of `smartoffice_ai` uses; one that is not here does not run.
#[derive(Debug)]
pub struct Engine(pub BTreeMap<String, Load>);

impl Default for Engine {
    fn default() -> Self {
        let load = |cpu, memory, received, sent| Load { cpu, memory, received, sent };
        let services = [
            ("backend", load(0.31, 0.46, 42_000, 95_000)),
            ("frontend", load(0.04, 0.18, 8_000, 160_000)),
            ("ollama", load(2.6, 0.71, 3_000, 21_000)),
            ("postgres", load(0.12, 0.39, 12_000, 34_000)),
            ("redis", load(0.02, 0.07, 5_000, 6_000)),
            ("caddy", load(0.03, 0.05, 210_000, 230_000)),
        ];
        Self(services.map(|(name, load)| (name.to_owned(), load)).into())
    }
}

/// Compose's name for the project.
const PROJECT: &str = "smartoffice_ai";
/// Each container may use so much.
const LIMIT: u64 = 2 * 1024 * 1024 * 1024;
/// The machine's cores.
const CORES: u32 = 8;

/// The routes, with and without the version before them.
pub(super) fn routes() -> Router<World> {
    ["", "/v1.41"].into_iter().fold(Router::new(), |router, version| {
        router
            .route(&format!("{version}/version"), get(about))
            .route(&format!("{version}/containers/json"), get(list))
            .route(&format!("{version}/containers/{{id}}/stats"), get(stats))
    })
}

async fn about() -> Json<Value> {
    Json(
        json!({ "Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12", "Os": "linux", "Arch": "amd64" }),
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    #[serde(default)]
    all: Option<String>,
    #[serde(default)]
    size: Option<String>,
    #[serde(default)]
    limit: Option<String>,
    #[serde(default)]
    filters: String,
}

async fn list(State(world): State<World>, Query(asked): Query<Listing>) -> Response {
    let _ = (&asked.all, &asked.size, &asked.limit);
    let filters: BTreeMap<String, Vec<String>> = match serde_json::from_str(&asked.filters) {
        Ok(filters) => filters,
        Err(_) if asked.filters.is_empty() => BTreeMap::new(),
        Err(_) => return refused(StatusCode::BAD_REQUEST, "invalid filter"),
    };
    if let Some(name) = filters.keys().find(|name| !matches!(name.as_str(), "label" | "status")) {
        return refused(StatusCode::BAD_REQUEST, &format!("invalid filter '{name}'"));
    }
    let wanted = filters.get("label").cloned().unwrap_or_default();
    let found: Vec<Value> = world.with(|state, _| {
        let services = state.docker.0.keys().filter(|service| {
            let has = labels(service);
            wanted.iter().all(|label| {
                label.split_once('=').is_some_and(|(name, value)| has.get(name).is_some_and(|is| is == value))
            })
        });
        services.map(|service| {
            json!({
                "Id": id(service), "Names": [format!("/{PROJECT}-{service}-1")], "Image": service, "State": "running",
                "Status": "Up 3 days", "Labels": labels(service),
            })
        }).collect()
    });
    Json(found).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sampling {
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default, rename = "one-shot")]
    one_shot: Option<bool>,
}

/// A stream of two samples, a second apart; the engine's own never ends, but nobody reads on.
async fn stats(
    State(world): State<World>,
    Path(wanted): Path<String>,
    Query(asked): Query<Sampling>,
) -> Response {
    let _ = asked.one_shot;
    let found = world.with(|state, now| {
        let (_, load) = state.docker.0.iter().find(|(service, _)| id(service) == wanted)?;
        Some((*load, now))
    });
    let Some((load, now)) = found else {
        return refused(StatusCode::NOT_FOUND, &format!("No such container: {wanted}"));
    };
    let before = sample(load, now - std::time::Duration::from_secs(1), None);
    let last = sample(load, now, Some(&before));
    let lines =
        if asked.stream.unwrap_or(true) { format!("{before}\n{last}\n") } else { format!("{last}\n") };
    ([("content-type", "application/json")], lines).into_response()
}

fn sample(load: Load, at: Timestamp, before: Option<&Value>) -> Value {
    let seconds = at.as_second().unsigned_abs();
    let machine = seconds * 1_000_000_000 * u64::from(CORES);
    let cpu = share(load.cpu, seconds * 1_000_000_000);
    let usage = share(load.memory, LIMIT);
    let stats = json!({
        "cpu_usage": { "total_usage": cpu, "usage_in_kernelmode": 0, "usage_in_usermode": cpu },
        "system_cpu_usage": machine, "online_cpus": CORES,
    });
    let empty =
        json!({ "cpu_usage": { "total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0 } });
    json!({
        "read": format!("{}Z", at.strftime("%Y-%m-%dT%H:%M:%S.000000000")),
        "preread": "0001-01-01T00:00:00Z",
        "cpu_stats": stats,
        "precpu_stats": before.map_or(empty, |before| before["cpu_stats"].clone()),
        "memory_stats": { "usage": usage + 1_048_576, "limit": LIMIT, "stats": { "inactive_file": 1_048_576 } },
        "networks": { "eth0": { "rx_bytes": seconds * load.received, "tx_bytes": seconds * load.sent } },
    })
}

/// A share of a number, in thousandths.
fn share(part: f64, whole: u64) -> u64 {
    let thousandths = (0..=u64::from(CORES) * 1_000)
        .find(|n| f64::from(u32::try_from(*n).unwrap_or(u32::MAX)) >= (part * 1_000.0).round());
    whole / 1_000 * thousandths.unwrap_or_default()
}

fn labels(service: &str) -> BTreeMap<String, String> {
    [
        ("com.docker.compose.project", PROJECT),
        ("com.docker.compose.service", service),
        ("com.docker.compose.oneoff", "False"),
        ("com.docker.compose.container-number", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// 64 hexadecimal digits that depend on the name only.
fn id(service: &str) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(service))
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}
