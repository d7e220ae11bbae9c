//! The services' own endpoints and the metadata server.

use google_cloud_auth::credentials::idtoken;
use serde_json::{Value, json};
use toban::sandbox::Sandbox;

use super::{API_KEY, http, quiet};

async fn token(sandbox: &Sandbox, audience: &str) -> String {
    let builder = idtoken::mds::Builder::new(audience).with_endpoint(sandbox.metadata_url());
    builder.build().unwrap().id_token().await.unwrap()
}

#[tokio::test]
async fn every_service_says_that_it_is_well() {
    let sandbox = quiet().await;
    for service in ["sagebase", "bluelamp", "taisun", "smart-office"] {
        let url = &sandbox.urls()[service];
        let health: Value = http().get(format!("{url}/health")).send().await.unwrap().json().await.unwrap();
        assert_eq!(health, json!({ "status": "ok" }), "{service}");
    }
    let url = format!("{}/smart-office/api/v1/ai/health", sandbox.url());
    let health: Value = http().get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(health, json!({ "status": "healthy", "ollama_reachable": true }));
}

#[tokio::test]
async fn a_service_that_demands_a_token_takes_only_its_own() {
    let sandbox = quiet().await;
    let url = format!("{}/health", sandbox.urls()["api-key-server"]);
    assert_eq!(http().get(&url).send().await.unwrap().status(), 403);
    let wrong = token(&sandbox, "https://elsewhere.example.com").await;
    assert_eq!(http().get(&url).bearer_auth(wrong).send().await.unwrap().status(), 401);
    let right = token(&sandbox, "https://api-key-server.example.com").await;
    let answer = http().get(&url).bearer_auth(right).send().await.unwrap();
    assert_eq!(answer.status(), 502, "let in, and its revision is bad");
    assert!(answer.text().await.unwrap().contains("Upstream service error"));
}

#[tokio::test]
async fn traffic_back_on_the_old_revision_mends_the_service() {
    let sandbox = quiet().await;
    let patch = json!({ "traffic": [{
        "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
        "revision": "api-key-server-00041-wud",
        "percent": 100,
    }] });
    let url = format!("{}/v2/{API_KEY}?updateMask=traffic", sandbox.url());
    let operation: Value = http().patch(url).json(&patch).send().await.unwrap().json().await.unwrap();
    let wait = format!("{}/v2/{}:wait", sandbox.url(), operation["name"].as_str().unwrap());
    let done: Value = http().post(wait).json(&json!({})).send().await.unwrap().json().await.unwrap();
    assert_eq!(done["done"], true);
    assert_eq!(done["response"]["@type"], "type.googleapis.com/google.cloud.run.v2.Service");
    let token = token(&sandbox, "https://api-key-server.example.com").await;
    let base = &sandbox.urls()["api-key-server"];
    let health = http().get(format!("{base}/health")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(health.status(), 200);
    let version: Value =
        http().get(format!("{base}/version")).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    assert_eq!(version["revision"], "api-key-server-00041-wud");
}

#[tokio::test]
async fn the_metadata_server_wants_its_header() {
    let sandbox = quiet().await;
    let url = format!(
        "{}/computeMetadata/v1/instance/service-accounts/default/identity?audience=a&format=full",
        sandbox.url()
    );
    assert_eq!(http().get(&url).send().await.unwrap().status(), 403);
    let answer = http().get(&url).header("Metadata-Flavor", "Google").send().await.unwrap();
    assert_eq!(answer.headers()["metadata-flavor"], "Google");
    assert_eq!(answer.text().await.unwrap().split('.').count(), 3);
}

#[tokio::test]
async fn the_overlay_is_toml_and_leads_here() {
    let sandbox = quiet().await;
    let overlay: toml::Table = sandbox.config_overlay().parse().unwrap();
    assert_eq!(overlay["google"]["endpoints"]["run"].as_str().unwrap(), sandbox.url());
    let origins = overlay["http"]["origins"].as_table().unwrap();
    let here = origins["https://sagebase.example.com"].as_str().unwrap();
    assert_eq!(http().get(format!("{here}/health")).send().await.unwrap().status(), 200);
}
