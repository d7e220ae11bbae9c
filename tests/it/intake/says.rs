//! The same with a whole Toban: its config, its Slack, its commands.

use reqwest::StatusCode;

use crate::rig::app::{Plan, Rig};

const SOURCE: &str = r#"
[[source]]
id = "prometheus"
kind = "alertmanager"
token = "env:SLACK_BOT_TOKEN"
"#;

async fn send(rig: &Rig, body: &str) -> StatusCode {
    let token = rig.slack.bot_token();
    let url = format!("{}/hooks/alertmanager/prometheus", rig.url);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    http.post(url).bearer_auth(token.reveal()).body(body.to_owned()).send().await.unwrap().status()
}

async fn rig() -> Rig {
    Rig::with(Plan { config: SOURCE.to_owned(), ..Plan::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_of_what_a_source_sent_in_vain() {
    let rig = rig().await;
    rig.ask("status").await.never_says("prometheus");
    assert_eq!(send(&rig, "{\"alerts\": [").await, 400);
    let good = r#"{"alerts": [{"status": "firing", "labels": {"alertname": "A"}}, {"status": "odd"}]}"#;
    assert_eq!(send(&rig, good).await, 202);
    let seen = rig.ask("status").await;
    seen.says("Sources of alerts with trouble");
    seen.says("prometheus: 1 requests not understood, 1 parts of others, 0 refused; last");
    seen.says("alert 2 of 2: an unknown status \"odd\"");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_is_said_seen_and_ended() {
    let rig = rig().await;
    rig.ask("silences").await.says("Nothing is silenced.");
    rig.ask("silence sagebase 2h").await.never_says("Silenced");
    let seen = rig.ask("silence sagebase 2h \"database upgrade\"").await;
    seen.says("Silenced: sagebase").says("database upgrade").says("佐藤");
    rig.ask("silences").await.says("One silence").says("sagebase");
    rig.press(&seen, "End it now").await;
    rig.sees("Ended: the silence of sagebase").await;
    rig.sees("The silence of sagebase is over; nothing that it held still fires").await;
    rig.ask("silences").await.says("Nothing is silenced.");
    rig.push("U0SATO", &seen, "End it now").await.says("There is no silence");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_of_most_services_takes_the_word_broad() {
    let rig = rig().await;
    rig.ask("silence 1h \"new network\"").await.says("That would hold alerts of 5 of 5 services");
    rig.ask("silence 1h \"new network\" broad").await.says("Silenced: everything");
    rig.ask("silence sagebase 8d \"long\"").await.says("7 days at most");
    rig.ask("silence sagebase.web 1h \"part\"").await.says("A silence holds a whole service");
    rig.stop().await;
}
