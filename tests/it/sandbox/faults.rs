//! Faults, and the record of what was asked.

use std::time::Duration;

use google_cloud_gax::error::rpc::Code;
use google_cloud_logging_v2::model::TailLogEntriesRequest;
use serde_json::{Value, json};
use toban::sandbox::{Fault, Kind, System};

use super::{API_KEY, http, logging, quiet, services};

#[tokio::test]
async fn google_answers_an_error_as_its_own() {
    let sandbox = quiet().await;
    let client = services(&sandbox).await;
    sandbox.world().fault(Fault::new(System::Run, Kind::PermissionDenied));
    let error = client.get_service().set_name(API_KEY).send().await.unwrap_err();
    assert_eq!(error.status().unwrap().code, Code::PermissionDenied);
    sandbox.world().clear_faults();
    sandbox.world().fault(Fault::new(System::Run, Kind::Garbage).times(1));
    assert!(client.get_service().set_name(API_KEY).send().await.is_err());
    client.get_service().set_name(API_KEY).send().await.unwrap();
}

#[tokio::test]
async fn a_stream_fails_as_grpc_does() {
    let sandbox = quiet().await;
    sandbox.world().fault(Fault::new(System::Logging, Kind::PermissionDenied).at("TailLogEntries"));
    let (sender, mut stream) = logging(&sandbox).await.tail_log_entries().build();
    // The stream may be refused before the request is taken.
    let _ = sender.send(TailLogEntriesRequest::new().set_resource_names(["projects/bluelamp-prod"])).await;
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().unwrap().code, Code::PermissionDenied);
}

#[tokio::test]
async fn a_connection_cut_after_the_change_leaves_the_change() {
    let sandbox = quiet().await;
    sandbox.world().fault(Fault::new(System::Run, Kind::DropAfter).on("PATCH").times(1));
    let url = format!("{}/v2/{API_KEY}?updateMask=annotations", sandbox.url());
    let patch = json!({ "annotations": { "note": "kept" } });
    assert!(http().patch(&url).json(&patch).send().await.is_err());
    let service: Value = http().get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(service["annotations"]["note"], "kept");
}

#[tokio::test]
async fn a_hanging_server_never_answers_and_still_stops() {
    let sandbox = quiet().await;
    sandbox.world().fault(Fault::new(System::Sagebase, Kind::Hang));
    let call = tokio::spawn(http().get(format!("{}/sagebase/health", sandbox.url())).send());
    while sandbox.world().requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!call.is_finished());
    sandbox.stop().await;
    assert!(call.await.unwrap().is_err(), "the connection was cut");
}

#[tokio::test]
async fn faults_are_switched_over_http_too() {
    let sandbox = quiet().await;
    let faults = format!("{}/sandbox/faults", sandbox.url());
    let health = format!("{}/taisun/health", sandbox.url());
    let fault = json!({ "system": "taisun", "kind": "unavailable", "path": "/health" });
    assert_eq!(http().post(&faults).json(&fault).send().await.unwrap().status(), 204);
    assert_eq!(http().get(&health).send().await.unwrap().status(), 503);
    let listed: Value = http().get(&faults).send().await.unwrap().json().await.unwrap();
    assert_eq!(listed, json!([fault]));
    http().delete(&faults).send().await.unwrap();
    assert_eq!(http().get(&health).send().await.unwrap().status(), 200);
    sandbox.world().fault(Fault::new(System::Taisun, Kind::Slow { ms: 30 }));
    let watch = sandbox.world().clock().stopwatch();
    http().get(&health).send().await.unwrap();
    assert!(watch.elapsed() >= Duration::from_millis(30));
}

#[tokio::test]
async fn requests_are_remembered() {
    let sandbox = quiet().await;
    services(&sandbox).await.get_service().set_name(API_KEY).send().await.unwrap();
    let seen = sandbox.world().requests();
    assert_eq!((seen[0].method.as_str(), seen[0].path.as_str()), ("GET", format!("/v2/{API_KEY}").as_str()));
    assert!(seen[0].query.contains("alt=json"), "{}", seen[0].query);
    assert!(seen[0].headers.contains_key("x-goog-api-client"));
}
