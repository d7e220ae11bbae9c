//! How long a plan is good for, and how it ends without having been carried out.

use std::time::Duration;

use toban::base::Clock;

use crate::rig::app::{Plan, Rig, movable_clock};

async fn rig() -> (Rig, Clock) {
    let clock = movable_clock();
    (Rig::with(Plan { clock: clock.clone(), ..Plan::default() }).await, clock)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_expires_after_five_minutes_and_can_be_made_again() {
    let (rig, clock) = rig().await;
    let plan = rig.ask("rollback api-key-server previous").await;
    clock.advance(Duration::from_secs(301));
    let late = rig.push("U0SATO", &plan, "Confirm").await;
    late.says("This plan expired").says("nothing was changed");
    let again = rig.push("U0SATO", &late, "Plan again").await;
    assert_ne!(again.button("Confirm"), plan.button("Confirm"));
    assert_eq!(rig.asked("PATCH", "/services/"), 0);
    rig.push("U0SATO", &again, "Confirm").await.says("now serves api-key-server-00041-wud");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_cancelled_cannot_be_confirmed() {
    let rig = Rig::start().await;
    let plan = rig.ask("rollback api-key-server previous").await;
    rig.push("U0TANAKA", &plan, "Cancel").await.says("is withdrawn; nothing was changed");
    rig.sees("Withdrawn by 田中").await.never_says("[!Confirm");
    rig.push("U0SATO", &plan, "Confirm").await.says("This plan was withdrawn by 田中; nothing was changed");
    assert_eq!(rig.asked("PATCH", "/services/"), 0);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_is_offered_for_half_an_hour_and_then_the_way_back_can_still_be_planned() {
    let (rig, clock) = rig().await;
    let plan = rig.ask("rollback api-key-server previous").await;
    let done = rig.push("U0SATO", &plan, "Confirm").await;
    clock.advance(Duration::from_mins(31));
    rig.sees("5 minutes after the change").await;
    let late = rig.push("U0SATO", &done, "Undo").await;
    late.says("Undo was offered until");
    rig.push("U0SATO", &late, "Plan again").await.says("(now api-key-server-00043-nam)");
    assert_eq!(rig.asked("PATCH", "/services/"), 1);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_verdict_is_looked_at_again_five_minutes_later() {
    let (rig, clock) = rig().await;
    let plan = rig.ask("rollback api-key-server previous").await;
    rig.push("U0SATO", &plan, "Confirm").await.says("Toban looks again in 5 minutes");
    clock.advance(Duration::from_secs(301));
    let second = rig.sees("5 minutes after the change").await;
    assert_eq!(second.thread, plan.thread);
    rig.stop().await;
}
