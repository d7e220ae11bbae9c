//! Docker Engines: what the containers of a Compose service use, from the Engine API's own statistics.
//!
//! Containers are found by Compose's labels, never by their names, which differ between Compose 1 and 2.

mod stats;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bollard::errors::Error;
use bollard::query_parameters::{ListContainersOptionsBuilder, StatsOptionsBuilder};
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::future::join_all;
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::sync::{Mutex, OnceCell};

use crate::base::Clock;
use crate::base::clock::{Stopwatch, within};
use crate::base::text::shorten;
use crate::domain::metric::{Point, Range, Series, Unit};
use crate::ports::{BackendError, Kind, Metrics};
use stats::Usage;

/// A sample is used again for so long, so that five metrics of one container are one look at it.
const FRESH: Duration = Duration::from_secs(2);

/// Containers of one Compose service that are looked at, at most.
const MOST: usize = 50;

/// A Docker Engine, connected to when it is first asked.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    host: String,
    limit: Duration,
    clock: Clock,
    docker: OnceCell<Docker>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({})", self.0.host)
    }
}

impl Engine {
    /// The engine at `host` (`unix:///var/run/docker.sock`, `tcp://HOST:PORT`, `http://…`); one look takes `limit` of real time
    /// at most.
    pub fn new(host: &str, limit: Duration, clock: Clock) -> Self {
        Self(Arc::new(Inner { host: host.to_owned(), limit, clock, docker: OnceCell::new() }))
    }

    /// The connection, in the newest version of the API that both sides speak. A failure is not kept.
    async fn docker(&self) -> Result<&Docker, Error> {
        let connect = || async {
            let seconds = self.0.limit.as_secs().max(1);
            let host = self.0.host.as_str();
            let docker = if host.starts_with("unix://") {
                Docker::connect_with_unix(host, seconds, API_DEFAULT_VERSION)
            } else {
                Docker::connect_with_http(host, seconds, API_DEFAULT_VERSION)
            }?;
            docker.negotiate_version().await
        };
        self.0.docker.get_or_try_init(connect).await
    }

    /// What the running containers of a Compose service use; nothing, where none runs.
    async fn usage(&self, project: &str, service: &str) -> Result<Vec<Usage>, Error> {
        let docker = self.docker().await?;
        let labels = vec![
            format!("com.docker.compose.project={project}"),
            format!("com.docker.compose.service={service}"),
            "com.docker.compose.oneoff=False".to_owned(),
        ];
        let filters =
            HashMap::from([("label".to_owned(), labels), ("status".to_owned(), vec!["running".to_owned()])]);
        let options = ListContainersOptionsBuilder::new().filters(&filters).build();
        let found = docker.list_containers(Some(options)).await?;
        let looks =
            found.iter().filter_map(|container| container.id.as_deref()).take(MOST).map(|id| async move {
                // The first sample has nothing before it; the second has the first.
                let options = StatsOptionsBuilder::new().stream(true).build();
                let samples: Vec<_> = docker.stats(id, Some(options)).take(2).try_collect().await?;
                Ok::<_, Error>(stats::usage(&samples))
            });
        let mut all = Vec::new();
        for look in join_all(looks).await {
            match look {
                Ok(usage) => all.extend(usage),
                // It ended between the list and the look.
                Err(Error::DockerResponseServerError { status_code: 404 | 409, .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }
}

/// The containers of one Compose service.
pub struct Containers {
    engine: Engine,
    project: String,
    service: String,
    /// One look at a time, kept for a moment.
    kept: Mutex<Option<(Stopwatch, Vec<Usage>)>>,
}

impl Containers {
    /// Those of `service` in `project`, as Compose labels them.
    pub fn new(engine: Engine, project: &str, service: &str) -> Self {
        Self { engine, project: project.to_owned(), service: service.to_owned(), kept: Mutex::new(None) }
    }

    async fn look(&self, call: &str) -> Result<Vec<Usage>, BackendError> {
        let mut kept = self.kept.lock().await;
        if let Some((taken, usage)) = &*kept
            && taken.elapsed() < FRESH
        {
            return Ok(usage.clone());
        }
        match within(self.engine.0.limit, self.engine.usage(&self.project, &self.service)).await {
            Ok(Ok(usage)) => {
                *kept = Some((self.engine.0.clock.stopwatch(), usage.clone()));
                Ok(usage)
            }
            Ok(Err(error)) => Err(translate(call, &error)),
            Err(late) => Err(BackendError::new(call, Kind::Timeout, late.to_string())),
        }
    }
}

/// The metrics: name, what they count, and how the containers' values become one.
const METRICS: [(&str, Unit); 5] = [
    ("cpu", Unit::Ratio),
    ("memory", Unit::Ratio),
    ("memory_bytes", Unit::Bytes),
    ("network_in", Unit::BytesPerSecond),
    ("network_out", Unit::BytesPerSecond),
];

#[async_trait]
impl Metrics for Containers {
    fn names(&self) -> Vec<String> {
        METRICS.iter().map(|(name, _)| (*name).to_owned()).collect()
    }

    /// The engine keeps no history: whatever the range, the answer is what is now.
    async fn read(&self, metric: &str, _: Range, _: Duration) -> Result<Series, BackendError> {
        let call = format!("docker.containers.stats {}", self.service);
        let Some((_, unit)) = METRICS.iter().find(|(name, _)| *name == metric) else {
            let message = format!("no such metric; there are: {}", self.names().join(", "));
            return Err(BackendError::new(call, Kind::NotFound, message));
        };
        let usage = self.look(&call).await?;
        let sum =
            |read: fn(&Usage) -> Option<f64>| usage.iter().filter_map(read).reduce(|one, other| one + other);
        let value = match metric {
            "cpu" => sum(|usage| usage.cpu),
            // The fullest one is the first to be killed.
            "memory" => usage.iter().filter_map(|usage| usage.memory).reduce(f64::max),
            "memory_bytes" => sum(|usage| usage.memory_bytes),
            "network_in" => sum(|usage| usage.network_in),
            _ => sum(|usage| usage.network_out),
        };
        let at = self.engine.0.clock.now();
        Ok(Series::new(*unit, value.map(|value| Point { at, value })))
    }
}

fn translate(call: &str, error: &Error) -> BackendError {
    let (kind, message) = match error {
        Error::DockerResponseServerError { status_code, message } => {
            let kind = match status_code {
                401 | 403 => Kind::Denied,
                404 => Kind::NotFound,
                409 => Kind::Conflict,
                400..=499 => Kind::Invalid,
                _ => Kind::Unavailable,
            };
            (kind, message.clone())
        }
        Error::JsonDataError { .. } | Error::JsonSerdeError { .. } | Error::APIVersionParseError {} => {
            (Kind::Garbled, error.to_string())
        }
        Error::RequestTimeoutError => (Kind::Timeout, error.to_string()),
        Error::IOError { err } if err.kind() == std::io::ErrorKind::PermissionDenied => {
            (Kind::Denied, error.to_string())
        }
        _ => (Kind::Unavailable, deepest(error)),
    };
    BackendError::new(call, kind, shorten(&message, 300).into_owned())
}

fn deepest(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
