//! Revisions and traffic of Cloud Run: what is read, what is sent, and what an answer that never came means.

use std::sync::Mutex;
use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use toban::backends::google::run::CloudRun;
use toban::domain::words::Phrase;
use toban::ports::{Kind, Releases};

use super::server::{Reply, Seen, Server, Told, google_error, ok, serving};

const PATH: &str = "/v2/projects/acme-prod/locations/asia-northeast1/services/api";
const NAME: &str = "projects/acme-prod/locations/asia-northeast1/services/api";
const OPERATION: &str = "projects/acme-prod/locations/asia-northeast1/operations/op-1";
const LATEST: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
const REVISION: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

fn run(server: &Server) -> CloudRun {
    CloudRun::new(server.google(), "acme-prod", "asia-northeast1", "api")
}

/// A service as Cloud Run answers it, with members that no client knows yet.
fn service() -> Value {
    json!({
        "name": NAME,
        "generation": "42",
        "etag": "\"etag-1\"",
        "futureMember": {"deep": [1, 2, {"deeper": true}]},
        "template": {
            "revision": "api-00003-c",
            "futureTemplate": "kept",
            "containers": [{
                "image": "registry.example.com/api:3",
                "futureContainer": 7,
                "env": [{"name": "MODE", "value": "fast", "futureEnv": false}],
            }],
        },
        "traffic": [{"type": LATEST, "percent": 100}],
        "trafficStatuses": [{"type": LATEST, "percent": 100}],
        "latestReadyRevision": format!("{NAME}/revisions/api-00003-c"),
        "latestCreatedRevision": format!("{NAME}/revisions/api-00003-c"),
        "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
        "conditions": [{"type": "RoutesReady", "state": "CONDITION_SUCCEEDED"}],
    })
}

/// The same after the traffic moved to `api-00002-b`.
fn moved() -> Value {
    let mut service = service();
    service["etag"] = json!("\"etag-2\"");
    service["traffic"] = json!([{"type": REVISION, "revision": "api-00002-b", "percent": 100}]);
    service["trafficStatuses"] = service["traffic"].clone();
    service
}

fn operation(done: bool, result: Value) -> Value {
    let mut operation = json!({"name": OPERATION, "done": done});
    operation["metadata"] = with_type(service());
    for (name, value) in result.as_object().unwrap() {
        operation[name] = value.clone();
    }
    operation
}

fn with_type(mut message: Value) -> Value {
    message["@type"] = json!("type.googleapis.com/google.cloud.run.v2.Service");
    message
}

fn revision(number: u32, at: &str, state: &str) -> Value {
    json!({
        "name": format!("{NAME}/revisions/api-0000{number}-{}", ["x", "a", "b", "c"][number as usize]),
        "createTime": at,
        "futureMember": 1,
        "containers": [{"image": format!("registry.example.com/api:{number}"), "env": [
            {"name": "MODE", "value": "hunter2-value"},
            {"name": "KEY", "valueSource": {"secretKeyRef": {"secret": "api-key", "version": "7"}}},
        ]}],
        "conditions": [{"type": "Ready", "state": state, "message": "port 8080 does not answer"}],
    })
}

async fn route(server: &Server, to: Option<&str>) -> (Result<(), (Kind, String)>, Vec<Phrase>) {
    let told = Told::default();
    let result = run(server).route(to, "\"etag-1\"", &told).await;
    (result.map_err(|error| (error.kind, error.message)), told.0.into_inner().unwrap())
}

