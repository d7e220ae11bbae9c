//! Policies, sources of alerts, and who has to report.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::base::ids::PersonId;
use crate::config::fault::{At, Fault};
use crate::config::meaning::{Kind, Reader};
use crate::config::shape::ladder as shape;
use crate::config::tree::Node;
use crate::domain::alert::AlertSeverity;
use crate::domain::policy::{self, Policy};
use crate::domain::service::Service;

/// How often a step is repeated that does not say how often.
const MANY: u32 = 100;
/// The kinds of targets that a step can name.
const TARGETS: [&str; 4] = ["person", "schedule", "group", "channel"];

/// Reads `[[policy]]`.
pub(in crate::config) fn policies(
    reader: &mut Reader<'_>,
    services: &[Service],
) -> BTreeMap<String, shape::Policy> {
    let channels: BTreeSet<&str> =
        services.iter().flat_map(|service| service.channels.values()).map(String::as_str).collect();
    let entries = reader.entries::<shape::Policy>("policy");
    for (policy, node) in &entries {
        if let Some(owner) = &policy.owner {
            reader.refer(Kind::Person, owner, node.at("owner"));
        }
        if policy.step.is_empty() {
            reader.fault(Fault::new(&node.at, format!("policy {:?} has no step", policy.id.as_str())));
        }
        let mut before = Duration::ZERO;
        for (step, node) in policy.step.iter().zip(node.list("step")) {
            for (index, target) in step.notify.iter().enumerate() {
                check_target(reader, target, node.item_at("notify", index), &channels);
            }
            if step.notify.is_empty() && step.action.is_none() {
                reader.fault(Fault::new(&node.at, "a step needs notify or action"));
            }
            if step.times.is_some() && step.every.is_none() {
                reader.fault(Fault::new(node.at("times"), "times means nothing without every"));
            }
            if step.after.0 < before {
                reader.fault(Fault::new(node.at("after"), "this step is before the one above it"));
            }
            before = step.after.0;
            let components = step.when.iter().flat_map(|when| &when.components).enumerate();
            for (index, component) in components {
                let at = node.get("when").map_or(&node.at, |when| when.item_at("components", index));
                check_component(reader, component, at, services);
            }
        }
    }
    entries.into_iter().map(|(policy, _)| (policy.id.0.clone(), policy)).collect()
}

fn check_target(reader: &mut Reader<'_>, target: &str, at: &At, channels: &BTreeSet<&str>) {
    match target.split_once(':') {
        Some(("person", id)) => reader.refer(Kind::Person, id, at),
        Some(("schedule", id)) => reader.refer(Kind::Schedule, id, at),
        Some(("group", id)) => reader.refer(Kind::Group, id, at),
        Some(("channel", id)) => {
            if !reader.knows(Kind::Service, id) && !channels.contains(id) && !is_channel_id(id) {
                let fault = Fault::new(at, format!("unknown channel {id:?}"));
                let fault = fault.nearest(id, reader.ids(Kind::Service).chain(channels.iter().copied()));
                reader.fault(fault);
            }
        }
        other => {
            let (kind, id) = other.unwrap_or((target, "ID"));
            let targets = TARGETS.map(|kind| format!("{kind}:{id}"));
            let fault = Fault::new(at, format!("unknown target {target:?}"))
                .hint("write person:ID, schedule:ID, group:ID or channel:SERVICE");
            reader.fault(fault.nearest(&format!("{kind}:{id}"), targets.iter().map(String::as_str)));
        }
    }
}

/// Whether it looks like a channel's id at Slack (`C0OPS`) or Discord (a long number).
fn is_channel_id(id: &str) -> bool {
    let slack = id.starts_with(['C', 'G', 'D'])
        && id.len() >= 4
        && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    slack || (id.len() >= 15 && id.chars().all(|c| c.is_ascii_digit()))
}

fn check_component(reader: &mut Reader<'_>, name: &str, at: &At, services: &[Service]) {
    let found = name.split_once('.').is_some_and(|(service, component)| {
        services.iter().any(|one| one.id.as_str() == service && one.component(component).is_some())
    });
    if !found {
        let all: Vec<String> = services
            .iter()
            .flat_map(|service| {
                service.components.iter().map(move |part| format!("{}.{}", service.id, part.id))
            })
            .collect();
        let fault = Fault::new(at, format!("unknown component {name:?}"));
        reader.fault(fault.nearest(name, all.iter().map(String::as_str)));
    }
}

/// Reads `[[source]]`.
pub(in crate::config) fn sources(reader: &mut Reader<'_>) -> BTreeMap<String, shape::Source> {
    let entries: Vec<(shape::Source, &Node)> = reader.entries("source");
    for (source, node) in &entries {
        if let Some(service) = &source.service {
            reader.refer(Kind::Service, service, node.at("service"));
        }
        let ways = [source.token.is_some(), source.basic.is_some(), source.hmac.is_some()];
        if ways.iter().filter(|way| **way).count() != 1 {
            let message = format!("source {:?} has to prove itself in one way", source.id.as_str());
            reader.fault(Fault::new(node.at("id"), message).hint("write token, basic or hmac"));
        }
    }
    entries.into_iter().map(|(source, _)| (source.id.0.clone(), source)).collect()
}

/// Reads `[[heartbeat]]`.
pub(in crate::config) fn heartbeats(reader: &mut Reader<'_>) -> BTreeMap<String, shape::Heartbeat> {
    let entries: Vec<(shape::Heartbeat, &Node)> = reader.entries("heartbeat");
    for (heartbeat, node) in &entries {
        if let Some(service) = &heartbeat.service {
            reader.refer(Kind::Service, service, node.at("service"));
        }
    }
    entries.into_iter().map(|(heartbeat, _)| (heartbeat.id.0.clone(), heartbeat)).collect()
}

/// A policy that was checked, as the domain has it.
pub(in crate::config) fn policy(shape: &shape::Policy) -> Policy {
    let steps = shape.step.iter().map(|step| policy::Step {
        after: step.after.0,
        unless: match step.unless {
            Some(shape::Unless::Resolved) => policy::Unless::Resolved,
            Some(shape::Unless::Acknowledged) | None => policy::Unless::Acknowledged,
        },
        // Every target was checked when it was read.
        notify: step.notify.iter().filter_map(|target| target.parse().ok()).collect(),
        again: step
            .every
            .as_ref()
            .map(|every| policy::Again { every: every.0, times: step.times.unwrap_or(MANY) }),
        action: step.action.as_ref().map(|command| policy::Action {
            command: command.clone(),
            automatic: step.automatic,
            components: step.when.iter().flat_map(|when| when.components.clone()).collect(),
            checks: step.when.iter().flat_map(|when| when.checks.clone()).collect(),
        }),
    });
    Policy {
        id: shape.id.0.clone(),
        owner: shape.owner.as_ref().map(PersonId::new),
        repeat: shape.repeat.unwrap_or(policy::REPEAT),
        ack_timeout: shape.ack_timeout.as_ref().map_or(policy::ACK_TIMEOUT, |span| span.0),
        climbs: AlertSeverity::Critical,
        steps: steps.collect(),
    }
}
