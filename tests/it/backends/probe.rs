//! HTTP checks.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::header;
use serde_json::{Value, json};
use toban::backends::http::HttpProbe;
use toban::domain::health::{Check, Verdict};
use toban::domain::service::{Probe, ProbeAuth};
use toban::domain::words::{Lang, Phrase, Reader, Words};
use toban::ports::Health;

use super::server::{Reply, Seen, Server, ok};

fn probe(json: Value) -> Probe {
    Probe {
        url: "https://service.example.com/health?deep=1".into(),
        status: 200,
        json: serde_json::from_value(json).unwrap(),
        auth: ProbeAuth::None,
        timeout: Duration::from_secs(30),
        slow: None,
    }
}

async fn check(server: &Server, probe: Probe) -> Vec<Check> {
    HttpProbe::new(probe, &server.http()).check().await
}

fn said(check: &Check) -> String {
    Words::load().unwrap().say(&Reader { lang: Lang::En, ..Reader::default() }, &check.seen)
}

#[tokio::test]
async fn an_answer_as_expected_is_healthy_and_was_asked_for_once_at_the_replaced_origin() {
    let server = Server::start(|_, _| ok(json!({"status": "ok", "checks": {"db": true}}))).await;
    let checks = check(&server, probe(json!({"status": "ok", "checks.db": true}))).await;
    assert_eq!(checks.len(), 1);
    assert_eq!((checks[0].name.as_str(), checks[0].verdict), ("http", Verdict::Healthy));
    assert!(checks[0].latency.is_some());
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].path.as_str(), &requests[0].query["deep"][..]), ("/health", "1"));
    let agent = requests[0].headers[header::USER_AGENT].to_str().unwrap();
    assert!(agent.starts_with("toban/"), "{agent}");
}

