//! Shifts as rows, and the ways in which a person is reached as words.

use jiff::tz::TimeZone;

use crate::app::verbs::oncall::{Duties, moment};
use crate::app::verbs::say;
use crate::base::ids::PersonId;
use crate::base::span;
use crate::config::MaybeSecret;
use crate::config::shape::people::Contact;
use crate::config::values::OpenKey;
use crate::domain::contact::Means;
use crate::domain::report::Block;
use crate::domain::schedule::{Override, Shift, Why};
use crate::domain::words::Phrase;

/// A row for each shift.
pub(super) fn shifts(duties: &Duties, shifts: &[Shift], overrides: &[Override], zone: &TimeZone) -> Block {
    let heads = ["oncall-head-from", "oncall-head-to", "oncall-head-who", "oncall-head-why"];
    let why = |shift: &Shift| match &shift.why {
        Why::Turn(_) => Phrase::raw(""),
        Why::Holiday(_) => Phrase::new("oncall-why-holiday"),
        Why::Override(id) => {
            let over = overrides.iter().find(|over| over.id == *id);
            match over.and_then(|over| over.reason.as_deref()) {
                Some(reason) => Phrase::new("oncall-why-reason").with("reason", reason),
                None => Phrase::new("oncall-why-override"),
            }
        }
    };
    let rows = shifts
        .iter()
        .map(|shift| {
            let name = Phrase::raw(duties.company.name(&shift.person));
            vec![moment(shift.from, zone), moment(shift.to, zone), name, why(shift)]
        })
        .collect();
    Block::Table { heads: heads.map(Phrase::new).into(), rows }
}

/// What is wrong with a person's contacts, if they can be paged in less than two ways that do not fail together.
pub(super) fn hardly_reached(duties: &Duties, person: &PersonId) -> Option<Phrase> {
    let id = match duties.roster.carriers(person) {
        0 => "oncall-unreachable",
        1 => "oncall-one-carrier",
        _ => return None,
    };
    Some(Phrase::named(id).with("name", duties.company.name(person)))
}

/// How a person is reached, in that person's order: `slack, email sato@example.com (5m)`. What the config keeps as a
/// secret is not shown.
pub(super) fn ways(duties: &Duties, person: &PersonId) -> Phrase {
    let reach = duties.roster.reach(person);
    let ways = reach.map(|reach| reach.ways.as_slice()).unwrap_or_default();
    let email = reach.and_then(|reach| reach.email.as_deref());
    if ways.is_empty() {
        return email
            .map_or_else(|| Phrase::new("oncall-no-contact"), |email| Phrase::raw(format!("email {email}")));
    }
    say::list(ways.iter().map(|way| Phrase::raw(way_of(way, email))))
}

fn way_of(way: &Contact, email: Option<&str>) -> String {
    let open = |key: &Option<OpenKey>| match key.as_ref().map(|key| &key.0) {
        Some(MaybeSecret::Plain(text)) => Some(text.clone()),
        _ => None,
    };
    let address = match way.by {
        Means::Email if way.address.is_none() => email.map(str::to_owned),
        Means::Email => open(&way.address),
        Means::Sms | Means::Voice => open(&way.number),
        // Whoever knows a topic, a chat or a URL could write to it.
        _ => None,
    };
    let mut text = way.by.as_str().to_owned();
    if let Some(address) = address {
        text.push(' ');
        text.push_str(&address);
    }
    let after = way.after.as_ref().filter(|after| !after.0.is_zero());
    if let Some(after) = after {
        text.push_str(&format!(" (+{})", span::show(after.0)));
    }
    text
}
