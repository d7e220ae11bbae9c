//! From "page this person" to rows: one page for each of the person's ways, at the person's own delays.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::ids::{self, IncidentId, PersonId};
use crate::domain::alert::AlertSeverity;
use crate::domain::contact::{Contact, Means};
use crate::domain::words::Phrase;
use crate::ports::Purpose;
use crate::store::NewPage;

/// Somebody is to be paged.
#[derive(Debug, Clone, PartialEq)]
pub struct PageOrder {
    /// Unique to what caused it (`INC-42/1/0`): the same order twice pages once.
    pub key: String,
    /// The incident; none for a test.
    pub incident: Option<IncidentId>,
    /// Who.
    pub person: PersonId,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// What for.
    pub purpose: Purpose,
    /// One line.
    pub subject: Phrase,
    /// The details, a paragraph each.
    pub lines: Vec<Phrase>,
    /// Somebody outside: no link and no button; whoever orders says name, time and a call-back contact only.
    pub vendor: bool,
}

/// What stands in a page's row: what it says, in no language yet. No address and no secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// How bad it is.
    pub severity: AlertSeverity,
    /// What for.
    pub purpose: Purpose,
    /// One line.
    pub subject: Phrase,
    /// The details.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Phrase>,
    /// Somebody outside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vendor: bool,
    /// Which of the person's ways of this means.
    #[serde(default)]
    pub way: usize,
}

/// The pages of an order, in the person's order; of a trigger, none only for who cannot be reached at all. Something critical ignores
/// the person's choice of severities where that would leave no way at all.
pub fn pages(contacts: &[Contact], order: &PageOrder, now: Timestamp) -> Vec<NewPage> {
    let numbered: Vec<(usize, &Contact)> = contacts.iter().enumerate().collect();
    let wanted: Vec<_> = numbered.iter().copied().filter(|(_, contact)| takes(contact, order)).collect();
    let wanted =
        if wanted.is_empty() && order.severity == AlertSeverity::Critical { numbered } else { wanted };
    let fitting = wanted.into_iter().filter(|(_, contact)| fits(contact.by, order.purpose));
    let mut first = None;
    let mut pages = Vec::new();
    for (number, contact) in fitting {
        if is_quiet(order.purpose) && contact.by != Means::Pagerduty && first.replace(number).is_some() {
            continue;
        }
        let same = |(_, other): &(usize, &Contact)| other.by == contact.by;
        let way = contacts.iter().enumerate().take(number).filter(same).count();
        let after = if waits(order.purpose) { contact.after } else { std::time::Duration::ZERO };
        let content = Content {
            severity: order.severity,
            purpose: order.purpose,
            subject: order.subject.clone(),
            lines: order.lines.clone(),
            vendor: order.vendor,
            way,
        };
        pages.push(NewPage {
            id: format!("{}/{}/{number}", order.key, order.person).into(),
            incident: order.incident.clone(),
            person: order.person.clone(),
            means: contact.by,
            // Phrases and plain enums: they cannot fail to serialise.
            content: serde_json::to_string(&content).unwrap_or_default(),
            due: now.checked_add(after).unwrap_or(Timestamp::MAX),
        });
    }
    pages
}

/// Whether the person wants to be paged by it for this; a test tries all ways.
fn takes(contact: &Contact, order: &PageOrder) -> bool {
    order.purpose == Purpose::Test || contact.takes(order.severity)
}

/// Nobody is called by telephone to be told that it is over, and nobody is roused to hear that somebody has it: the
/// thread says so, and PagerDuty, which would go on by itself.
fn fits(by: Means, purpose: Purpose) -> bool {
    match purpose {
        Purpose::Trigger | Purpose::Test => true,
        Purpose::Note => !matches!(by, Means::Voice),
        Purpose::Acknowledged => by == Means::Pagerduty,
        Purpose::Resolved => !matches!(by, Means::Voice | Means::Sms),
    }
}

/// Good news comes one way only; PagerDuty hears it besides, so that it rests too.
fn is_quiet(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Acknowledged | Purpose::Resolved)
}

/// A test tries all ways at once.
fn waits(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Trigger | Purpose::Note)
}

