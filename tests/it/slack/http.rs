//! HTTP mode: who is believed, what is heard, and that the answer waits for the storing and for nothing else.

use std::sync::Arc;

use reqwest::StatusCode;
use serde_json::json;
use toban::base::Clock;
use toban::chat::slack::http::{HttpDoor, routes};
use toban::chat::slack::inbound::Ear;
use toban::chat::slack::reception::Reception;
use toban::chat::slack::signature::Seal;
use toban::domain::message::{Entry, Thread};

use super::fake::{Caller, FakeSlack, payloads};
use super::sink::Sink;

struct Door {
    slack: FakeSlack,
    sink: Arc<Sink>,
    url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Door {
    async fn open(sink: Sink) -> Self {
        let slack = FakeSlack::start().await;
        let sink = Arc::new(sink);
        let reception = Arc::new(Reception::new(Ear::new(""), sink.clone(), Clock::system()));
        let door = Arc::new(HttpDoor::new(Seal::new(slack.signing_secret()), reception));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, routes(door)).await.unwrap() });
        Self { slack, sink, url, task }
    }

    fn caller(&self) -> Caller {
        self.slack.caller(&self.url)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn all_five_ways_of_saying_something_arrive() {
    let door = Door::open(Sink::open()).await;
    let slack = door.caller();
    assert_eq!(slack.command("/health", "sagebase", "C0OPS", "U0SATO").await, StatusCode::OK);
    assert_eq!(
        slack.event(&payloads::mention("logs", "C0OPS", "U0SATO", "9.0", Some("8.0"))).await,
        StatusCode::OK
    );
    assert_eq!(slack.event(&payloads::direct("whoami", "U0SATO", "7.0")).await, StatusCode::OK);
    let press = payloads::press("confirm P-1", "C0OPS", "U0SATO", "6.0", None);
    assert_eq!(slack.interaction(&press).await, StatusCode::OK);
    let shortcut = payloads::shortcut("run:runbook", "it is down", "C0OPS", "U0SATO", "5.0");
    assert_eq!(slack.interaction(&shortcut).await, StatusCode::OK);

    let heard = door.sink.wait(5).await;
    let texts: Vec<_> = heard.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["health sagebase", "logs", "whoami", "confirm P-1", "runbook"]);
    assert!(matches!(&heard[0].entry, Entry::Slash { reply_url: Some(_) }));
    assert_eq!(heard[1].place.thread, Some(Thread::Known("8.0".to_owned())));
    assert_eq!(heard[2].entry, Entry::Direct);
    assert_eq!(heard[3].place.thread, Some(Thread::Known("6.0".to_owned())));
    assert!(matches!(&heard[4].entry, Entry::Shortcut { about, .. } if about == "it is down"));
}

#[tokio::test]
async fn what_slack_has_not_signed_within_five_minutes_is_refused() {
    let door = Door::open(Sink::open()).await;
    let slack = door.caller();
    let body = payloads::form(&payloads::slash("/health", "sagebase", "C0OPS", "U0SATO")).into_bytes();
    let now = Clock::system().now().as_second();
    let right = slack.sign(now, &body);
    let old = slack.sign(now - 301, &body);
    let (stamp, then) = (now.to_string(), (now - 301).to_string());
    let forged = format!("v0={}", "0".repeat(64));
    for headers in [
        vec![],
        vec![("x-slack-request-timestamp", stamp.as_str())],
        vec![("x-slack-signature", right.as_str())],
        vec![("x-slack-request-timestamp", stamp.as_str()), ("x-slack-signature", forged.as_str())],
        vec![("x-slack-request-timestamp", then.as_str()), ("x-slack-signature", old.as_str())],
        vec![("x-slack-request-timestamp", then.as_str()), ("x-slack-signature", right.as_str())],
        vec![("x-slack-request-timestamp", "soon"), ("x-slack-signature", right.as_str())],
    ] {
        let (status, _) = slack.send("/slack/commands", FORM, body.clone(), &headers).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{headers:?}");
    }
    assert!(door.sink.texts().is_empty());
}

