//! `kill -9` between acknowledgement and answer: what was asked is answered all the same, once.

use toban::sandbox::{Fault, Kind, System};

use super::on_both;
use super::site::Site;
use crate::rig::app::OPS;

/// Who ran it, and the answer: nothing twice.
fn answered_once(site: &Site) {
    let state = site.slack.state();
    let shown: Vec<String> = state.channel(OPS).map(|said| said.shown()).collect();
    assert_eq!(shown.len(), 2, "{shown:#?}");
    assert!(shown[0].contains("ran /health sagebase"), "{}", shown[0]);
    assert!(shown[1].contains("sagebase is healthy"), "{}", shown[1]);
}

on_both! {
    async fn a_look_that_was_acknowledged_is_answered_after_a_restart(site: &Site) {
        site.sandbox.world().fault(Fault::new(System::Sagebase, Kind::Hang));
        let toban = site.serve().await;
        site.type_in(&toban, "health sagebase").await;
        site.requested("GET", "/sagebase/").await;
        toban.process.kill();
        site.sandbox.world().clear_faults();

        let toban = site.serve().await;
        site.sees("sagebase is healthy").await;
        toban.process.stop().await;
        answered_once(site);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_of_a_replica_that_was_killed_is_answered_by_the_other() {
    let Some(site) = Site::postgres().await else { return };
    site.sandbox.world().fault(Fault::new(System::Sagebase, Kind::Hang));
    let (one, other) = tokio::join!(site.serve(), site.serve());
    site.type_in(&one, "health sagebase").await;
    site.requested("GET", "/sagebase/").await;
    one.process.kill();
    site.sandbox.world().clear_faults();

    site.sees("sagebase is healthy").await;
    other.process.stop().await;
    answered_once(&site);
}