#[tokio::test]
async fn all_pages_of_revisions_are_read_and_shares_are_given_to_them() {
    let server = Server::start(|seen, _| {
        match (seen.path.as_str(), seen.query.get("pageToken").map(String::as_str)) {
            (PATH, _) => ok(service()),
            (_, None | Some("")) => ok(json!({
                "revisions": [revision(3, "2024-01-03T00:00:00Z", "CONDITION_SUCCEEDED")],
                "nextPageToken": "more",
            })),
            (_, Some("more")) => ok(json!({"revisions": [
                revision(1, "2024-01-01T00:00:00Z", "CONDITION_FAILED"),
                revision(2, "2024-01-02T00:00:00Z", "CONDITION_RECONCILING"),
            ]})),
            _ => google_error(400, "INVALID_ARGUMENT", "page token"),
        }
    })
    .await;
    let serving = serving(&run(&server)).await;
    assert!(serving.follows_latest);
    assert_eq!(serving.version, "\"etag-1\"");
    let told: Vec<_> = serving
        .revisions
        .iter()
        .map(|it| (it.name.as_str(), it.traffic, it.ready, it.image.as_str(), it.trouble.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            ("api-00003-c", 100, Some(true), "registry.example.com/api:3", false),
            ("api-00002-b", 0, None, "registry.example.com/api:2", false),
            ("api-00001-a", 0, Some(false), "registry.example.com/api:1", true),
        ]
    );
    assert_eq!(serving.revisions[0].variables["KEY"], "secret:api-key/7");
    assert!(!format!("{serving:?}").contains("hunter2"));
    let lists: Vec<Seen> =
        server.requests().into_iter().filter(|seen| seen.path == format!("{PATH}/revisions")).collect();
    assert_eq!(lists.len(), 2);
    assert_eq!(lists[0].query["pageSize"], "100");
}

#[tokio::test]
async fn a_change_of_traffic_sends_the_whole_service_back_with_only_traffic_in_the_mask() {
    let server = Server::start(|seen, before| match (&seen.method, seen.path.as_str(), before) {
        (&Method::GET, PATH, _) => ok(service()),
        (&Method::PATCH, PATH, _) => ok(operation(false, json!({}))),
        (&Method::GET, _, 0..=3) => ok(operation(false, json!({}))),
        _ => ok(operation(true, json!({"response": with_type(moved())}))),
    })
    .await;
    let (result, told) = route(&server, Some("api-00002-b")).await;
    assert_eq!(result, Ok(()));
    assert_eq!(told[0], Phrase::new("backend-route-revision").with("revision", "api-00002-b"));

    let requests = server.requests();
    let patch = requests.iter().find(|seen| seen.method == Method::PATCH).unwrap();
    assert_eq!(patch.path, PATH);
    assert_eq!(patch.query["updateMask"], "traffic");
    assert_ne!(patch.query.get("allowMissing").map(String::as_str), Some("true"));
    let traffic = &patch.body["traffic"];
    assert_eq!(traffic.as_array().unwrap().len(), 1);
    assert_eq!(traffic[0]["revision"], "api-00002-b");
    assert_eq!(traffic[0]["percent"], 100);
    // The clients write enumerations by number: REVISION is 2.
    assert!(traffic[0]["type"] == 2 || traffic[0]["type"] == REVISION, "{traffic}");
    assert_eq!(patch.body["etag"], "\"etag-1\"");
    // Nothing else moved, known to the clients or not.
    for path in [
        "/futureMember",
        "/template/futureTemplate",
        "/template/revision",
        "/template/containers/0/futureContainer",
        "/template/containers/0/image",
        "/template/containers/0/env/0/futureEnv",
        "/template/containers/0/env/0/value",
    ] {
        assert_eq!(patch.body.pointer(path), service().pointer(path), "{path}");
    }
    let polled = requests.last().unwrap();
    assert_eq!(polled.path, format!("/v2/{OPERATION}"));
    assert_eq!(server.count(&Method::PATCH), 1);
}

#[tokio::test]
async fn traffic_goes_back_to_following_the_latest() {
    let server = Server::start(|seen, _| match seen.method {
        Method::PATCH => ok(operation(true, json!({"response": with_type(service())}))),
        _ => ok(service()),
    })
    .await;
    let (result, told) = route(&server, None).await;
    assert_eq!(result, Ok(()));
    assert_eq!(told, [Phrase::new("backend-route-latest")]);
    let requests = server.requests();
    let traffic = &requests.last().unwrap().body["traffic"][0];
    assert!(traffic["type"] == 1 || traffic["type"] == LATEST, "{traffic}");
    assert_eq!(traffic.get("revision"), None);
}

#[tokio::test]
async fn a_service_that_moved_since_is_left_alone() {
    let server = Server::start(|_, _| ok(moved())).await;
    let (result, _) = route(&server, Some("api-00002-b")).await;
    let (kind, message) = result.unwrap_err();
    assert_eq!(kind, Kind::Conflict);
    assert!(message.contains("etag-2"), "{message}");
    assert_eq!(server.count(&Method::PATCH), 0);
}