#[tokio::test]
async fn a_big_body_is_refused_before_it_is_read_whole() {
    let door = Door::open(Sink::open()).await;
    let body = vec![b'a'; (1 << 20) + 1];
    let (status, _) = door.caller().post("/slack/commands", FORM, body).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let long = "あ".repeat(10_000);
    assert_eq!(door.caller().command("/logs", &long, "C0OPS", "U0SATO").await, StatusCode::OK);
    assert_eq!(door.sink.wait(1).await[0].text.chars().count(), 10_005);
}

#[tokio::test]
async fn slacks_questions_about_the_address_are_answered() {
    let door = Door::open(Sink::open()).await;
    let slack = door.caller();
    let (status, _) = slack.send("/slack/commands", FORM, b"token=x&ssl_check=1".to_vec(), &[]).await;
    assert_eq!(status, StatusCode::OK);
    let challenge = json!({ "type": "url_verification", "token": "x", "challenge": "3eZbrw1a" }).to_string();
    let (status, body) = slack.post("/slack/events", "application/json", challenge.into_bytes()).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "3eZbrw1a"));
    assert!(door.sink.texts().is_empty());
}

#[tokio::test]
async fn the_same_delivery_twice_is_stored_once_and_acknowledged_twice() {
    let door = Door::open(Sink::open()).await;
    let event = payloads::mention("health sagebase", "C0OPS", "U0SATO", "9.0", None);
    for _ in 0..2 {
        assert_eq!(door.caller().event(&event).await, StatusCode::OK);
    }
    assert_eq!(door.sink.texts(), ["health sagebase"]);
}

#[tokio::test]
async fn the_answer_waits_until_the_message_is_stored() {
    let door = Door::open(Sink::closed()).await;
    let slack = door.caller();
    let answer = slack.command("/health", "sagebase", "C0OPS", "U0SATO");
    tokio::pin!(answer);
    for _ in 0..100 {
        assert!(futures_util::poll!(&mut answer).is_pending());
        tokio::task::yield_now().await;
    }
    assert!(door.sink.texts().is_empty());
    door.sink.let_in(1);
    assert_eq!(answer.await, StatusCode::OK);
    assert_eq!(door.sink.texts(), ["health sagebase"]);
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_acknowledged() {
    let door = Door::open(Sink::open()).await;
    let slack = door.caller();
    assert_eq!(slack.command("/fail", "", "C0OPS", "U0SATO").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(slack.command("/panic", "", "C0OPS", "U0SATO").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(slack.command("/health", "", "C0OPS", "U0SATO").await, StatusCode::OK);
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_take_its_message_along() {
    let door = Door::open(Sink::closed()).await;
    let slack = door.caller();
    let url = door.url.clone();
    let caller = door.slack.caller(&url);
    let hanging = tokio::spawn(async move { caller.command("/health", "sagebase", "C0OPS", "U0SATO").await });
    // A second one that is answered shows that the first one has arrived.
    let refused = slack.form("/slack/commands", "command=%2Fhealth").await;
    assert_eq!(refused, StatusCode::OK);
    while !hanging.is_finished() && door.sink.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    hanging.abort();
    assert!(hanging.await.is_err());
    door.sink.let_in(1);
    assert_eq!(door.sink.wait(1).await[0].text, "health sagebase");
}

#[tokio::test]
async fn nonsense_is_answered_and_stops_nothing() {
    let door = Door::open(Sink::open()).await;
    let slack = door.caller();
    let old = json!({ "type": "block_actions", "trigger_id": "t", "user": { "id": "U1" }, "team": null,
        "container": { "message_ts": "1.0", "channel_id": "C1" }, "actions": [{ "action_id": "gone", "value": "😀 v0" }] });
    assert_eq!(slack.interaction(&old).await, StatusCode::OK);
    assert_eq!(slack.interaction(&json!({ "type": "view_closed" })).await, StatusCode::OK);
    assert_eq!(
        slack.event(&json!({ "type": "event_callback", "event_id": "E", "event": { "type": "new" } })).await,
        StatusCode::OK
    );
    assert_eq!(slack.form("/slack/interactivity", "payload=%7B").await, StatusCode::BAD_REQUEST);
    assert_eq!(slack.form("/slack/commands", "%ff%00=%fe").await, StatusCode::OK);
    assert_eq!(slack.command("/health", "🔥&lt;b&gt;<!everyone>", "C1", "U1").await, StatusCode::OK);
    assert_eq!(door.sink.texts(), ["😀 v0", "health 🔥<b>@everyone"]);
}
