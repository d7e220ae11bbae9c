//! More rules one by one: snoozes, commands of the ladder, people who cannot be reached, warnings.

use super::tests::{at, by, dues, facts, ladder, mins, news, on, opened, opening, person, told};
use super::*;
use crate::domain::alert::AlertSeverity;
use crate::domain::incident::State;
use crate::domain::incident::timeline::{Happened, Why};
use crate::domain::policy::{Action, Policy, Target, Unless};

#[test]
fn what_gets_worse_pages_the_holder_who_has_ten_minutes() {
    let mut incident = opened(ladder(Unless::Acknowledged)).incident;
    incident.severity = AlertSeverity::Warning;
    let taken = acknowledge(incident, &person("sato"), by("sato"), &facts(), at(5)).unwrap();
    let worse =
        alerted(Some(taken.incident), || unreachable!(), &[news("b", true, true)], &facts(), at(6)).unwrap();
    assert_eq!(told(&worse), [("sato", &Why::Worse)]);
    let lapsed = on(worse.incident, 16);
    assert_eq!(lapsed.incident.state, State::Triggered);
}

#[test]
fn a_snooze_holds_what_only_the_end_stops_except_the_last_step() {
    let incident = opened(ladder(Unless::Resolved)).incident;
    assert!(
        snooze(incident.clone(), &person("sato"), mins(8 * 60 + 1), by("sato"), &facts(), at(1)).is_err()
    );
    let put_off = snooze(incident, &person("sato"), mins(120), by("sato"), &facts(), at(1)).unwrap();
    let step = |step| Due::Step { step, nth: 0 };
    assert_eq!(dues(&put_off.incident), [(60, step(2)), (121, step(1)), (121, Due::Wake)]);
    let woken = on(on(put_off.incident, 60).incident, 121);
    assert_eq!(told(&woken), [("lead", &Why::Step), ("sato", &Why::SnoozeOver)]);
    assert_eq!(dues(&woken.incident), [(131, Due::Lapse)]);
}

#[test]
fn an_automatic_step_runs_once_and_ends_it_only_if_it_helped() {
    let first = opened(acting(true));
    assert!(first.act.is_none() && needs_a_look(&first.incident, at(0)));
    let fits = Facts { fitness: Some(Fitness::Fits), ..facts() };
    let begun = advance(first.incident.clone(), &fits, at(0));
    assert!(begun.act.is_some());
    let end = |worked| Ended { worked, say: "so".into() };
    let worked = ended(begun.incident.clone(), &end(true), &facts(), at(1)).unwrap();
    assert!(needs_a_look(&worked.incident, at(1)), "it is looked at once whether that helped");
    let well = Facts { healthy: Some(true), ..facts() };
    let ill = Facts { healthy: Some(false), ..facts() };
    // Health has to hold: it is looked at again and again, and for two minutes.
    let holds = advance(worked.incident.clone(), &well, at(1));
    assert!(holds.incident.is_open() && holds.incident.due() < Some(at(2)));
    let steady = advance(holds.incident.clone(), &well, at(2));
    assert!(!advance(steady.incident.clone(), &well, at(3)).incident.is_open());
    let fires = Facts { firing: 1, ..well.clone() };
    assert_eq!(told(&advance(steady.incident.clone(), &fires, at(3))), [("lead", &Why::ActionFailed)]);
    for seen in [worked.incident, holds.incident, steady.incident] {
        assert_eq!(told(&advance(seen, &ill, at(3))), [("lead", &Why::ActionFailed)]);
    }
    let failed = ended(begun.incident.clone(), &end(false), &facts(), at(1)).unwrap();
    assert_eq!(told(&failed), [("lead", &Why::ActionFailed)]);
    // Nobody says how it ended: that is asked for until it is known. It is not run again, and the ladder goes on.
    let asked = |heard| advance(begun.incident.clone(), &Facts { heard: Some(heard), ..facts() }, at(1));
    assert!(on(begun.incident.clone(), 1).entries.is_empty() && needs_a_look(&begun.incident, at(1)));
    let runs = asked(Heard::Running);
    assert!(runs.act.is_none() && runs.entries.is_empty() && runs.incident.due() > Some(at(1)));
    assert_eq!(told(&asked(Heard::Never)), [("lead", &Why::ActionLeft)]);
    assert_eq!(asked(Heard::Ended(end(true))).incident, worked_at(&begun.incident, at(1)));
    let barred = Facts { fitness: Some(Fitness::Barred("freeze".into())), ..facts() };
    assert_eq!(told(&advance(first.incident, &barred, at(0))), [("lead", &Why::ActionLeft)]);
}

fn worked_at(begun: &Incident, now: Timestamp) -> Incident {
    ended(begun.clone(), &Ended { worked: true, say: "so".into() }, &facts(), now).unwrap().incident
}

#[test]
fn what_a_command_does_not_mend_is_looked_at_again_and_then_the_ladder_goes_on() {
    let first = opened(acting(true));
    let other = Facts { fitness: Some(Fitness::NotNeeded), ..facts() };
    let left = advance(first.incident, &other, at(0));
    assert!(left.act.is_none() && left.orders.is_empty());
    assert!(dues(&left.incident).contains(&(10, Due::Act { step: 0, again: true })));
    let again = advance(left.incident.clone(), &other, at(10));
    assert_eq!(told(&again), [("lead", &Why::ActionLeft)]);
    assert!(again.incident.pending.iter().all(|pending| !matches!(pending.what, Due::Act { .. })));
    let fits = Facts { fitness: Some(Fitness::Fits), ..facts() };
    assert!(advance(left.incident, &fits, at(10)).act.is_some());
}