/// A page to oneself, by every way, for real.
pub fn test_order(person: &PersonId) -> PageOrder {
    PageOrder {
        key: ids::fresh("TEST"),
        incident: None,
        person: person.clone(),
        severity: AlertSeverity::Info,
        purpose: Purpose::Test,
        subject: Phrase::new("paging-test"),
        lines: vec![Phrase::new("paging-test-why")],
        vendor: false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::contact::Address;

    fn contact(by: Means, minutes: u64, severity: &[AlertSeverity]) -> Contact {
        let (after, address) = (Duration::from_mins(minutes), Address::Plain("x".into()));
        Contact { by, after, severity: severity.to_vec(), address }
    }

    fn order(purpose: Purpose, severity: AlertSeverity) -> PageOrder {
        PageOrder {
            key: "INC-42/1/0".into(),
            incident: Some("INC-42".into()),
            severity,
            purpose,
            ..test_order(&"sato".into())
        }
    }

    fn ways() -> Vec<Contact> {
        vec![
            contact(Means::Slack, 0, &[]),
            contact(Means::Ntfy, 2, &[]),
            contact(Means::Voice, 5, &[AlertSeverity::Critical]),
            contact(Means::Ntfy, 7, &[]),
        ]
    }

    fn told(ways: &[Contact], purpose: Purpose, severity: AlertSeverity) -> Vec<(String, i64)> {
        let pages = pages(ways, &order(purpose, severity), Timestamp::UNIX_EPOCH);
        pages.iter().map(|page| (page.id.to_string(), page.due.as_second() / 60)).collect()
    }

    #[test]
    fn a_person_is_paged_in_his_own_order_and_at_his_own_delays() {
        let all = told(&ways(), Purpose::Trigger, AlertSeverity::Critical);
        let page = |number: u32, minute: i64| (format!("INC-42/1/0/sato/{number}"), minute);
        assert_eq!(all, [page(0, 0), page(1, 2), page(2, 5), page(3, 7)]);
        let warned = told(&ways(), Purpose::Trigger, AlertSeverity::Warning);
        assert_eq!(warned, [page(0, 0), page(1, 2), page(3, 7)]);
        let pages = pages(&ways(), &order(Purpose::Trigger, AlertSeverity::Critical), Timestamp::UNIX_EPOCH);
        let ways: Vec<usize> =
            pages.iter().map(|page| serde_json::from_str::<Content>(&page.content).unwrap().way).collect();
        assert_eq!(ways, [0, 0, 0, 1], "the second topic of ntfy is its way 1");
    }

    #[test]
    fn good_news_comes_once_and_rings_no_telephone() {
        let news = told(&ways(), Purpose::Resolved, AlertSeverity::Critical);
        assert_eq!(news.len(), 1);
        let mut with_pagerduty = ways();
        with_pagerduty.push(contact(Means::Pagerduty, 0, &[]));
        assert_eq!(told(&with_pagerduty, Purpose::Resolved, AlertSeverity::Critical).len(), 2);
    }

    #[test]
    fn that_somebody_has_it_rouses_nobody_and_quietens_pagerduty() {
        assert!(told(&ways(), Purpose::Acknowledged, AlertSeverity::Critical).is_empty());
        let mut with_pagerduty = ways();
        with_pagerduty.push(contact(Means::Pagerduty, 0, &[]));
        assert_eq!(told(&with_pagerduty, Purpose::Acknowledged, AlertSeverity::Critical).len(), 1);
    }

    #[test]
    fn something_critical_reaches_whoever_wanted_only_warnings() {
        let ways = [contact(Means::Email, 0, &[AlertSeverity::Warning])];
        assert_eq!(told(&ways, Purpose::Trigger, AlertSeverity::Critical).len(), 1);
        assert_eq!(told(&ways, Purpose::Trigger, AlertSeverity::Info).len(), 0);
    }

    #[test]
    fn a_test_tries_every_way_at_once() {
        let all = told(&ways(), Purpose::Test, AlertSeverity::Critical);
        assert_eq!(all.iter().map(|(_, minute)| *minute).collect::<Vec<_>>(), [0, 0, 0, 0]);
    }
}
