//! Whose alert is it: the names under which sources know the services of the config.

use std::collections::HashMap;

use crate::base::ids::ServiceId;
use crate::domain::service::{Backend, Services};

/// Services by everything that a source may call them: ids and aliases, and what their components are called where they
/// live (the Cloud Run service, the SQL instance, the unit), as far as that is one service's alone.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    names: HashMap<String, Option<ServiceId>>,
    environments: HashMap<ServiceId, String>,
}

impl Directory {
    /// The names of these services.
    pub fn new(services: &Services) -> Self {
        let mut places: HashMap<String, Option<ServiceId>> = HashMap::new();
        for service in services.iter() {
            for component in &service.components {
                let Some(name) = place(&component.place) else { continue };
                let found = places.entry(name.to_lowercase()).or_insert_with(|| Some(service.id.clone()));
                if found.as_ref() != Some(&service.id) {
                    *found = None;
                }
            }
        }
        let mut names = places;
        for service in services.iter() {
            let own = std::iter::once(service.id.as_str()).chain(service.aliases.iter().map(String::as_str));
            for name in own {
                names.insert(name.to_lowercase(), Some(service.id.clone()));
            }
        }
        let environments =
            services.iter().map(|service| (service.id.clone(), service.environment.clone())).collect();
        Self { names, environments }
    }

    /// The service of that name; `sagebase.db` is sagebase, and so is `sagebase-prod:sagebase-db` (as Cloud SQL says it).
    pub fn find(&self, name: &str) -> Option<&ServiceId> {
        let name = name.trim().to_lowercase();
        let by = |name: &str| self.names.get(name).and_then(Option::as_ref);
        by(&name).or_else(|| by(name.rsplit_once(':')?.1)).or_else(|| by(name.split_once('.')?.0))
    }

    /// The environment of a service; empty for one that is not of the config.
    pub fn environment(&self, service: &ServiceId) -> &str {
        self.environments.get(service).map_or("", String::as_str)
    }

    /// How many services there are.
    pub fn len(&self) -> usize {
        self.environments.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.environments.is_empty()
    }

    /// The services.
    pub fn services(&self) -> impl Iterator<Item = &ServiceId> {
        self.environments.keys()
    }
}

/// What a component is called where it lives.
fn place(backend: &Backend) -> Option<&str> {
    match backend {
        Backend::CloudRun { service, .. }
        | Backend::Compose { service, .. }
        | Backend::Jaeger { service } => Some(service),
        Backend::CloudSql { instance, .. } => Some(instance),
        Backend::Systemd { unit, .. } => Some(unit),
        Backend::Package { name } => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::service::{Component, Service};

    fn service(id: &str, alias: &str, runs: &str) -> Service {
        let place = Backend::CloudRun { project: "p".into(), region: "r".into(), service: runs.into() };
        Service {
            id: id.into(),
            aliases: vec![alias.into()],
            environment: "production".into(),
            channels: Default::default(),
            owners: Vec::new(),
            lang: None,
            components: vec![Component { id: "web".into(), place, probe: None }],
            runbook: Vec::new(),
        }
    }

    #[test]
    fn a_service_is_known_by_its_names_and_by_what_it_runs_as() {
        let all = [
            service("one", "uno", "one-run"),
            service("two", "dos", "shared"),
            service("three", "x", "shared"),
        ];
        let directory = Directory::new(&Services::new(all));
        let find = |name: &str| directory.find(name).map(ServiceId::as_str);
        assert_eq!(find("ONE"), Some("one"));
        assert_eq!(find("uno"), Some("one"));
        assert_eq!(find("one-run"), Some("one"));
        assert_eq!(find("project:one-run"), Some("one"));
        assert_eq!(find("two.web"), Some("two"));
        assert_eq!(find("shared"), None, "it could be either");
        assert_eq!(find("four"), None);
    }
}
