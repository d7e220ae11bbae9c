//! When the cloud fails, the answer says what did not work, why, what to try, and where to find more of it.

use std::fmt::Write as _;

use toban::sandbox::{Fault, Kind, System};

use crate::rig::app::{Plan, Rig};
use crate::rig::talk::{Seen, settled};

/// Calls that give up soon, so that a cloud which hangs does not take the test's time.
async fn rig() -> Rig {
    Rig::with(Plan { config: "[limits]\ncall = \"2s\"\n".to_owned(), ..Plan::default() }).await
}

const KINDS: [Kind; 7] = [
    Kind::PermissionDenied,
    Kind::NotFound,
    Kind::Conflict,
    Kind::Exhausted,
    Kind::Unavailable,
    Kind::Garbage,
    Kind::Hang,
];

fn four_parts(answer: &Seen) {
    answer.says("Why: ").says("Try this: ").says("Reference E-");
    answer.never_says("Bearer").never_says("ya29").never_says("<html").never_says("<!DOCTYPE");
}

async fn told(command: &str, system: System) -> String {
    let mut table = String::new();
    for kind in KINDS {
        let rig = rig().await;
        rig.sandbox.world().fault(Fault::new(system, kind.clone()));
        let answer = rig.ask(command).await;
        four_parts(&answer);
        assert_eq!(rig.asked("PATCH", ""), 0);
        let _ = writeln!(table, "{kind:?}\n{}\n", settled(&answer.shown));
    }
    table
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_read_is_a_failure_in_four_parts() {
    insta::assert_snapshot!(told("logs sagebase errors 1h", System::Logging).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_that_cannot_be_read_are_a_failure_in_four_parts() {
    insta::assert_snapshot!(told("releases sagebase", System::Run).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_cannot_be_made_is_a_failure_in_four_parts() {
    insta::assert_snapshot!(told("rollback api-key-server previous", System::Run).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_does_not_answer_is_said_beside_what_did() {
    let mut table = String::new();
    for kind in KINDS {
        let rig = rig().await;
        rig.sandbox.world().fault(Fault::new(System::Run, kind.clone()));
        let answer = rig.ask("health sagebase").await;
        answer.says("web").never_says("Bearer").never_says("<html").never_says("<!DOCTYPE");
        let _ = writeln!(table, "{kind:?}\n{}\n", settled(&answer.shown));
    }
    insta::assert_snapshot!(table);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_cloud_is_waited_for() {
    let rig = rig().await;
    rig.sandbox.world().fault(Fault::new(System::Logging, Kind::Slow { ms: 1_000 }).times(1));
    rig.ask("logs sagebase 1h").await.says("sagebase.web: ");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_cloud_refuses_leaves_everything_as_it_was_and_says_so() {
    let mut table = String::new();
    for kind in [Kind::PermissionDenied, Kind::NotFound, Kind::Conflict, Kind::Exhausted] {
        let rig = rig().await;
        let before = rig.traffic("api-key-server");
        let plan = rig.ask("rollback api-key-server previous").await;
        rig.sandbox.world().fault(Fault::new(System::Run, kind.clone()).on("PATCH"));
        let answer = rig.push("U0SATO", &plan, "Confirm").await;
        four_parts(&answer);
        assert_eq!(
            (rig.asked("PATCH", ""), rig.traffic("api-key-server")),
            (1, before),
            "a write is not tried twice"
        );
        rig.push("U0TANAKA", &plan, "Confirm").await.says("it was tried and failed");
        let _ = writeln!(table, "{kind:?}\n{}\n", settled(&answer.shown));
    }
    insta::assert_snapshot!(table);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_was_lost_is_looked_for_before_anything_is_said() {
    let rig = rig().await;
    let plan = rig.ask("rollback api-key-server previous").await;
    rig.sandbox.world().fault(Fault::new(System::Run, Kind::DropAfter).on("PATCH").times(1));
    let answer = rig.push("U0SATO", &plan, "Confirm").await;
    answer.says("now serves api-key-server-00041-wud").says("a second look shows that the change was made");
    assert_eq!(rig.asked("PATCH", ""), 1);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_which_nothing_is_known_any_more_says_that_too() {
    let rig = rig().await;
    let plan = rig.ask("rollback api-key-server previous").await;
    // The change goes through, and from then on nobody answers.
    rig.sandbox.world().fault(Fault::new(System::Run, Kind::DropAfter).on("PATCH").times(1));
    rig.sandbox.world().fault(Fault::new(System::Run, Kind::Unavailable).on("GET").at("nothing-yet"));
    rig.press(&plan, "Confirm").await;
    rig.was_asked("PATCH", "", 1).await;
    rig.sandbox.world().fault(Fault::new(System::Run, Kind::Unavailable).on("GET"));
    let answer = rig.sees("It is not known whether").await;
    four_parts(&answer);
    assert_eq!(rig.asked("PATCH", ""), 1);
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_cloud_takes_back_is_a_failure_that_says_where_traffic_goes() {
    let rig = rig().await;
    let plan = rig.ask("rollback api-key-server previous").await;
    rig.sandbox.world().fault(Fault::new(System::Run, Kind::FailingOperation));
    let answer = rig.push("U0SATO", &plan, "Confirm").await;
    four_parts(&answer);
    println!("{}", answer.shown);
    rig.stop().await;
}
