//! AK-17: `/rollback api-key-server previous`, from the preview to the undo.

use crate::rig::app::Rig;

#[tokio::test(flavor = "multi_thread")]
async fn ak_17_a_rollback_is_previewed_confirmed_verified_and_undone() {
    let rig = Rig::start().await;
    rig.type_in("rollback api-key-server previous").await;
    let plan = rig.sees("Confirm").await;
    assert!(plan.shown.contains("api-key-server-00041-wud"), "{}", plan.shown);
    rig.press(&plan, "Confirm").await;
    let done = rig.sees("Undo").await;
    let decided = rig.sees("Confirmed by").await;
    assert!(!decided.shown.contains("[!Confirm"), "{}", decided.shown);
    assert!(done.shown.contains("api-key-server-00041-wud"), "{}", done.shown);
    println!("{}", rig.slack.transcript("C0OPS"));
    rig.stop().await;
}
