//! The nights that all of this is for: something breaks, and it is told to one after the other, over everything that is
//! real but the clock and Slack, until somebody has it and it is over.

use crate::rig::night::Night;

/// アラート検知 → 運用担当者 / 30分以内に解決しない → 技術責任者 / 1時間以内に解決しない → すべてのステークホルダー
#[tokio::test(flavor = "multi_thread")]
async fn sagebase_breaks_at_night_and_everybody_is_told_until_it_is_solved() {
    let Some(mut night) = Night::begin().await else { return };
    night.says("sagebase", "High Error Rate", true).await;
    night.rig.sees("What changed in sagebase").await;
    night.pass(62).await;

    let link = night.mail_to("suzuki@example.com").link();
    night.follow("U0SUZUKI", &link, false).await;
    assert!(night.incident().await.unwrap().held_by().is_none(), "whoever only looks changes nothing");
    night.follow("U0SUZUKI", &link, true).await;
    assert_eq!(night.incident().await.unwrap().held_by(), Some(&"suzuki".into()));
    night.pass(8).await;

    night.types("U0SUZUKI", "note INC-1 \"rolled back to sagebase-streamlit-00116\"", "Noted").await;
    night.pass(2).await;
    night.says("sagebase", "High Error Rate", false).await;
    night.types("U0SUZUKI", "resolve INC-1", "resolved by 鈴木").await;
    night.pass(180).await;
    assert_eq!(night.rig.store.next_dues(1).await.unwrap(), [], "nothing is to come any more");

    night.types("U0SUZUKI", "postmortem INC-1", "INC-1-postmortem.md").await;
    insta::assert_snapshot!("sagebase_night", night.log());
    insta::assert_snapshot!("sagebase_thread", night.rig.slack.transcript(crate::rig::app::OPS));
    insta::assert_snapshot!("sagebase_postmortem", night.file("INC-1-postmortem.md"));
    night.end().await;
}

/// The other ladders rest once somebody has it, and go on when that lapses.
#[tokio::test(flavor = "multi_thread")]
async fn taisun_rests_once_somebody_has_it_and_goes_on_when_nobody_is_heard_of() {
    let Some(mut night) = Night::begin().await else { return };
    night.says("taisun", "API down", true).await;
    let told = night.rig.sees("🚨 INC-1 taisun: API down").await;
    night.pass(3).await;
    night.note("佐藤 presses “対応する” in Slack");
    night.rig.push("U0SATO", &told, "対応する").await;
    night.until("佐藤 has it", |incident| incident.held_by().is_some()).await;
    night.settle().await;
    night.pass(49).await;
    assert_eq!((night.mails.len(), night.told_at(30)), (0, 0), "佐藤 has it, so nobody else is told");

    night.pass(16).await;
    let link = night.mail_to("suzuki@example.com").link();
    night.follow("U0SUZUKI", &link, true).await;
    night.pass(4).await;
    night.says("taisun", "API down", false).await;
    night.pass(70).await;
    insta::assert_snapshot!("taisun_night", night.log());
    night.end().await;
}
