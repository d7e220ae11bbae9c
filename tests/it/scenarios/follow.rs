//! `logs … follow`: one message that grows while the log does, and ends by itself or by hand.

use toban::sandbox::{Fault, Kind, Options, System};

use crate::rig::app::{Plan, Rig};
use crate::rig::talk::over_both_doors;

over_both_doors!(a_followed_log_grows_in_place_until_somebody_stops_it);

async fn quiet(mode: &'static str) -> Rig {
    Rig::with(Plan { mode, sandbox: Options::quiet(), ..Plan::default() }).await
}

async fn a_followed_log_grows_in_place_until_somebody_stops_it(mode: &'static str) {
    let rig = quiet(mode).await;
    rig.type_in("logs sagebase follow 5m").await;
    let live = rig.sees("Following sagebase.web until").await;
    rig.sandbox.world().say("sagebase-streamlit", 500, "first trouble password=Hunter2Hunter2");
    let grown = rig.sees("first trouble").await;
    assert_eq!(grown.ts, live.ts, "edited in place");
    grown.never_says("Hunter2").says("1 error");
    rig.sandbox.world().say("sagebase-streamlit", 400, "second thoughts");
    rig.sees("second thoughts").await;

    rig.press_as("U0TANAKA", &live, "Stop").await;
    let ended = rig.sees("Stopped by hand").await;
    assert_eq!(ended.ts, live.ts);
    ended.says("first trouble").says("second thoughts").says("Follow on").never_says("[Stop");
    let told = rig.sees("Stopping.").await;
    assert_eq!(told.only.as_deref(), Some("U0TANAKA"));
    rig.push("U0TANAKA", &live, "Stop").await.says("That has ended already");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_followed_log_ends_by_itself() {
    let rig = quiet("http").await;
    rig.type_in("logs sagebase follow 2s").await;
    rig.sees("Followed sagebase.web for").await.says("nothing yet").never_says("[Stop");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_breaks_off_says_so_and_keeps_what_came() {
    let rig = quiet("http").await;
    rig.type_in("logs sagebase follow 5m").await;
    rig.sees("Following sagebase.web until").await;
    rig.sandbox.world().say("sagebase-streamlit", 500, "last words");
    rig.sees("last words").await;
    rig.sandbox.world().fault(Fault::new(System::Logging, Kind::PermissionDenied));
    rig.sandbox.world().break_tails();
    let ended = rig.sees("broke off").await;
    ended.says("last words").says("Reference E-");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_answers_for_the_others_when_one_component_hangs() {
    let rig = quiet("http").await;
    rig.sandbox.world().fault(Fault::new(System::Taisun, Kind::Hang).times(1));
    let answer = rig.ask("health taisun").await;
    answer.says("no answer within 5s").says("✅ healthy");
    rig.stop().await;
}
