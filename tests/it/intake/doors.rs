//! The doors of monitoring over real HTTP: who is let in, in which letters, and what is answered when it cannot be taken.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use toban::base::Secret;
use toban::domain::intake::{Format, Rules};
use toban::web::{Hooks, Proof, Server, hooks};

use super::{Bench, directory};

struct Doors {
    bench: Bench,
    url: String,
    http: reqwest::Client,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Doors {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn token(token: &str) -> Proof {
    Proof::Token { token: Secret::new(token), in_address: false }
}

fn source(id: &str, format: Format, proof: Proof) -> (String, (Rules, Proof)) {
    let rules = Rules {
        source: id.into(),
        format,
        map: Default::default(),
        severities: Default::default(),
        service: Some("sagebase".into()),
    };
    (id.into(), (rules, proof))
}

impl Doors {
    async fn open() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let bench = Bench::awaiting().await;
        let basic = Proof::Basic { user: "google".into(), password: Secret::new("pass") };
        let signed = Proof::Signature { secret: Secret::new("key"), header: "x-signature".into() };
        let in_address = Proof::Token { token: Secret::new("abc"), in_address: true };
        let door = Hooks {
            intake: Arc::new(bench.intake.clone()),
            heartbeats: Arc::new(bench.intake.clone()),
            directory: Arc::new(directory()),
            clock: bench.clock.clone(),
            sources: [
                source("prometheus", Format::Alertmanager, token("secret")),
                source("cloud", Format::Google, basic),
                source("cloud2", Format::Google, in_address),
                source("dashboards", Format::Grafana, signed),
                source("other", Format::Generic, token("other")),
                source("later", Format::Generic, Proof::Missing),
            ]
            .into(),
            reporters: [("backup".to_owned(), token("beat"))].into(),
            largest: 1 << 20,
        };
        let server = Server::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let url = format!("http://{}", server.local_addr());
        let serving = tokio::spawn(async move {
            server.serve(hooks(Arc::new(door)), std::future::pending()).await.unwrap();
        });
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
        Self { bench, url, http, serving }
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.url))
    }

    async fn status(&self, request: RequestBuilder) -> StatusCode {
        request.send().await.unwrap().status()
    }

    async fn problem(&self, request: RequestBuilder) -> (u16, String) {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        assert!(body["reference"].as_str().unwrap().starts_with("E-"));
        (status, body["detail"].as_str().unwrap_or_default().to_owned())
    }
}

