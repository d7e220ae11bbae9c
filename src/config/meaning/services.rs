//! Services, their components, watch rules and runbooks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;

use crate::base::ids::{ComponentId, PersonId, ServiceId};
use crate::config::fault::{At, Fault};
use crate::config::meaning::{Kind, Reader, ids};
use crate::config::shape::service as shape;
use crate::config::tree::Node;
use crate::domain::alert::AlertSeverity;
use crate::domain::runbook::Entry;
use crate::domain::service::{Backend, Component, Probe, ProbeAuth, Service};

/// What is known of a service besides what the commands need.
#[derive(Debug, Clone, Default)]
pub struct Duty {
    /// What it is, in one line.
    pub description: Option<String>,
    /// The ladder that its incidents climb.
    pub policy: Option<String>,
    /// From which severity on they climb it.
    pub climbs: Option<AlertSeverity>,
    /// What is watched.
    pub watch: Vec<shape::Watch>,
    /// Whom to turn to besides.
    pub contacts: Vec<shape::Contact>,
}

/// Reads `[[service]]` and `[[runbook]]`.
pub(in crate::config) fn services(
    reader: &mut Reader<'_>,
    probe_limit: Duration,
) -> (Vec<Service>, BTreeMap<ServiceId, Duty>) {
    let mut outside = runbook(reader);
    let entries = reader.entries::<shape::Service>("service");
    names(reader, &entries);
    let (mut services, mut duties) = (Vec::new(), BTreeMap::new());
    for (service, node) in entries {
        let name = service.id.as_str();
        reader.refer_all(Kind::Person, &service.owners, node, "owners", false);
        if let Some(policy) = &service.policy {
            reader.refer(Kind::Policy, policy, node.at("policy"));
        }
        for (contact, node) in service.contacts.iter().zip(node.list("contacts")) {
            check_contact(reader, contact, node);
        }
        if service.channels.is_empty() {
            reader.warn(node.at("id"), format!("service {name:?} has no channel"));
        }
        if service.component.is_empty() {
            reader.warn(node.at("id"), format!("service {name:?} has no component"));
        }
        ids(&format!("component of {name}"), node.list("component"), &mut reader.faults);
        let known: Vec<&str> = service.component.iter().map(|component| component.id.as_str()).collect();
        for (watch, node) in service.watch.iter().zip(node.list("watch")) {
            check_watch(reader, watch, node, &known, name);
        }
        let inside = service.runbook.into_iter().zip(node.list("runbook"));
        let mut runbook: Vec<(shape::Entry, &Node)> = inside.collect();
        for (entry, node) in &runbook {
            commands(reader, entry, node);
            if entry.service.as_deref().is_some_and(|other| other != name) {
                let message = format!("this entry stands in service {name:?}");
                reader.fault(Fault::new(node.at("service"), message));
            }
        }
        runbook.extend(outside.remove(name).unwrap_or_default());
        ids(&format!("runbook entry of {name}"), runbook.iter().map(|(_, node)| *node), &mut reader.faults);
        let components = service.component.into_iter().zip(node.list("component"));
        let components =
            components.filter_map(|(part, node)| component(reader, part, node, probe_limit)).collect();
        let id = ServiceId::new(name);
        duties.insert(
            id.clone(),
            Duty {
                description: service.description,
                policy: service.policy,
                climbs: service.climbs,
                watch: service.watch,
                contacts: service.contacts,
            },
        );
        services.push(Service {
            id,
            aliases: service.aliases.into_iter().map(|alias| alias.0).collect(),
            environment: service.environment.unwrap_or_else(|| "production".to_owned()),
            channels: service.channels,
            owners: service.owners.iter().map(PersonId::new).collect(),
            lang: service.lang,
            components,
            runbook: runbook.into_iter().map(|(known, _)| entry(known)).collect(),
        });
    }
    (services, duties)
}

fn check_contact(reader: &mut Reader<'_>, contact: &shape::Contact, node: &Node) {
    let at = node.at("who");
    match contact.who.split_once(':') {
        Some(("person", id)) => reader.refer(Kind::Person, id, at),
        Some(("schedule", id)) => reader.refer(Kind::Schedule, id, at),
        Some(("group", id)) => reader.refer(Kind::Group, id, at),
        _ => {
            let fault = Fault::new(at, format!("unknown contact {:?}", contact.who));
            reader.fault(fault.hint("write person:ID, schedule:ID or group:ID"));
        }
    }
}

