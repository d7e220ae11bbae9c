//! Metrics against their thresholds, and the restart that the guide of BlueLamp asks for.

use toban::base::Clock;
use toban::sandbox::{Fault, Kind, System};

use super::desk::{Desk, writes};
use crate::rig::app::{OPS, Plan};

const RUN: &str = "/v2/projects/bluelamp-prod/locations/asia-northeast1/services/bluelamp";

#[tokio::test(flavor = "multi_thread")]
async fn sb_04_every_metric_stands_beside_its_threshold_and_what_breaks_it_says_what_to_do() {
    let desk = Desk::open().await;
    let well = desk.types("metrics sagebase 24h").await;
    well.says(&["web.cpu", "> 80 %", "web.memory", "> 85 %", "web.latency_p95", "> 3 s", "> 5 %", "> 1 %"]);
    well.says(&["db.connections", "< 1", "✅ well"]).changed_nothing();
    let asked = well.asked("GET", "/v3/projects/sagebase-prod/timeSeries");
    assert!(asked.len() >= 9, "{}", asked.len());

    desk.world().with(|state, _| {
        let cpu = "run.googleapis.com/container/cpu/utilizations";
        state.gauges.set("sagebase-streamlit", cpu, Some(0.93));
    });
    let busy = desk.types("metrics sagebase 24h").await;
    busy.says(&[
        "sagebase: look at web.cpu",
        "93 %",
        "High CPU Usage: インスタンス数増加またはCPU割り当て増加",
    ]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_04_refused_what_cannot_be_read_is_named_and_no_data_is_not_zero() {
    let desk = Desk::open().await;
    desk.world().with(|state, _| {
        let connections = "cloudsql.googleapis.com/database/postgresql/num_backends";
        state.gauges.set("sagebase-prod:sagebase-db", connections, None);
    });
    desk.types("metrics sagebase.db connections").await.says(&["❔ no data"]).hides(&["0 "]);
    desk.world().fault(Fault::new(System::Monitoring, Kind::PermissionDenied));
    let refused = desk.types("metrics sagebase.db").await;
    refused
        .says(&["The metrics of sagebase.db could not be read", "roles/monitoring.viewer"])
        .changed_nothing();
    desk.types("metrics sagebase.web tomato").await.says(&["no metric like “tomato”", "web.error_rate"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_04_each_container_tells_cpu_memory_and_network() {
    let desk = Desk::open().await;
    let seen = desk.types("metrics smart-office").await;
    for service in ["backend", "frontend", "ollama", "postgres", "redis", "caddy"] {
        let one = desk.types(&format!("metrics smart-office.{service}")).await;
        for metric in ["cpu", "memory", "memory_bytes", "network_in", "network_out"] {
            one.says(&[&format!("{service}.{metric}")]);
        }
    }
    seen.says(&["46 %", "> 85 %", "KiB/s"]).changed_nothing();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_04_refused_an_engine_that_does_not_answer_is_no_idle_container() {
    let desk = Desk::open().await;
    desk.world().fault(Fault::new(System::Docker, Kind::Unavailable));
    let refused = desk.types("metrics smart-office.backend cpu").await;
    refused.says(&["The metrics of smart-office.backend could not be read"]).hides(&["0 %"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_11_a_restart_makes_a_new_revision_like_the_one_that_serves_and_can_be_undone() {
    let desk = Desk::with(Plan { clock: Clock::running(5), ..Plan::default() }).await;
    let before = desk.rig.traffic("bluelamp");
    let plan = desk.types("restart bluelamp").await;
    plan.says(&[
        "Restart bluelamp.portal (bluelamp-00022-lem)",
        "Traffic follows new deployments",
        "nothing has changed yet",
    ]);
    plan.changed_nothing();

    let done = desk.presses(&plan, "Confirm").await;
    let sent = writes(&done.asked);
    assert_eq!(sent.len(), 1, "{sent:#?}");
    assert_eq!((sent[0].method.as_str(), sent[0].path.as_str()), ("PATCH", RUN));
    assert!(sent[0].query.contains("updateMask=template"), "{}", sent[0].query);
    let template = &sent[0].json()["template"];
    assert!(template["revision"].is_null() || template["revision"] == "", "{template}");
    assert!(template["annotations"]["toban-restarted"].is_string(), "{template}");
    done.says(&[
        "bluelamp.portal was restarted",
        "*From*: bluelamp-00022-lem",
        "*To*: bluelamp-00023-",
        "[!Undo",
    ]);
    let after = desk.rig.traffic("bluelamp");
    assert!(after != before && after.len() == 1 && after[0].1 == 100, "{after:?}");

    let undo = desk.presses(&done, "Undo").await;
    undo.says(&["Send all traffic of bluelamp.portal to bluelamp-00022-lem"]);
    desk.presses(&undo, "Confirm").await.says(&["bluelamp.portal now serves bluelamp-00022-lem"]);
    assert_eq!(desk.rig.traffic("bluelamp"), before);

    // Pinned now: the restart moves the pin, and says that what was deployed last stays out.
    let plan = desk.types("restart bluelamp").await;
    plan.says(&["Traffic is pinned", "What was deployed last is not what serves: bluelamp-00023-"]);
    let done = desk.presses(&plan, "Confirm").await;
    assert_eq!(writes(&done.asked).len(), 2, "the template, then the traffic");
    done.says(&["bluelamp.portal was restarted", "*To*: bluelamp-00024-"]);
    let traffic = desk.rig.traffic("bluelamp");
    assert!(traffic.len() == 1 && traffic[0].0.starts_with("bluelamp-00024-"), "{traffic:?}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_11_refused_a_revision_that_never_gets_ready_leaves_the_old_one_serving() {
    let desk = Desk::with(Plan { clock: Clock::running(5), ..Plan::default() }).await;
    let before = desk.rig.traffic("bluelamp");
    let refused = desk.types_as("U0KIMURA", OPS, "restart bluelamp").await;
    refused.says(&["You may not run “restart”"]);
    assert!(refused.private && refused.asked.is_empty());

    desk.world().fault(Fault::new(System::Run, Kind::NeverReady));
    let plan = desk.types("restart bluelamp").await;
    let failed = desk.presses(&plan, "Confirm").await;
    failed
        .says(&["was not restarted: the new revision did not become ready", "goes on serving"])
        .hides(&["Undo"]);
    assert_eq!(desk.rig.traffic("bluelamp"), before);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_11_refused_a_lost_answer_is_looked_up_and_the_restart_not_made_twice() {
    let desk = Desk::with(Plan { clock: Clock::running(5), ..Plan::default() }).await;
    let plan = desk.types("restart bluelamp").await;
    desk.world().fault(Fault::new(System::Run, Kind::DropAfter).on("PATCH").times(1));
    let done = desk.presses(&plan, "Confirm").await;
    assert_eq!(writes(&done.asked).len(), 1);
    done.says(&["bluelamp.portal was restarted", "*To*: bluelamp-00023-"]);
    desk.close().await;
}
