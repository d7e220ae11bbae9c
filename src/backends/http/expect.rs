//! What a JSON answer must contain, and where it differs.

use std::collections::BTreeMap;

use serde_json::Value;

/// A member that is not as expected.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference<'a> {
    /// Dotted path, `checks.db.status`.
    pub(super) path: String,
    /// What was expected there.
    pub(super) expected: &'a Value,
    /// What is there; `None` if nothing is.
    pub(super) seen: Option<&'a Value>,
}

/// Every member of `expected` that `answer` does not have so. A name is a member or a dotted path to one (with
/// numbers for places in a list); an object asks for its own members only, so more may be there.
pub(super) fn differences<'a>(
    expected: &'a BTreeMap<String, Value>,
    answer: &'a Value,
) -> Vec<Difference<'a>> {
    let mut all = Vec::new();
    for (path, expected) in expected {
        compare(path.clone(), expected, find(answer, path), &mut all);
    }
    all
}

fn compare<'a>(path: String, expected: &'a Value, seen: Option<&'a Value>, all: &mut Vec<Difference<'a>>) {
    match (expected, seen) {
        (Value::Object(members), Some(Value::Object(present))) => {
            for (name, expected) in members {
                compare(format!("{path}.{name}"), expected, present.get(name), all);
            }
        }
        (expected, Some(seen)) if same(expected, seen) => {}
        (expected, seen) => all.push(Difference { path, expected, seen }),
    }
}

/// 1 and 1.0 are the same number in JSON.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}

fn find<'a>(answer: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(member) = answer.get(path) {
        return Some(member);
    }
    path.split('.').try_fold(answer, |value, part| match value {
        Value::Array(list) => list.get(part.parse::<usize>().ok()?),
        _ => value.get(part),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(expected: Value, answer: Value) -> Vec<String> {
        let expected: BTreeMap<String, Value> = serde_json::from_value(expected).unwrap();
        differences(&expected, &answer)
            .into_iter()
            .map(|it| format!("{} {} {}", it.path, it.expected, it.seen.map_or("-".into(), Value::to_string)))
            .collect()
    }

    #[test]
    fn members_paths_and_nested_objects_are_compared() {
        let answer = json!({
            "status": "ok", "checks": {"db": {"up": true, "ms": 3}, "cache": "up"},
            "nodes": [{"name": "a"}], "a.b": 1, "ratio": 1.0
        });
        for fits in [
            json!({"status": "ok"}),
            json!({"checks.db.up": true, "checks.cache": "up"}),
            json!({"checks": {"db": {"up": true}}}),
            json!({"nodes.0.name": "a"}),
            json!({"a.b": 1}),
            json!({"ratio": 1}),
            json!({}),
        ] {
            assert_eq!(told(fits, answer.clone()), [""; 0]);
        }
        assert_eq!(told(json!({"status": "down"}), answer.clone()), [r#"status "down" "ok""#]);
        assert_eq!(
            told(json!({"checks": {"db": {"up": false}, "queue": "up"}}), answer.clone()),
            ["checks.db.up false true", r#"checks.queue "up" -"#]
        );
        assert_eq!(told(json!({"nodes.1.name": "b"}), answer), [r#"nodes.1.name "b" -"#]);
    }

    #[test]
    fn an_answer_of_another_shape_lacks_everything() {
        assert_eq!(told(json!({"status": "ok"}), json!("ok")), [r#"status "ok" -"#]);
        assert_eq!(
            told(json!({"status": {"up": true}}), json!({"status": "up"})),
            [r#"status {"up":true} "up""#]
        );
    }
}
