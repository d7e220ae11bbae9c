//! The server itself: problems, headers, limits, its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::routing::{get, post};
use reqwest::StatusCode;
use serde_json::Value;
use toban::web::{Server, health};
use tokio::sync::oneshot;

use super::canned::Rig;

async fn serve(
    router: Router,
) -> (String, oneshot::Sender<()>, tokio::task::JoinHandle<std::io::Result<()>>) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Server::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", server.local_addr());
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(server.serve(router, async move {
        let _ = stopped.await;
    }));
    (url, stop, running)
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().build().unwrap()
}

#[tokio::test]
async fn readiness_follows_what_the_roof_says() {
    let ready = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&ready);
    let (url, _stop, _) = serve(health(move || {
        if asked.load(Ordering::Relaxed) { Ok(()) } else { Err("the store is not open".to_owned()) }
    }))
    .await;
    let http = http();
    assert_eq!(http.get(format!("{url}/healthz")).send().await.unwrap().status(), StatusCode::OK);
    let before = http.get(format!("{url}/readyz")).send().await.unwrap();
    assert_eq!(before.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(before.json::<Value>().await.unwrap()["detail"], "the store is not open");
    ready.store(true, Ordering::Relaxed);
    assert_eq!(http.get(format!("{url}/readyz")).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn every_error_is_a_problem_with_a_reference() {
    async fn panics() -> &'static str {
        panic!("on purpose")
    }
    async fn echo(text: String) -> String {
        text
    }
    let (url, _stop, _) = serve(Router::new().route("/panics", get(panics)).route("/echo", post(echo))).await;
    let http = http();
    let not_found = http.get(format!("{url}/none")).send().await.unwrap();
    let wrong_method = http.get(format!("{url}/echo")).send().await.unwrap();
    let broken = http.get(format!("{url}/panics")).send().await.unwrap();
    let too_large = http.post(format!("{url}/echo")).body("x".repeat(1_100_000)).send().await.unwrap();
    assert_eq!(wrong_method.headers()["allow"], "POST");
    for (answer, status) in [(not_found, 404), (wrong_method, 405), (broken, 500), (too_large, 413)] {
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["status"], status);
        assert!(problem["reference"].as_str().unwrap().starts_with("E-"), "{problem}");
        assert!(!problem.to_string().contains("on purpose"), "{problem}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let (url, _stop, _) = serve(health(|| Ok(()))).await;
    for path in ["/healthz", "/none"] {
        let answer = http().get(format!("{url}{path}")).send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert!(header("content-security-policy").contains("script-src 'self'"));
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(!header("content-security-policy").contains("unsafe"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn five_hundred_connections_at_once_are_all_answered() {
    let (url, _stop, _) = serve(health(|| Ok(()))).await;
    let asking = (0..500).map(|_| {
        let url = format!("{url}/healthz");
        tokio::spawn(async move { http().get(url).send().await.unwrap().status() })
    });
    for answer in asking.collect::<Vec<_>>() {
        assert_eq!(answer.await.unwrap(), StatusCode::OK);
    }
}

#[tokio::test]
async fn open_event_streams_do_not_hold_up_the_end() {
    let rig = Rig::start().await;
    let events = http().get(rig.url("/console/events")).send().await.unwrap();
    let (_, address) = rig.stop().await;
    assert!(events.text().await.unwrap().contains("ready"));
    // The address is free at once, for the next process.
    Server::bind(address).unwrap();
}

#[tokio::test]
async fn a_request_that_is_being_answered_is_finished_before_the_end() {
    let (begun, has_begun) = oneshot::channel::<()>();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let gates = Arc::new(tokio::sync::Mutex::new(Some((begun, may_go_on))));
    let slow = get(move || async move {
        let (begun, may_go_on) = gates.lock().await.take().unwrap();
        begun.send(()).unwrap();
        may_go_on.await.unwrap();
        "done"
    });
    let (url, stop, running) = serve(Router::new().route("/slow", slow)).await;
    let asking = tokio::spawn(http().get(format!("{url}/slow")).send());
    has_begun.await.unwrap();
    stop.send(()).unwrap();
    go_on.send(()).unwrap();
    assert_eq!(asking.await.unwrap().unwrap().text().await.unwrap(), "done");
    running.await.unwrap().unwrap();
}
