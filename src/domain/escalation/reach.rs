//! A page that reached nobody.

use jiff::Timestamp;

use super::turn::Turn;
use super::{By, Decision, Facts, Reply};
use crate::base::ids::PersonId;
use crate::domain::incident::Incident;
use crate::domain::incident::timeline::{Happened, Why};

/// Every method of `person` failed for the pages of that key. When nobody whom their step told can be reached, the next step fires at once and
/// whoever looks after the ladder is told. `None` if that is known, or of no concern any more.
pub fn unreached(
    mut incident: Incident,
    person: &PersonId,
    key: &str,
    why: &str,
    facts: &Facts,
    now: Timestamp,
) -> Option<Decision> {
    if !incident.is_open() {
        return None;
    }
    let fired = incident
        .fired
        .iter_mut()
        .find(|fired| fired.key == key && fired.people.contains(person) && !fired.lost.contains(person))?;
    fired.lost.insert(person.clone());
    let (step, all) = (fired.step, fired.lost.len() == fired.people.len());
    let mut turn = Turn::new(incident, facts, By::ladder(), now);
    turn.note(Happened::Unreached { person: person.clone(), why: why.to_owned() });
    if all {
        let owner = turn.incident.policy.owner.clone().filter(|owner| owner != person);
        turn.tell(owner, Why::Nobody);
        let step = step.or(turn.incident.run.reached);
        if let Some(step) = step {
            turn.next_at_once(step, &Why::NobodyBefore);
        }
    }
    Some(turn.end(Reply::Done))
}
