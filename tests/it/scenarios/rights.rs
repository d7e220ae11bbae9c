//! Buttons give nobody a right: whoever presses needs the one that the command would need.

use crate::rig::app::{OPS, Plan, Rig};

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_can_neither_confirm_nor_cancel_anothers_plan() {
    let rig = Rig::start().await;
    let plan = rig.ask("rollback api-key-server previous").await;
    for label in ["Confirm", "Cancel"] {
        let refused = rig.push("U0KIMURA", &plan, label).await;
        refused.says("You may not run “rollback” on api-key-server here").says("Who may: 佐藤");
        assert_eq!(refused.only.as_deref(), Some("U0KIMURA"), "the others are not bothered");
    }
    assert_eq!(rig.asked("PATCH", "/services/"), 0);
    // The plan stands as it was.
    rig.push("U0SATO", &plan, "Confirm").await.says("now serves");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developer_of_one_service_rolls_back_that_one_only() {
    let rig = Rig::start().await;
    rig.ask_as("U0ITO", OPS, "rollback sagebase previous")
        .await
        .says("You may not run “rollback” on sagebase here");
    rig.ask_as("U0ITO", OPS, "rollback bluelamp previous").await.says("Send all traffic of bluelamp.portal");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_in_one_channel_is_none_in_another() {
    let config = r#"
[[role]]
id = "night-watch"
allow = [{ verbs = ["*"], risk = ["read"], services = ["sagebase"], channels = ["C0NIGHT"] }]
[[person]]
id = "noda"
name = "Noda"
slack = "U0NODA"
roles = ["night-watch"]
"#;
    let rig = Rig::with(Plan { config: config.to_owned(), ..Plan::default() }).await;
    let refused = rig.ask_as("U0NODA", OPS, "health sagebase").await;
    refused.says("You may not run “health” on sagebase here").says("You may in another channel");
    assert_eq!(refused.only.as_deref(), Some("U0NODA"));
    assert_eq!(rig.asked("GET", "/sagebase/health"), 0);
    rig.ask_as("U0NODA", "C0NIGHT", "health sagebase").await.says("sagebase is healthy");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_told_who_can_let_them_in_and_nothing_else() {
    let rig = Rig::start().await;
    let told = rig.ask_as("U0NOBODY", OPS, "health sagebase").await;
    told.says("I do not know you here").says("slack = \"U0NOBODY\"");
    assert_eq!(told.only.as_deref(), Some("U0NOBODY"));
    let plan = rig.ask("rollback api-key-server previous").await;
    rig.push("U0NOBODY", &plan, "Confirm").await.says("I do not know you here");
    assert_eq!((rig.asked("GET", "/sagebase/health"), rig.asked("PATCH", "/services/")), (0, 0));
    rig.stop().await;
}
