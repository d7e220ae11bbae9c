//! The push server: what is published waits for whoever asks, and what ntfy would refuse is refused.

use serde_json::{Value, json};
use toban::base::Clock;
use toban::sandbox::{Options, Sandbox};

#[tokio::test]
async fn what_is_published_to_a_topic_comes_to_that_topic_only() {
    let sandbox = Sandbox::start(Clock::system(), Options::quiet()).await.unwrap();
    let mut pushes = sandbox.world().pushes();
    let client = super::http();
    let url = sandbox.ntfy_url();
    let sent = json!({ "topic": "sato", "title": "INC-1", "message": "web is down", "priority": 5, "tags": ["warning"] });
    let answer: Value = client.post(&url).json(&sent).send().await.unwrap().json().await.unwrap();
    assert_eq!((&answer["event"], &answer["topic"]), (&json!("message"), &json!("sato")));
    assert_eq!(json!(pushes.recv().await.unwrap().id), answer["id"]);
    let poll = async |topic: &str| {
        let asked = client.get(format!("{url}/{topic}/json?poll=1")).send().await.unwrap();
        asked.text().await.unwrap()
    };
    assert_eq!(poll("sato").await.lines().count(), 1);
    assert_eq!(poll("tanaka").await, "");
}

#[tokio::test]
async fn what_ntfy_would_refuse_is_refused() {
    let sandbox = Sandbox::start(Clock::system(), Options::quiet()).await.unwrap();
    let client = super::http();
    for wrong in [
        json!({ "title": "no topic" }),
        json!({ "topic": "two words" }),
        json!({ "topic": "sato", "priority": 6 }),
        json!({ "topic": "sato", "message": "x".repeat(4_097) }),
    ] {
        let answer = client.post(sandbox.ntfy_url()).json(&wrong).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{wrong}");
    }
}
