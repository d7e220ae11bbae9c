//! Whole nights, as the channel shows them: would one like to read that at 3 a.m.?

use std::time::Duration;

use super::incidents::{Night, told};
use crate::rig::app::OPS;

#[tokio::test(flavor = "multi_thread")]
async fn a_night_of_sagebase() {
    let night = Night::begin("").await;
    night.fires("sagebase", "High Error Rate").await;
    night.thread_says("INC-1", "What changed").await;
    let root = night.root("INC-1").await;
    night.pass(Duration::from_mins(5)).await;
    night.rig.push("U0SATO", &root, "Acknowledge").await;
    night.thread_says("INC-1", "took it on").await;
    night.rig.mention("U0SATO", Some(&root.ts), "note the cache is full, I empty it").await;
    night.thread_says("INC-1", "the cache is full").await;
    night.pass(Duration::from_mins(25)).await;
    night.thread_says("INC-1", "step 2 told 鈴木").await;
    night.pass(Duration::from_mins(30)).await;
    night.thread_says("INC-1", "step 3 told").await;
    night.is_over("sagebase", "High Error Rate").await;
    night.root_says("INC-1", "resolves itself").await;
    night.pass(Duration::from_mins(2)).await;
    night.root_says("INC-1", "🟢 resolved").await;
    night.thread_says("INC-1", "– resolved").await;
    night.settled().await;
    insta::assert_snapshot!(
        "a_night_of_sagebase",
        told(&night.rig.slack.transcript(OPS), &["Known error", "[Runbook"])
    );
    night.stop().await;
}

/// Only e-mail, and no mail server: half of BlueLamp's people cannot be reached. In Japanese.
const HALF: &str = r#"
[[service]]
id = "bluelamp"
lang = "ja"
[[person]]
id = "ito"
contact = [{ by = "email" }]
[[person]]
id = "nakamura"
contact = [{ by = "email" }]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_night_of_a_company_that_reaches_half_of_its_people() {
    let night = Night::begin(HALF).await;
    night.fires("bluelamp", "Portal API応答なし").await;
    night.thread_says("INC-1", "変更").await;
    night.thread_says("INC-1", "第2段階").await;
    night.pass(Duration::from_mins(30)).await;
    night.thread_says("INC-1", "第3段階").await;
    let root = night.root("INC-1").await;
    night.rig.push("U0MILLER", &root, "対応する").await;
    night.thread_says("INC-1", "対応を開始").await;
    night.is_over("bluelamp", "Portal API応答なし").await;
    night.root_says("INC-1", "自動解決").await;
    night.pass(Duration::from_mins(3)).await;
    night.root_says("INC-1", "🟢").await;
    night.settled().await;
    // When it is found out what changed is a matter of chance beside the ladder's first steps, and so is what the log holds.
    let chance = ["直近2時間の変更", "把握している変更", "*ヘルス*", "既知のエラー", "[手順書"];
    insta::assert_snapshot!(
        "a_night_with_half_of_the_people",
        told(&night.rig.slack.transcript("C0BLUE"), &chance)
    );
    night.stop().await;
}
