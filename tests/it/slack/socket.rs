//! Socket Mode: stored before acknowledged, and nothing that comes through a socket makes it deaf.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use toban::base::Clock;
use toban::base::clock::within;
use toban::chat::slack::api::Api;
use toban::chat::slack::inbound::Ear;
use toban::chat::slack::reception::Reception;
use toban::chat::slack::socket::{SocketDoor, SocketSettings};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::fake::{APP_TOKEN, BOT_TOKEN, FakeSlack, LONG, payloads};
use super::sink::Sink;

struct Door {
    slack: FakeSlack,
    sink: Arc<Sink>,
    reception: Arc<Reception>,
    door: Arc<SocketDoor>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Door {
    async fn open(sink: Sink) -> Self {
        Self::with(FakeSlack::start().await, sink, LONG)
    }

    fn with(slack: FakeSlack, sink: Sink, silence: Duration) -> Self {
        let sink = Arc::new(sink);
        let api = Arc::new(Api::new(&slack.api_url(), &slack.bot_token()).unwrap());
        let reception = Arc::new(Reception::new(Ear::new(""), sink.clone(), Clock::system()));
        let settings = SocketSettings { connections: 1, silence, pause: Duration::from_millis(10) };
        let door = Arc::new(SocketDoor::new(api, &slack.app_token(), reception.clone(), settings));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn({
            let door = door.clone();
            async move {
                door.listen(async {
                    let _ = stopped.await;
                })
                .await;
            }
        });
        Self { slack, sink, reception, door, stop: Some(stop), task }
    }

    async fn ready(&self) {
        let mut open = self.door.open();
        within(LONG, open.wait_for(|open| *open > 0)).await.expect("a socket in time").unwrap();
    }

    async fn says(&self, text: &str) -> String {
        self.slack.send("slash_commands", payloads::slash("/toban", text, "C0OPS", "U0SATO")).await
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn all_ways_of_saying_something_arrive_and_are_acknowledged() {
    let door = Door::open(Sink::open()).await;
    let press = payloads::press("confirm P-1", "C0OPS", "U0SATO", "6.0", Some("5.0"));
    let mention = payloads::mention("logs", "C0OPS", "U0SATO", "9.0", None);
    for (kind, payload) in [
        ("slash_commands", payloads::slash("/health", "sagebase", "C0OPS", "U0SATO")),
        ("interactive", press),
        ("events_api", mention),
    ] {
        let envelope = door.slack.send(kind, payload).await;
        assert_eq!(door.slack.acknowledged(&envelope).await.payload, json!(null));
    }
    assert_eq!(door.sink.texts(), ["health sagebase", "confirm P-1", "logs"]);
    assert_eq!(*door.door.open().borrow(), 1);
}

#[tokio::test]
async fn an_acknowledgement_comes_after_the_storing() {
    let door = Door::open(Sink::closed()).await;
    let envelope = door.says("health sagebase").await;
    while door.sink.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(door.slack.state().acks.is_empty());
    door.sink.let_in(1);
    door.slack.acknowledged(&envelope).await;
    assert_eq!(door.sink.texts(), ["health sagebase"]);
}

#[tokio::test]
async fn panics_refusals_and_nonsense_leave_the_socket_hearing() {
    let door = Door::open(Sink::open()).await;
    door.ready().await;
    let lost = [door.says("panic").await, door.says("fail").await];
    door.slack.send_frame("{ this is no JSON");
    door.slack.send_frame(r#"{"type":"greetings"}"#);
    let unknown = door.slack.send("interactive", json!({ "type": "brand_new", "team": null })).await;
    let garbled = door.slack.send("slash_commands", json!(["not", "an", "object"])).await;
    let nested = json!({ "type": "block_actions", "trigger_id": "t1", "user": { "id": "U1" }, "team": null,
        "container": { "message_ts": "1.0", "channel_id": "C1" }, "actions": [{ "value": "ack INC-1" }],
        "message": { "metadata": { "event_payload": { "deep": [{ "er": 1 }] } } } });
    let click = door.slack.send("interactive", nested).await;
    for envelope in [&unknown, &garbled, &click] {
        door.slack.acknowledged(envelope).await;
    }
    assert_eq!(door.sink.texts(), ["ack INC-1"]);
    let acks = door.slack.state().acks.clone();
    assert!(!acks.iter().any(|ack| lost.contains(&ack.envelope)));
    let counts = &door.reception.counts;
    assert_eq!(counts.failed.load(Ordering::Relaxed), 2);
    assert_eq!(counts.garbled.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_second_copy_is_acknowledged_and_not_stored() {
    let door = Door::open(Sink::open()).await;
    let payload = payloads::slash("/health", "sagebase", "C0OPS", "U0SATO");
    for _ in 0..2 {
        let envelope = door.slack.send("slash_commands", payload.clone()).await;
        door.slack.acknowledged(&envelope).await;
    }
    assert_eq!(door.sink.texts(), ["health sagebase"]);
}

#[tokio::test]
async fn sockets_that_slack_replaces_or_loses_are_opened_again() {
    let door = Door::open(Sink::open()).await;
    door.ready().await;
    for (round, debug_info) in [(1, true), (2, false)] {
        door.slack.refresh(debug_info);
        door.slack.wait_until(|state| state.opened == round + 1 && state.sockets.len() == 1).await;
    }
    door.slack.drop_sockets();
    door.slack.wait_until(|state| state.opened == 4 && state.sockets.len() == 1).await;
    let envelope = door.says("still here").await;
    door.slack.acknowledged(&envelope).await;
    assert_eq!(door.sink.texts(), ["still here"]);
}

#[tokio::test]
async fn a_refused_token_is_tried_until_it_is_accepted() {
    for token in [BOT_TOKEN, APP_TOKEN] {
        let slack = FakeSlack::start().await;
        slack.revoke(token, Some("token_revoked"));
        let door = Door::with(slack, Sink::open(), LONG);
        door.slack.wait_until(|state| state.count("auth.test") > 4).await;
        assert_eq!(door.slack.state().count("apps.connections.open"), 0);
        door.slack.revoke(token, None);
        door.ready().await;
    }
}

#[tokio::test]
async fn without_any_socket_for_too_long_everything_starts_anew() {
    let door = Door::with(FakeSlack::start().await, Sink::open(), Duration::from_millis(200));
    door.ready().await;
    let before = door.slack.state().count("auth.test");
    door.slack.revoke(APP_TOKEN, Some("invalid_auth"));
    door.slack.drop_sockets();
    door.slack.wait_until(|state| state.count("auth.test") > before + 4).await;
    assert_eq!(*door.door.open().borrow(), 0);
    door.slack.revoke(APP_TOKEN, None);
    door.ready().await;
    let envelope = door.says("back again").await;
    door.slack.acknowledged(&envelope).await;
}

#[tokio::test]
async fn stopping_acknowledges_what_is_being_stored_and_closes() {
    let mut door = Door::open(Sink::closed()).await;
    let envelope = door.says("health sagebase").await;
    while door.sink.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    door.stop.take().unwrap().send(()).unwrap();
    door.sink.let_in(1);
    door.slack.acknowledged(&envelope).await;
    door.slack.wait_until(|state| state.sockets.is_empty()).await;
    within(LONG, &mut door.task).await.unwrap().unwrap();
    assert_eq!(*door.door.open().borrow(), 0);
}