fn body() -> String {
    json!({"version": "4", "alerts": [{"status": "firing", "labels": {"alertname": "A", "severity": "critical"},
        "annotations": {"summary": "é is down"}, "fingerprint": "f1", "startsAt": "2026-03-02T08:59:00Z"}]})
    .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_source_proves_itself_in_its_own_way() {
    let doors = Doors::open().await;
    let at = |path: &str| doors.post(path).body(body());
    let incident =
        json!({"version": "1.2", "incident": {"incident_id": "1", "state": "open", "summary": "x"}})
            .to_string();
    let google = |path: &str| doors.post(path).body(incident.clone());
    let signature = {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"key").unwrap();
        mac.update(body().as_bytes());
        hex::encode(mac.finalize().into_bytes())
    };
    for (request, status) in [
        (at("/hooks/alertmanager/prometheus").bearer_auth("secret"), 202),
        (at("/hooks/alertmanager/prometheus").bearer_auth("secreT"), 401),
        (at("/hooks/alertmanager/prometheus"), 401),
        (at("/hooks/alertmanager/prometheus?auth_token=secret"), 401),
        (at("/hooks/alertmanager/nobody").bearer_auth("secret"), 404),
        (at("/hooks/grafana/prometheus").bearer_auth("secret"), 404),
        (at("/hooks/unknown/prometheus").bearer_auth("secret"), 404),
        (google("/hooks/google/cloud").basic_auth("google", Some("pass")), 202),
        (google("/hooks/google/cloud").basic_auth("google", Some("word")), 401),
        (google("/hooks/google/cloud2?auth_token=abc"), 202),
        (google("/hooks/google/cloud2?auth_token=abd"), 401),
        (at("/hooks/grafana/dashboards").header("x-signature", &signature), 202),
        (doors.post("/hooks/grafana/dashboards").header("x-signature", &signature).body("{}"), 401),
        (at("/hooks/grafana/dashboards"), 401),
        (at("/hooks/generic/later").bearer_auth("x"), 503),
        (doors.http.get(format!("{}/hooks/alertmanager/prometheus", doors.url)), 405),
        (doors.post("/hooks/heartbeat/backup").bearer_auth("beat"), 202),
        (doors.post("/hooks/heartbeat/backup").bearer_auth("bea"), 401),
        (doors.post("/hooks/heartbeat/nobody").bearer_auth("beat"), 404),
    ] {
        let request = request.build().unwrap();
        let what = format!("{} {}", request.method(), request.url());
        assert_eq!(doors.http.execute(request).await.unwrap().status(), status, "{what}");
    }
    assert_eq!(doors.bench.heard().await.len(), 4);
    let account = doors.bench.intake.ledger().account("prometheus");
    assert_eq!((account.requests, account.malformed), (1, 3), "the refused are counted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_letters_are_understood_and_broken_ones_are_told() {
    let doors = Doors::open().await;
    let send = |body: Vec<u8>, kind: &str| {
        doors
            .post("/hooks/alertmanager/prometheus")
            .bearer_auth("secret")
            .header("content-type", kind)
            .body(body)
    };
    let little: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(body().encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin: Vec<u8> = body().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (bytes, kind) in [
        (body().into_bytes(), "application/json"),
        ([b"\xEF\xBB\xBF", body().as_bytes()].concat(), "application/json; charset=utf-8"),
        (little, "application/json"),
        (latin.clone(), "text/plain; charset=ISO-8859-1"),
    ] {
        assert_eq!(doors.status(send(bytes, kind)).await, 202, "{kind}");
    }
    assert_eq!(doors.bench.heard().await.len(), 1, "all of them say the same");

    let (status, detail) = doors.problem(send(latin, "application/json")).await;
    assert_eq!(status, 400);
    assert!(detail.starts_with("not UTF-8 at byte "), "{detail}");
    let packed = send(body().into_bytes(), "application/json").header("content-encoding", "gzip");
    let (status, detail) = doors.problem(packed).await;
    assert_eq!((status, detail.contains("gzip")), (415, true));
    let (status, detail) = doors.problem(send(b"{\"alerts\": [}".to_vec(), "application/json")).await;
    assert_eq!((status, detail.as_str()), (400, "not JSON: it is not well formed at line 1 column 13"));
    let none = br#"{"alerts": [{"status": "firing"}, 3]}"#.to_vec();
    let (status, detail) = doors.problem(send(none, "application/json")).await;
    assert_eq!(
        (status, detail.as_str()),
        (400, "alert 1 of 2: without labels; alert 2 of 2: not an object"),
        "nothing of it could be taken"
    );
    let account = doors.bench.intake.ledger().account("prometheus");
    assert_eq!((account.requests, account.malformed), (4, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_taken_now_is_503_and_never_a_4xx() {
    let doors = Doors::open().await;
    let at = || doors.post("/hooks/alertmanager/prometheus").bearer_auth("secret");
    let (status, detail) = doors.problem(at().body(vec![b' '; (1 << 20) + 1])).await;
    assert_eq!((status, detail.starts_with("larger than 1048576 bytes")), (503, true), "{detail}");

    let many: Vec<Value> = (0..80)
        .map(|number| json!({"status": "firing", "labels": {"alertname": "A"}, "fingerprint": format!("f{number}")}))
        .collect();
    let many = json!({"version": "4", "alerts": many}).to_string();
    assert_eq!(doors.status(at().body(many.clone())).await, 202);
    let (status, detail) = doors.problem(at().body(many.clone())).await;
    assert_eq!((status, detail.as_str()), (503, "more than 100 alerts a second"));
    doors.bench.clock.advance(Duration::from_secs(1));
    assert_eq!(doors.status(at().body(many)).await, 202);

    doors.bench.store.close().await;
    doors.bench.clock.advance(Duration::from_secs(1));
    let answer = at().body(body()).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    let account = doors.bench.intake.ledger().account("prometheus");
    assert_eq!((account.malformed, account.refused), (1, 2));
}
