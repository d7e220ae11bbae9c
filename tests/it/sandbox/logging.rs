//! Cloud Logging v2: reading.

use google_cloud_gax::paginator::ItemPaginator;
use google_cloud_logging_v2::model::LogEntry;
use serde_json::{Value, json};
use toban::sandbox::{Options, Sandbox};

use super::{http, logging, quiet, start};

async fn read(sandbox: &Sandbox, project: &str, filter: &str, most: usize) -> Vec<LogEntry> {
    let client = logging(sandbox).await;
    let mut items = client
        .list_log_entries()
        .set_resource_names([format!("projects/{project}")])
        .set_filter(filter)
        .set_order_by("timestamp desc")
        .set_page_size(100)
        .by_item();
    let mut found = Vec::new();
    while let Some(entry) = items.next().await {
        found.push(entry.unwrap());
        if found.len() == most {
            break;
        }
    }
    found
}

async fn past() -> Sandbox {
    start(Options { lively: false, reads_a_minute: None, ..Options::default() }).await
}

#[tokio::test]
async fn the_errors_of_the_last_hour_show_why_the_service_fails() {
    let sandbox = past().await;
    let filter = r#"resource.type="cloud_run_revision"
        resource.labels.service_name="api-key-server" severity>=ERROR jsonPayload.message="Upstream service error""#;
    let found = read(&sandbox, "api-key-prod", filter, 10_000).await;
    assert!(found.len() > 20, "{}", found.len());
    assert!(
        found
            .iter()
            .all(|entry| entry.resource.as_ref().unwrap().labels["revision_name"].ends_with("00043-nam"))
    );
    assert!(
        found.windows(2).all(|pair| pair[0].timestamp.unwrap() >= pair[1].timestamp.unwrap()),
        "newest first"
    );
    assert_eq!(found[0].json_payload().unwrap()["status"], json!(502));
}

#[tokio::test]
async fn requests_have_their_own_log() {
    let sandbox = past().await;
    let filter =
        r#"log_id("run.googleapis.com/requests") httpRequest.status>=500 httpRequest.requestMethod="GET""#;
    let found = read(&sandbox, "sagebase-prod", filter, 5).await;
    assert_eq!(found.len(), 5);
    let request = found[0].http_request.as_ref().unwrap();
    assert_eq!((request.request_method.as_str(), request.status), ("GET", 500));
    assert!(request.request_url.starts_with("https://sagebase-streamlit-"));
    assert!(request.latency.is_some() && !request.user_agent.is_empty());
}

#[tokio::test]
async fn the_past_is_a_week_long_and_holds_what_must_be_hidden() {
    let sandbox = past().await;
    let all = read(&sandbox, "bluelamp-prod", "", 100_000).await;
    assert!((1_500..6_000).contains(&all.len()), "{}", all.len());
    let span = all[0].timestamp.unwrap().seconds() - all.last().unwrap().timestamp.unwrap().seconds();
    assert!(span > 7 * 86_400);
    let bearer = read(&sandbox, "bluelamp-prod", "\"Authorization: Bearer\"", 1).await;
    assert!(bearer[0].text_payload().unwrap().contains("認証エラー"));
    assert!(!read(&sandbox, "api-key-prod", r#"textPayload=~"sk-proj-[A-Za-z0-9]{40}""#, 1).await.is_empty());
    assert!(!read(&sandbox, "sagebase-prod", r#"textPayload:"パスワード=""#, 1).await.is_empty());
}

#[tokio::test]
async fn a_filter_that_is_none_is_refused_with_its_place() {
    let sandbox = quiet().await;
    let client = logging(&sandbox).await;
    let ask = |filter: &str| {
        client.list_log_entries().set_resource_names(["projects/bluelamp-prod"]).set_filter(filter).send()
    };
    let error = ask("severity>=ERROR AND )").await.unwrap_err();
    assert_eq!(error.http_status_code(), Some(400));
    assert!(error.to_string().contains("line 1, column 21, token ')'"), "{error}");
    let error = client.list_log_entries().set_resource_names(["projects/nobody"]).send().await.unwrap_err();
    assert_eq!(error.http_status_code(), Some(403));
    assert_eq!(client.list_log_entries().send().await.unwrap_err().http_status_code(), Some(400));
}

#[tokio::test]
async fn a_page_token_belongs_to_its_question() {
    let sandbox = past().await;
    let ask = async |body: Value| {
        let answer =
            http().post(format!("{}/v2/entries:list", sandbox.url())).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let names = json!(["projects/sagebase-prod"]);
    let (_, first) = ask(json!({ "resourceNames": names, "pageSize": 3 })).await;
    let token = &first["nextPageToken"];
    let (_, second) = ask(json!({ "resourceNames": names, "pageSize": 3, "pageToken": token })).await;
    assert!(first["entries"][2]["timestamp"].as_str() <= second["entries"][0]["timestamp"].as_str());
    assert_ne!(first["entries"][2]["insertId"], second["entries"][0]["insertId"]);
    let (status, _) = ask(json!({ "resourceNames": names, "filter": "x", "pageToken": token })).await;
    assert_eq!(status, 400);
    let (status, answer) = ask(json!({ "resourceNames": names, "pagesize": 3 })).await;
    assert_eq!((status, &answer["error"]["status"]), (400, &json!("INVALID_ARGUMENT")));
}

#[tokio::test]
async fn the_quota_is_googles() {
    let sandbox = start(Options { reads_a_minute: Some(2), ..Options::quiet() }).await;
    let client = logging(&sandbox).await;
    let ask = || client.list_log_entries().set_resource_names(["projects/bluelamp-prod"]).send();
    ask().await.unwrap();
    ask().await.unwrap();
    let error = ask().await.unwrap_err();
    assert_eq!(error.http_status_code(), Some(429));
    assert_eq!(error.status().unwrap().code, google_cloud_gax::error::rpc::Code::ResourceExhausted);
}