#[tokio::test]
async fn a_refusal_is_passed_on_and_never_tried_again() {
    for (reply, kind, words) in [
        (
            google_error as fn(u16, &str, &str) -> Reply,
            Kind::Denied,
            (403, "PERMISSION_DENIED", "run.services.update"),
        ),
        (google_error, Kind::NotFound, (404, "NOT_FOUND", "Resource 'api' was not found")),
        (google_error, Kind::Conflict, (409, "ABORTED", "Conflict for resource 'api'")),
        (google_error, Kind::Quota, (429, "RESOURCE_EXHAUSTED", "Quota exceeded")),
        (google_error, Kind::Invalid, (400, "INVALID_ARGUMENT", "traffic[0]")),
    ] {
        let (http, status, message) = words;
        let server = Server::start(move |seen, _| match seen.method {
            Method::PATCH => reply(http, status, message),
            _ => ok(service()),
        })
        .await;
        let (result, _) = route(&server, Some("api-00002-b")).await;
        assert_eq!(result, Err((kind, message.to_owned())));
        assert_eq!(server.count(&Method::PATCH), 1, "{status}");
    }
}

#[tokio::test]
async fn an_operation_that_ends_with_an_error_has_failed_though_http_said_200() {
    let failure = json!({"error": {"code": 5, "message": "Revision 'api-00009-z' is not found."}});
    let server = Server::start(move |seen, _| match (&seen.method, seen.path.as_str()) {
        (&Method::PATCH, _) => ok(operation(false, json!({}))),
        (_, PATH) => ok(service()),
        _ => ok(operation(true, failure.clone())),
    })
    .await;
    let (result, _) = route(&server, Some("api-00009-z")).await;
    assert_eq!(result, Err((Kind::Failed, "Revision 'api-00009-z' is not found.".into())));
    assert_eq!(server.count(&Method::PATCH), 1);
}

/// A server whose PATCH is answered by `lost`, after which the service is `then`.
async fn losing(lost: fn() -> Reply, then: fn() -> Value) -> Server {
    let patched = Mutex::new(false);
    Server::start(move |seen, _| {
        let mut patched = patched.lock().unwrap();
        if seen.method == Method::PATCH {
            *patched = true;
            return lost();
        }
        ok(if *patched { then() } else { service() })
    })
    .await
}

