//! The JSON schema of the config, made from the structs of `shape`: what editors complete with and what the second
//! pass checks against.

use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::config::shape;
use crate::config::shape::settings::Settings;
use crate::domain::service::Backend;

static SCHEMA: LazyLock<Value> = LazyLock::new(build);

/// The schema of a config folder's files, for `toban schema`.
pub fn schema() -> Value {
    SCHEMA.clone()
}

/// The same, to look into.
pub(super) fn root() -> &'static Value {
    &SCHEMA
}

/// The path that a variable of the environment means, and the schema there. Keys are in small letters; only in
/// tables whose keys are free (`words.channels.C0OPS`) the letters stay as they are.
pub(super) fn setting<'a>(parts: impl Iterator<Item = &'a str>) -> (Vec<String>, Option<&'static Value>) {
    let mut schema = Some(root());
    let mut path = Vec::new();
    for part in parts {
        let key = part.to_lowercase();
        let known = schema.and_then(|schema| schema["properties"].get(&key));
        let free = schema.and_then(|schema| schema.get("additionalProperties")).filter(|any| any.is_object());
        path.push(if known.is_none() && free.is_some() { part.to_owned() } else { key });
        schema = known.or(free);
    }
    (path, schema)
}

/// Whether a value of this JSON type is taken.
pub(super) fn takes(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || (kind == "string" && schema["enum"].is_array())
}

/// One level of a schema without references: the places in it are the places in the config.
fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    schema
}

fn build() -> Value {
    let mut sections = of::<Settings>();
    // Every setting has its default in default.toml, so none has to be written.
    optional(&mut sections);
    let mut properties = take(&mut sections, "properties");
    properties.extend(take(&mut of::<shape::Entries>(), "properties"));
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The config of Toban",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if let Some(component) = schema.pointer_mut("/properties/service/items/properties/component/items") {
        places(component);
    }
    schema
}

fn take(schema: &mut Value, key: &str) -> Map<String, Value> {
    match schema.get_mut(key).map(Value::take) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn optional(schema: &mut Value) {
    if let Value::Object(members) = schema {
        members.remove("required");
        members.values_mut().for_each(optional);
    }
}

/// TOML has no null, so "or null" goes; enums of described constants become plain ones with descriptions, which
/// editors know as well and whose faults can be told better.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Object(members) => {
            if let Some(Value::Array(kinds)) = members.get_mut("type") {
                kinds.retain(|kind| kind != "null");
                if let [kind] = &kinds[..] {
                    let kind = kind.clone();
                    members.insert("type".to_owned(), kind);
                }
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|choice| choice["type"] != "null");
                if let [Value::Object(only)] = &mut choices[..] {
                    let mut only = std::mem::take(only);
                    members.remove("anyOf");
                    only.append(members);
                    *members = only;
                }
            }
            let constants = members.get("oneOf").and_then(Value::as_array).and_then(|choices| {
                let pair = |choice: &Value| {
                    Some((
                        choice.get("const")?.clone(),
                        choice.get("description").cloned().unwrap_or_default(),
                    ))
                };
                choices.iter().map(pair).collect::<Option<Vec<_>>>()
            });
            if let Some(constants) = constants {
                let (values, about): (Vec<Value>, Vec<Value>) = constants.into_iter().unzip();
                members.remove("oneOf");
                members.insert("type".to_owned(), "string".into());
                members.insert("enum".to_owned(), values.into());
                members.insert("enumDescriptions".to_owned(), about.into());
            }
            if let Some(Value::Array(values)) = members.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
            // "If not said" stands in the description; a null default would only confuse.
            if members.get("default").is_some_and(Value::is_null) {
                members.remove("default");
            }
            members.values_mut().for_each(tidy);
        }
        _ => {}
    }
}

/// Each kind of backend has a place of its own: if the backend is so, the place is so.
fn places(component: &mut Value) {
    let backends = of::<Backend>();
    let mut kinds = Vec::new();
    let mut rules = Vec::new();
    for variant in backends["oneOf"].as_array().into_iter().flatten() {
        let kind = &variant["properties"]["backend"]["const"];
        let mut place = variant["properties"]["place"].clone();
        place["additionalProperties"] = false.into();
        for (key, format) in [("dsn", "text-or-secret"), ("url", address_format(kind))] {
            if let Some(text) = place["properties"].get_mut(key) {
                text["format"] = format.into();
            }
        }
        let mut then = json!({ "properties": { "place": place } });
        if then["properties"]["place"]["required"].is_array() {
            then["required"] = json!(["place"]);
        }
        kinds.push(kind.clone());
        rules.push(json!({
            "if": { "properties": { "backend": { "const": kind } }, "required": ["backend"] },
            "then": then,
        }));
    }
    component["properties"]["backend"]["enum"] = kinds.into();
    component["properties"]["place"] = json!({
        "type": "object",
        "description": "Where it is; the keys are those of its backend.",
    });
    component["allOf"] = rules.into();
}

/// How a place's `url` is read: Redis' may hold a password and then stands elsewhere.
fn address_format(kind: &Value) -> &'static str {
    match kind.as_str() {
        Some("redis") => "text-or-secret",
        Some("bucket") => "bucket",
        _ => "url",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_schema_refers_elsewhere_or_takes_null() {
        let text = root().to_string();
        assert!(!text.contains("$ref") && !text.contains("\"null\"") && !text.contains("oneOf"), "{text}");
    }

    #[test]
    fn a_place_has_the_keys_of_its_backend() {
        let rules = root().pointer("/properties/service/items/properties/component/items/allOf").unwrap();
        let run = rules
            .as_array()
            .unwrap()
            .iter()
            .find(|rule| rule["if"]["properties"]["backend"]["const"] == "cloud_run")
            .unwrap();
        let place = &run["then"]["properties"]["place"];
        assert_eq!(place["required"], json!(["project", "region", "service"]));
        assert_eq!(place["additionalProperties"], false);
    }

    #[test]
    fn every_key_is_described() {
        fn bare(path: &str, schema: &Value, found: &mut Vec<String>) {
            for (key, value) in schema["properties"].as_object().into_iter().flatten() {
                let path = format!("{path}.{key}");
                if value["description"].as_str().is_none_or(str::is_empty) {
                    found.push(path.clone());
                }
                bare(&path, value, found);
                bare(&path, &value["items"], found);
            }
        }
        let mut found = Vec::new();
        bare("", root(), &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
