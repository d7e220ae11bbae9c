//! Where an answer stands: a slash command opens a thread, and a thread knows what it is about.

use toban::sandbox::{Fault, Kind, System};

use crate::rig::app::{OPS, Rig};
use crate::rig::talk::over_both_doors;
use crate::slack::fake::payloads;

over_both_doors!(
    a_slash_command_opens_a_thread_that_says_who_ran_what,
    a_thread_knows_its_service,
    a_direct_message_is_answered_where_it_was_written,
    the_shortcut_looks_a_message_up_in_the_runbook,
);

async fn a_slash_command_opens_a_thread_that_says_who_ran_what(mode: &'static str) {
    let rig = Rig::over(mode).await;
    for typed in ["health sagebase", "toban health sagebase"] {
        let answer = rig.ask(typed).await;
        answer.says("sagebase is healthy");
        let root = rig.slack.state().message(answer.thread.as_ref().unwrap()).unwrap().shown();
        assert!(root.contains("佐藤 ran /health sagebase"), "{root}");
    }
    rig.stop().await;
}

async fn a_thread_knows_its_service(mode: &'static str) {
    let rig = Rig::over(mode).await;
    let thread = rig.ask("health bluelamp").await.thread.unwrap();
    let before = rig.said();
    rig.mention("U0SATO", Some(&thread), "logs errors 1h").await;
    let answer = rig.answer_after(before + 1).await;
    answer.says("bluelamp.portal");
    assert_eq!(answer.thread, Some(thread));

    // A mention outside of threads is answered under it, and that thread knows its service from then on.
    let before = rig.said();
    let ts = rig.mention("U0SATO", None, "health sagebase").await;
    assert_eq!(rig.answer_after(before + 1).await.thread.as_ref(), Some(&ts));
    let before = rig.said();
    rig.mention("U0SATO", Some(&ts), "releases").await;
    rig.answer_after(before + 1).await.says("sagebase.web");
    rig.stop().await;
}

async fn a_direct_message_is_answered_where_it_was_written(mode: &'static str) {
    let rig = Rig::over(mode).await;
    for (text, says) in
        [("health sagebase", "sagebase is healthy"), ("helth sagebase", "There is no command “helth”")]
    {
        let before = rig.said();
        rig.deliver("events_api", &payloads::direct(text, "U0SATO", "1700000000.000100")).await;
        let answer = rig.answer_after(before).await;
        answer.says(says);
        assert_eq!(
            (&*answer.channel, &answer.thread, &answer.only),
            ("DU0SATO", &None, &None),
            "{}",
            answer.shown
        );
    }
    rig.stop().await;
}

async fn the_shortcut_looks_a_message_up_in_the_runbook(mode: &'static str) {
    let rig = Rig::over(mode).await;
    let answer = rig.ask("health api-key-server").await;
    let shortcut = |about: &str, ts: &str, thread: Option<&str>| {
        let mut payload = payloads::shortcut("run:runbook", about, OPS, "U0SATO", ts);
        payload["response_url"] = serde_json::json!(rig.slack.reply_url(OPS, "U0SATO"));
        if let Some(thread) = thread {
            payload["message"]["thread_ts"] = serde_json::json!(thread);
        }
        payload
    };
    // In a thread about a service its runbook is looked into.
    let before = rig.said();
    let about = "we get 502 \"Upstream service error\" again";
    rig.deliver("interactive", &shortcut(about, &answer.ts, answer.thread.as_deref())).await;
    let found = rig.answer_after(before).await;
    found.says("Runbook of api-key-server").says("502");
    assert_eq!(found.thread, answer.thread);

    // Elsewhere nobody knows which service is meant: it is asked for, and one press is the answer.
    let ts = rig.slack.person_says(OPS, about);
    let before = rig.said();
    rig.deliver("interactive", &shortcut(about, &ts, None)).await;
    let asked = rig.answer_after(before).await;
    asked.says("service");
    rig.push("U0SATO", &asked, "api-key-server").await.says("Runbook of api-key-server").says("502");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_01_health_names_the_component_that_is_ill_and_leads_on() {
    let rig = Rig::start().await;
    rig.sandbox.world().fault(Fault::new(System::Sagebase, Kind::Unavailable));
    let ill = rig.ask("health sagebase").await;
    ill.says("sagebase is unhealthy: web").says("answered 503, expected 200");
    rig.sandbox.world().clear_faults();
    rig.push("U0SATO", &ill, "Check again").await.says("sagebase is healthy");
    rig.push("U0SATO", &ill, "Errors, last hour").await.says("sagebase.web");
    rig.stop().await;
}
