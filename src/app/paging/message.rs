//! From pages to one message in the reader's words.

use crate::base::Secret;
use crate::base::ids::PersonId;
use crate::domain::alert::AlertSeverity;
use crate::domain::contact::{Address, Means};
use crate::domain::message::Place;
use crate::domain::person::Door;
use crate::domain::redact::redact;
use crate::domain::words::{Phrase, Reader};
use crate::ports::{Paging as Message, Purpose};
use crate::store::ClaimedPage;

use super::{Content, Desk};

/// How many subjects a message names.
const NAMED: usize = 5;

/// A page with what it says.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub row: ClaimedPage,
    pub content: Content,
}

impl Page {
    /// Reads a row; one that cannot be read is logged and says at least that it is there.
    pub fn read(row: ClaimedPage) -> Self {
        let content = serde_json::from_str(&row.content).unwrap_or_else(|error| {
            tracing::error!(page.id = %row.id, error = %error, "a page cannot be read; it is sent without its words");
            let subject = row.incident.as_ref().map(|incident| Phrase::raw(incident.as_str()));
            Content {
                severity: AlertSeverity::Critical,
                purpose: Purpose::Trigger,
                subject: subject.unwrap_or_else(|| Phrase::raw(row.id.as_str())),
                lines: Vec::new(),
                vendor: false,
                way: 0,
            }
        });
        Self { row, content }
    }
}

/// For whom: the person's language and zone, else the workspace's.
pub(super) fn reader(desk: &Desk, person: &PersonId) -> Reader {
    let place = Place { door: Door::Slack, channel: String::new(), thread: None };
    let person = desk.company.person(person);
    Reader {
        lang: person.and_then(|person| person.lang).unwrap_or_else(|| desk.company.lang(&place, None)),
        zone: person.map_or_else(|| desk.company.zone(), |person| desk.company.zone_of(person)).clone(),
    }
}

/// Where a page goes: the person's own `way` of this means, or the first one if the config has changed since.
pub(super) fn address(desk: &Desk, means: Means, page: &Page) -> Option<Address> {
    let mut ways = desk.contacts.of(&page.row.person).iter().filter(|contact| contact.by == means);
    let all: Vec<_> = ways.by_ref().collect();
    all.get(page.content.way).or_else(|| all.first()).map(|contact| contact.address.clone())
}

/// One message of pages to one person for one purpose, at least one; the first one's id is the message's.
pub(super) fn compose(desk: &Desk, means: Means, pages: &[Page], address: Address) -> Option<Message> {
    let first = pages.first()?;
    let reader = reader(desk, &first.row.person);
    let say = |phrase: &Phrase| redact(&desk.words.say(&reader, phrase)).into_owned();
    let again = pages.iter().any(|page| page.row.again);
    let Content { purpose, vendor, .. } = first.content;
    let answered = !vendor && !matches!(purpose, Purpose::Acknowledged | Purpose::Resolved);
    let secret: Option<Secret> = answered.then(|| first.row.secret.clone());
    let link = secret.as_ref().zip(desk.public_url.as_ref());
    let mut subject = say(&first.content.subject);
    let mut lines: Vec<String> = Vec::new();
    if pages.len() > 1 {
        let named = pages.iter().take(NAMED).map(|page| format!("• {}", say(&page.content.subject)));
        lines.extend(named);
        if pages.len() > NAMED {
            lines.push(say(&Phrase::new("paging-more").with("count", pages.len() - NAMED)));
        }
        subject = say(&Phrase::new("paging-many").with("count", pages.len()).with("first", subject));
    }
    lines.extend(first.content.lines.iter().map(say));
    if again && !matches!(means, Means::Pagerduty | Means::Webhook) {
        subject = say(&Phrase::new("paging-again").with("subject", subject));
    }
    let label = match means {
        Means::Voice => Phrase::new("paging-ack-voice"),
        Means::Sms => Phrase::new("paging-ack-sms"),
        _ if purpose == Purpose::Test => Phrase::new("paging-ack-test"),
        _ => Phrase::new("paging-ack"),
    };
    let mut incidents = Vec::new();
    for incident in pages.iter().filter_map(|page| page.row.incident.as_ref()) {
        if !incidents.contains(incident) {
            incidents.push(incident.clone());
        }
    }
    Some(Message {
        id: first.row.id.clone(),
        pages: pages.iter().map(|page| page.row.id.clone()).collect(),
        others: Vec::new(),
        address,
        incidents,
        severity: pages.iter().map(|page| page.content.severity).max().unwrap_or(first.content.severity),
        purpose,
        subject,
        text: lines.join("\n"),
        lang: reader.lang,
        ack_label: say(&label),
        ack_link: link.map(|(secret, url)| format!("{}/p/{}", url.trim_end_matches('/'), secret.reveal())),
        secret,
        again,
        at: first.row.planned,
    })
}
