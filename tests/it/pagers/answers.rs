//! Answers to pages: the link, and what the providers send, checked as strictly as they sign.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use toban::app::paging::test_order;
use toban::base::Secret;
use toban::domain::contact::Means;
use toban::domain::words::Words;
use toban::web::{Doors, Server, replies};
use tokio::sync::oneshot;

use super::fakes::Rig;

/// A rig with its doors open.
struct House {
    rig: Rig,
    url: String,
    http: reqwest::Client,
    _stop: oneshot::Sender<()>,
}

const PUBLIC: &str = "https://toban.example.com";

impl House {
    async fn open() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let rig = Rig::start().await;
        let doors = Doors {
            replies: rig.answering.clone(),
            words: Arc::new(Words::load().unwrap()),
            public_url: Some(PUBLIC.into()),
            twilio: Some(Secret::new("12345")),
            telegram: Some(Secret::new("telegram-secret")),
            pagerduty: Some(Secret::new("pagerduty-secret")),
        };
        let server = Server::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let url = format!("http://{}", server.local_addr());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.serve(replies(doors), async move {
            let _ = stopped.await;
        }));
        let http = reqwest::Client::builder().build().unwrap();
        Self { rig, url, http, _stop: stop }
    }

    /// The path of the link of the last page.
    fn link(&self) -> String {
        let sent = self.rig.script.sent();
        sent.last().unwrap().page.ack_link.clone().unwrap().strip_prefix(PUBLIC).unwrap().to_owned()
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut request = self.http.post(format!("{}{path}", self.url)).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    fn presses(&self) -> Vec<(String, String, Means, &'static str)> {
        self.rig.engine.presses.lock().unwrap().clone()
    }
}

