//! Cloud Run's conditions as checks.

use std::time::Duration;

use serde_json::json;
use toban::backends::google::run::CloudRun;
use toban::domain::health::Verdict;
use toban::ports::Health;

use super::server::{Reply, Server, google_error, ok};

async fn verdicts(server: &Server) -> Vec<(String, Verdict)> {
    let run = CloudRun::new(server.google(), "acme-prod", "asia-northeast1", "api");
    run.check().await.into_iter().map(|check| (check.name, check.verdict)).collect()
}

#[tokio::test]
async fn one_read_gives_all_checks() {
    let server = Server::start(|seen, _| {
        assert_eq!(seen.path, "/v2/projects/acme-prod/locations/asia-northeast1/services/api");
        ok(json!({
            "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
            "latestCreatedRevision": "api-2", "latestReadyRevision": "api-2",
            "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "api-1", "percent": 100}],
            "trafficStatuses": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "api-1", "percent": 100}],
        }))
    })
    .await;
    let healthy = |name: &str| (name.to_owned(), Verdict::Healthy);
    assert_eq!(verdicts(&server).await, [healthy("ready"), healthy("latest-revision"), healthy("traffic")]);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_asked_is_unknown_and_what_is_not_there_is_unhealthy() {
    for (reply, verdict) in [
        ((|| google_error(403, "PERMISSION_DENIED", "no")) as fn() -> Reply, Verdict::Unknown),
        (|| google_error(503, "UNAVAILABLE", "no"), Verdict::Unknown),
        (|| Reply::Silence, Verdict::Unknown),
        (|| Reply::Raw(200, "text/html", "<html>".into()), Verdict::Unknown),
        (|| google_error(404, "NOT_FOUND", "no"), Verdict::Unhealthy),
    ] {
        let mut server = Server::start(move |_, _| reply()).await;
        if matches!(reply(), Reply::Silence) {
            server.limits.health = Duration::from_millis(300);
        }
        assert_eq!(verdicts(&server).await, [("ready".to_owned(), verdict)]);
    }
}
