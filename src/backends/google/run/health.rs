//! A Cloud Run service's health, from its conditions: one read, no request to the service itself.

use async_trait::async_trait;
use google_cloud_run_v2::model::{Condition, Service};

use super::{CloudRun, cause, condition, holds, short, traffic};
use crate::base::text::shorten;
use crate::domain::health::{Check, Verdict};
use crate::domain::words::Phrase;
use crate::ports::{BackendError, Health, Kind};

#[async_trait]
impl Health for CloudRun {
    async fn check(&self) -> Vec<Check> {
        match self.service(self.google.limits().health).await {
            Ok(service) => checks(&service),
            Err(error) => vec![unasked(&error)],
        }
    }
}

/// A service that is not there does not do what is expected; anything else is not the service's fault.
fn unasked(error: &BackendError) -> Check {
    let verdict = if error.kind == Kind::NotFound { Verdict::Unhealthy } else { Verdict::Unknown };
    let seen = Phrase::new("backend-not-asked")
        .with("why", error.why().phrase())
        .with("detail", shorten(&error.message, 200).into_owned());
    seen_as("ready", verdict, seen)
}

fn checks(service: &Service) -> Vec<Check> {
    let mut checks = vec![ready(service)];
    checks.extend(latest_revision(service));
    checks.extend(routes(service));
    let others = service.conditions.iter().filter(|other| {
        holds(other) == Some(false)
            && !["Ready", "ConfigurationsReady", "RoutesReady"].contains(&other.r#type.as_str())
    });
    checks.extend(others.map(|other| seen_as(&kebab(&other.r#type), Verdict::Degraded, failed(other))));
    checks
}

fn ready(service: &Service) -> Check {
    let terminal = service.terminal_condition.as_ref().or_else(|| condition(&service.conditions, "Ready"));
    let (verdict, seen) = match terminal {
        None => (Verdict::Unknown, Phrase::new("backend-run-unsaid")),
        Some(terminal) => match holds(terminal) {
            Some(true) => (Verdict::Healthy, Phrase::new("backend-run-ready")),
            // A deployment that failed leaves the revision before it in service.
            Some(false) if serves_on(service) => (Verdict::Degraded, failed(terminal)),
            Some(false) => (Verdict::Unhealthy, failed(terminal)),
            None if terminal.message.is_empty() => (Verdict::Degraded, Phrase::new("backend-run-underway")),
            None => (
                Verdict::Degraded,
                Phrase::new("backend-run-underway-with").with("detail", message(terminal)),
            ),
        },
    };
    seen_as("ready", verdict, seen)
}

fn serves_on(service: &Service) -> bool {
    let another = short(&service.latest_ready_revision) != short(&service.latest_created_revision);
    match condition(&service.conditions, "RoutesReady").and_then(holds) {
        Some(routes) => routes && !service.latest_ready_revision.is_empty(),
        None => another && !service.latest_ready_revision.is_empty() && !traffic::shares(service).is_empty(),
    }
}

fn latest_revision(service: &Service) -> Option<Check> {
    let (created, ready) = (short(&service.latest_created_revision), short(&service.latest_ready_revision));
    if created.is_empty() {
        return None;
    }
    let configuration =
        condition(&service.conditions, "ConfigurationsReady").or(service.terminal_condition.as_ref());
    let under_way = service.reconciling || configuration.is_some_and(|it| holds(it).is_none());
    let (verdict, seen) = if created == ready {
        (Verdict::Healthy, Phrase::raw(created))
    } else if under_way {
        (Verdict::Degraded, Phrase::new("backend-run-deploying").with("created", created))
    } else {
        let verdict = if ready.is_empty() { Verdict::Unhealthy } else { Verdict::Degraded };
        let detail = configuration.map(message).unwrap_or_default();
        (verdict, Phrase::new("backend-run-never-ready").with("created", created).with("detail", detail))
    };
    Some(seen_as("latest-revision", verdict, seen))
}

fn routes(service: &Service) -> Option<Check> {
    let shares = traffic::shares(service);
    if shares.is_empty() {
        return None;
    }
    let shown: Vec<String> = shares.iter().map(|(name, percent)| format!("{percent}% {name}")).collect();
    let follows = traffic::follows_latest(service);
    let seen = Phrase::new(if follows { "backend-run-traffic-latest" } else { "backend-run-traffic-pinned" })
        .with("shares", shown.join(", "));
    let failed = condition(&service.conditions, "RoutesReady").and_then(holds) == Some(false);
    Some(seen_as("traffic", if failed { Verdict::Degraded } else { Verdict::Healthy }, seen))
}

fn failed(condition: &Condition) -> Phrase {
    if condition.message.is_empty() {
        Phrase::new("backend-run-failed").with("condition", condition.r#type.as_str())
    } else {
        Phrase::raw(message(condition))
    }
}

fn message(condition: &Condition) -> String {
    shorten(cause(condition.message.trim()), 300).into_owned()
}

fn seen_as(name: &str, verdict: Verdict, seen: Phrase) -> Check {
    Check { name: name.to_owned(), verdict, seen, latency: None }
}

/// `ContainerHealthy` → `container-healthy`.
fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn verdicts(service: Value) -> Vec<(String, Verdict)> {
        let service = serde_json::from_value(service).unwrap();
        checks(&service).into_iter().map(|check| (check.name, check.verdict)).collect()
    }

    fn state(kind: &str, state: &str, message: &str) -> Value {
        json!({"type": kind, "state": format!("CONDITION_{state}"), "message": message})
    }

    fn traffic() -> Value {
        json!([{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}])
    }

    #[test]
    fn a_service_at_rest_is_healthy() {
        let checks = verdicts(json!({
            "terminalCondition": state("Ready", "SUCCEEDED", ""),
            "latestCreatedRevision": "s-2", "latestReadyRevision": "s-2",
            "trafficStatuses": traffic(),
        }));
        let healthy = |name: &str| (name.to_owned(), Verdict::Healthy);
        assert_eq!(checks, [healthy("ready"), healthy("latest-revision"), healthy("traffic")]);
    }

    #[test]
    fn a_deployment_that_failed_degrades_a_service_that_serves_on() {
        let checks = verdicts(json!({
            "terminalCondition": state("Ready", "FAILED", "Revision s-2 is not ready"),
            "conditions": [state("ConfigurationsReady", "FAILED", "port 8080"), state("RoutesReady", "SUCCEEDED", "")],
            "latestCreatedRevision": "s-2", "latestReadyRevision": "s-1",
            "trafficStatuses": traffic(),
        }));
        assert_eq!(checks[0], ("ready".into(), Verdict::Degraded));
        assert_eq!(checks[1], ("latest-revision".into(), Verdict::Degraded));
        assert_eq!(checks[2], ("traffic".into(), Verdict::Healthy));
    }

    #[test]
    fn a_service_that_never_was_ready_is_unhealthy() {
        let checks = verdicts(json!({
            "terminalCondition": state("Ready", "FAILED", "image not found"),
            "latestCreatedRevision": "s-1",
        }));
        assert_eq!(
            checks,
            [("ready".into(), Verdict::Unhealthy), ("latest-revision".into(), Verdict::Unhealthy)]
        );
    }

    #[test]
    fn a_deployment_under_way_is_said_to_be_one() {
        let checks = verdicts(json!({
            "reconciling": true,
            "terminalCondition": state("Ready", "RECONCILING", "Deploying revision"),
            "latestCreatedRevision": "s-2", "latestReadyRevision": "s-1",
            "trafficStatuses": traffic(),
        }));
        assert_eq!(checks[0].1, Verdict::Degraded);
        assert_eq!(checks[1].1, Verdict::Degraded);
    }

    #[test]
    fn any_other_condition_that_failed_is_told_by_its_name() {
        let checks = verdicts(json!({
            "terminalCondition": state("Ready", "SUCCEEDED", ""),
            "conditions": [state("DefaultDomainReady", "FAILED", "certificate")],
        }));
        assert_eq!(checks[1], ("default-domain-ready".into(), Verdict::Degraded));
    }

    #[test]
    fn silence_is_not_health() {
        assert_eq!(verdicts(json!({})), [("ready".into(), Verdict::Unknown)]);
    }
}
