//! `toban run`: the grammar, rights and audit of chat, and exit codes for scripts.

use serde_json::Value;
use toban::sandbox::{Fault, Kind, System};

use super::site::{Ran, Site, me};

/// Standard output with what differs from run to run taken out.
fn told(ran: &Ran) -> String {
    ran.out.replace(&me(), "[me]")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_prints_its_report_and_ends_with_0() {
    let site = Site::sqlite().await;
    let ran = site.run(&["run", "health", "sagebase"]).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert!(ran.out.starts_with("✅ sagebase is healthy"), "{}", ran.out);
    let audit = site.audit().await;
    let entry = &audit[0]["entry"];
    assert_eq!(entry["who"], "sato");
    assert_eq!(entry["place"], format!("terminal:{}", me()));
    assert_eq!(entry["command"], "health sagebase");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_as_json_is_json_and_nothing_else() {
    let site = Site::sqlite().await;
    let ran = site.run(&["run", "--json", "status"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(told["worked"], true, "{told:#}");
    assert_eq!(told["outcome"], "answered");
    assert!(told["text"].as_str().is_some_and(|text| text.contains("sagebase")), "{told:#}");
    assert!(told["report"]["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()), "{told:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_ends_with_1_and_the_nearest_right_name() {
    let site = Site::sqlite().await;
    let ran = site.run(&["run", "health", "sagebas"]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("[health sagebase]"), "{}", ran.out);
    let ran = site.run(&["run", "helth", "sagebase"]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("health"), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_down_is_an_answer_and_a_cloud_that_refuses_is_a_failure() {
    let site = Site::sqlite().await;
    site.sandbox.world().fault(Fault::new(System::Run, Kind::PermissionDenied));
    let ran = site.run(&["run", "releases", "api-key-server"]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("🔴"), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_only_planned_until_somebody_says_yes() {
    let site = Site::sqlite().await;
    let planned = site.run(&["run", "rollback", "api-key-server", "previous"]).await;
    assert_eq!(planned.code, 0, "{planned:?}");
    assert!(planned.out.contains("nothing has changed yet"), "{}", planned.out);
    assert_eq!(site.requests("PATCH", "/services/api-key-server"), 0);
    let confirm = planned.out.split("] confirm ").nth(1).unwrap().split_whitespace().next().unwrap();

    let done = site.run(&["run", "confirm", confirm]).await;
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(site.requests("PATCH", "/services/api-key-server"), 1);
    let again = site.run(&["run", "confirm", confirm]).await;
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.out.contains("it has been carried out"), "{}", told(&again));
    assert_eq!(site.requests("PATCH", "/services/api-key-server"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn yes_confirms_at_once() {
    let site = Site::sqlite().await;
    let ran = site.run(&["run", "--yes", "rollback", "api-key-server", "previous"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("api-key-server-00041-wud"), "{}", ran.out);
    assert_eq!(site.requests("PATCH", "/services/api-key-server"), 1);
    let events: Vec<String> =
        site.audit().await.iter().map(|row| row["entry"]["event"].to_string()).collect();
    assert_eq!(events, ["\"command\"", "\"begun\"", "\"ended\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_refused_and_told_which_key_to_add() {
    let site = Site::sqlite().await;
    site.change("people.toml", &format!("os_user = {:?}", me()), "os_user = \"somebody\"");
    let ran = site.run(&["run", "health", "sagebase"]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains(&format!("os_user = \"{}\"", me())), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn acting_for_somebody_needs_the_right_and_both_names_are_on_record() {
    let site = Site::sqlite().await;
    let refused = site.run(&["run", "--as", "suzuki", "whoami"]).await;
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("may not act for others"), "{}", refused.err);

    // Now an admin calls.
    site.change("people.toml", &format!("os_user = {:?}", me()), "os_user = \"sato\"");
    site.change("people.toml", "os_user = \"suzuki\"", &format!("os_user = {:?}", me()));
    let acted = site.run(&["run", "--as", "kimura", "rollback", "api-key-server", "previous"]).await;
    assert_eq!(acted.code, 1, "kimura only looks, whoever acts for him: {acted:?}");
    let acted = site.run(&["run", "--as", "kimura", "health", "sagebase"]).await;
    assert_eq!(acted.code, 0, "{acted:?}");
    let unknown = site.run(&["run", "--as", "kimra", "whoami"]).await;
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("did you mean \"kimura\"?"), "{}", unknown.err);

    let audit = site.audit().await;
    let last = &audit.last().unwrap()["entry"];
    assert_eq!(last["who"], "kimura");
    assert_eq!(last["place"], format!("terminal:{}", me()));
}
