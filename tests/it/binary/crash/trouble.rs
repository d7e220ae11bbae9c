//! The store cannot be written: sources are asked to try again, what was read before is sent all the same, whoever
//! presses is told that nothing is saved, and it is quiet.

use sqlx::Connection as _;
use toban::base::clock::{pause, within};
use toban::domain::contact::Means;

use super::night::{LATER, NTFY, Night};
use crate::binary::process::LONG;
use crate::binary::site::{Serving, Site};
use crate::pagers::server::Fault;
use crate::rig::app::OPS;
use crate::slack::fake::payloads;

async fn press(night: &Night, toban: &Serving, id: &str, name: &str) -> u16 {
    let root = &night.roots(name)[0];
    let mut press = payloads::press(&format!("ack {id}"), OPS, "U0SATO", &root.ts, None);
    press["response_url"] = night.site.slack.reply_url(OPS, "U0SATO").into();
    night.site.slack.caller(&toban.url).interaction(&press).await.as_u16()
}

async fn held(night: &Night, name: &str) {
    let held = async {
        while night.incident(name).await.unwrap().incident.held_by().is_none() {
            pause(std::time::Duration::from_millis(10)).await;
        }
    };
    within(LONG, held).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_room_for_acknowledgements_and_pages_and_takes_no_new_alerts() {
    let night = Night::new(Site::sqlite().await, LATER).await;
    let toban = night.serve().await;
    night.insist(&toban.url, "night-one").await;
    let id = night.settled("night-one").await.incident.id;
    night.knife.fill_disk(true);
    assert_eq!(night.alert(&toban.url, "night-two").await, Some(503));
    assert_eq!(press(&night, &toban, id.as_str(), "night-one").await, 200);
    held(&night, "night-one").await;
    night.site.sees("佐藤 has it").await;
    assert_eq!(
        night.alert(&toban.url, "night-two").await,
        Some(503),
        "no room is spent on what its source keeps"
    );
    assert!(night.incident("night-two").await.is_none());

    night.knife.free_disk();
    night.insist(&toban.url, "night-two").await;
    night.settled("night-two").await;
    let said = toban.process.stop().await;
    assert_eq!(said.matches("the store's disk is full").count(), 1, "{said}");
    assert!(said.contains("there is room on the store's disk again"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_read_before_the_disk_was_full_is_sent_from_memory_and_marked() {
    let night = Night::new(Site::sqlite().await, NTFY).await;
    let toban = night.serve().await;
    let answer = std::sync::Arc::new(tokio::sync::Notify::new());
    night.providers.fail(Fault::DoneThenHeld(answer.clone()));
    night.insist(&toban.url, "night-one").await;
    night.providers.asked(1).await;
    night.knife.fill_disk(false);
    answer.notify_one();
    // The provider took it and the answer was lost; that cannot be put on record, and it is sent again.
    let sent = async {
        while night.heard("night-one").ntfy.len() < 2 {
            pause(std::time::Duration::from_millis(10)).await;
        }
    };
    within(LONG, sent).await.unwrap();
    let titles: Vec<String> =
        night.heard("night-one").ntfy.iter().map(|page| page["title"].as_str().unwrap().to_owned()).collect();
    assert!(
        !titles[0].contains(super::night::TWICE) && titles[1].contains(super::night::TWICE),
        "{titles:?}"
    );
    assert_eq!(night.alert(&toban.url, "night-two").await, Some(503));
    night.knife.free_disk();
    night.settled("night-one").await;
    toban.process.stop().await;
    assert_eq!(night.heard("night-one").ntfy.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_presses_while_the_store_is_locked_is_told_so_and_it_is_quiet() {
    let night = Night::new(Site::sqlite().await, NTFY).await;
    let toban = night.serve().await;
    // The provider takes none of it until later, so there is something to be quiet about.
    for _ in 0..3 {
        night.providers.fail(Fault::Status(503, serde_json::Value::Null, None));
    }
    night.insist(&toban.url, "night-one").await;
    night.providers.asked(1).await;
    night.site.sees("night-one").await;
    let id = night.incident("night-one").await.unwrap().incident.id;
    let mut lock = sqlx::AnyConnection::connect(&night.site.store).await.unwrap();
    sqlx::query("begin immediate").execute(&mut lock).await.unwrap();

    let (pressed, alerted) =
        tokio::join!(press(&night, &toban, id.as_str(), "night-one"), night.alert(&toban.url, "night-two"));
    assert_eq!((pressed, alerted), (503, Some(503)));
    night.site.sees("Not saved").await;
    let before = night.heard("night-one").ntfy.len();
    assert_eq!(before, 0);

    sqlx::query("rollback").execute(&mut lock).await.unwrap();
    lock.close().await.unwrap();
    assert_eq!(press(&night, &toban, id.as_str(), "night-one").await, 200);
    held(&night, "night-one").await;
    assert_eq!(night.page(&id, Means::Ntfy).await.state, "cancelled");
    night.insist(&toban.url, "night-two").await;
    night.settled("night-two").await;
    assert!(night.heard("night-one").ntfy.is_empty(), "nobody was woken for what somebody had");
    toban.process.stop().await;
}
