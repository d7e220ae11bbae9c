//! Incidents whose next step is due at a moment, written through the store's own interface.

use std::time::Duration;

use jiff::Timestamp;
use toban::base::Clock;
use toban::base::ids::{IncidentId, PersonId, ServiceId};
use toban::domain::alert::AlertSeverity;
use toban::domain::incident::{Alerts, Due, Incident, Pending, Run, State};
use toban::domain::policy::{Policy, Step, Target, Unless};
use toban::store::{Change, Conclusion, Moved, Role, Store, Wake};

use crate::setup::PEOPLE;

/// As many are written in a transaction.
const TOGETHER: u64 = 1_000;

pub async fn open(url: &str) -> Store {
    Store::open(url, Clock::system(), Role::Run).await.unwrap()
}

/// Opens incidents with these numbers, the nth of them due at `due(n)`.
pub async fn incidents(store: &Store, first: u64, count: u64, due: impl Fn(u64) -> Timestamp) {
    for from in (0..count).step_by(usize::try_from(TOGETHER).unwrap()) {
        let changes = (from..count.min(from + TOGETHER)).map(|at| Change {
            read: None,
            incident: incident(first + at, due(at)),
            entries: Vec::new(),
            cancels: Vec::new(),
            pages: Vec::new(),
            posts: Vec::new(),
            attached: Vec::new(),
        });
        let moved = store.move_incidents(changes.collect()).await.unwrap();
        assert!(moved.iter().all(|moved| matches!(moved, Moved::Done(_))), "all of them are new");
    }
}

/// Work for later, as many as that, due in some hours.
pub async fn wakes(store: &Store, first: u64, count: u64) {
    let due = Timestamp::now() + Duration::from_hours(6);
    for from in (first..first + count).step_by(usize::try_from(TOGETHER).unwrap()) {
        let wakes = (from..(first + count).min(from + TOGETHER)).map(|number| Wake {
            id: format!("bench/{number}"),
            kind: "bench".to_owned(),
            payload: format!(r#"{{"plan":"P-{number}","service":"sagebase","by":"p{}"}}"#, number % 1_000),
            due: due + Duration::from_millis(number),
        });
        store.conclude(Conclusion { wakes: wakes.collect(), ..Conclusion::default() }).await.unwrap();
    }
}

/// One that was opened half an hour before `due` and whose second step is due then.
fn incident(number: u64, due: Timestamp) -> Incident {
    let (first, second) = (person(number + 1), person(number));
    let opened = due - Duration::from_mins(30);
    let step = |minutes: u64, person: &PersonId| Step {
        after: Duration::from_mins(minutes),
        unless: Unless::Resolved,
        notify: vec![Target::Person(person.clone())],
        again: None,
        action: None,
    };
    Incident {
        id: IncidentId::from(format!("INC-{number}")),
        number,
        service: ServiceId::from("sagebase"),
        grouping: format!("bench-{number}"),
        title: "5.3 % of the requests have failed for ten minutes; the threshold is 5 %".to_owned(),
        severity: AlertSeverity::Critical,
        drill: false,
        state: State::Triggered,
        holder: None,
        opened,
        run: Run { number: 1, began: opened, cycle: 1, base: opened, reached: Some(0) },
        reopened: Vec::new(),
        flapping: false,
        paged: [first.clone()].into(),
        alerts: Alerts::default(),
        fired: Vec::new(),
        action: None,
        asked: None,
        held: None,
        policy: Policy {
            id: "standard".to_owned(),
            owner: Some(person(0)),
            steps: vec![step(0, &first), step(30, &second), step(60, &person(number + 2))],
            ..Policy::plain(&[])
        },
        pending: vec![
            Pending { at: due, what: Due::Step { step: 1, nth: 0 } },
            Pending { at: due + Duration::from_mins(30), what: Due::Step { step: 2, nth: 0 } },
            Pending { at: due + Duration::from_hours(1), what: Due::Cycle },
        ],
        told: 1,
        entries: 2,
    }
}

fn person(number: u64) -> PersonId {
    PersonId::from(format!("p{}", number % PEOPLE))
}