#[tokio::test]
async fn members_that_differ_are_told_one_by_one() {
    let server = Server::start(|_, _| ok(json!({"status": "degraded", "db": {"ms": 3}}))).await;
    let checks = check(&server, probe(json!({"status": "ok", "db": {"up": true}}))).await;
    let told: Vec<_> = checks.iter().map(|it| (it.name.as_str(), it.verdict, said(it))).collect();
    assert_eq!(
        told,
        [
            ("http", Verdict::Healthy, "200 OK".to_owned()),
            ("http.db.up", Verdict::Unhealthy, "db.up is missing, expected true".to_owned()),
            ("http.status", Verdict::Unhealthy, r#"status is "degraded", expected "ok""#.to_owned()),
        ]
    );
}

#[tokio::test]
async fn every_other_answer_is_unhealthy_with_its_reason_and_never_tried_again() {
    for (reply, expected, words) in [
        ((|| Reply::Json(503, json!({}))) as fn() -> Reply, json!({}), "answered 503, expected 200"),
        (|| Reply::Raw(302, "text/plain", String::new()), json!({}), "answered 302, expected 200"),
        (|| Reply::Raw(200, "text/html", "<html>".into()), json!({"status": "ok"}), "the answer is not JSON"),
        (|| Reply::Endless, json!({"status": "ok"}), "the answer is larger than 1 MiB"),
        (|| Reply::Silence, json!({}), "no answer within 1s"),
        (|| Reply::Cut, json!({}), "no complete answer: "),
    ] {
        let server = Server::start(move |_, _| reply()).await;
        let timeout = Duration::from_secs(if matches!(reply(), Reply::Silence) { 1 } else { 30 });
        let checks = check(&server, Probe { timeout, ..probe(expected) }).await;
        assert_eq!((checks.len(), checks[0].verdict), (1, Verdict::Unhealthy), "{words}");
        assert!(said(&checks[0]).starts_with(words), "{}", said(&checks[0]));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_endless_answer_that_is_not_looked_at_degrades() {
    let server = Server::start(|_, _| Reply::Endless).await;
    assert_eq!(check(&server, probe(json!({}))).await[0].verdict, Verdict::Degraded);
}

#[tokio::test]
async fn a_slow_answer_degrades() {
    let server = Server::start(|_, _| ok(json!({}))).await;
    let slow = Probe { slow: Some(Duration::ZERO), ..probe(json!({})) };
    assert_eq!(check(&server, slow).await[0].verdict, Verdict::Degraded);
}

#[tokio::test]
async fn nobody_there_is_told_without_the_address() {
    let server = Server::start(|_, _| ok(json!({}))).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/health?key=hunter2");
    let checks = check(&server, Probe { url, ..probe(json!({})) }).await;
    assert_eq!(checks[0].verdict, Verdict::Unhealthy);
    assert!(said(&checks[0]).starts_with("no connection: Connection refused"), "{}", said(&checks[0]));
    assert!(!said(&checks[0]).contains("hunter2"));
}

#[tokio::test]
async fn an_address_that_is_none_is_unknown() {
    let server = Server::start(|_, _| ok(json!({}))).await;
    let checks = check(&server, Probe { url: "nowhere".into(), ..probe(json!({})) }).await;
    assert_eq!((checks[0].verdict, &checks[0].seen), (Verdict::Unknown, &Phrase::new("backend-http-no-url")));
}

#[tokio::test]
async fn connections_are_kept_for_the_next_probe() {
    let server = Server::start(|_, _| ok(json!({"status": "ok"}))).await;
    let probe = HttpProbe::new(probe(json!({"status": "ok"})), &server.http());
    let mut verdicts = BTreeMap::new();
    for _ in 0..50 {
        *verdicts.entry(probe.check().await[0].verdict).or_insert(0) += 1;
    }
    assert_eq!(verdicts, BTreeMap::from([(Verdict::Healthy, 50)]));
}

fn with_token(timeout: Duration) -> Probe {
    let auth = ProbeAuth::GoogleIdToken { audience: "https://service.example.com".into() };
    Probe { auth, timeout, ..probe(json!({})) }
}

/// An ID token that expires `seconds` from now; its signature is nobody's.
fn token(seconds: i64) -> String {
    use jsonwebtoken::{EncodingKey, Header, encode};
    let expires = toban::base::Clock::system().now().as_second() + seconds;
    encode(&Header::default(), &json!({"exp": expires}), &EncodingKey::from_secret(b"test")).unwrap()
}

fn is_identity(seen: &Seen) -> bool {
    seen.path == "/computeMetadata/v1/instance/service-accounts/default/identity"
}

#[tokio::test]
async fn a_token_of_the_metadata_server_is_sent_and_kept_until_shortly_before_it_expires() {
    for (life, times) in [(3_600, 1), (200, 3)] {
        let given = token(life);
        let bearer = format!("Bearer {given}");
        let server = Server::start(move |seen, _| {
            if is_identity(seen) {
                assert_eq!(seen.headers["metadata-flavor"], "Google");
                assert_eq!(seen.query["audience"], "https://service.example.com");
                Reply::Raw(200, "text/html", given.clone())
            } else if seen.headers.get(header::AUTHORIZATION).is_some_and(|value| value == bearer.as_str()) {
                ok(json!({}))
            } else {
                Reply::Json(401, json!({}))
            }
        })
        .await;
        let probe = HttpProbe::new(with_token(Duration::from_secs(30)), &server.http());
        for _ in 0..3 {
            assert_eq!(probe.check().await[0].verdict, Verdict::Healthy);
        }
        let asked = server.requests().iter().filter(|seen| is_identity(seen)).count();
        assert_eq!(asked, times, "a token of {life} s");
    }
}

#[tokio::test]
async fn many_probes_at_once_ask_for_one_token() {
    let given = token(3_600);
    let server = Server::start(move |seen, _| {
        if is_identity(seen) { Reply::Raw(200, "text/plain", given.clone()) } else { ok(json!({})) }
    })
    .await;
    let probe = HttpProbe::new(with_token(Duration::from_secs(30)), &server.http());
    let all = futures_util::future::join_all((0..20).map(|_| probe.check())).await;
    assert!(all.iter().all(|checks| checks[0].verdict == Verdict::Healthy));
    assert_eq!(server.requests().iter().filter(|seen| is_identity(seen)).count(), 1);
}

#[tokio::test]
async fn without_a_token_nothing_is_known_and_the_service_is_not_asked() {
    let server = Server::start(|seen, _| {
        if is_identity(seen) {
            Reply::Raw(404, "text/plain", "no service account".into())
        } else {
            ok(json!({}))
        }
    })
    .await;
    let checks = check(&server, with_token(Duration::from_secs(30))).await;
    assert_eq!(checks[0].verdict, Verdict::Unknown);
    assert_eq!(said(&checks[0]), "could not be asked: no Google ID token (metadata server: HTTP 404)");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn time_spent_on_getting_a_token_is_not_the_services() {
    let given = token(3_600);
    let server = Server::start(move |seen, _| {
        if is_identity(seen) {
            Reply::Late(Duration::from_millis(1_200), given.clone())
        } else {
            ok(json!({}))
        }
    })
    .await;
    let checks = check(&server, with_token(Duration::from_secs(1))).await;
    assert_eq!(checks[0].verdict, Verdict::Healthy, "{}", said(&checks[0]));
}