// TS-23
#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_and_its_button_acknowledges_once() {
    let house = House::open().await;
    house.rig.order("INC-1", "0", "sato").await;
    house.rig.quiet().await;
    let link = house.link();
    for _ in 0..3 {
        let (status, page) = house.get(&link).await;
        assert_eq!(status, 200);
        assert!(
            page.contains("まだ誰も対応していません。") && page.contains("INC-1: sagebase is down"),
            "{page}"
        );
        assert!(page.contains("<form method=\"post\"><button autofocus>対応する</button></form>"), "{page}");
        assert!(!page.contains("ghp_") && !page.contains("<script"), "{page}");
    }
    assert!(house.presses().is_empty(), "whoever only looks changes nothing");
    let (_, page) = house.post(&link, &[], "").await;
    assert!(page.contains("あなたが対応中です。") && !page.contains("<form"), "{page}");
    assert_eq!(house.presses(), [("INC-1".into(), "sato".into(), Means::Slack, "acknowledge")]);
    *house.rig.engine.holder.lock().unwrap() = Some("suzuki".into());
    let (_, page) = house.post(&link, &[], "").await;
    assert!(page.contains("Suzuki さんが 1970-01-01 00:00:00 UTC から対応中です。"), "{page}");
    assert_eq!(house.presses().len(), 1, "it is good for one press");
    assert_eq!(house.get("/p/0123456789abcdef0123456789abcdef").await.0, 404);
    assert_eq!(house.get("/p/page.css").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_may_send_its_form_and_is_kept_by_nobody() {
    let house = House::open().await;
    house.rig.order("INC-1", "0", "sato").await;
    house.rig.quiet().await;
    let answer = house.http.get(format!("{}{}", house.url, house.link())).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-security-policy").contains("form-action 'self'"));
    assert_eq!(
        (header("cache-control"), header("referrer-policy")),
        ("no-store".into(), "no-referrer".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_saved_can_be_given_again() {
    let house = House::open().await;
    house.rig.order("INC-1", "0", "sato").await;
    house.rig.quiet().await;
    *house.rig.engine.unsaved.lock().unwrap() = true;
    let (_, page) = house.post(&house.link(), &[], "").await;
    assert!(page.contains("保存できませんでした") && page.contains("<form"), "{page}");
    house.rig.pass(299).await;
    assert_eq!(house.rig.script.sent().len(), 1, "meanwhile this process pages nobody for it");
    *house.rig.engine.unsaved.lock().unwrap() = false;
    let (_, page) = house.post(&house.link(), &[], "").await;
    assert!(page.contains("あなたが対応中です。"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_does_for_all_incidents_of_a_message() {
    let house = House::open().await;
    let rig = &house.rig;
    rig.script.next(Means::Slack, toban::ports::PagerError::RateLimited(std::time::Duration::from_secs(20)));
    rig.order("INC-1", "0", "sato").await;
    rig.quiet().await;
    rig.pass(19).await;
    // Written together, they go out together.
    for incident in ["INC-2", "INC-3"] {
        rig.order_for(toban::ports::Purpose::Trigger, incident, "0", "sato").await;
    }
    rig.pass(5).await;
    let most = rig.script.sent().into_iter().max_by_key(|sent| sent.page.incidents.len()).unwrap();
    let told = most.page.incidents.len();
    let reply =
        toban::ports::Replies::press(rig.answering.as_ref(), &most.page.secret.unwrap()).await.unwrap();
    assert!(reply.is_some());
    assert_eq!(house.presses().len(), told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_put_on_record_when_it_is_answered() {
    let house = House::open().await;
    house.rig.put(&test_order(&"suzuki".into())).await;
    house.rig.quiet().await;
    let (_, page) = house.get(&house.link()).await;
    assert!(page.contains("This is a test.") && page.contains("I got it"), "{page}");
    let (_, page) = house.post(&house.link(), &[], "").await;
    assert!(page.contains("this way of reaching you works"), "{page}");
    let secret = Secret::new(house.link().strip_prefix("/p/").unwrap());
    assert!(house.rig.store.pages_by_secret(&secret).await.unwrap()[0].answered.is_some());
    assert!(house.presses().is_empty());
}

/// As `printf '%s' "$url$fields" | openssl dgst -sha1 -hmac "$token" -binary | base64` does.
fn twilio_signature(url: &str, fields: &[(&str, &str)]) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let message: String =
        std::iter::once(url.to_owned()).chain(sorted.iter().map(|(k, v)| format!("{k}{v}"))).collect();
    let mut child = Command::new("sh")
        .args(["-c", "openssl dgst -sha1 -hmac 12345 -binary | base64"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_pressed_during_a_call_acknowledges() {
    let house = House::open().await;
    house.rig.order("INC-1", "0", "suzuki").await;
    house.rig.quiet().await;
    let secret = house.link().strip_prefix("/p/").unwrap().to_owned();
    let path = format!("/hooks/twilio?page={secret}");
    let press = async |digit: &str| {
        let fields =
            [("CallSid", "CA1"), ("Digits", digit), ("From", "+15005550006"), ("To", "+819011111111")];
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let signed = twilio_signature(&format!("{PUBLIC}{path}"), &fields);
        house.post(&path, &[("x-twilio-signature", &signed)], &form).await
    };
    let (status, said) = press("5").await;
    assert_eq!(status, 200);
    assert!(said.contains("Nobody has it yet."), "{said}");
    assert!(house.presses().is_empty());
    let (_, said) = press("4").await;
    assert!(said.contains("<Say language=\"en-US\">You have it.</Say>"), "{said}");
    assert_eq!(house.presses().len(), 1);
    assert_eq!(house.post(&path, &[("x-twilio-signature", "AAAA")], "Digits=4").await.0, 401);
    assert_eq!(house.post(&path, &[], "Digits=4").await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn telegrams_button_acknowledges() {
    let house = House::open().await;
    house.rig.order("INC-1", "0", "suzuki").await;
    house.rig.quiet().await;
    let secret = house.link().strip_prefix("/p/").unwrap().to_owned();
    let update = json!({ "update_id": 1, "callback_query": { "id": "9", "from": { "id": 1 }, "data": format!("ack:{secret}") } });
    let header = [("x-telegram-bot-api-secret-token", "telegram-secret")];
    let (status, said) = house.post("/hooks/telegram", &header, &update.to_string()).await;
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (status, said["method"].as_str(), said["text"].as_str()),
        (200, Some("answerCallbackQuery"), Some("You have it."))
    );
    assert_eq!(house.post("/hooks/telegram", &header, r#"{"update_id":2,"message":{}}"#).await.0, 200);
    let wrong = [("x-telegram-bot-api-secret-token", "guess")];
    assert_eq!(house.post("/hooks/telegram", &wrong, &update.to_string()).await.0, 401);
    assert_eq!(house.post("/hooks/telegram", &[], &update.to_string()).await.0, 401);
    assert_eq!(house.presses().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_at_pagerduty_is_acknowledged_here() {
    let house = House::open().await;
    let page = |id: &str, person: &str| toban::store::NewPage {
        id: id.into(),
        incident: Some("INC-1".into()),
        person: person.into(),
        means: Means::Pagerduty,
        content: "{}".into(),
        due: house.rig.clock.now() + std::time::Duration::from_secs(900),
    };
    house.rig.store.put_pages(vec![page("a/sato/0", "sato"), page("a/suzuki/0", "suzuki")]).await.unwrap();
    let event = |kind: &str, agent: &str| {
        json!({ "event": { "id": "1", "event_type": kind, "resource_type": "incident", "occurred_at": "2026-03-02T09:00:00Z",
                "agent": { "id": "P1", "type": agent, "summary": "Suzuki" }, "client": null,
                "data": { "id": "PT1", "type": "incident", "status": "acknowledged", "incident_key": "INC-1" } } })
        .to_string()
    };
    let send = async |body: String, secret: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let signed = format!("v1=00,v1={}", hex::encode(mac.finalize().into_bytes()));
        house.post("/hooks/pagerduty", &[("x-pagerduty-signature", &signed)], &body).await.0
    };
    assert_eq!(send(event("incident.acknowledged", "user_reference"), "wrong").await, 401);
    assert_eq!(send(event("incident.acknowledged", "service_reference"), "pagerduty-secret").await, 200);
    assert!(house.presses().is_empty(), "what we said there ourselves comes back");
    assert_eq!(send(event("incident.acknowledged", "user_reference"), "pagerduty-secret").await, 200);
    assert_eq!(send(event("incident.resolved", "user_reference"), "pagerduty-secret").await, 200);
    assert_eq!(send(event("incident.annotated", "user_reference"), "pagerduty-secret").await, 200);
    let told: Vec<_> = house.presses().into_iter().map(|(_, who, _, what)| (who, what)).collect();
    assert_eq!(told, [("suzuki".into(), "acknowledge"), ("suzuki".into(), "resolve")]);
}
