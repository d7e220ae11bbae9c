//! Two programs on one database: both take alerts and commands, each page goes out once, and either may die.

use toban::base::clock::{pause, within};
use toban::domain::contact::Means;

use super::knife::{Cut, Knife, Steps};
use super::night::{ALL, NTFY, Night};
use crate::binary::process::LONG;
use crate::binary::site::Site;
use crate::pagers::server::Fault;
use crate::rig::app::OPS;

/// Ends one of them at most so often.
const MOST: u64 = 12;

async fn night(contact: &str) -> Option<Night> {
    Some(Night::new(Site::postgres().await?, contact).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_is_told_to_both_at_once_is_one_incident_and_one_page() {
    let Some(night) = night(ALL).await else { return };
    let (one, other) = tokio::join!(night.serve(), night.serve());
    for number in 0..10 {
        let name = format!("both-{number}");
        let (here, there) = tokio::join!(night.alert(&one.url, &name), night.alert(&other.url, &name));
        assert_eq!((here, there), (Some(202), Some(202)));
        night.settled(&name).await;
        let heard = night.heard(&name);
        let counts = [
            heard.slack.len(),
            heard.ntfy.len(),
            heard.mail.len(),
            heard.pagerduty.len(),
            heard.webhook.len(),
        ];
        assert_eq!(counts, [1; 5], "{name}: {heard:#?}");
        assert_eq!(night.roots(&name).len(), 1, "{name}");
    }
    tokio::join!(one.process.stop(), other.process.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_was_doing_when_it_died_is_done_by_the_other() {
    let Some(night) = night(ALL).await else { return };
    let other_knife = Knife::forge(night.site.folder.path(), "other");
    let other = night.serve_with(&other_knife).await;
    let one = night.serve().await;
    night.knife.arm(Cut::nowhere(Steps::Sockets));
    night.insist(&one.url, "night-0000").await;
    night.settled("night-0000").await;
    let total = night.knife.disarm();
    one.process.kill();
    for cut in Cut::spread(Steps::Sockets, total, MOST) {
        let one = night.serve().await;
        let (name, moment) = (format!("night-{:04}", cut.at), format!("{cut} of {total}"));
        night.knife.arm(cut);
        let taken = night.alert(&one.url, &name).await;
        if taken.is_some() {
            tokio::select! {
                () = one.process.gone() => {}
                _ = night.settled(&name) => {}
            }
        }
        night.knife.disarm();
        one.process.kill();
        night.site.lease_over().await;
        if taken != Some(202) {
            night.insist(&other.url, &name).await;
        }
        night.settled(&name).await;
        night.heard(&name).check(&name, &moment);
        assert_eq!(night.roots(&name).len(), 1, "{name}, {moment}");
    }
    other.process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_takes_over_by_itself_when_the_lease_of_a_dead_one_is_over() {
    let Some(night) = night(NTFY).await else { return };
    let one = night.serve().await;
    night.providers.fail(Fault::Hang);
    night.insist(&one.url, "night-held").await;
    night.providers.asked(1).await;
    let other = night.serve().await;
    one.process.kill();
    let stored = night.settled("night-held").await;
    let page = night.page(&stored.incident.id, Means::Ntfy).await;
    assert_eq!(page.state, "sent");
    let heard = night.heard("night-held").ntfy;
    assert_eq!(heard.len(), 1);
    assert!(heard[0]["title"].as_str().unwrap().contains(super::night::TWICE), "nobody can tell: {heard:?}");
    other.process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_at_one_is_not_sent_again_by_the_other() {
    let Some(night) = night(NTFY).await else { return };
    let one = night.serve().await;
    // Whoever sends it gets no answer.
    night.providers.fail(Fault::Hang);
    night.insist(&one.url, "night-held").await;
    night.providers.asked(1).await;
    let other = night.serve().await;
    let id = night.incident("night-held").await.unwrap().incident.id;
    let status = night.site.slack.caller(&other.url).command("/ack", id.as_str(), OPS, "U0SATO").await;
    assert_eq!(status.as_u16(), 200);
    let held = async {
        while night.incident("night-held").await.unwrap().incident.held_by().is_none() {
            pause(std::time::Duration::from_millis(10)).await;
        }
    };
    within(LONG, held).await.unwrap();
    assert_eq!(night.page(&id, Means::Ntfy).await.state, "cancelled");
    one.process.kill();
    night.site.lease_over().await;
    // What comes later is sent, so what was before it has been passed over.
    night.insist(&other.url, "night-next").await;
    night.settled("night-next").await;
    assert!(night.heard("night-held").ntfy.is_empty());
    other.process.stop().await;
}
