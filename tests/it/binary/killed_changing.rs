//! `kill -9` while a change runs: nobody knows how it ended, so that is what is said, and it is never run again.

use toban::sandbox::{Fault, Kind, System};

use super::on_both;
use super::site::Site;
use crate::rig::app::{OPS, Seen};

const PATCHED: &str = "/services/api-key-server";

/// A plan that was confirmed, and the bot killed while it ran.
async fn killed_while_it_ran(site: &Site, kind: Kind) -> Seen {
    let toban = site.serve().await;
    site.type_in(&toban, "rollback api-key-server previous").await;
    let plan = site.sees("nothing has changed yet").await;
    site.sandbox.world().fault(Fault::new(System::Run, kind).on("PATCH"));
    site.press(&toban, &plan, "Confirm").await;
    site.requested("PATCH", PATCHED).await;
    toban.process.kill();
    site.sandbox.world().clear_faults();
    plan
}

on_both! {
    async fn a_change_that_was_interrupted_is_reported_as_unknown_and_not_run_again(site: &Site) {
        let plan = killed_while_it_ran(site, Kind::Hang).await;

        let toban = site.serve().await;
        let unknown = site.sees("Look at what serves").await;
        assert_eq!(unknown.thread, plan.thread, "it is said where the plan was");

        site.press(&toban, &plan, "Confirm").await;
        site.sees("how it ended is not known").await;
        toban.process.stop().await;

        assert_eq!(site.requests("PATCH", PATCHED), 1);
        let audit = site.audit().await;
        let events: Vec<String> = audit
            .iter()
            .map(|row| {
                let entry = &row["entry"];
                format!("{} {}", entry["event"].as_str().unwrap(), entry["outcome"].as_str().unwrap())
            })
            .collect();
        let [asked, begun, ended, refused] = &events[..] else { panic!("{events:#?}") };
        assert_eq!((asked.as_str(), begun.as_str()), ("command planned", "begun begun"));
        assert!(ended.starts_with("ended unknown: E-"), "{ended}");
        assert_eq!(refused, "refusal refused: plan-ended-unknown");
        let verified = site.run(&["audit", "verify"]).await;
        assert_eq!(verified.code, 0, "{verified:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_cloud_took_before_the_kill_is_not_run_again_either() {
    let site = Site::sqlite().await;
    killed_while_it_ran(&site, Kind::EndlessOperation).await;
    let toban = site.serve().await;
    site.sees("Look at what serves").await;
    toban.process.stop().await;
    assert_eq!(site.requests("PATCH", PATCHED), 1);
    let said = site.slack.transcript(OPS);
    assert_eq!(said.matches("Why: the result is not known").count(), 1, "{said}");
}