#[test]
fn what_is_not_automatic_is_proposed_and_so_is_what_somebody_has_taken_on() {
    let fits = Facts { fitness: Some(Fitness::Fits), ..facts() };
    let proposed = advance(opened(acting(false)).incident, &fits, at(0));
    assert!(proposed.act.is_none() && proposed.orders.is_empty());
    assert!(matches!(&proposed.entries[0].what, Happened::Proposed { .. }));
    let first = opened(acting(true));
    let taken = acknowledge(first.incident, &person("lead"), by("lead"), &facts(), at(0)).unwrap();
    let proposed = advance(taken.incident, &fits, at(0));
    assert!(proposed.act.is_none());
    let command = "restart bluelamp.portal".to_owned();
    assert_eq!(told(&proposed), [("lead", &Why::Proposed { command })]);
}

/// A ladder that begins with a command.
fn acting(automatic: bool) -> Policy {
    let mut policy = ladder(Unless::Acknowledged);
    policy.steps[0].notify = vec![Target::Channel("bluelamp".into())];
    let command = "restart bluelamp.portal".to_owned();
    policy.steps[0].action = Some(Action { command, automatic, components: vec![], checks: vec![] });
    policy.steps[1].after = mins(15);
    policy
}

#[test]
fn when_no_provider_takes_pages_steps_wait() {
    let blocked = Facts { blocked: true, ..facts() };
    let opened = open(opening(ladder(Unless::Acknowledged)), By::source(), &blocked, at(0));
    assert!(opened.orders.is_empty());
    let still = advance(opened.incident, &blocked, at(1));
    assert!(still.orders.is_empty() && still.incident.due() > Some(at(1)));
    assert_eq!(told(&advance(still.incident, &facts(), at(2))), [("sato", &Why::Step)]);
}

#[test]
fn people_outside_are_never_told_of_a_drill() {
    let mut policy = ladder(Unless::Acknowledged);
    policy.steps[0].notify = vec![Target::Person(person("vendor")), Target::Person(person("sato"))];
    let outside = Facts { external: [person("vendor")].into(), ..facts() };
    let real = open(opening(policy.clone()), By::source(), &outside, at(0));
    assert_eq!(real.orders.iter().map(|order| order.vendor).collect::<Vec<_>>(), [true, false]);
    let drill = open(Opening { drill: true, ..opening(policy) }, By::source(), &outside, at(0));
    assert_eq!(told(&drill), [("sato", &Why::Step)]);
}

#[test]
fn every_method_of_every_target_failing_fires_the_next_step() {
    let incident = opened(ladder(Unless::Acknowledged)).incident;
    let lost = unreached(incident, &person("sato"), "INC-42/1", "telephone off", &facts(), at(2)).unwrap();
    assert_eq!(told(&lost), [("owner", &Why::Nobody), ("lead", &Why::NobodyBefore)]);
    assert_eq!(unreached(lost.incident, &person("sato"), "INC-42/1", "again", &facts(), at(2)), None);
}

#[test]
fn what_ended_while_we_were_down_pages_nobody_any_more() {
    let all = facts();
    let firing = Facts { firing: 1, ..facts() };
    let open = || opening(ladder(Unless::Acknowledged));
    let first = alerted(None, open, &[news("a", true, true)], &firing, at(0)).unwrap();
    let over = alerted(Some(first.incident), open, &[news("a", false, false)], &all, at(29)).unwrap();
    // The step of minute 30 and the end at 31 have both passed.
    let late = advance(over.incident, &all, at(90));
    assert!(!late.incident.is_open());
    assert_eq!(told(&late), [("sato", &Why::Over)]);
}

#[test]
fn a_warning_waits_for_working_hours_and_climbs_once_it_is_critical() {
    let night = Facts { morning: Some(at(480)), firing: 1, ..facts() };
    let warning = News { severity: AlertSeverity::Warning, ..news("a", true, true) };
    let opened = alerted(None, || opening(ladder(Unless::Acknowledged)), &[warning], &night, at(0)).unwrap();
    assert!(opened.orders.is_empty());
    assert_eq!(dues(&opened.incident), [(480, Due::Morning)]);
    assert_eq!(told(&on(opened.incident.clone(), 480)), [("sato", &Why::Warning)]);
    let worse =
        alerted(Some(opened.incident), || unreachable!(), &[news("b", true, true)], &night, at(9)).unwrap();
    assert_eq!(told(&worse), [("sato", &Why::Step)]);
    let info = News { severity: AlertSeverity::Info, ..news("a", true, true) };
    assert!(alerted(None, || opening(ladder(Unless::Acknowledged)), &[info], &night, at(0)).is_none());
    let silenced = News { silenced: true, ..news("a", true, true) };
    assert!(alerted(None, || opening(ladder(Unless::Acknowledged)), &[silenced], &night, at(0)).is_none());
}
