//! Any history at all: what must hold after each of its moves.

use std::time::Duration;

use proptest::prelude::*;

use super::tests::{at, by, facts, ladder, opening, person};
use super::*;
use crate::domain::alert::AlertSeverity;
use crate::domain::incident::State;
use crate::domain::incident::timeline::Why;
use crate::domain::policy::{Action, Again, Policy, Unless};

#[derive(Debug, Clone)]
enum Move {
    Alert {
        id: u8,
        severity: AlertSeverity,
        silenced: bool,
    },
    Over {
        id: u8,
    },
    Ack(u8),
    Touch(u8),
    Escalate,
    Assign(u8),
    Snooze(u16),
    Resolve,
    Unreached(u8),
    HandOver(u8),
    Reapply(bool),
    ActionEnded(bool),
    Block(bool),
    Nobody(bool),
    /// Time passes, in minutes; Toban is up.
    Pass(u16),
    /// Time passes and Toban is down.
    Down(u16),
}

const PEOPLE: [&str; 4] = ["sato", "lead", "kimura", "owner"];

fn moves() -> impl Strategy<Value = Move> {
    let severity =
        prop_oneof![Just(AlertSeverity::Info), Just(AlertSeverity::Warning), Just(AlertSeverity::Critical)];
    prop_oneof![
        6 => (0..4_u8, severity, prop::bool::weighted(0.1))
            .prop_map(|(id, severity, silenced)| Move::Alert { id, severity, silenced }),
        4 => (0..4_u8).prop_map(|id| Move::Over { id }),
        3 => (0..4_u8).prop_map(Move::Ack),
        1 => (0..4_u8).prop_map(Move::Touch),
        1 => Just(Move::Escalate),
        1 => (0..4_u8).prop_map(Move::Assign),
        1 => (1..600_u16).prop_map(Move::Snooze),
        2 => Just(Move::Resolve),
        1 => (0..4_u8).prop_map(Move::Unreached),
        1 => (0..4_u8).prop_map(Move::HandOver),
        1 => any::<bool>().prop_map(Move::Reapply),
        1 => any::<bool>().prop_map(Move::ActionEnded),
        1 => any::<bool>().prop_map(Move::Block),
        1 => any::<bool>().prop_map(Move::Nobody),
        8 => (0..90_u16).prop_map(Move::Pass),
        1 => (0..2_000_u16).prop_map(Move::Down),
    ]
}

fn policy(resolved: bool) -> Policy {
    let mut policy = ladder(if resolved { Unless::Resolved } else { Unless::Acknowledged });
    policy.steps[0].again = Some(Again { every: Duration::from_mins(7), times: 4 });
    let action =
        Action { command: "restart web".into(), automatic: true, components: vec![], checks: vec![] };
    policy.steps[1].action = Some(action);
    policy
}

/// The world as the history makes it.
struct World {
    incident: Option<Incident>,
    facts: Facts,
    firing: [bool; 4],
    minute: i64,
    acts: u32,
    /// Whom we paged when, of our own accord.
    paged: Vec<(PersonId, i64)>,
    number: u64,
}

impl World {
    fn take(&mut self, before: Option<&Incident>, again: impl Fn() -> Option<Decision>, wished: bool) {
        let Some(decision) = again() else { return };
        // A crash before the commit: the same once more, letter by letter.
        assert_eq!(Some(&decision), again().as_ref());
        let incident = &decision.incident;
        if incident.is_open() {
            assert!(incident.due().is_some(), "nothing would wake it: {incident:?}");
        }
        let now = at(self.minute);
        for pending in &incident.pending {
            let looks = matches!(pending.what, Due::Act { .. } | Due::Settle | Due::Unheard);
            assert!(pending.at > now || looks, "left behind: {pending:?}");
        }
        for order in &decision.orders {
            let news = matches!(order.why, Why::Over | Why::Taken { .. });
            assert!(incident.is_open() || news, "paged for what is over: {order:?}");
            if !news && !wished {
                self.paged.push((order.person.clone(), self.minute));
            }
        }
        if decision.act.is_some() {
            self.acts += 1;
        }
        if let Some(before) = before {
            assert!(incident.entries >= before.entries && incident.told >= before.told);
            assert_eq!(incident.entries, before.entries + u32::try_from(decision.entries.len()).unwrap());
        }
        self.incident = Some(decision.incident);
    }

    fn facts(&self) -> Facts {
        let firing = u32::try_from(self.firing.iter().filter(|on| **on).count()).unwrap();
        Facts { firing, ..self.facts.clone() }
    }

    fn wake(&mut self) {
        let Some(incident) = self.incident.clone() else { return };
        // Sometimes whoever runs a command is gone before it has begun.
        let heard = if self.minute % 3 == 0 { Heard::Never } else { Heard::Running };
        let facts =
            Facts { fitness: Some(Fitness::Fits), healthy: Some(false), heard: Some(heard), ..self.facts() };
        let now = at(self.minute);
        self.take(Some(&incident.clone()), || Some(advance(incident.clone(), &facts, now)), false);
    }

    /// Minute by minute, as the escalator would.
    fn pass(&mut self, minutes: u16) {
        let end = self.minute + i64::from(minutes);
        for _ in 0..20_000 {
            let due = self.incident.as_ref().and_then(Incident::due);
            let Some(due) = due.filter(|due| *due <= at(end)) else { break };
            let minute = (due.as_second() - at(0).as_second() + 59) / 60;
            self.minute = minute.max(self.minute);
            self.wake();
        }
        self.minute = end;
        self.wake();
    }

