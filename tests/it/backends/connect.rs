//! Components and what they can do.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use toban::backends::connect;
use toban::base::ids::ComponentId;
use toban::domain::health::Verdict;
use toban::domain::service::{Backend, Component, Probe, ProbeAuth};

use super::server::{Server, ok};

fn probe() -> Probe {
    Probe {
        url: "https://service.example.com/health".into(),
        status: 200,
        json: BTreeMap::new(),
        auth: ProbeAuth::None,
        timeout: Duration::from_secs(30),
        slow: None,
    }
}

#[tokio::test]
async fn each_backend_brings_what_it_can() {
    let server = Server::start(|_, _| ok(json!({}))).await;
    let run = || Backend::CloudRun { project: "p".into(), region: "r".into(), service: "s".into() };
    let http = || Backend::Http { url: "https://service.example.com".into() };
    let bucket = || Backend::Bucket { url: "gs://files".into() };
    for (place, probe, health, others) in [
        (run(), None, 1, true),
        (run(), Some(probe()), 2, true),
        (http(), None, 1, false),
        (http(), Some(probe()), 1, false),
        (bucket(), None, 0, false),
        (bucket(), Some(probe()), 1, false),
    ] {
        let component = Component { id: ComponentId::new("web"), place, probe };
        let can = connect(&component, &server.systems());
        assert_eq!(
            (can.health.len(), can.logs.is_some(), can.releases.is_some()),
            (health, others, others),
            "{component:?}"
        );
    }
}

#[tokio::test]
async fn a_plain_address_is_healthy_when_it_answers_200() {
    let server = Server::start(|_, _| ok(json!({}))).await;
    let place = Backend::Http { url: "https://service.example.com/".into() };
    let component = Component { id: ComponentId::new("web"), place, probe: None };
    let can = connect(&component, &server.systems());
    assert_eq!(can.health[0].check().await[0].verdict, Verdict::Healthy);
}
