//! Clocks: nights on which they are changed, a day that comes every four years, and one that is set wrong and right
//! again. Steps count real minutes; who is on call goes by the clock on the wall.

use std::fmt::Write as _;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use toban::domain::alert::AlertSeverity;
use toban::domain::incident::State;
use toban::domain::incident::timeline::Happened;
use toban::domain::schedule::Override;

use super::world::World;

/// A ladder that looks up the same schedule at every step, handed over every day.
fn night(zone: &str, from: &str) -> String {
    format!(
        r#"
[words]
tz = "{zone}"

[[schedule]]
id = "night"
tz = "{zone}"
owner = "suzuki"
rotation = [{{ people = ["sato", "tanaka", "ito"], every = "1d", from = "{from}" }}]

[[policy]]
id = "standard"
owner = "suzuki"
step = [
  {{ after = "0m", notify = ["schedule:night"] }},
  {{ after = "30m", notify = ["schedule:night"] }},
  {{ after = "60m", notify = ["schedule:night"] }},
]
"#
    )
}

/// Who was paged, when by the clock on the wall, and when by the one that never changes.
async fn told(world: &World, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap();
    let mut text = String::new();
    for entry in world.store.timeline(&"INC-1".into()).await.unwrap() {
        let Happened::Fired { step, people, .. } = &entry.what else { continue };
        let names: Vec<&str> = people.iter().map(|person| person.as_str()).collect();
        let wall = entry.at.to_zoned(zone.clone()).strftime("%m-%d %H:%M %Z");
        let _ = writeln!(text, "step {}: {wall} ({}): {}", step + 1, entry.at, names.join(", "));
    }
    text
}

