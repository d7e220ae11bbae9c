//! Adapters of the systems that services run on.

pub mod docker;
pub mod google;
pub mod http;
pub mod prometheus;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::backends::docker::{Containers, Engine};
use crate::backends::google::Google;
use crate::backends::google::logging::{CloudLog, filter::Place};
use crate::backends::google::monitoring::{self, Monitoring};
use crate::backends::google::run::CloudRun;
use crate::backends::http::{Http, HttpProbe};
use crate::backends::prometheus::{Prometheus, Queries};
use crate::domain::service::{Backend, Component, Probe, ProbeAuth};
use crate::ports::{Capabilities, Health};

/// How long a plain `http` component may take to answer, where no probe says otherwise.
const PLAIN_LIMIT: Duration = Duration::from_secs(5);

/// What all components of a kind share.
#[derive(Debug, Clone)]
pub struct Systems {
    /// Google Cloud.
    pub google: Arc<Google>,
    /// HTTP to services.
    pub http: Http,
    /// Prometheus, where it is configured.
    pub prometheus: Option<Prometheus>,
    /// The Docker Engine.
    pub docker: Option<Engine>,
}

/// What a component can do. One whose backend has no adapter here can do what its probe can, or nothing.
pub fn connect(component: &Component, systems: &Systems) -> Capabilities {
    let mut can = Capabilities::default();
    let google = &systems.google;
    match &component.place {
        Backend::CloudRun { project, region, service } => {
            let run = Arc::new(CloudRun::new(google.clone(), project, region, service));
            let place = Place { project: project.clone(), region: region.clone(), service: service.clone() };
            let measured = monitoring::Place::Run {
                project: project.clone(),
                region: region.clone(),
                service: service.clone(),
            };
            can.health.push(run.clone());
            can.logs = Some(Arc::new(CloudLog::new(google.clone(), place)));
            can.metrics = Some(Arc::new(Monitoring::new(google.clone(), measured)));
            can.restart = Some(run.clone());
            can.releases = Some(run);
        }
        Backend::CloudSql { project, instance, database } => {
            let measured = monitoring::Place::Sql {
                project: project.clone(),
                instance: instance.clone(),
                database: database.clone(),
            };
            can.metrics = Some(Arc::new(Monitoring::new(google.clone(), measured)));
        }
        Backend::Prometheus { queries } => {
            let server = systems.prometheus.clone();
            can.metrics = server.map(|server| Arc::new(Queries::new(server, queries.clone())) as _);
        }
        Backend::Compose { project, service } => {
            let engine = systems.docker.clone();
            can.metrics = engine.map(|engine| Arc::new(Containers::new(engine, project, service)) as _);
        }
        _ => {}
    }
    let probe = match (&component.probe, &component.place) {
        (Some(probe), _) => Some(probe.clone()),
        (None, Backend::Http { url }) => Some(plain(url)),
        _ => None,
    };
    can.health.extend(probe.map(|probe| Arc::new(HttpProbe::new(probe, &systems.http)) as Arc<dyn Health>));
    can
}

fn plain(url: &str) -> Probe {
    Probe {
        url: url.to_owned(),
        status: 200,
        json: BTreeMap::new(),
        auth: ProbeAuth::None,
        timeout: PLAIN_LIMIT,
        slow: None,
    }
}
