//! People, roles and groups.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::ids::{PersonId, RoleId};
use crate::config::fault::{At, Fault};
use crate::config::meaning::circle::circles;
use crate::config::meaning::{Kind, Reader};
use crate::config::shape::people as shape;
use crate::config::tree::Node;
use crate::domain::contact::Means;
use crate::domain::person::{BOT, Door, Grant, Person, Role};

/// How a person is reached outside of a conversation.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// The e-mail address.
    pub email: Option<String>,
    /// The ways, in this person's order.
    pub ways: Vec<shape::Contact>,
    /// Somebody outside: told name, time and a call-back contact only.
    pub external: bool,
}

/// Reads `[[person]]`.
pub(in crate::config) fn people(reader: &mut Reader<'_>) -> (Vec<Person>, BTreeMap<PersonId, Reach>) {
    let mut people = Vec::new();
    let mut reach = BTreeMap::new();
    let mut owners: BTreeMap<(Door, String), (String, At)> = BTreeMap::new();
    for (person, node) in reader.entries::<shape::Person>("person") {
        reader.refer_all(Kind::Role, &person.roles, node, "roles", false);
        contacts(reader, &person, node);
        let id = PersonId::new(person.id.as_str());
        if id.as_str() == BOT {
            let message = format!("person {BOT:?}: what Toban does by itself stands on record under this id");
            reader.fault(Fault::new(node.at("id"), message).hint("take another id"));
        }
        let mut identities = BTreeMap::new();
        let doors = [
            (Door::Slack, "slack", person.slack),
            (Door::Discord, "discord", person.discord),
            (Door::Console, "console", person.console),
            (Door::Terminal, "os_user", person.os_user),
        ];
        for (door, key, name) in doors {
            let Some(name) = name else { continue };
            let at = node.at(key);
            match owners.get(&(door, name.clone())) {
                Some((other, first)) => {
                    let message = format!("{key} {name:?} belongs to person {other:?} already");
                    reader.fault(Fault::new(at, message).hint(format!("given at {first}")));
                }
                None => {
                    owners.insert((door, name.clone()), (id.to_string(), at.clone()));
                }
            }
            identities.insert(door, name);
        }
        if !person.external {
            let at = node.at("id");
            if identities.is_empty() {
                let message = format!("person {:?} cannot be recognised at any door", id.as_str());
                reader.warn(at, message);
            }
            if person.roles.is_empty() {
                reader.warn(at, format!("person {:?} has no role and may do nothing", id.as_str()));
            }
        }
        let name = person.name.unwrap_or_else(|| id.to_string());
        let roles = person.roles.iter().map(RoleId::new).collect();
        let reached = Reach { email: person.email, ways: person.contact, external: person.external };
        reach.insert(id.clone(), reached);
        let zone = person.tz.map(|zone| zone.0);
        people.push(Person { id, name, identities, roles, lang: person.lang, zone });
    }
    (people, reach)
}

/// Each way of paging needs to know where to.
fn contacts(reader: &mut Reader<'_>, person: &shape::Person, node: &Node) {
    for (contact, at) in person.contact.iter().zip(node.list("contact")) {
        let missing = match contact.by {
            Means::Slack => person.slack.is_none().then_some("the person's slack"),
            Means::Discord => person.discord.is_none().then_some("the person's discord"),
            Means::Email => (contact.address.is_none() && person.email.is_none())
                .then_some("address, or the person's email"),
            Means::Ntfy => contact.topic.is_none().then_some("topic"),
            Means::Sms | Means::Voice => contact.number.is_none().then_some("number"),
            Means::Telegram => contact.chat.is_none().then_some("chat"),
            Means::Pagerduty => contact.routing_key.is_none().then_some("routing_key"),
            Means::Webhook => contact.url.is_none().then_some("url"),
        };
        if let Some(missing) = missing {
            let by = at.get("by").and_then(Node::text).unwrap_or_default();
            reader.fault(Fault::new(&at.at, format!("contact by {by:?} needs {missing}")));
        }
    }
    let carriers: BTreeSet<&str> = person.contact.iter().map(|contact| contact.by.carrier()).collect();
    if carriers.len() == 1 && !person.external {
        reader.warn(
            node.at("contact"),
            format!("person {:?} can be paged in one way only", person.id.as_str()),
        );
    }
}