/// No name may lead to two services, nor be a verb: `SERVICE VERB …` and `VERB SERVICE …` are both understood.
fn names(reader: &mut Reader<'_>, entries: &[(shape::Service, &Node)]) {
    let mut owners: BTreeMap<String, (&str, At)> = BTreeMap::new();
    for (service, node) in entries {
        let id = service.id.as_str();
        let aliases = service.aliases.iter().enumerate();
        let all = std::iter::once((id, node.at("id")))
            .chain(aliases.map(|(index, alias)| (alias.as_str(), node.item_at("aliases", index))));
        for (name, at) in all {
            if reader.verbs.iter().any(|verb| verb.eq_ignore_ascii_case(name)) {
                reader.fault(Fault::new(at, format!("{name:?} is a verb and cannot name a service")));
            }
            match owners.get(&name.to_lowercase()) {
                // Two services of one id have been told already.
                Some((other, _)) if name == id && *other == id => {}
                Some((other, first)) => {
                    let message = format!("{name:?} names service {other:?} already");
                    let fault = Fault::new(at, message).hint(format!("given at {first}"));
                    reader.fault(fault);
                }
                None => {
                    owners.insert(name.to_lowercase(), (id, at.clone()));
                }
            }
        }
    }
}

fn check_watch(reader: &mut Reader<'_>, watch: &shape::Watch, node: &Node, known: &[&str], service: &str) {
    if watch.above.is_some() == watch.below.is_some() {
        let message = format!("the watch rule on {:?} needs either above or below", watch.metric);
        reader.fault(Fault::new(&node.at, message));
    }
    if let Some((component, _)) = watch.metric.split_once('.')
        && !known.contains(&component)
    {
        let message = format!("unknown component {component:?} of service {service:?}");
        reader.fault(Fault::new(node.at("metric"), message).nearest(component, known.iter().copied()));
    }
}

fn component(
    reader: &mut Reader<'_>,
    part: shape::Component,
    node: &Node,
    limit: Duration,
) -> Option<Component> {
    let place = json!({ "backend": part.backend, "place": part.place });
    let place = match serde_json::from_value::<Backend>(place) {
        Ok(place) => place,
        Err(error) => {
            reader
                .unread
                .push(Fault::new(&node.at, format!("[[service.component]] cannot be read: {error}")));
            return None;
        }
    };
    let secret = match &place {
        Backend::Postgres { dsn } => Some(("place.dsn", dsn)),
        Backend::Redis { url: Some(url), .. } => Some(("place.url", url)),
        _ => None,
    };
    if let Some((key, _)) = secret.filter(|(_, url)| has_password(url)) {
        reader.warn(node.at(key), "a password stands in the config: keep the whole address in env:NAME");
    }
    let probe = part.probe.map(|probe| {
        let audience = probe.audience.unwrap_or_else(|| origin(&probe.url.0));
        Probe {
            status: probe.expect.status.unwrap_or(200),
            json: probe.expect.json,
            auth: match probe.auth {
                Some(shape::ProbeAuth::GoogleIdToken) => ProbeAuth::GoogleIdToken { audience },
                Some(shape::ProbeAuth::None) | None => ProbeAuth::None,
            },
            timeout: probe.timeout.map_or(limit, |span| span.0),
            slow: probe.slow.map(|span| span.0),
            url: probe.url.0,
        }
    });
    Some(Component { id: ComponentId::new(part.id.as_str()), place, probe })
}

/// Whether a password is written in a URL.
pub(super) fn has_password(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| url.password().is_some())
}

/// A URL without its path: what Cloud Run takes for an audience.
fn origin(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().ascii_serialization())
}

/// The entries of `[[runbook]]` by service.
fn runbook<'a>(reader: &mut Reader<'a>) -> BTreeMap<String, Vec<(shape::Entry, &'a Node)>> {
    let mut outside: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (entry, node) in reader.entries::<shape::Entry>("runbook") {
        commands(reader, &entry, node);
        match &entry.service {
            Some(service) => {
                reader.refer(Kind::Service, service, node.at("service"));
                outside.entry(service.clone()).or_default().push((entry, node));
            }
            None => reader.fault(Fault::new(&node.at, "[[runbook]] needs the key service")),
        }
    }
    outside
}

/// The commands of an entry begin with verbs.
fn commands(reader: &mut Reader<'_>, entry: &shape::Entry, node: &Node) {
    for (index, command) in entry.commands.iter().enumerate() {
        let at = node.item_at("commands", index);
        reader.verb(command.split_whitespace().next().unwrap_or_default(), at);
    }
}

fn entry(entry: shape::Entry) -> Entry {
    Entry {
        id: entry.id.0,
        symptom: entry.symptom,
        cause: entry.cause,
        remedy: entry.remedy,
        status: entry.status,
        matches: entry.matches.map(|pattern| pattern.0),
        words: entry.words,
        commands: entry.commands,
    }
}

/// The environments that services are in.
pub(in crate::config) fn environments(services: &[Service]) -> BTreeSet<String> {
    services.iter().map(|service| service.environment.clone()).collect()
}
