//! Which part of a service a verb works on: the one named, or the one that can.

use std::sync::Arc;

use crate::app::estate::Estate;
use crate::app::verb::Ask;
use crate::app::verbs::say;
use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::failure::{Failure, Why};
use crate::domain::invocation::Target;
use crate::domain::report::{Look, Report, Tone};
use crate::domain::service::{Component, Service};
use crate::domain::words::Phrase;
use crate::ports::{Capabilities, Logs, Releases, Restart};

/// What a verb needs of a component.
pub trait Capability {
    /// The phrase that names it (`logs`, `releases`).
    const NAME: &'static str;
    /// It, if the component has it.
    fn of(capabilities: Capabilities) -> Option<Arc<Self>>;
}

impl Capability for dyn Logs {
    const NAME: &'static str = "verb-can-logs";
    fn of(capabilities: Capabilities) -> Option<Arc<Self>> {
        capabilities.logs
    }
}

impl Capability for dyn Releases {
    const NAME: &'static str = "verb-can-releases";
    fn of(capabilities: Capabilities) -> Option<Arc<Self>> {
        capabilities.releases
    }
}

impl Capability for dyn Restart {
    const NAME: &'static str = "verb-can-restart";
    fn of(capabilities: Capabilities) -> Option<Arc<Self>> {
        capabilities.restart
    }
}

/// A component with what the verb needs of it.
pub struct Picked<'e, T: ?Sized> {
    /// The service.
    pub service: &'e Service,
    /// Its part.
    pub component: &'e Component,
    /// What it can do.
    pub port: Arc<T>,
    /// Other parts that can do it as well, if none was named.
    pub others: Vec<&'e ComponentId>,
}

impl<T: ?Sized> Picked<'_, T> {
    /// `sagebase.web`.
    pub fn place(&self) -> String {
        say::place(&self.service.id, &self.component.id)
    }
}

/// What the command is about.
pub fn target<'a>(estate: &Estate, ask: &'a Ask<'_>) -> Result<&'a Target, Failure> {
    ask.invocation.service.as_ref().ok_or_else(|| {
        Failure::new(Phrase::new("verb-no-target"), Why::Invalid).hint(names_of_services(estate))
    })
}

fn names_of_services(estate: &Estate) -> Phrase {
    let names = estate.services().iter().map(|service| Phrase::raw(service.id.as_str()));
    Phrase::new("verb-services").with("names", say::list(names))
}

/// The service of that id.
pub fn service<'e>(estate: &'e Estate, id: &ServiceId) -> Result<&'e Service, Failure> {
    estate.service(id).map(Arc::as_ref).ok_or_else(|| {
        Failure::new(Phrase::new("verb-no-service").with("service", id.as_str()), Why::NotFound)
            .hint(names_of_services(estate))
    })
}

/// The component of that id.
pub fn component<'e>(service: &'e Service, id: &ComponentId) -> Result<&'e Component, Failure> {
    service.component(id.as_str()).ok_or_else(|| {
        let names = service.components.iter().map(|component| Phrase::raw(component.id.as_str()));
        let what = Phrase::new("verb-no-component")
            .with("service", service.id.as_str())
            .with("component", id.as_str());
        Failure::new(what, Why::NotFound).hint(Phrase::new("verb-components").with("names", say::list(names)))
    })
}

/// The component named, else the first that has the capability.
pub fn capable<'e, T: Capability + ?Sized>(
    estate: &'e Estate,
    service_id: &ServiceId,
    component_id: Option<&ComponentId>,
) -> Result<Picked<'e, T>, Failure> {
    let service = service(estate, service_id)?;
    let can =
        |part: &'e Component| T::of(estate.capabilities(&service.id, &part.id)).map(|port| (part, port));
    if let Some(id) = component_id {
        let part = component(service, id)?;
        let (component, port) = can(part).ok_or_else(|| incapable::<T>(estate, service, Some(part)))?;
        return Ok(Picked { service, component, port, others: Vec::new() });
    }
    let mut able = service.components.iter().filter_map(can);
    let (component, port) = able.next().ok_or_else(|| incapable::<T>(estate, service, None))?;
    Ok(Picked { service, component, port, others: able.map(|(part, _)| &part.id).collect() })
}

/// Says what cannot be done and what can.
fn incapable<T: Capability + ?Sized>(
    estate: &Estate,
    service: &Service,
    part: Option<&Component>,
) -> Failure {
    let place = part.map_or_else(|| service.id.to_string(), |part| say::place(&service.id, &part.id));
    let able: Vec<Phrase> = service
        .components
        .iter()
        .filter(|other| T::of(estate.capabilities(&service.id, &other.id)).is_some())
        .map(|other| Phrase::raw(say::place(&service.id, &other.id)))
        .collect();
    let parts = part.map_or_else(|| service.components.iter().collect(), |part| vec![part]);
    let kinds = parts.iter().map(|part| {
        Phrase::new("verb-kind-of-part").with("kind", say::kind(&part.place)).with("part", part.id.as_str())
    });
    let what = Phrase::new("verb-cannot").with("place", place.as_str()).with("what", Phrase::new(T::NAME));
    let hint = if able.is_empty() {
        Phrase::new("verb-not-connected").with("parts", say::list(kinds))
    } else {
        Phrase::new("verb-able").with("names", say::list(able))
    };
    Failure::new(what, Why::NotConnected).hint(hint)
}

/// Adds that other parts could have been meant, with a button for each.
pub fn note_others<T: ?Sized>(mut report: Report, picked: &Picked<'_, T>, verb: &str) -> Report {
    if picked.others.is_empty() {
        return report;
    }
    let names = picked.others.iter().map(|id| Phrase::raw(id.as_str()));
    report =
        report.text(Phrase::new("verb-others").with("place", picked.place()).with("names", say::list(names)));
    for id in picked.others.iter().take(3) {
        let place = say::place(&picked.service.id, id);
        report = report.button(place.as_str(), format!("{verb} {place}"), Look::Plain);
    }
    report
}

/// Asks which part is meant: a change is never made to a part that was only guessed.
pub fn which<T: ?Sized>(picked: &Picked<'_, T>, verb: &str, rest: &str) -> Report {
    let headline = Phrase::new("verb-which").with("service", picked.service.id.as_str());
    std::iter::once(&picked.component.id)
        .chain(picked.others.iter().copied())
        .map(|id| say::place(&picked.service.id, id))
        .fold(Report::new(Tone::Plain, headline), |report, place| {
            let command = format!("{verb} {place} {rest}");
            report.button(place, command.trim_end(), Look::Plain)
        })
}
