//! The queries of a component's place, asked of a real Prometheus.

use std::collections::BTreeMap;
use std::time::Duration;

use toban::backends::prometheus::Queries;
use toban::base::Clock;
use toban::base::clock::{pause, within};
use toban::config::Config;
use toban::domain::metric::{Range, Series, Unit};
use toban::ports::{BackendError, Kind, Metrics as _};
use toban::wire;

use super::servers::{LONG, Server};
use super::target::Target;
use crate::rig::app::{Plan, Rig};

const QUERIES: [(&str, &str); 8] = [
    ("pressure", "boiler_pressure{boiler=\"north\"}"),
    ("pressures", "boiler_pressure"),
    ("error_rate", "boiler_pressure{boiler=\"north\"} / 100"),
    ("absent", "no_such_metric"),
    ("of_nothing", "boiler_pressure{boiler=\"cold\"} / boiler_pressure{boiler=\"cold\"}"),
    ("constant", "scalar(boiler_pressure{boiler=\"north\"}) + 1"),
    ("broken", "sum(boiler_pressure"),
    ("impossible", "label_replace(boiler_pressure, \"boiler\", \"\", \"boiler\", \".*\")"),
];

fn config(target: &Target) -> String {
    format!(
        "global: {{ scrape_interval: 500ms, scrape_timeout: 500ms }}\n\
         scrape_configs: [{{ job_name: boilers, static_configs: [{{ targets: [\"{}\"] }}] }}]\n",
        target.address
    )
}

fn queries(url: &str) -> Queries {
    let config = Config::example(&format!("[prometheus]\nurl = \"{url}\""), Vec::new(), &[]).unwrap();
    let systems = wire::systems(&config, &Clock::system()).unwrap();
    let queries: BTreeMap<String, String> =
        QUERIES.iter().map(|(name, query)| ((*name).to_owned(), (*query).to_owned())).collect();
    Queries::new(systems.prometheus.unwrap(), queries)
}

async fn read(queries: &Queries, metric: &str, span: Duration) -> Result<Series, BackendError> {
    let range = Range::last(span, Clock::system().now());
    queries.read(metric, range, Duration::from_secs(1)).await
}

async fn latest(queries: &Queries, metric: &str) -> Option<f64> {
    read(queries, metric, Duration::from_mins(5)).await.unwrap().latest().map(|point| point.value)
}

/// Whole seconds are asked for: what was measured in this one comes with the next.
async fn until_read(queries: &Queries, pressure: f64) {
    let read = async {
        while latest(queries, "pressure").await != Some(pressure) {
            pause(Duration::from_millis(50)).await;
        }
    };
    within(LONG, read).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_real_prometheus_measures_is_read_and_what_it_does_not_is_absent() {
    let target = Target::start(&[("north", 3.5), ("south", 8.0), ("cold", 0.0)]).await;
    let Some(prometheus) = Server::prometheus(&config(&target), "").await else { return };
    let asked = queries(&prometheus.url);
    until_read(&asked, 3.5).await;

    let series = read(&asked, "error_rate", Duration::from_mins(5)).await.unwrap();
    assert_eq!(series.unit, Unit::Ratio);
    assert!(series.points.iter().all(|point| (point.value - 0.035).abs() < 1e-9), "{:?}", series.points);
    assert_eq!(latest(&asked, "pressure").await, Some(3.5));
    assert_eq!(latest(&asked, "constant").await, Some(4.5), "a number without labels");
    assert_eq!(latest(&asked, "pressures").await, Some(8.0), "of several series the largest value");
    assert_eq!(latest(&asked, "absent").await, None, "what is not measured is not zero");
    assert_eq!(latest(&asked, "of_nothing").await, None, "a share of nothing is none");

    // More points than the server gives out: fewer are asked for.
    let month = read(&asked, "pressure", Duration::from_hours(31 * 24)).await.unwrap();
    assert!(month.points.len() <= 2, "{:?}", month.points);

    target.turn("north", 4.0);
    until_read(&asked, 4.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_wrong_and_a_server_that_is_gone_are_told_apart() {
    let target = Target::start(&[("north", 3.5), ("south", 8.0)]).await;
    let Some(prometheus) = Server::prometheus(&config(&target), "").await else { return };
    let asked = queries(&prometheus.url);
    until_read(&asked, 3.5).await;
    let fails = async |asked: &Queries, metric: &str| {
        let error = read(asked, metric, Duration::from_mins(5)).await.unwrap_err();
        (error.kind, error.message)
    };
    let (kind, message) = fails(&asked, "broken").await;
    assert_eq!(kind, Kind::Invalid);
    assert!(message.contains("parse error") && message.contains("unclosed"), "{message}");
    let (kind, message) = fails(&asked, "impossible").await;
    assert_eq!(kind, Kind::Failed);
    assert!(message.contains("same labelset"), "{message}");
    assert_eq!(fails(&asked, "nobody_configured_it").await.0, Kind::NotFound);

    let elsewhere = queries(&format!("{}/prometheus", prometheus.url));
    let (kind, message) = fails(&elsewhere, "pressure").await;
    assert_eq!((kind, message.as_str()), (Kind::NotFound, "HTTP 404: is prometheus.url right?"));

    drop(prometheus);
    assert_eq!(fails(&asked, "pressure").await.0, Kind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_shows_what_prometheus_measures() {
    let target = Target::start(&[("north", 3.5)]).await;
    let Some(prometheus) = Server::prometheus(&config(&target), "").await else { return };
    prometheus.until_value("boiler_pressure", "3.5").await;
    let config = format!(
        "[prometheus]\nurl = \"{}\"\n[[service]]\nid = \"taisun\"\n[[service.component]]\nid = \"stats\"\n\
         place = {{ queries = {{ error_rate = \"boiler_pressure / 100\", disk = \"no_such_metric\" }} }}",
        prometheus.url
    );
    let rig = Rig::with(Plan { config, clock: Clock::system(), ..Plan::default() }).await;
    let seen = rig.ask("metrics taisun.stats 1h").await;
    seen.says("stats.error_rate").says("3.5 %").says("> 1 %").says("no data");
    rig.stop().await;
}
