//! Cloud Run's revisions in the domain's terms.

use std::collections::BTreeMap;

use google_cloud_run_v2::model::env_var::Values;
use google_cloud_run_v2::model::{Container, EnvVar, Revision as Theirs, Service};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{cause, condition, holds, short, traffic};
use crate::domain::release::{Revision, Serving};

/// Everything that serves or could.
pub(super) fn serving(service: &Service, revisions: &[Theirs]) -> Serving {
    let shares = traffic::shares(service);
    let mut revisions: Vec<Revision> = revisions
        .iter()
        .map(|theirs| Revision {
            traffic: shares.get(short(&theirs.name)).copied().unwrap_or(0),
            ..ours(theirs)
        })
        .collect();
    // By time, and by name where two were made in one instant, so that the order is always the same.
    revisions.sort_by(|one, other| (other.created, &other.name).cmp(&(one.created, &one.name)));
    Serving {
        revisions,
        follows_latest: traffic::follows_latest(service),
        version: traffic::version(service),
    }
}

fn ours(theirs: &Theirs) -> Revision {
    let main = main_container(&theirs.containers);
    let ready = condition(&theirs.conditions, "Ready");
    let trouble = ready
        .filter(|ready| holds(ready) == Some(false))
        .map(|ready| {
            // Ready often only repeats that something failed; the condition that did says why.
            let cause = theirs.conditions.iter().find(|other| {
                other.r#type != "Ready" && holds(other) == Some(false) && !other.message.is_empty()
            });
            if ready.message.is_empty() { cause.unwrap_or(ready) } else { ready }
        })
        .map(|condition| cause(&condition.message).to_owned());
    Revision {
        name: short(&theirs.name).to_owned(),
        created: theirs.create_time.as_ref().map(moment).unwrap_or_default(),
        image: main.map(|container| container.image.clone()).unwrap_or_default(),
        ready: ready.and_then(holds),
        trouble,
        traffic: 0,
        variables: variables(&theirs.containers, main),
    }
}

/// The container that takes the requests: the one with a port. With a single container none need be named.
fn main_container(containers: &[Container]) -> Option<&Container> {
    containers.iter().find(|container| !container.ports.is_empty()).or_else(|| containers.first())
}

/// A sidecar's variables carry its name, `proxy/LEVEL`.
fn variables(containers: &[Container], main: Option<&Container>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for container in containers {
        let sidecar = main.is_some_and(|main| !std::ptr::eq(main, container));
        for variable in &container.env {
            let name =
                if sidecar { format!("{}/{}", container.name, variable.name) } else { variable.name.clone() };
            all.insert(name, fingerprint(variable));
        }
    }
    all
}

/// Tells whether two values differ without telling either: a reference as it is, of a value 48 bits of SHA-256.
fn fingerprint(variable: &EnvVar) -> String {
    let reference = match &variable.values {
        Some(Values::ValueSource(source)) => source.secret_key_ref.as_ref(),
        _ => None,
    };
    if let Some(secret) = reference {
        let version = if secret.version.is_empty() { "latest" } else { &secret.version };
        return format!("secret:{}/{version}", short(&secret.secret));
    }
    let value = match &variable.values {
        Some(Values::Value(value)) => value.as_str(),
        _ => "",
    };
    format!("sha256:{}", hex::encode(&Sha256::digest(value.as_bytes())[..6]))
}

fn moment(time: &google_cloud_wkt::Timestamp) -> Timestamp {
    Timestamp::new(time.seconds(), time.nanos()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_revision_tells_its_image_variables_and_trouble_but_no_value() {
        let theirs: Theirs = serde_json::from_value(json!({
            "name": "projects/p/locations/r/services/s/revisions/s-2",
            "createTime": "2024-01-15T10:00:00.5Z",
            "containers": [
                {"name": "proxy", "image": "proxy:1", "env": [{"name": "LEVEL", "value": "info"}]},
                {"name": "app", "image": "app:2", "ports": [{"containerPort": 8080}], "env": [
                    {"name": "API_URL", "value": "https://hunter2.example.com"},
                    {"name": "KEY", "valueSource": {"secretKeyRef": {"secret": "projects/1/secrets/key", "version": "3"}}},
                    {"name": "EMPTY"}
                ]}
            ],
            "conditions": [
                {"type": "Ready", "state": "CONDITION_FAILED"},
                {"type": "ContainerHealthy", "state": "CONDITION_FAILED", "message": "port 8080 does not answer"}
            ]
        }))
        .unwrap();
        let ours = ours(&theirs);
        assert_eq!(ours.name, "s-2");
        assert_eq!(ours.created.to_string(), "2024-01-15T10:00:00.5Z");
        assert_eq!(ours.image, "app:2");
        assert_eq!(ours.ready, Some(false));
        assert_eq!(ours.trouble.as_deref(), Some("port 8080 does not answer"));
        let names: Vec<_> = ours.variables.keys().map(String::as_str).collect();
        assert_eq!(names, ["API_URL", "EMPTY", "KEY", "proxy/LEVEL"]);
        assert_eq!(ours.variables["KEY"], "secret:key/3");
        assert_eq!(ours.variables["EMPTY"], "sha256:e3b0c44298fc");
        assert_eq!(ours.variables["API_URL"].len(), "sha256:".len() + 12);
        assert!(!serde_json::to_string(&ours).unwrap().contains("hunter2"));
    }

    #[test]
    fn readiness_is_open_while_it_is_not_said() {
        let ready = |conditions: serde_json::Value| {
            ours(&serde_json::from_value(json!({"name": "s-1", "conditions": conditions})).unwrap()).ready
        };
        assert_eq!(ready(json!([])), None);
        assert_eq!(ready(json!([{"type": "Ready", "state": "CONDITION_RECONCILING"}])), None);
        assert_eq!(ready(json!([{"type": "Ready", "state": "CONDITION_SUCCEEDED"}])), Some(true));
    }

    #[test]
    fn revisions_come_newest_first() {
        let made =
            |name: &str, at: &str| serde_json::from_value(json!({"name": name, "createTime": at})).unwrap();
        let revisions: Vec<Theirs> = vec![
            made("s-1", "2024-01-01T00:00:00Z"),
            made("s-3", "2024-01-03T00:00:00Z"),
            made("s-2", "2024-01-02T00:00:00Z"),
        ];
        let names: Vec<_> = serving(&Service::new(), &revisions)
            .revisions
            .into_iter()
            .map(|revision| revision.name)
            .collect();
        assert_eq!(names, ["s-3", "s-2", "s-1"]);
    }
}