/// Reads `[[role]]` and gives each role the grants of those that it includes.
pub(in crate::config) fn roles(
    reader: &mut Reader<'_>,
    environments: &BTreeSet<String>,
) -> BTreeMap<RoleId, Role> {
    let entries = reader.entries::<shape::Role>("role");
    for (role, node) in &entries {
        reader.refer_all(Kind::Role, &role.includes, node, "includes", false);
        for (grant, node) in role.allow.iter().zip(node.list("allow")) {
            for (index, verb) in grant.verbs.iter().enumerate() {
                // The right to act for somebody else is no verb, but is granted like one.
                let at = node.item_at("verbs", index);
                // The roles that are built in name verbs that a smaller build may not have.
                let own = &*at.file != crate::config::layers::DEFAULT_NAME;
                if own && verb != "*" && verb != "impersonate" {
                    reader.verb(verb, at);
                }
            }
            reader.refer_all(Kind::Service, &grant.services, node, "services", true);
            for (index, name) in grant.environments.iter().enumerate() {
                if name != "*" && !environments.contains(name) {
                    let at = node.item_at("environments", index);
                    let fault = Fault::new(at, format!("no service is in the environment {name:?}"));
                    reader.warnings.push(fault.nearest(name, environments.iter().map(String::as_str)));
                }
            }
        }
    }
    told(
        reader,
        "role",
        "includes",
        entries.iter().map(|(role, node)| (role.id.as_str(), &role.includes, *node)),
    );
    let by_id: BTreeMap<&str, &shape::Role> =
        entries.iter().map(|(role, _)| (role.id.as_str(), role)).collect();
    entries
        .iter()
        .map(|(role, _)| {
            let mut seen = BTreeSet::new();
            let mut open = vec![role.id.as_str()];
            let mut allow = Vec::new();
            while let Some(id) = open.pop() {
                let Some(role) = by_id.get(id).filter(|_| seen.insert(id)) else { continue };
                allow.extend(role.allow.iter().cloned().map(grant));
                open.extend(role.includes.iter().rev().map(String::as_str));
            }
            let id = RoleId::new(role.id.as_str());
            (id.clone(), Role { id, allow })
        })
        .collect()
}

fn grant(grant: shape::Grant) -> Grant {
    let shape::Grant { verbs, risk, services, environments, channels } = grant;
    Grant { verbs, risk, services, environments, channels }
}

/// Reads `[[group]]`.
pub(in crate::config) fn groups(reader: &mut Reader<'_>) -> BTreeMap<String, shape::Group> {
    let entries = reader.entries::<shape::Group>("group");
    for (group, node) in &entries {
        reader.refer_all(Kind::Person, &group.people, node, "people", true);
        reader.refer_all(Kind::Group, &group.groups, node, "groups", false);
    }
    told(
        reader,
        "group",
        "groups",
        entries.iter().map(|(group, node)| (group.id.as_str(), &group.groups, *node)),
    );
    entries.into_iter().map(|(group, _)| (group.id.0.clone(), group)).collect()
}

/// Tells every circle of things that include each other.
fn told<'e>(
    reader: &mut Reader<'_>,
    what: &str,
    key: &str,
    entries: impl Iterator<Item = (&'e str, &'e Vec<String>, &'e Node)>,
) {
    let (mut graph, mut places) = (BTreeMap::new(), BTreeMap::new());
    for (id, includes, node) in entries {
        graph.insert(id, includes.iter().map(String::as_str).collect::<Vec<_>>());
        places.insert(id, node.at(key));
    }
    for circle in circles(&graph) {
        let Some(at) = places.get(circle[0]) else { continue };
        let way = circle.iter().chain(&circle[..1]).copied().collect::<Vec<_>>().join(" → ");
        reader.fault(Fault::new(at, format!("{what} {:?} includes itself", circle[0])).hint(way));
    }
}
