//! Who can be reached how: the ways of the config with their secrets, in each person's order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::base::ids::PersonId;
use crate::config::shape::people as shape;
use crate::config::values::{OpenKey, SecretKey};
use crate::config::{Config, Reach, Vault};
use crate::domain::alert::AlertSeverity;
use crate::domain::contact::{Address, Contact, Means};
use crate::domain::person::{Door, Person};

/// The ways to reach each person.
#[derive(Debug, Default)]
pub struct Contacts {
    by_person: HashMap<PersonId, Vec<Contact>>,
}

impl Contacts {
    /// Those of the config. A way whose secret is still to be fetched is left out. Who names no way is reached where
    /// the person can be: in chat, and by e-mail.
    pub fn new(config: &Config) -> Self {
        let by_person = config.people.iter().map(|person| {
            let reach = config.reach.get(&person.id).cloned().unwrap_or_default();
            let contacts = if reach.ways.is_empty() {
                natural(person, &reach)
            } else {
                let ways = reach.ways.iter();
                ways.filter_map(|way| contact(way, person, &reach, &config.vault)).collect()
            };
            (person.id.clone(), contacts)
        });
        Self { by_person: by_person.collect() }
    }

    /// These and no others.
    pub fn of_all(contacts: impl IntoIterator<Item = (PersonId, Vec<Contact>)>) -> Self {
        Self { by_person: contacts.into_iter().collect() }
    }

    /// Those by means that are set up, as `sent` says. The others of a person keep their order.
    #[must_use]
    pub fn only(&self, sent: impl Fn(Means) -> bool) -> Self {
        let kept = |contacts: &[Contact]| {
            contacts.iter().filter(|contact| sent(contact.by)).cloned().collect::<Vec<_>>()
        };
        Self { by_person: self.by_person.iter().map(|(id, all)| (id.clone(), kept(all))).collect() }
    }

    /// The means that are not set up, and how many people name each.
    pub fn without(&self, sent: impl Fn(Means) -> bool) -> BTreeMap<Means, usize> {
        let mut missing: BTreeMap<Means, usize> = BTreeMap::new();
        for contacts in self.by_person.values() {
            let named: BTreeSet<Means> = contacts.iter().map(|contact| contact.by).collect();
            for means in named.into_iter().filter(|means| !sent(*means)) {
                *missing.entry(means).or_default() += 1;
            }
        }
        missing
    }

    /// Whoever has no way at all.
    pub fn unreachable(&self) -> impl Iterator<Item = &PersonId> {
        self.by_person.iter().filter(|(_, contacts)| contacts.is_empty()).map(|(person, _)| person)
    }

    /// Every way to reach the person, in that person's order; none for a stranger.
    pub fn of(&self, person: &PersonId) -> &[Contact] {
        self.by_person.get(person).map_or(&[], Vec::as_slice)
    }

    /// The ways that the person wants to be paged by for something that bad.
    pub fn for_severity(&self, person: &PersonId, severity: AlertSeverity) -> Vec<&Contact> {
        self.of(person).iter().filter(|contact| contact.takes(severity)).collect()
    }

    /// Whether anybody is paged by that means.
    pub fn uses(&self, means: Means) -> bool {
        self.by_person.values().flatten().any(|contact| contact.by == means)
    }

    /// Whoever is paged at that address by that means.
    pub fn at(&self, by: Means, address: &str) -> impl Iterator<Item = &PersonId> {
        let there = move |contact: &Contact| {
            contact.by == by && matches!(&contact.address, Address::Plain(plain) if plain == address)
        };
        let found = self.by_person.iter().filter(move |(_, contacts)| contacts.iter().any(there));
        found.map(|(person, _)| person)
    }
}

/// In chat, then by e-mail.
fn natural(person: &Person, reach: &Reach) -> Vec<Contact> {
    let at = |door: Door| person.identities.get(&door).cloned();
    let ways = [
        (Means::Slack, at(Door::Slack)),
        (Means::Discord, at(Door::Discord)),
        (Means::Email, reach.email.clone()),
    ];
    let known = ways.into_iter().filter_map(|(by, address)| Some((by, address?)));
    known.map(|(by, address)| plain(by, address)).collect()
}

fn plain(by: Means, address: String) -> Contact {
    let (after, severity) = (std::time::Duration::ZERO, Vec::new());
    Contact { by, after, severity, address: Address::Plain(address) }
}

/// One way of the config with its secret. The config's own checks have seen to it that there is an address.
fn contact(way: &shape::Contact, person: &Person, reach: &Reach, vault: &Vault) -> Option<Contact> {
    let open = |key: &Option<OpenKey>| Some(vault.text(&key.as_ref()?.0)?.reveal().to_owned());
    let secret = |key: &Option<SecretKey>| vault.get(&key.as_ref()?.0).cloned();
    let at = |door: Door| person.identities.get(&door).cloned();
    let address = match way.by {
        Means::Slack => Address::Plain(at(Door::Slack)?),
        Means::Discord => Address::Plain(at(Door::Discord)?),
        Means::Email => Address::Plain(open(&way.address).or_else(|| reach.email.clone())?),
        Means::Ntfy => Address::Plain(open(&way.topic)?),
        Means::Telegram => Address::Plain(open(&way.chat)?),
        Means::Sms | Means::Voice => Address::Plain(open(&way.number)?),
        Means::Pagerduty => Address::Key(secret(&way.routing_key)?),
        Means::Webhook => Address::Signed { url: open(&way.url)?, secret: secret(&way.secret) },
    };
    let after = way.after.as_ref().map(|after| after.0).unwrap_or_default();
    Some(Contact { by: way.by, after, severity: way.severity.clone(), address })
}
