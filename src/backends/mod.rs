//! Adapters of the systems that services run on.

pub mod google;
pub mod http;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::backends::google::Google;
use crate::backends::google::logging::{CloudLog, filter::Place};
use crate::backends::google::run::CloudRun;
use crate::backends::http::{Http, HttpProbe};
use crate::domain::service::{Backend, Component, Probe, ProbeAuth};
use crate::ports::{Capabilities, Health};

/// How long a plain `http` component may take to answer, where no probe says otherwise.
const PLAIN_LIMIT: Duration = Duration::from_secs(5);

/// What a component can do. One whose backend has no adapter here can do what its probe can, or nothing.
pub fn connect(component: &Component, google: &Arc<Google>, http: &Http) -> Capabilities {
    let mut can = Capabilities::default();
    if let Backend::CloudRun { project, region, service } = &component.place {
        let run = Arc::new(CloudRun::new(google.clone(), project, region, service));
        let place = Place { project: project.clone(), region: region.clone(), service: service.clone() };
        can.health.push(run.clone());
        can.logs = Some(Arc::new(CloudLog::new(google.clone(), place)));
        can.releases = Some(run);
    }
    let probe = match (&component.probe, &component.place) {
        (Some(probe), _) => Some(probe.clone()),
        (None, Backend::Http { url }) => Some(plain(url)),
        _ => None,
    };
    can.health.extend(probe.map(|probe| Arc::new(HttpProbe::new(probe, http)) as Arc<dyn Health>));
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
