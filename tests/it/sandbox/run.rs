//! Cloud Run Admin v2.

use std::time::Duration;

use google_cloud_gax::paginator::ItemPaginator;
use google_cloud_lro::{Poller, PollingResult};
use google_cloud_run_v2::model::condition::State;
use google_cloud_run_v2::model::{IngressTraffic, Service, TrafficTarget, TrafficTargetAllocationType};
use google_cloud_wkt::FieldMask;
use jiff::Timestamp;
use serde_json::{Value, json};
use toban::base::Clock;
use toban::sandbox::{Fault, Kind, Options, Sandbox, System};

use super::{API_KEY, http, quiet, revisions, services, start};

fn pinned(revision: &str) -> TrafficTarget {
    TrafficTarget::new()
        .set_type(TrafficTargetAllocationType::Revision)
        .set_revision(revision)
        .set_percent(100)
}

fn traffic_to(revision: &str, etag: &str) -> Service {
    Service::new().set_name(API_KEY).set_etag(etag).set_traffic([pinned(revision)])
}

fn mask(path: &str) -> FieldMask {
    FieldMask::default().set_paths([path])
}

#[tokio::test]
async fn a_service_reads_as_google_writes_it() {
    let sandbox = quiet().await;
    let service = services(&sandbox).await.get_service().set_name(API_KEY).send().await.unwrap();
    assert_eq!(service.ingress, IngressTraffic::All);
    assert_eq!(service.generation, 43);
    assert_eq!(service.terminal_condition.as_ref().unwrap().state, State::ConditionSucceeded);
    assert!(service.latest_ready_revision.ends_with("/revisions/api-key-server-00043-nam"));
    let status = &service.traffic_statuses[0];
    assert_eq!((status.percent, status.revision.as_str()), (100, ""), "LATEST has no revision's name");
    assert!(!service.etag.is_empty() && !service.reconciling);
    let container = &service.template.as_ref().unwrap().containers[0];
    let secret = container.env.iter().find(|var| var.name == "OPENAI_API_KEYS").unwrap();
    assert_eq!(secret.value_source().unwrap().secret_key_ref.as_ref().unwrap().version, "8");
}

