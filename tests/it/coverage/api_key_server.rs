//! The API key proxy: a service that demands authentication, its errors, and the way back from a bad revision.

use jsonwebtoken::dangerous::insecure_decode;
use serde_json::Value;
use toban::sandbox::{Fault, Kind, Options, System};

use super::change::Service;
use super::desk::{BLUE, Desk, lines};
use super::follow;
use crate::rig::app::Plan;

const WHERE: &str = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"api-key-server\" AND \
                     resource.labels.location=\"asia-northeast1\"";

const SERVICE: Service = Service {
    place: "api-key-server.web",
    cloud_run: "api-key-server",
    path: "/v2/projects/api-key-prod/locations/asia-northeast1/services/api-key-server",
    health: "/api-key-server/health",
    serves: "api-key-server-00043-nam",
};

#[tokio::test(flavor = "multi_thread")]
async fn ak_01_the_probe_proves_who_it_is_with_a_token_for_the_audience() {
    let desk = Desk::open().await;
    let ill = desk.types("health api-key-server").await;
    ill.says(&["api-key-server is unhealthy: web", "❌ unhealthy  http: answered 502, expected 200"]);
    let bearer = &ill.asked_once("GET", SERVICE.health).headers["authorization"];
    let token = insecure_decode::<Value>(bearer.strip_prefix("Bearer ").unwrap()).unwrap();
    assert_eq!(token.claims["aud"], "https://api-key-server.example.com");
    let asked = &ill.asked_once("GET", "/identity").query;
    assert!(asked.contains("audience=https%3A%2F%2Fapi-key-server.example.com"), "{asked}");

    // The key is accepted upstream again.
    desk.world().with(|state, _| state.run.ailments.clear());
    let well = desk.types("health api-key-server").await;
    well.says(&["api-key-server is healthy", "http: 200 OK", "Not connected yet: Cloud Build (build)"]);
    desk.types_as("U0SATO", BLUE, "health api-key-server")
        .await
        .says(&["api-key-server は正常です（未接続 2 件）"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_01_refused_without_a_token_the_service_is_not_asked_and_not_called_ill() {
    let desk = Desk::open().await;
    desk.world().fault(Fault::new(System::Metadata, Kind::PermissionDenied));
    let unknown = desk.types("health api-key-server").await;
    unknown
        .says(&["the state of web could not be seen", "could not be asked: no Google ID token"])
        .hides(&["Roll back"]);
    assert!(unknown.asked("GET", SERVICE.health).is_empty());
    unknown.changed_nothing();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_14_errors_alone_or_everything_is_read_from_the_log() {
    let desk = Desk::open().await;
    let errors = desk.types("logs api-key-server errors 1h").await;
    assert!(errors.filter().starts_with(WHERE) && errors.filter().ends_with(" AND severity>=ERROR"));
    assert!(lines(errors.text()).iter().all(|line| line.severity == "ERROR"), "{}", errors.text());
    let all = desk.types("logs api-key-server").await;
    assert!(!all.filter().contains("severity"), "{}", all.filter());
    assert!(lines(all.text()).iter().any(|line| line.severity == "INFO"), "{}", all.text());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_14_new_lines_are_shown_as_they_are_written_until_somebody_stops_it() {
    follow::until_stopped("api-key-server", "logs api-key-server follow 5m", WHERE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_14_refused_a_log_that_does_not_answer_is_no_empty_log() {
    let desk = Desk::open().await;
    desk.world().fault(Fault::new(System::Logging, Kind::PermissionDenied));
    desk.types("logs api-key-server errors 1h")
        .await
        .says(&["The log of api-key-server.web could not be read.", "roles/logging.viewer"])
        .hides(&["wrote nothing"])
        .changed_nothing();
    desk.close().await;
}

/// よくあるエラーと対処法: status, error, cause, remedy.
const KNOWN: [(u16, &str, &str, &str); 6] = [
    (502, "Upstream service error", "上流APIエラー、APIキー無効", "Secret Managerのキーを確認"),
    (401, "Unauthorized", "JWT/HMAC認証失敗", "トークン有効期限、署名形式確認"),
    (429, "Rate limit exceeded", "レート制限超過", "待機後リトライ"),
    (404, "Product not found", "プロダクト未登録", "シークレット設定確認"),
    (400, "Model not supported", "モデル名不一致", "modelsリスト確認"),
    (400, "Streaming not supported", "ストリーミング要求", "に変更"),
];

#[tokio::test(flavor = "multi_thread")]
async fn ak_16_each_known_error_is_found_by_its_status_with_cause_and_remedy() {
    let desk = Desk::open().await;
    for (command, status) in [
        ("runbook api-key-server 502", 502),
        ("runbook api-key-server 401", 401),
        ("runbook api-key-server 429", 429),
        ("runbook api-key-server 404", 404),
        ("runbook api-key-server 400", 400),
    ] {
        let found = desk.types(command).await;
        for (_, error, cause, remedy) in KNOWN.iter().filter(|known| known.0 == status) {
            found.says(&[
                &format!("# {error}\n*HTTP status*: {status}\n*Cause*: {cause}\n*Remedy*: "),
                remedy,
            ]);
        }
        let entries = KNOWN.iter().filter(|known| known.0 == status).count();
        assert_eq!(found.text().matches("\n# ").count(), entries, "{}", found.text());
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_16_known_errors_are_explained_where_the_log_shows_them() {
    let desk = Desk::with(Plan { sandbox: Options::quiet(), ..Plan::default() }).await;
    for (at, (_, error, ..)) in KNOWN.iter().enumerate() {
        for _ in 0..=at {
            desk.world().say("api-key-server", 500, error);
        }
    }
    let log = desk.types("logs api-key-server errors 1h").await;
    for (at, (status, error, cause, remedy)) in KNOWN.iter().enumerate() {
        let times = at + 1;
        log.says(&[&format!("Known error (×{times}): {error} – cause: {cause} – remedy: "), remedy]);
        assert_eq!(
            log.seen.button(&format!("Runbook: {status}")),
            format!("runbook api-key-server {status}")
        );
    }
    let japanese = desk.types_as("U0SATO", BLUE, "logs api-key-server errors 1h").await;
    japanese
        .says(&["既知のエラー（1 件）: Upstream service error – 原因: 上流APIエラー、APIキー無効 – 対処: "]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_16_refused_a_status_that_is_not_known_shows_what_is() {
    let desk = Desk::open().await;
    let unknown = desk.types("runbook api-key-server 418").await;
    unknown.says(&["Nothing in the runbook of api-key-server fits “418”"]);
    KNOWN.iter().for_each(|(_, error, ..)| {
        unknown.says(&[error]);
    });
    assert!(unknown.asked.is_empty());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_17_traffic_goes_back_to_the_newest_revision_that_was_ready_and_returns() {
    // 00042 never became ready.
    SERVICE.goes_back("rollback api-key-server previous", "api-key-server-00041-wud").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_17_refused_whoever_may_only_look_neither_plans_nor_confirms() {
    SERVICE.is_not_for_viewers("rollback api-key-server previous").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_17_refused_a_revision_that_never_became_ready_gets_no_traffic() {
    let says = [
        "api-key-server-00042-pog cannot serve: never became ready: The user-provided container failed to start",
    ];
    SERVICE.cannot_go("rollback api-key-server api-key-server-00042-pog", &says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_17_refused_a_cloud_that_says_no_leaves_the_traffic_and_the_role_is_named() {
    SERVICE.may_not_be_touched("rollback api-key-server previous").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_17_refused_a_service_that_changed_after_the_plan_makes_it_void() {
    SERVICE.must_be_as_planned("rollback api-key-server previous").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ak_17_refused_where_nothing_older_is_ready_there_is_no_previous() {
    let desk = Desk::open().await;
    desk.rig.colleague_moves("api-key-server", "api-key-server-00039-bet").await;
    let refused = desk.types("rollback api-key-server previous").await;
    refused.says(&["api-key-server.web has no previous revision to go back to."]).changed_nothing();
    desk.close().await;
}
