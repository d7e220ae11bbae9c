//! Enumerations on the wire: names inside, numbers for a client that asks `$alt=json;enum-encoding=int`.
//!
//! The official clients ask for numbers and send numbers; `gcloud` and curl use names. Both are taken.

use serde_json::Value;

/// JSON member → the names of its enumeration, in the order of their numbers (google/cloud/run/v2/*.proto).
const ENUMS: [(&str, &[&str]); 9] = [
    (
        "type",
        &[
            "TRAFFIC_TARGET_ALLOCATION_TYPE_UNSPECIFIED",
            "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST",
            "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
        ],
    ),
    (
        "state",
        &[
            "STATE_UNSPECIFIED",
            "CONDITION_PENDING",
            "CONDITION_RECONCILING",
            "CONDITION_FAILED",
            "CONDITION_SUCCEEDED",
        ],
    ),
    ("severity", &["SEVERITY_UNSPECIFIED", "ERROR", "WARNING", "INFO"]),
    (
        "reason",
        &[
            "COMMON_REASON_UNDEFINED",
            "UNKNOWN",
            "",
            "REVISION_FAILED",
            "PROGRESS_DEADLINE_EXCEEDED",
            "",
            "CONTAINER_MISSING",
        ],
    ),
    (
        "revisionReason",
        &[
            "REVISION_REASON_UNDEFINED",
            "PENDING",
            "RESERVE",
            "RETIRED",
            "RETIRING",
            "RECREATING",
            "HEALTH_CHECK_CONTAINER_ERROR",
        ],
    ),
    (
        "ingress",
        &[
            "INGRESS_TRAFFIC_UNSPECIFIED",
            "INGRESS_TRAFFIC_ALL",
            "INGRESS_TRAFFIC_INTERNAL_ONLY",
            "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
            "INGRESS_TRAFFIC_NONE",
        ],
    ),
    ("launchStage", &["LAUNCH_STAGE_UNSPECIFIED", "EARLY_ACCESS", "ALPHA", "BETA", "GA", "DEPRECATED"]),
    (
        "executionEnvironment",
        &["EXECUTION_ENVIRONMENT_UNSPECIFIED", "EXECUTION_ENVIRONMENT_GEN1", "EXECUTION_ENVIRONMENT_GEN2"],
    ),
    ("egress", &["VPC_EGRESS_UNSPECIFIED", "ALL_TRAFFIC", "PRIVATE_RANGES_ONLY"]),
];

/// Names → numbers, everywhere in `value`.
pub(super) fn to_numbers(value: &mut Value) {
    walk(value, &|names, member| {
        let number = names.iter().position(|name| !name.is_empty() && member.as_str() == Some(name))?;
        Some(Value::from(number))
    });
}

/// Numbers → names, everywhere in `value`.
pub(super) fn to_names(value: &mut Value) {
    walk(value, &|names, member| {
        let number = usize::try_from(member.as_u64()?).ok()?;
        names.get(number).filter(|name| !name.is_empty()).map(|name| Value::from(*name))
    });
}

fn walk(value: &mut Value, change: &dyn Fn(&[&str], &Value) -> Option<Value>) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|value| walk(value, change)),
        Value::Object(map) => {
            for (name, member) in map {
                let names = ENUMS.iter().find(|(key, _)| key == name).map(|(_, names)| *names);
                match names.and_then(|names| change(names, member)) {
                    Some(changed) => *member = changed,
                    None => walk(member, change),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_numbers_are_the_same_thing() {
        let names = json!({
            "ingress": "INGRESS_TRAFFIC_ALL",
            "traffic": [{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "percent": 100 }],
            "terminalCondition": { "type": "Ready", "state": "CONDITION_SUCCEEDED" },
        });
        let mut value = names.clone();
        to_numbers(&mut value);
        assert_eq!(value["traffic"][0]["type"], 2);
        assert_eq!(value["terminalCondition"]["type"], "Ready");
        to_names(&mut value);
        assert_eq!(value, names);
    }
}
