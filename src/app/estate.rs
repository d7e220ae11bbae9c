//! What Toban looks after: the services of the config, each component joined to what its backend can do.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::service::{Component, Service, Services};
use crate::ports::Capabilities;

/// Services, components and their capabilities.
#[derive(Debug, Clone, Default)]
pub struct Estate {
    services: Services,
    capabilities: BTreeMap<(ServiceId, ComponentId), Capabilities>,
}

impl Estate {
    /// Joins each component to what `connect` finds for it.
    pub fn new(services: Services, connect: impl Fn(&Service, &Component) -> Capabilities) -> Self {
        let capabilities = services
            .iter()
            .flat_map(|service| service.components.iter().map(move |component| (service, component)))
            .map(|(service, component)| {
                ((service.id.clone(), component.id.clone()), connect(service, component))
            })
            .collect();
        Self { services, capabilities }
    }

    /// The services.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The service of that id.
    pub fn service(&self, id: &ServiceId) -> Option<&Arc<Service>> {
        self.services.find(id.as_str())
    }

    /// What a component can do; nothing, for one that is unknown.
    pub fn capabilities(&self, service: &ServiceId, component: &ComponentId) -> Capabilities {
        self.capabilities.get(&(service.clone(), component.clone())).cloned().unwrap_or_default()
    }
}
