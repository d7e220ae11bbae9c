//! What people type about being on call, and what they read.

use super::rig;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_who_is_on_call_now_and_next() {
    let rig = rig("").await;
    let seen = rig.ask("oncall").await;
    seen.says("On call now and next")
        .says("primary")
        .says("佐藤")
        .says("2026-03-09 09:00 JST")
        .says("田中")
        .says("infrastructure")
        .says("中村");
    let one = rig.ask("oncall primary").await;
    one.says("佐藤 on call for primary").says("2026-03-02 09:00 JST").says("by the time of Asia/Tokyo");
    // Whoever asks from elsewhere reads it in their own time.
    let berlin = rig.ask_as("U0MILLER", "C0OPS", "oncall primary").await;
    berlin.says("2026-03-09 01:00 CET");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_holds_at_once_and_one_press_takes_it_back() {
    let rig = rig("").await;
    let done = rig.ask("override primary tanaka 2h \"dentist\"").await;
    done.says("田中 is on call for primary").says("instead of 佐藤").says("dentist").says("Asia/Tokyo");
    rig.ask("oncall primary").await.says("田中 on call for primary").says("dentist");

    let back = rig.push("U0SATO", &done, "Take it back").await;
    back.says("Taken back: 田中").says("On call then: 佐藤");
    rig.ask("oncall primary").await.says("佐藤 on call for primary").never_says("dentist");
    rig.push("U0SATO", &done, "Take it back").await.says("It was taken back already");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_that_cannot_be_is_refused_and_changes_nothing() {
    let rig = rig("").await;
    rig.ask("override primary tanaka").await.says("An override needs its end");
    rig.ask("override primary tanaka 2026-03-01T09:00..2026-03-01T18:00").await.says("That time is over");
    rig.ask("override primary tanaka 100d").await.says("at most");
    rig.ask("override primary tanaka 2h instead=suzuki").await.says("鈴木 is not on call for primary");
    rig.ask("override primary tanaka 2h instead=nobody").await.says("There is no person “nobody”");
    rig.ask("override primary tanaka 2h unless=sato").await.says("instead=PERSON, not unless");
    rig.ask_as("U0KIMURA", "C0OPS", "override primary tanaka 2h").await.says("You may not run");
    rig.ask("override-cancel O-7K2M9QX4TB").await.says("I know no override");
    rig.ask("oncall primary").await.says("佐藤 on call for primary").never_says("override");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shifts_are_exchanged_when_the_other_one_accepts_and_not_before() {
    let rig = rig("").await;
    let offer = rig.ask("swap primary tanaka").await;
    offer
        .says("佐藤 asks 田中 to exchange shifts of primary")
        .says("田中 takes 2026-03-16 09:00 JST to 2026-03-23 09:00 JST")
        .says("佐藤 takes 2026-03-09 09:00 JST to 2026-03-16 09:00 JST");
    rig.push("U0SUZUKI", &offer, "Accept").await.says("Only 田中 can answer this offer");
    rig.push("U0SATO", &offer, "Accept").await.says("Only 田中 can answer this offer");
    rig.ask("oncall primary").await.never_says("⇄");

    rig.push("U0TANAKA", &offer, "Accept").await.says("Exchanged: 佐藤 and 田中, primary");
    let shifts = rig.ask("oncall primary").await;
    shifts.says("⇄ 佐藤").says("⇄ 田中");
    rig.push("U0TANAKA", &offer, "Decline").await.says("Exchanged: 佐藤 and 田中");

    let favour = rig.ask("swap primary tanaka 2026-03-02T12:00..13:00").await;
    favour.says("田中 takes 2026-03-02 12:00 JST to 2026-03-02 13:00 JST").never_says("佐藤 takes");
    rig.push("U0TANAKA", &favour, "Decline").await.says("Not exchanged");
    rig.push("U0TANAKA", &favour, "Accept").await.says("Not exchanged");
    rig.ask("swap primary sato").await.says("with yourself");
    rig.ask("swap primary tanaka 2026-03-17T12:00..13:00")
        .await
        .says("佐藤 is not on call for all of that time");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_will_hurt_is_told_ahead() {
    let config = r#"
[[person]]
id = "ghost"
name = "Ghost"
slack = "U0GHOST"
roles = ["viewer"]
contact = [{ by = "sms", number = "+810000000000" }, { by = "voice", number = "+810000000000" }]
[[schedule]]
id = "night"
tz = "Asia/Tokyo"
rotation = [{ people = ["ghost"], every = "1w", from = "2026-03-04T09:00" }]
"#;
    let rig = rig(config).await;
    let seen = rig.ask("oncall").await;
    seen.says("A schedule has nobody on call")
        .says("Nobody is on call for night from 2026-03-02")
        .says("to 2026-03-04 09:00")
        .says("Ghost can be paged in one way only");
    rig.ask("oncall night").await.says("Nobody is on call for night");
    rig.ask("oncall test").await.says("A test is on its way to you").says("slack");
    rig.stop().await;
}
