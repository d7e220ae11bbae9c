//! Which revision gets how much, as wished (`traffic`) and as it is (`trafficStatuses`).

use std::collections::BTreeMap;

use google_cloud_run_v2::model::{Service, TrafficTarget, TrafficTargetAllocationType as Kind};

use super::{condition, holds, short};

/// The service's version: changes whenever anything of it does.
pub(super) fn version(service: &Service) -> String {
    if service.etag.is_empty() { format!("generation:{}", service.generation) } else { service.etag.clone() }
}

/// Whether new deployments get traffic by themselves. No wish at all means 100 % to the latest.
pub(super) fn follows_latest(service: &Service) -> bool {
    service.traffic.is_empty()
        || service.traffic.iter().any(|target| target.r#type == Kind::Latest && target.percent > 0)
}

/// Per cent by the short name of the revision, of those that get any. Statuses of LATEST carry no name: it is
/// the latest ready revision.
pub(super) fn shares(service: &Service) -> BTreeMap<&str, u32> {
    let latest = short(&service.latest_ready_revision);
    let mut shares = BTreeMap::new();
    for status in &service.traffic_statuses {
        let name = match status.r#type {
            Kind::Latest => latest,
            _ if status.revision.is_empty() => latest,
            _ => short(&status.revision),
        };
        let percent = u32::try_from(status.percent).unwrap_or(0);
        if percent > 0 && !name.is_empty() {
            *shares.entry(name).or_insert(0) += percent;
        }
    }
    shares
}

/// The wish that gives everything to `revision` (`None`: to the latest, now and in future). Tags are addresses
/// of their own, so they stay where they are, without a share.
pub(super) fn wish(service: &Service, revision: Option<&str>) -> Vec<TrafficTarget> {
    let all = match revision {
        Some(name) => TrafficTarget::new().set_type(Kind::Revision).set_revision(short(name)),
        None => TrafficTarget::new().set_type(Kind::Latest),
    };
    let tags = service.traffic.iter().filter(|target| !target.tag.is_empty());
    std::iter::once(all.set_percent(100)).chain(tags.map(|tag| tag.clone().set_percent(0))).collect()
}

/// How far a wish has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Landed {
    /// It is not what the service is asked for.
    No,
    /// It is asked for and under way.
    Underway,
    /// It is so.
    Yes,
    /// It is asked for and did not work, in Google's words.
    Failed(String),
}

/// Whether all traffic goes where it was wished to.
pub(super) fn landed(service: &Service, revision: Option<&str>) -> Landed {
    let revision = revision.map(short);
    let wished = match revision {
        Some(name) => service.traffic.iter().any(|target| {
            target.r#type == Kind::Revision && short(&target.revision) == name && target.percent == 100
        }),
        None => {
            service.traffic.is_empty()
                || service.traffic.iter().any(|target| target.r#type == Kind::Latest && target.percent == 100)
        }
    };
    if !wished {
        return Landed::No;
    }
    if service.reconciling {
        return Landed::Underway;
    }
    let wanted = revision.unwrap_or_else(|| short(&service.latest_ready_revision));
    if shares(service).get(wanted) == Some(&100) {
        return Landed::Yes;
    }
    // The routes say whether traffic moved; Ready may have failed for a deployment that gets none.
    let routes = condition(&service.conditions, "RoutesReady").or(service.terminal_condition.as_ref());
    match routes {
        Some(routes) if holds(routes) == Some(false) => Landed::Failed(routes.message.clone()),
        _ => Landed::Underway,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn service(json: Value) -> Service {
        serde_json::from_value(json).unwrap()
    }

    const LATEST: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
    const REVISION: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

    #[test]
    fn traffic_of_latest_goes_to_the_latest_ready_revision() {
        let service = service(json!({
            "latestReadyRevision": "projects/p/locations/r/services/s/revisions/s-2",
            "traffic": [{"type": LATEST, "percent": 90}, {"type": REVISION, "revision": "s-1", "percent": 10}],
            "trafficStatuses": [
                {"type": LATEST, "percent": 90},
                {"type": REVISION, "revision": "s-1", "percent": 10},
                {"type": REVISION, "revision": "s-0", "tag": "old"}
            ]
        }));
        assert_eq!(shares(&service), BTreeMap::from([("s-1", 10), ("s-2", 90)]));
        assert!(follows_latest(&service));
    }

    #[test]
    fn a_wish_keeps_tags_and_takes_their_share() {
        let service = service(json!({"traffic": [
            {"type": LATEST, "percent": 60},
            {"type": REVISION, "revision": "s-1", "percent": 40, "tag": "blue", "future": 1}
        ]}));
        let wish = wish(&service, Some("projects/p/s-0"));
        assert_eq!((wish[0].revision.as_str(), wish[0].percent), ("s-0", 100));
        assert_eq!((wish[1].tag.as_str(), wish[1].revision.as_str(), wish[1].percent), ("blue", "s-1", 0));
        // A field that this build does not know goes back as well.
        assert_eq!(serde_json::to_value(&wish[1]).unwrap()["future"], 1);
        assert_eq!(wish.len(), 2);
    }

    #[test]
    fn a_wish_has_landed_only_when_traffic_is_there() {
        let asked = |reconciling: bool, serves: &str, routes: &str| {
            service(json!({
                "reconciling": reconciling,
                "latestReadyRevision": "s-2",
                "traffic": [{"type": REVISION, "revision": "s-1", "percent": 100}],
                "trafficStatuses": [{"type": REVISION, "revision": serves, "percent": 100}],
                "conditions": [{"type": "RoutesReady", "state": routes, "message": "no such revision"}]
            }))
        };
        let done = "CONDITION_SUCCEEDED";
        assert_eq!(landed(&asked(false, "s-1", done), Some("s-1")), Landed::Yes);
        assert_eq!(landed(&asked(true, "s-2", done), Some("s-1")), Landed::Underway);
        assert_eq!(landed(&asked(false, "s-2", done), Some("s-1")), Landed::Underway);
        assert_eq!(landed(&asked(false, "s-1", done), Some("s-0")), Landed::No);
        assert_eq!(landed(&asked(false, "s-1", done), None), Landed::No);
        assert_eq!(
            landed(&asked(false, "s-2", "CONDITION_FAILED"), Some("s-1")),
            Landed::Failed("no such revision".into())
        );
    }
}