    fn apply(&mut self, step: &Move) {
        let (now, facts) = (at(self.minute), self.facts());
        let who = |index: &u8| person(PEOPLE[usize::from(*index)]);
        let current = self.incident.clone();
        match step {
            Move::Pass(minutes) => return self.pass(*minutes),
            Move::Down(minutes) => {
                self.minute += i64::from(*minutes);
                return self.wake();
            }
            Move::Block(on) => self.facts.blocked = *on,
            Move::Nobody(on) => {
                let found = if *on {
                    Found::default()
                } else {
                    super::tests::facts().targets[&Target::Schedule("primary".into())].clone()
                };
                self.facts.targets.insert(Target::Schedule("primary".into()), found);
            }
            Move::Alert { id, severity, silenced } => {
                let first = !self.firing[usize::from(*id)];
                self.firing[usize::from(*id)] |= !silenced;
                let facts = self.facts();
                let news = [News {
                    alert: id.to_string(),
                    headline: "it fires".into(),
                    severity: *severity,
                    unknown: None,
                    firing: true,
                    first,
                    silenced: *silenced,
                }];
                let number = self.number;
                let opening = || Opening { number, ..opening(policy(number.is_multiple_of(2))) };
                let fresh =
                    current.as_ref().is_none_or(|it| !it.is_open() && !super::alerted::reopens(it, now));
                let before = current.clone().filter(|_| !fresh);
                self.take(before.as_ref(), || alerted(current.clone(), opening, &news, &facts, now), false);
                if fresh && self.incident.as_ref().is_some_and(|it| it.number == number) {
                    self.number += 1;
                    self.acts = self.incident.as_ref().map_or(0, |it| u32::from(it.action.is_some()));
                }
            }
            Move::Over { id } => {
                self.firing[usize::from(*id)] = false;
                let facts = self.facts();
                let news = [News {
                    alert: id.to_string(),
                    headline: "it fires".into(),
                    severity: AlertSeverity::Critical,
                    unknown: None,
                    firing: false,
                    first: false,
                    silenced: false,
                }];
                self.take(
                    current.as_ref(),
                    || alerted(current.clone(), || unreachable!(), &news, &facts, now),
                    false,
                );
            }
            other => {
                let Some(incident) = current else { return };
                let decide = || match other {
                    Move::Ack(one) => acknowledge(incident.clone(), &who(one), by("sato"), &facts, now).ok(),
                    Move::Escalate => escalate(incident.clone(), by("sato"), &facts, now).ok(),
                    Move::Assign(one) => assign(incident.clone(), &who(one), by("sato"), &facts, now).ok(),
                    Move::Snooze(minutes) => {
                        let span = Duration::from_mins(u64::from(*minutes));
                        snooze(incident.clone(), &person("sato"), span, by("sato"), &facts, now).ok()
                    }
                    Move::Resolve => Some(resolve(incident.clone(), by("sato"), &facts, now)),
                    Move::Unreached(one) => {
                        let key = incident.fired.last().map(|fired| fired.key.clone()).unwrap_or_default();
                        unreached(incident.clone(), &who(one), &key, "off", &facts, now)
                    }
                    Move::HandOver(one) => handed_over(incident.clone(), &[who(one)], &facts, now),
                    Move::Reapply(resolved) => {
                        reapply(incident.clone(), policy(*resolved), by("sato"), &facts, now).ok()
                    }
                    Move::ActionEnded(worked) => {
                        ended(incident.clone(), &Ended { worked: *worked, say: "so".into() }, &facts, now)
                    }
                    _ => None,
                };
                if let Move::Touch(one) = other {
                    if let Some(touched) = touch(incident.clone(), &who(one), now) {
                        assert!(touched.due() > Some(now) || incident.due() <= Some(now));
                        self.incident = Some(touched);
                    }
                } else {
                    self.take(Some(&incident), decide, true);
                }
            }
        }
        // What is due at this very moment is done at this very moment.
        self.wake();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_open_incident_is_always_woken_and_nobody_is_paged_without_need(history in prop::collection::vec(moves(), 1..60)) {
        let mut world = World {
            incident: None,
            facts: facts(),
            firing: [false; 4],
            minute: 0,
            acts: 0,
            paged: Vec::new(),
            number: 1,
        };
        let mut people = 0;
        for step in &history {
            let before = world.incident.as_ref().map(|it| it.number);
            world.apply(step);
            people += usize::from(!matches!(step, Move::Pass(_) | Move::Down(_)));
            prop_assert!(world.acts <= 1 || world.incident.as_ref().map(|it| it.number) != before, "ran twice");
            if let Some(State::Resolved { .. }) = world.incident.as_ref().map(|it| &it.state) {
                prop_assert!(world.incident.as_ref().unwrap().pending.iter().all(|it| it.what == Due::StillFiring));
            }
        }
        // Of our own accord nobody is paged more often than the ladder has rungs, for each thing that sets it going.
        for name in PEOPLE {
            for hour in 0..=world.minute / 60 {
                let pages = world.paged.iter().filter(|(who, minute)| who.as_str() == name && minute / 60 == hour).count();
                prop_assert!(pages <= 12 * (people + 1), "{name}: {pages} pages in hour {hour} of {people} moves");
            }
        }
    }
}