/// Waits for the answer to a change no longer than a test can, where none will come.
fn hasty(mut server: Server, reply: &Reply) -> Server {
    if matches!(reply, Reply::Silence) {
        server.limits.write = Duration::from_millis(300);
    }
    server
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_reported_done_when_the_traffic_is_there() {
    let answers: [fn() -> Reply; 5] = [
        || Reply::Silence,
        || Reply::Cut,
        || google_error(503, "UNAVAILABLE", "try later"),
        || google_error(500, "INTERNAL", "oops"),
        || Reply::Raw(200, "text/html", "<html>login</html>".into()),
    ];
    for lost in answers {
        let server = hasty(losing(lost, moved).await, &lost());
        let (result, told) = route(&server, Some("api-00002-b")).await;
        assert_eq!(result, Ok(()));
        assert!(told.contains(&Phrase::new("backend-route-lost")));
        assert_eq!(server.count(&Method::PATCH), 1);
    }
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_and_that_is_not_there_is_not_known() {
    for (lost, kind) in [
        ((|| Reply::Silence) as fn() -> Reply, Kind::Timeout),
        (|| Reply::Cut, Kind::Unavailable),
        (|| google_error(503, "UNAVAILABLE", "try later"), Kind::Unavailable),
        (|| Reply::Raw(200, "text/html", "<html>login</html>".into()), Kind::Unavailable),
    ] {
        let server = hasty(losing(lost, service).await, &lost());
        let (result, _) = route(&server, Some("api-00002-b")).await;
        assert_eq!(result.unwrap_err().0, kind);
        assert_eq!(server.count(&Method::PATCH), 1, "a change is sent once");
    }
}

#[tokio::test]
async fn a_lost_change_that_cloud_run_could_not_carry_out_has_failed() {
    let server = losing(
        || Reply::Cut,
        || {
            let mut service = moved();
            service["trafficStatuses"] = json!([{"type": LATEST, "percent": 100}]);
            service["conditions"] =
                json!([{"type": "RoutesReady", "state": "CONDITION_FAILED", "message": "no such revision"}]);
            service
        },
    )
    .await;
    let (result, _) = route(&server, Some("api-00002-b")).await;
    assert_eq!(result, Err((Kind::Failed, "no such revision".into())));
}

#[tokio::test]
async fn an_operation_that_may_not_be_asked_about_is_followed_by_the_service_itself() {
    let patched = Mutex::new(0);
    let server = Server::start(move |seen, _| {
        let mut patched = patched.lock().unwrap();
        match (&seen.method, seen.path.as_str()) {
            (&Method::PATCH, _) => {
                *patched = 1;
                ok(operation(false, json!({})))
            }
            (_, PATH) if *patched == 0 => ok(service()),
            (_, PATH) if *patched < 4 => {
                *patched += 1;
                let mut moving = moved();
                moving["reconciling"] = json!(true);
                ok(moving)
            }
            (_, PATH) => ok(moved()),
            _ => google_error(403, "PERMISSION_DENIED", "run.operations.get"),
        }
    })
    .await;
    let (result, _) = route(&server, Some("api-00002-b")).await;
    assert_eq!(result, Ok(()));
}

#[tokio::test]
async fn an_operation_that_never_ends_is_given_up_and_not_known() {
    let mut server = Server::start(|seen, _| match (&seen.method, seen.path.as_str()) {
        (_, PATH) if seen.method == Method::GET => ok(service()),
        _ => ok(operation(false, json!({}))),
    })
    .await;
    server.limits.operation = Duration::from_secs(1);
    // The service never says that the traffic moved either.
    server.limits.read = Duration::from_secs(3);
    let (result, _) = route(&server, Some("api-00002-b")).await;
    assert_eq!(result.unwrap_err().0, Kind::Timeout);
}

#[tokio::test]
async fn reads_are_tried_again_while_cloud_run_is_unavailable() {
    let tries = Mutex::new(0);
    let server = Server::start(move |seen, _| {
        if seen.path != PATH {
            return ok(json!({}));
        }
        let mut tries = tries.lock().unwrap();
        *tries += 1;
        if *tries < 3 { google_error(503, "UNAVAILABLE", "try later") } else { ok(service()) }
    })
    .await;
    assert_eq!(serving(&run(&server)).await.version, "\"etag-1\"");
}

#[tokio::test]
async fn reads_fail_within_their_limit_and_with_their_reason() {
    for (reply, kind) in [
        ((|| Reply::Silence) as fn() -> Reply, Kind::Timeout),
        (|| google_error(403, "PERMISSION_DENIED", "run.services.get"), Kind::Denied),
        (|| google_error(404, "NOT_FOUND", "no"), Kind::NotFound),
        (|| google_error(429, "RESOURCE_EXHAUSTED", "slow down"), Kind::Quota),
        (|| google_error(500, "INTERNAL", "oops"), Kind::Unavailable),
        (|| google_error(503, "UNAVAILABLE", "oops"), Kind::Unavailable),
        (
            || Reply::Raw(502, "text/html", "<html><title>Bad Gateway</title></html>".into()),
            Kind::Unavailable,
        ),
        (|| Reply::Raw(200, "text/html", "<html>login</html>".into()), Kind::Garbled),
        (|| Reply::Cut, Kind::Unavailable),
    ] {
        let mut server = Server::start(move |_, _| reply()).await;
        if kind == Kind::Timeout {
            server.limits.attempt = Duration::from_millis(300);
        }
        let error = run(&server).serving().await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable_and_says_so() {
    let server = Server::start(|_, _| ok(json!({}))).await;
    let mut settings = server.settings();
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    settings.run = Some(format!("http://{closed}"));
    let google = toban::backends::google::Google::new(settings, toban::base::Clock::system());
    let error = CloudRun::new(google, "p", "r", "s").serving().await.unwrap_err();
    assert_eq!(error.kind, Kind::Unavailable);
    assert!(error.message.contains("refused"), "{error}");
}
