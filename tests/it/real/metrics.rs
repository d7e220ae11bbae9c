//! What Toban measures of itself, read by a real Prometheus that has its alert rules loaded.

use serde_json::Value;

use super::servers::Server;
use crate::rig::app::Rig;

const RULES: &str = include_str!("../../../docs/alerts.yml");

fn rule<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let rules = answer["data"]["groups"][0]["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["name"] == name).unwrap_or_else(|| panic!("no {name} in {answer:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_prometheus_scrapes_toban_and_its_rules_tell_when_it_is_gone() {
    let rig = Rig::start().await;
    let config = format!(
        "global: {{ scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }}\n\
         rule_files: [rules.yml]\n\
         scrape_configs: [{{ job_name: toban, static_configs: [{{ targets: [\"{}\"] }}] }}]\n",
        rig.running.address
    );
    let Some(prometheus) = Server::prometheus(&config, RULES).await else { return };
    rig.ask("status").await;
    prometheus.until_value("toban_commands_total{outcome=\"answered\"}", "1").await;
    prometheus.until_value("up{job=\"toban\"}", "1").await;
    prometheus.until_value("toban_wake_lag_seconds", "0").await;

    let all_well = |answer: &Value| {
        let rules = answer["data"]["groups"][0]["rules"].as_array();
        let well = |rule: &Value| rule["health"] == "ok" && rule["state"] == "inactive";
        rules.is_some_and(|rules| !rules.is_empty() && rules.iter().all(well))
    };
    prometheus.until("/api/v1/rules", all_well).await;

    rig.stop().await;
    let down = |answer: &Value| rule(answer, "TobanDown")["state"] == "pending";
    let answer = prometheus.until("/api/v1/rules", down).await;
    assert_eq!(rule(&answer, "TobanWakesLate")["health"], "ok");
}
