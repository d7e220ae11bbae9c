//! The stories of the ladders.

use toban::domain::escalation::Reply;
use toban::domain::incident::State;

use super::world::{World, wish};

#[tokio::test(flavor = "multi_thread")]
async fn sagebase_the_on_call_then_the_lead_then_everybody_until_it_is_resolved() {
    let mut world = World::begin().await;
    world.says("sagebase", "High Error Rate", true).await;
    world.pass(10).await;
    // To take it on does not stop this ladder: only the end does.
    let sato = world.wish("sato");
    world.incidents.acknowledge(&"INC-1".into(), &sato).await.unwrap();
    world.pass(51).await;
    world.says("sagebase", "High Error Rate", false).await;
    world.pass(3).await;
    insta::assert_snapshot!("sagebase_pages", world.pages().await);
    insta::assert_snapshot!("sagebase_story", world.story(1).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn bluelamp_recovery_first_then_people() {
    let world = World::begin().await;
    world.says("bluelamp", "Portal down", true).await;
    world.until(1, |incident| incident.action.as_ref().is_some_and(|acting| acting.worked.is_some())).await;
    world.pass(61).await;
    insta::assert_snapshot!("bluelamp_pages", world.pages().await);
    insta::assert_snapshot!("bluelamp_story", world.story(1).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_rest_once_somebody_has_it_until_that_lapses() {
    let mut world = World::begin().await;
    world.says("taisun", "API down", true).await;
    world.pass(2).await;
    let sato = world.wish("sato");
    world.incidents.acknowledge(&"INC-1".into(), &sato).await.unwrap();
    world.pass(65).await;
    insta::assert_snapshot!("taisun_pages", world.pages().await);
}

/// Killed between any two steps, nothing is lost and nothing comes twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_every_step_changes_nothing() {
    let mut world = World::begin().await;
    world.says("sagebase", "High Error Rate", true).await;
    for _ in 0..7 {
        world = world.killed().await;
        world.settled().await;
        world.pass(10).await;
    }
    let pages = world.pages().await;
    let minutes: Vec<&str> = pages.lines().map(|line| line.trim().split(' ').next().unwrap()).collect();
    let stakeholders = minutes.iter().filter(|minute| **minute == "60").count();
    assert_eq!((minutes[0], minutes[1], stakeholders), ("0", "30", 9), "{pages}");
    assert_eq!(minutes.len(), 11, "{pages}");
}

/// Overdue steps fire in their order, once each, and say since when.
#[tokio::test(flavor = "multi_thread")]
async fn ninety_minutes_of_downtime() {
    let world = World::begin().await;
    world.says("taisun", "API down", true).await;
    world.clock.advance(std::time::Duration::from_mins(90));
    let world = world.killed().await;
    world.settled().await;
    let pages = world.pages().await;
    assert!(pages.contains("90 min  suzuki [waiting]") && pages.contains("This was due at"), "{pages}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_presses_at_once_one_wins_and_the_other_is_told_who_has_it() {
    let world = World::begin().await;
    world.says("taisun", "API down", true).await;
    let id = "INC-1".into();
    let (one, other) = (wish("sato", "slack:a"), wish("suzuki", "slack:b"));
    let (a, b) =
        tokio::join!(world.incidents.acknowledge(&id, &one), world.incidents.acknowledge(&id, &other));
    let replies = [a.unwrap().reply, b.unwrap().reply];
    assert_eq!(replies.iter().filter(|reply| **reply == Reply::Done).count(), 1, "{replies:?}");
    let timeline = world.store.timeline(&id).await.unwrap();
    assert!(["slack:a", "slack:b"].iter().all(|press| timeline.iter().any(|entry| entry.id == *press)));
    // The same press once more is not another one.
    world.incidents.acknowledge(&id, &one).await.unwrap();
    assert_eq!(world.store.timeline(&id).await.unwrap().len(), timeline.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_begins_again_within_ten_minutes_and_is_another_one_after() {
    let world = World::begin().await;
    world.says("taisun", "API down", true).await;
    world.says("taisun", "API down", false).await;
    world.pass(2).await;
    assert!(matches!(world.incident(1).await.state, State::Resolved { by: None, .. }));
    world.pass(5).await;
    world.says("taisun", "API down", true).await;
    assert_eq!(world.incident(1).await.run.number, 2);
    world.says("taisun", "API down", false).await;
    world.pass(20).await;
    world.says("taisun", "API down", true).await;
    assert!(world.incident(2).await.is_open());
    assert!(!world.incident(1).await.is_open());
}

/// It can be read for as long as the config says, and no longer; what is open stays however old it is.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_been_over_for_long_is_forgotten_and_what_is_open_is_not() {
    const KEEP: std::time::Duration = std::time::Duration::from_hours(400 * 24);
    let world = World::begin().await;
    world.says("taisun", "API down", true).await;
    world.says("taisun", "API down", false).await;
    world.pass(20).await;
    world.says("sagebase", "High Error Rate", true).await;
    world.clock.advance(KEEP - std::time::Duration::from_hours(1));
    assert_eq!(world.store.purge_incidents(KEEP).await.unwrap(), 0);
    world.clock.advance(std::time::Duration::from_hours(2));
    assert_eq!(world.store.purge_incidents(KEEP).await.unwrap(), 1);
    assert!(world.store.incident(&"INC-1".into()).await.unwrap().is_none());
    assert!(world.store.timeline(&"INC-1".into()).await.unwrap().is_empty());
    assert!(world.incident(2).await.is_open());
}
