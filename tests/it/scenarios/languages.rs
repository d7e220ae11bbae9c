//! Each channel is spoken to in its language, and a service may have one of its own.

use crate::rig::app::{OPS, Plan, Rig};

#[tokio::test(flavor = "multi_thread")]
async fn a_japanese_channel_is_answered_in_japanese_and_understands_it() {
    let rig = Rig::start().await;
    let answer = rig.ask_as("U0SATO", "C0BLUE", "health bluelamp").await;
    answer.says("正常").never_says("healthy");
    rig.ask_as("U0SATO", "C0BLUE", "logs bluelamp エラー 30分")
        .await
        .says("bluelamp.portal")
        .never_says(" errors");
    rig.ask_as("U0SATO", "C0BLUE", "health nowhere").await.says("nowhere").never_says("There is");
    rig.ask_as("U0SATO", OPS, "health bluelamp").await.says("bluelamp is healthy");
    println!("{}", rig.slack.transcript("C0BLUE"));
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_spoken_of_in_its_own_language_where_the_channel_has_none() {
    let config = r#"
[[service]]
id = "kaigi"
description = "会議室"
environment = "production"
lang = "ja"
  [[service.component]]
  id = "web"
  backend = "http"
  place = { url = "https://sagebase.example.com/health" }
"#;
    let rig = Rig::with(Plan { config: config.to_owned(), ..Plan::default() }).await;
    rig.ask_as("U0SATO", "C0RANDOM", "health kaigi").await.says("正常");
    rig.ask_as("U0SATO", "C0RANDOM", "health sagebase").await.says("sagebase is healthy");
    // The channel's own language comes first.
    rig.ask_as("U0SATO", OPS, "health kaigi").await.says("kaigi is healthy");
    rig.stop().await;
}
