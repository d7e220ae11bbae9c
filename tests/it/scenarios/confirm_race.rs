//! Two people press Confirm: the change is made once, and nobody is left wondering.

use crate::rig::app::{OPS, Rig};
use crate::rig::talk::over_both_doors;

over_both_doors!(
    two_confirmations_at_once_roll_back_once_and_the_slower_one_learns_who_was_faster,
    a_confirmation_after_the_change_is_told_that_it_has_been_made,
);

async fn two_confirmations_at_once_roll_back_once_and_the_slower_one_learns_who_was_faster(
    mode: &'static str,
) {
    let rig = Rig::over(mode).await;
    let plan = rig.ask("rollback api-key-server previous").await;
    tokio::join!(rig.press_as("U0SATO", &plan, "Confirm"), rig.press_as("U0TANAKA", &plan, "Confirm"));

    let slower = rig.sees("confirmed this plan already").await;
    let decided = rig.sees("Confirmed by").await;
    rig.sees("now serves api-key-server-00041-wud").await;
    let (faster, told) =
        if decided.shown.contains("佐藤") { ("佐藤", "U0TANAKA") } else { ("田中", "U0SATO") };
    slower.says(faster);
    assert_eq!(slower.only.as_deref(), Some(told), "the slower one alone is told");
    assert_eq!(rig.asked("PATCH", "/services/"), 1);
    assert_eq!(rig.times("now serves api-key-server-00041-wud"), 1, "{}", rig.slack.transcript(OPS));
    rig.stop().await;
}

async fn a_confirmation_after_the_change_is_told_that_it_has_been_made(mode: &'static str) {
    let rig = Rig::over(mode).await;
    let plan = rig.ask("rollback api-key-server previous").await;
    rig.push("U0SATO", &plan, "Confirm").await.says("now serves");
    // The button of a client that has not seen the edit.
    let late = rig.push("U0TANAKA", &plan, "Confirm").await;
    late.says("佐藤 confirmed this plan already; it has been carried out");
    assert_eq!((late.only.as_deref(), rig.asked("PATCH", "/services/")), (Some("U0TANAKA"), 1));
    rig.stop().await;
}
