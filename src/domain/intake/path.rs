//! Looking into JSON: dotted paths, and values as text or moments.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// What stands at a dotted path. A key may have dots of its own (`labels.app.kubernetes.io/name`); a number is a place
/// in a list.
pub(super) fn get<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => members.get(path).or_else(|| {
            path.match_indices('.').find_map(|(at, _)| get(members.get(&path[..at])?, &path[at + 1..]))
        }),
        Value::Array(items) => {
            let (index, rest) =
                path.split_once('.').map_or((path, None), |(index, rest)| (index, Some(rest)));
            let item = items.get(index.parse::<usize>().ok()?)?;
            rest.map_or(Some(item), |rest| get(item, rest))
        }
        _ => None,
    }
}

/// A member that is text and says something.
pub(super) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// A member that is an object.
pub(super) fn object<'a>(value: &'a Value, name: &str) -> Option<&'a Map<String, Value>> {
    value.get(name).and_then(Value::as_object)
}

/// A plain value as text; lists and objects are none.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// From here on a number is milliseconds, not seconds (as seconds this is the year 5138).
const MILLIS: f64 = 1e11;

/// A moment: RFC 3339, or seconds or milliseconds since 1970, as number or text. Zero and year 1 mean none.
pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match text.trim().parse::<Timestamp>() {
            Ok(at) => return Some(at).filter(|at| at.as_second() > 0),
            Err(_) => text.trim().parse().ok(),
        },
        _ => None,
    }?;
    if !number.is_finite() || number <= 0.0 {
        return None;
    }
    let millis = if number < MILLIS { number * 1_000.0 } else { number };
    #[expect(clippy::cast_possible_truncation, reason = "what does not fit is no moment and is refused next")]
    Timestamp::from_millisecond(millis as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_goes_through_objects_and_lists_and_keys_with_dots() {
        let value =
            json!({"labels": {"app.kubernetes.io/name": "web", "app": {"x": 1}}, "alerts": [{"a": "b"}]});
        assert_eq!(get(&value, "labels.app.kubernetes.io/name"), Some(&json!("web")));
        assert_eq!(get(&value, "labels.app.x"), Some(&json!(1)));
        assert_eq!(get(&value, "alerts.0.a"), Some(&json!("b")));
        assert_eq!(get(&value, "alerts.1.a"), None);
        assert_eq!(get(&value, ""), None);
    }

    #[test]
    fn moments_come_in_many_forms_and_zero_is_none() {
        let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        for value in [
            json!("2026-03-02T18:00:00+09:00"),
            json!(1_772_442_000),
            json!(1_772_442_000_000_i64),
            json!("1772442000"),
        ] {
            assert_eq!(moment(&value), Some(at), "{value}");
        }
        for value in [json!("0001-01-01T00:00:00Z"), json!(0), json!("soon"), json!(1e300), json!(null)] {
            assert_eq!(moment(&value), None, "{value}");
        }
    }
}