/// An incident that nobody takes on for an hour.
async fn hour(zone: &str, hand_off: &str, start: &str) -> String {
    let world = World::begin_at(start, &night(zone, hand_off)).await;
    world.says("taisun", "API down", true).await;
    world.pass(61).await;
    told(&world, zone).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_in_which_berlin_leaves_out_the_hour_of_the_hand_off() {
    let told = hour("Europe/Berlin", "2026-03-28T02:30", "2026-03-29T00:45:00Z").await;
    insta::assert_snapshot!(told);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_in_which_berlin_has_the_hour_of_the_hand_off_twice() {
    let told = hour("Europe/Berlin", "2026-10-24T02:30", "2026-10-25T00:15:00Z").await;
    insta::assert_snapshot!(told);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_in_which_new_york_leaves_out_the_hour_of_the_hand_off() {
    let told = hour("America/New_York", "2026-03-07T02:30", "2026-03-08T06:45:00Z").await;
    insta::assert_snapshot!(told);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_in_which_new_york_has_the_hour_of_the_hand_off_twice() {
    let told = hour("America/New_York", "2026-10-31T01:30", "2026-11-01T05:15:00Z").await;
    insta::assert_snapshot!(told);
}

/// Into the leap day and out of it, with an override that lasts for just that day.
#[tokio::test(flavor = "multi_thread")]
async fn a_leap_day_is_a_day_with_its_own_people() {
    let config = night("Europe/Berlin", "2028-02-27T00:00");
    for (start, whole) in [("2028-02-28T22:45:00Z", true), ("2028-02-29T22:45:00Z", false)] {
        let world = World::begin_at(start, &config).await;
        let over = Override {
            id: "O-LEAP".to_owned(),
            person: "yamada".into(),
            instead: None,
            from: "2028-02-29T00:00:00+01:00".parse().unwrap(),
            to: "2028-03-01T00:00:00+01:00".parse().unwrap(),
            holiday: false,
            by: None,
            reason: None,
            written: world.clock.now(),
        };
        world.store.put_override("night", &over).await.unwrap();
        world.says("taisun", "API down", true).await;
        world.pass(61).await;
        let told = told(&world, "Europe/Berlin").await;
        if whole {
            insta::assert_snapshot!("into_the_leap_day", told);
        } else {
            insta::assert_snapshot!("out_of_the_leap_day", told);
        }
    }
}

/// The clock went from winter to summer time on Sunday: Monday's nine o'clock is seven in UTC, not eight.
#[tokio::test(flavor = "multi_thread")]
async fn a_warning_of_that_sunday_waits_for_mondays_nine_o_clock() {
    let world = World::begin_at("2026-03-29T00:45:00Z", &night("Europe/Berlin", "2026-03-28T02:30")).await;
    world.tells("taisun", "Latency", true, AlertSeverity::Warning).await;
    let due = world.incident(1).await.due().unwrap();
    assert_eq!(due.to_string(), "2026-03-30T07:00:00Z");
}

fn minutes(pages: &str) -> Vec<(i64, String)> {
    let mut lines: Vec<(i64, String)> = pages
        .lines()
        .filter_map(|line| {
            let (minute, rest) = line.trim().split_once(" min  ")?;
            Some((minute.parse().ok()?, rest.split(' ').next()?.to_owned()))
        })
        .collect();
    lines.dedup();
    lines
}

/// The moments of the steps, in real minutes since the beginning: `passed` is where each was found to have fired.
async fn steps(world: &World) -> usize {
    let timeline = world.store.timeline(&"INC-1".into()).await.unwrap();
    timeline.iter().filter(|entry| matches!(entry.what, Happened::Fired { .. })).count()
}

/// An hour too early by the clock, which nobody noticed; at real minute 10 it is set right. The steps come after 30 and 60
/// real minutes all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_by_an_hour_makes_no_step_an_hour_late() {
    let world = World::begin().await;
    world.says("taisun", "API down", true).await;
    world.pass(10).await;
    world.set_clock(SignedDuration::from_hours(-1)).await;
    let mut fired = vec![steps(&world).await];
    for _ in 10..62 {
        world.pass(1).await;
        fired.push(steps(&world).await);
    }
    // After the real minutes 29, 30, 59 and 60.
    assert_eq!([fired[19], fired[20], fired[49], fired[50]], [1, 2, 2, 3], "{fired:?}");
    insta::assert_snapshot!(world.story(1).await);
}

/// What was put off, and what was taken on, is not put off and taken on for an hour longer either.
#[tokio::test(flavor = "multi_thread")]
async fn deadlines_keep_their_distance_when_the_clock_is_set_back() {
    let mut world = World::begin().await;
    world.says("taisun", "API down", true).await;
    let sato = world.wish("sato");
    world.incidents.acknowledge(&"INC-1".into(), &sato).await.unwrap();
    world.pass(5).await;
    world.set_clock(SignedDuration::from_hours(-1)).await;
    world.pass(54).await;
    assert!(matches!(world.incident(1).await.state, State::Acknowledged { .. }));
    world.pass(2).await;
    assert!(matches!(world.incident(1).await.state, State::Triggered), "the deadline has passed");
}

/// It was set back while nobody ran: the first look after the start finds that out.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_during_downtime() {
    let world = World::begin().await;
    world.says("taisun", "API down", true).await;
    world.pass(10).await;
    world.clock.set(SignedDuration::from_hours(-1));
    let world = world.killed().await;
    world.pass(19).await;
    assert_eq!(steps(&world).await, 1);
    world.pass(2).await;
    assert_eq!(steps(&world).await, 2);
}

/// What begins after the clock was set right counts by the right clock, at once and only once.
#[tokio::test(flavor = "multi_thread")]
async fn what_begins_after_the_clock_was_set_back_is_left_alone() {
    let world = World::begin().await;
    world.pass(10).await;
    world.clock.set(SignedDuration::from_hours(-1));
    world.says("taisun", "API down", true).await;
    world.set_clock(SignedDuration::ZERO).await;
    world.pass(29).await;
    assert_eq!(steps(&world).await, 1);
    world.pass(2).await;
    assert_eq!(steps(&world).await, 2);
}

/// Forward: what is overdue by the new clock is done now, each step once, in their order; nothing more an hour later.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_forward_by_an_hour_fires_what_is_overdue_once() {
    let world = World::begin().await;
    world.says("taisun", "API down", true).await;
    world.pass(10).await;
    world.set_clock(SignedDuration::from_hours(1)).await;
    world.settled().await;
    assert_eq!(steps(&world).await, 3);
    let pages = minutes(&world.pages().await);
    assert!(pages.contains(&(0, "sato".into())) && pages.contains(&(70, "suzuki".into())), "{pages:?}");
    world.pass(15).await;
    assert_eq!(steps(&world).await, 3);
}

/// Forward and back again: what fired too early has fired and does not fire again, and the rest is not late.
#[tokio::test(flavor = "multi_thread")]
async fn forward_and_back_again_loses_nothing_and_repeats_nothing() {
    let world = World::begin().await;
    world.says("taisun", "API down", true).await;
    world.set_clock(SignedDuration::from_mins(45)).await;
    world.pass(1).await;
    assert_eq!(steps(&world).await, 2);
    world.set_clock(SignedDuration::from_mins(-45)).await;
    world.pass(13).await;
    assert_eq!(steps(&world).await, 2);
    world.pass(30).await;
    assert_eq!(steps(&world).await, 3);
}
