//! `updateMask`: which members of a document a PATCH replaces.

use serde_json::{Map, Value};

use crate::sandbox::error::ApiError;

/// The members of `Service` that a client may set.
const SETTABLE: [&str; 18] = [
    "description",
    "labels",
    "annotations",
    "client",
    "clientVersion",
    "ingress",
    "launchStage",
    "binaryAuthorization",
    "template",
    "traffic",
    "scaling",
    "invokerIamDisabled",
    "defaultUriDisabled",
    "customAudiences",
    "iapEnabled",
    "buildConfig",
    "multiRegionSettings",
    "threatDetectionEnabled",
];

/// The members that the system sets; a client may send them back, and they are ignored.
const OUTPUT: [&str; 20] = [
    "name",
    "uid",
    "generation",
    "createTime",
    "updateTime",
    "deleteTime",
    "expireTime",
    "creator",
    "lastModifier",
    "urls",
    "observedGeneration",
    "terminalCondition",
    "conditions",
    "latestReadyRevision",
    "latestCreatedRevision",
    "trafficStatuses",
    "uri",
    "satisfiesPzs",
    "reconciling",
    "etag",
];

/// Paths in JSON names; an empty mask means every member that may be set.
pub(super) fn parse(mask: &str) -> Result<Vec<Vec<String>>, ApiError> {
    let paths: Vec<Vec<String>> = mask
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .map(|path| path.split('.').map(camel).collect())
        .collect();
    if paths.is_empty() || paths.iter().any(|path| path == &["*"]) {
        return Ok(SETTABLE.iter().map(|name| vec![(*name).to_owned()]).collect());
    }
    for path in &paths {
        let first = path.first().map_or("", String::as_str);
        if !SETTABLE.contains(&first) && !OUTPUT.contains(&first) {
            return Err(ApiError::invalid(format!("Invalid update mask: unknown field '{first}'.")));
        }
    }
    Ok(paths)
}

/// The members of a `Service` that nobody knows are refused, as the API refuses them.
pub(super) fn check(body: &Map<String, Value>) -> Result<(), ApiError> {
    let unknown =
        body.keys().find(|name| !SETTABLE.contains(&name.as_str()) && !OUTPUT.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(ApiError::unknown_field(name, "service")))
}

/// Replaces in `doc` what the mask names by what `body` has there; what `body` has not is removed.
pub(super) fn apply(doc: &mut Map<String, Value>, body: &Map<String, Value>, mask: &[Vec<String>]) {
    for path in mask {
        if path.first().is_some_and(|first| SETTABLE.contains(&first.as_str())) {
            replace(doc, Some(body), path);
        }
    }
}

fn replace(doc: &mut Map<String, Value>, body: Option<&Map<String, Value>>, path: &[String]) {
    let [name, rest @ ..] = path else { return };
    let new = body.and_then(|body| body.get(name)).filter(|value| !value.is_null());
    if rest.is_empty() {
        match new {
            Some(value) => doc.insert(name.clone(), value.clone()),
            None => doc.remove(name),
        };
        return;
    }
    let inner = doc.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        replace(inner, new.and_then(Value::as_object), rest);
    }
}

/// `min_instance_count` → `minInstanceCount`; JSON names pass unchanged.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(mask: &str) -> Value {
        let Value::Object(mut doc) = json!({
            "uri": "old",
            "traffic": [1],
            "template": { "timeout": "300s", "scaling": { "minInstanceCount": 1 } },
        }) else {
            unreachable!()
        };
        let Value::Object(body) = json!({
            "uri": "new",
            "traffic": [2],
            "template": { "scaling": { "minInstanceCount": 3, "maxInstanceCount": 5 } },
        }) else {
            unreachable!()
        };
        apply(&mut doc, &body, &parse(mask).unwrap());
        Value::Object(doc)
    }

    #[test]
    fn only_what_is_named_changes() {
        let traffic = patched("traffic");
        assert_eq!(traffic["traffic"], json!([2]));
        assert_eq!(traffic["template"]["timeout"], "300s");
        let deep = patched("template.scaling.min_instance_count");
        assert_eq!(deep["template"], json!({ "timeout": "300s", "scaling": { "minInstanceCount": 3 } }));
        assert_eq!(deep["traffic"], json!([1]));
    }

    #[test]
    fn without_a_mask_what_is_absent_is_lost() {
        let all = patched("");
        assert_eq!(all["template"].get("timeout"), None);
        assert_eq!(all["uri"], "old");
        assert!(parse("trafic").is_err());
    }
}