#[tokio::test]
async fn revisions_come_newest_first_page_by_page() {
    let sandbox = quiet().await;
    let client = revisions(&sandbox).await;
    let mut items = client.list_revisions().set_parent(API_KEY).set_page_size(2).by_item();
    let mut names = Vec::new();
    while let Some(revision) = items.next().await {
        let revision = revision.unwrap();
        let ready = revision.conditions.iter().find(|condition| condition.r#type == "Ready").unwrap();
        names.push((
            revision.name.rsplit('-').nth(1).unwrap().to_owned(),
            ready.state == State::ConditionSucceeded,
        ));
    }
    let names: Vec<_> = names.iter().map(|(name, ready)| (name.as_str(), *ready)).collect();
    assert_eq!(names, [("00043", true), ("00042", false), ("00041", true), ("00040", true), ("00039", true)]);
    assert_eq!(sandbox.world().requests().len(), 3, "two to a page");
    let one = client.get_revision().set_name(format!("{API_KEY}/revisions/api-key-server-00041-wud")).send();
    assert_eq!(one.await.unwrap().containers[0].image, "gcr.io/api-key-prod/api-key-server:v1.7.2");
}

#[tokio::test]
async fn traffic_moves_when_the_operation_ends() {
    let sandbox = quiet().await;
    let client = services(&sandbox).await;
    let before = client.get_service().set_name(API_KEY).send().await.unwrap();
    let after = client
        .update_service()
        .set_service(traffic_to("api-key-server-00041-wud", &before.etag))
        .set_update_mask(mask("traffic"))
        .poller()
        .until_done()
        .await
        .unwrap();
    assert_eq!(after.traffic_statuses[0].revision, "api-key-server-00041-wud");
    assert_eq!(after.template, before.template, "only what the mask names changes");
    assert_ne!(after.etag, before.etag);
    assert_eq!(after.generation, before.generation + 1);
    assert_eq!(after.latest_created_revision, before.latest_created_revision);
}

#[tokio::test]
async fn an_operation_takes_its_time_and_says_so() {
    let clock = Clock::manual("2026-01-09T03:00:00Z".parse::<Timestamp>().unwrap());
    let options = Options { operations_take: Duration::from_secs(4), ..Options::quiet() };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sandbox = Sandbox::start(clock.clone(), options).await.unwrap();
    let client = services(&sandbox).await;
    let mut poller = client
        .update_service()
        .set_service(traffic_to("api-key-server-00041-wud", ""))
        .set_update_mask(mask("traffic"))
        .poller();
    for _ in 0..2 {
        match poller.poll().await {
            Some(PollingResult::InProgress(Some(service))) => assert!(service.reconciling),
            other => panic!("in progress, with the service: {}", other.is_some()),
        }
    }
    let now = client.get_service().set_name(API_KEY).send().await.unwrap();
    assert_eq!(now.terminal_condition.unwrap().state, State::ConditionReconciling);
    assert_eq!(now.traffic_statuses[0].revision, "", "the traffic has not moved yet");
    clock.advance(Duration::from_secs(4));
    match poller.poll().await {
        Some(PollingResult::Completed(Ok(service))) => assert!(!service.reconciling),
        other => panic!("done: {}", other.is_some()),
    }
}

#[tokio::test]
async fn traffic_to_a_revision_that_is_missing_or_not_ready_ends_in_an_error() {
    let sandbox = quiet().await;
    let client = services(&sandbox).await;
    for (revision, said) in
        [("api-key-server-00099-zzz", "does not exist"), ("api-key-server-00042-pog", "not ready")]
    {
        let update =
            client.update_service().set_service(traffic_to(revision, "")).set_update_mask(mask("traffic"));
        let error = update.poller().until_done().await.unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
    let service = client.get_service().set_name(API_KEY).send().await.unwrap();
    assert_eq!(service.terminal_condition.unwrap().state, State::ConditionFailed);
    assert_eq!(service.traffic_statuses[0].revision, "", "what served goes on serving");
}

#[tokio::test]
async fn an_old_etag_is_refused() {
    let sandbox = quiet().await;
    let client = services(&sandbox).await;
    let update = client.update_service().set_service(traffic_to("api-key-server-00041-wud", "\"old\""));
    let error = update.set_update_mask(mask("traffic")).send().await.unwrap_err();
    assert_eq!(error.http_status_code(), Some(409));
    assert_eq!(error.status().unwrap().code, google_cloud_gax::error::rpc::Code::Aborted);
}

#[tokio::test]
async fn a_changed_template_makes_a_revision_unless_its_name_is_taken() {
    let sandbox = quiet().await;
    let client = services(&sandbox).await;
    let mut service = client.get_service().set_name(API_KEY).send().await.unwrap();
    let template = service.template.as_mut().unwrap();
    template.annotations.insert("toban/restarted-at".to_owned(), "now".to_owned());
    let update = client.update_service().set_service(service.clone()).set_update_mask(mask("template"));
    let error = update.send().await.unwrap_err();
    assert_eq!(error.http_status_code(), Some(409), "gcloud left the name in the template");

    service.template.as_mut().unwrap().revision.clear();
    let update = client.update_service().set_service(service).set_update_mask(mask("template"));
    let after = update.poller().until_done().await.unwrap();
    assert!(
        after.latest_ready_revision.contains("/revisions/api-key-server-00044-"),
        "{}",
        after.latest_ready_revision
    );
    let old = client.get_service().set_name(API_KEY).send().await.unwrap();
    assert_eq!(old.latest_created_revision, after.latest_ready_revision);
}

#[tokio::test]
async fn a_revision_that_never_becomes_ready_leaves_the_old_one_serving() {
    let sandbox = quiet().await;
    sandbox.world().fault(Fault::new(System::Run, Kind::NeverReady).times(1));
    let client = services(&sandbox).await;
    let mut service = client.get_service().set_name(API_KEY).send().await.unwrap();
    let template = service.template.as_mut().unwrap();
    template.revision.clear();
    template.annotations.insert("x".to_owned(), "y".to_owned());
    let update = client.update_service().set_service(service).set_update_mask(mask("template"));
    let error = update.poller().until_done().await.unwrap_err();
    assert!(error.to_string().contains("failed to start and listen"), "{error}");
    let service = client.get_service().set_name(API_KEY).send().await.unwrap();
    assert!(service.latest_ready_revision.ends_with("00043-nam"));
    assert!(service.latest_created_revision.contains("00044"));
}

#[tokio::test]
async fn operations_that_never_end_or_end_badly() {
    let sandbox = quiet().await;
    let client = services(&sandbox).await;
    let update = || {
        client
            .update_service()
            .set_service(traffic_to("api-key-server-00041-wud", ""))
            .set_update_mask(mask("traffic"))
    };
    sandbox.world().fault(Fault::new(System::Run, Kind::FailingOperation).times(1));
    assert!(update().poller().until_done().await.is_err());
    sandbox.world().fault(Fault::new(System::Run, Kind::EndlessOperation).times(1));
    let mut poller = update().poller();
    for _ in 0..3 {
        assert!(matches!(poller.poll().await, Some(PollingResult::InProgress(_))));
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_as_google_says_it() {
    let sandbox = quiet().await;
    let client = services(&sandbox).await;
    let name = API_KEY.replace("api-key-server", "nobody");
    let error = client.get_service().set_name(name).send().await.unwrap_err();
    assert_eq!(error.http_status_code(), Some(404));
    assert!(error.to_string().contains("of kind 'SERVICE'"), "{error}");
    let error = client.get_service().set_name("projects/x/locations/y/services/z").send().await.unwrap_err();
    assert_eq!(error.http_status_code(), Some(403));
    let url = format!("{}/v2/{API_KEY}", sandbox.url());
    let answer = http().patch(url).json(&json!({ "trafic": [] })).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let status: Value = answer.json().await.unwrap();
    assert_eq!(status["error"]["status"], "INVALID_ARGUMENT");
    assert!(status["error"]["message"].as_str().unwrap().contains("Unknown name \"trafic\""));
}

#[tokio::test]
async fn enumerations_are_names_for_who_does_not_ask_for_numbers() {
    let sandbox = quiet().await;
    let service: Value =
        http().get(format!("{}/v2/{API_KEY}", sandbox.url())).send().await.unwrap().json().await.unwrap();
    assert_eq!(service["terminalCondition"]["state"], "CONDITION_SUCCEEDED");
    assert_eq!(service["traffic"][0]["type"], "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST");
    assert_eq!(service["generation"], "43");
}

#[tokio::test]
async fn only_a_revision_without_traffic_can_be_deleted() {
    let sandbox = start(Options::quiet()).await;
    let client = revisions(&sandbox).await;
    let busy = format!("{API_KEY}/revisions/api-key-server-00043-nam");
    let error = client.delete_revision().set_name(busy).send().await.unwrap_err();
    assert_eq!(error.status().unwrap().code, google_cloud_gax::error::rpc::Code::FailedPrecondition);
    let idle = format!("{API_KEY}/revisions/api-key-server-00039-bet");
    client.delete_revision().set_name(&idle).poller().until_done().await.unwrap();
    assert_eq!(client.get_revision().set_name(idle).send().await.unwrap_err().http_status_code(), Some(404));
}
