//! The rules one by one, on the example ladders.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::base::ids::{PersonId, ServiceId};
use crate::domain::alert::AlertSeverity;
use crate::domain::incident::timeline::{Actor, Happened, Origin, Why};
use crate::domain::incident::{Incident, State};
use crate::domain::policy::{Again, Policy, Step, Target, Unless};

pub(super) fn person(id: &str) -> PersonId {
    PersonId::from(id)
}

pub(super) fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + minutes * 60).unwrap()
}

pub(super) fn mins(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

pub(super) fn step(after: u64, target: &str, unless: Unless) -> Step {
    Step { after: mins(after), unless, notify: vec![target.parse().unwrap()], again: None, action: None }
}

/// 0 on-call, 30 technical lead, 60 everybody.
pub(super) fn ladder(unless: Unless) -> Policy {
    Policy {
        id: "sagebase".to_owned(),
        owner: Some(person("owner")),
        repeat: 2,
        ack_timeout: mins(60),
        climbs: AlertSeverity::Critical,
        steps: vec![
            step(0, "schedule:primary", unless),
            step(30, "person:lead", unless),
            step(60, "group:all", unless),
        ],
    }
}

pub(super) fn facts() -> Facts {
    let found = |people: &[&str]| Found {
        people: people.iter().map(|id| person(id)).collect(),
        owner: Some(person("boss")),
    };
    Facts {
        targets: BTreeMap::from([
            (Target::Schedule("primary".to_owned()), found(&["sato"])),
            (Target::Group("all".to_owned()), found(&["sato", "lead", "kimura"])),
        ]),
        ..Facts::default()
    }
}

pub(super) fn by(id: &str) -> By {
    By { who: Actor::Person(person(id)), from: Origin::Slack, id: None }
}

pub(super) fn opening(policy: Policy) -> Opening {
    Opening {
        number: 42,
        service: ServiceId::from("sagebase"),
        grouping: "sagebase/production".to_owned(),
        title: "High Error Rate".to_owned(),
        severity: AlertSeverity::Critical,
        drill: false,
        policy,
    }
}

pub(super) fn opened(policy: Policy) -> Decision {
    open(opening(policy), By::source(), &facts(), at(0))
}

pub(super) fn told(decision: &Decision) -> Vec<(&str, &Why)> {
    decision.orders.iter().map(|order| (order.person.as_str(), &order.why)).collect()
}

pub(super) fn on(incident: Incident, minute: i64) -> Decision {
    advance(incident, &facts(), at(minute))
}

pub(super) fn news(alert: &str, firing: bool, first: bool) -> News {
    News {
        alert: alert.to_owned(),
        headline: format!("{alert} fires"),
        severity: AlertSeverity::Critical,
        unknown: None,
        firing,
        first,
        silenced: false,
    }
}

pub(super) fn dues(incident: &Incident) -> Vec<(i64, Due)> {
    let minute = |at_: Timestamp| (at_.as_second() - at(0).as_second()) / 60;
    let mut dues: Vec<_> = incident.pending.iter().map(|it| (minute(it.at), it.what)).collect();
    dues.sort();
    dues
}

#[test]
fn the_on_call_is_paged_at_once_the_lead_after_30_minutes_everybody_after_60() {
    let first = opened(ladder(Unless::Resolved));
    assert_eq!(told(&first), [("sato", &Why::Step)]);
    let second = on(first.incident, 30);
    assert_eq!(told(&second), [("lead", &Why::Step)]);
    let third = on(second.incident, 60);
    assert_eq!(told(&third), [("sato", &Why::Step), ("lead", &Why::Step), ("kimura", &Why::Step)]);
    // The ladder is climbed twice, then there is a page an hour to the on-call and the owner.
    let again = on(third.incident, 90);
    assert_eq!(told(&again), [("sato", &Why::Step)]);
    assert_eq!(again.incident.run.cycle, 2);
    let end = on(on(again.incident, 120).incident, 150);
    assert_eq!(dues(&end.incident), [(210, Due::Hourly)]);
    let hour = on(end.incident, 210);
    assert_eq!(told(&hour), [("sato", &Why::Hourly), ("owner", &Why::Hourly)]);
    assert_eq!(dues(&hour.incident), [(270, Due::Hourly)]);
}

#[test]
fn an_acknowledgement_stops_the_ladder_unless_only_the_end_does() {
    let taken = acknowledge(
        opened(ladder(Unless::Acknowledged)).incident,
        &person("sato"),
        by("sato"),
        &facts(),
        at(5),
    );
    let taken = taken.unwrap();
    assert_eq!(dues(&taken.incident), [(55, Due::Ask), (65, Due::Lapse)]);
    assert!(taken.cancels.contains(&Cancel::Key("INC-42/1".into())));

    let taken =
        acknowledge(opened(ladder(Unless::Resolved)).incident, &person("sato"), by("sato"), &facts(), at(5));
    let taken = taken.unwrap();
    let steps = [
        (30, Due::Step { step: 1, nth: 0 }),
        (55, Due::Ask),
        (60, Due::Step { step: 2, nth: 0 }),
        (65, Due::Lapse),
    ];
    assert_eq!(dues(&taken.incident), steps);
    assert_eq!(taken.cancels, [Cancel::Person(person("sato"))]);
    assert_eq!(told(&on(taken.incident, 30)), [("lead", &Why::Step)]);
}

#[test]
fn of_two_presses_the_second_is_told_who_has_it_and_both_are_on_record() {
    let first = acknowledge(
        opened(ladder(Unless::Acknowledged)).incident,
        &person("sato"),
        by("sato"),
        &facts(),
        at(1),
    )
    .unwrap();
    let second = acknowledge(first.incident, &person("lead"), by("lead"), &facts(), at(1)).unwrap();
    assert_eq!(second.reply, Reply::HeldBy(person("sato")));
    assert_eq!(second.entries[0].what, Happened::AlreadyHeld { by: person("sato") });
    assert!(second.orders.is_empty());
}

#[test]
fn at_the_lapse_the_holder_and_the_next_step_are_paged_and_the_others_follow() {
    let taken = acknowledge(
        opened(ladder(Unless::Acknowledged)).incident,
        &person("sato"),
        by("sato"),
        &facts(),
        at(5),
    )
    .unwrap();
    let asked = on(taken.incident, 55);
    assert_eq!(told(&asked), [("sato", &Why::Asked { until: at(65) })]);
    let lapsed = on(asked.incident, 65);
    assert_eq!(told(&lapsed), [("sato", &Why::Lapsed), ("lead", &Why::Lapsed)]);
    assert_eq!(lapsed.incident.state, State::Triggered);
    assert_eq!(dues(&lapsed.incident), [(95, Due::Step { step: 2, nth: 0 }), (125, Due::Cycle)]);
}

#[test]
fn with_no_step_above_the_last_one_fires_again() {
    let incident = on(on(opened(ladder(Unless::Acknowledged)).incident, 30).incident, 60).incident;
    let taken = acknowledge(incident, &person("lead"), by("lead"), &facts(), at(61)).unwrap();
    let lapsed = on(taken.incident, 121);
    let people: Vec<&str> = lapsed.orders.iter().map(|order| order.person.as_str()).collect();
    assert_eq!(people, ["lead", "sato", "kimura"]);
}

#[test]
fn whoever_is_heard_of_keeps_it() {
    let taken = acknowledge(
        opened(ladder(Unless::Acknowledged)).incident,
        &person("sato"),
        by("sato"),
        &facts(),
        at(5),
    )
    .unwrap();
    let touched = touch(taken.incident.clone(), &person("sato"), at(40)).unwrap();
    assert_eq!(dues(&touched), [(90, Due::Ask), (100, Due::Lapse)]);
    assert_eq!(touch(taken.incident, &person("lead"), at(40)), None);
}

#[test]
fn a_manual_escalation_fires_the_next_step_and_leaves_the_later_ones_alone() {
    let incident = opened(ladder(Unless::Acknowledged)).incident;
    let escalated = escalate(incident, by("sato"), &facts(), at(3)).unwrap();
    assert_eq!(told(&escalated), [("lead", &Why::Escalated)]);
    assert_eq!(dues(&escalated.incident), [(60, Due::Step { step: 2, nth: 0 }), (90, Due::Cycle)]);
}

#[test]
fn nobody_on_call_means_the_next_step_at_once_and_the_owner_is_told() {
    let empty = Facts {
        targets: BTreeMap::from([(
            Target::Schedule("primary".to_owned()),
            Found { people: Vec::new(), owner: Some(person("boss")) },
        )]),
        ..facts()
    };
    let opened = open(opening(ladder(Unless::Acknowledged)), By::source(), &empty, at(0));
    assert_eq!(told(&opened), [("boss", &Why::Nobody), ("lead", &Why::NobodyBefore)]);
    assert_eq!(dues(&opened.incident), [(60, Due::Step { step: 2, nth: 0 }), (90, Due::Cycle)]);
}

#[test]
fn after_downtime_everything_overdue_fires_once_in_order() {
    let late = on(opened(ladder(Unless::Acknowledged)).incident, 24 * 60);
    let steps: Vec<usize> = late
        .entries
        .iter()
        .filter_map(|entry| if let Happened::Fired { step, .. } = entry.what { Some(step) } else { None })
        .collect();
    assert_eq!(steps, [1, 2]);
    assert_eq!(late.orders[0].late, Some(at(30)));
    assert_eq!(dues(&late.incident), [(24 * 60 + 30, Due::Cycle)]);
}

#[test]
fn missed_repeats_of_a_step_are_one_page_that_says_since_when() {
    let mut policy = ladder(Unless::Acknowledged);
    policy.steps[0].again = Some(Again { every: mins(5), times: 6 });
    let first = opened(policy);
    assert_eq!(dues(&first.incident)[0], (5, Due::Step { step: 0, nth: 1 }));
    let late = on(first.incident, 17);
    assert_eq!(late.orders.len(), 1);
    assert_eq!(late.orders[0].late, Some(at(5)));
    // Those of minutes 5, 10 and 15 in one; the next is at 20.
    assert_eq!(dues(&late.incident)[0], (20, Due::Step { step: 0, nth: 4 }));
}

#[test]
fn an_incident_ends_two_minutes_after_its_last_alert_and_begins_anew_within_ten() {
    let all = facts();
    let first = alerted(
        None,
        || opening(ladder(Unless::Acknowledged)),
        &[news("a", true, true)],
        &Facts { firing: 1, ..facts() },
        at(0),
    )
    .unwrap();
    let quiet =
        alerted(Some(first.incident), || unreachable!(), &[news("a", false, false)], &all, at(5)).unwrap();
    assert!(
        quiet
            .incident
            .pending
            .iter()
            .any(|it| *it == crate::domain::incident::Pending { at: at(7), what: Due::Quiet })
    );
    let over = advance(quiet.incident, &all, at(7));
    assert_eq!(over.incident.state, State::Resolved { by: None, at: at(7) });
    assert_eq!(told(&over), [("sato", &Why::Over)]);
    assert_eq!(over.cancels, [Cancel::All]);
    let again = alerted(
        Some(over.incident),
        || unreachable!(),
        &[news("a", true, true)],
        &Facts { firing: 1, ..facts() },
        at(10),
    )
    .unwrap();
    assert_eq!(again.incident.run.number, 2);
    assert_eq!(again.incident.run.began, at(10));
    assert_eq!(told(&again), [("sato", &Why::Reopened)]);
}

#[test]
fn from_the_third_reopening_within_an_hour_one_page_says_that_it_flaps() {
    let firing = Facts { firing: 1, ..facts() };
    let mut incident =
        alerted(None, || opening(ladder(Unless::Acknowledged)), &[news("a", true, true)], &firing, at(0))
            .unwrap()
            .incident;
    let mut pages = Vec::new();
    for round in 0..5_i64 {
        let quiet = alerted(
            Some(incident),
            || unreachable!(),
            &[news("a", false, false)],
            &facts(),
            at(round * 8 + 1),
        )
        .unwrap();
        let over = advance(quiet.incident, &facts(), at(round * 8 + 3));
        let again = alerted(
            Some(over.incident),
            || unreachable!(),
            &[news("a", true, true)],
            &firing,
            at(round * 8 + 8),
        )
        .unwrap();
        pages.push(again.orders.iter().map(|order| order.why.clone()).collect::<Vec<_>>());
        incident = again.incident;
    }
    assert_eq!(pages, [vec![Why::Reopened], vec![Why::Reopened], vec![Why::Flapping], vec![], vec![]]);
    // It stays: that is no flapping any more.
    let stays = advance(incident, &firing, at(50));
    assert_eq!(told(&stays), [("sato", &Why::Step)]);
}

#[test]
fn resolving_while_alerts_fire_asks_once_and_begins_again_if_they_still_do() {
    let firing = Facts { firing: 2, names: vec!["a".into(), "b".into()], ..facts() };
    let incident = opened(ladder(Unless::Acknowledged)).incident;
    let asked = resolve(incident, by("sato"), &firing, at(1));
    assert_eq!(asked.reply, Reply::StillFiring(2, vec!["a".into(), "b".into()]));
    assert!(asked.incident.is_open());
    let done = resolve(asked.incident, by("sato"), &firing, at(2));
    assert!(!done.incident.is_open());
    assert_eq!(dues(&done.incident), [(12, Due::StillFiring)]);
    assert!(advance(done.incident.clone(), &facts(), at(12)).orders.is_empty());
    let again = advance(done.incident, &firing, at(12));
    assert_eq!(again.incident.run.number, 2);
}
