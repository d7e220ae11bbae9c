//! `default.toml`: every key that the schema knows stands in it, with a comment.

use std::collections::BTreeSet;

use serde_json::Value;
use toban::config::{Config, DEFAULT, schema};
use toban::domain::person::Risk;

use super::VERBS;

/// The file with its commented-out keys (`#key = …`, `#[[table]]`) switched on.
fn switched_on() -> String {
    let key = |line: &str| line.starts_with("#[") || line.strip_prefix('#').is_some_and(starts_with_key);
    DEFAULT.lines().map(|line| if key(line) { &line[1..] } else { line }).collect::<Vec<_>>().join("\n")
}

fn starts_with_key(line: &str) -> bool {
    line.split_once(" = ")
        .is_some_and(|(key, _)| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

fn keys_of_schema(path: &str, schema: &Value, keys: &mut BTreeSet<String>) {
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        keys_of_schema(&path, value, keys);
        keys_of_schema(&path, &value["items"], keys);
        keys.insert(path);
    }
}

fn keys_of_file(path: &str, value: &toml::Value, keys: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                keys_of_file(&path, value, keys);
                keys.insert(path);
            }
        }
        toml::Value::Array(items) => items.iter().for_each(|item| keys_of_file(path, item, keys)),
        _ => {}
    }
}

#[test]
fn default_toml_names_every_key_of_the_schema() {
    let (mut known, mut written) = (BTreeSet::new(), BTreeSet::new());
    keys_of_schema("", &schema(), &mut known);
    let file: toml::Value = toml::from_str(&switched_on()).unwrap();
    keys_of_file("", &file, &mut written);
    // `[[runbook]]` has the keys of `[[service.runbook]]`.
    let missing = |path: &&String| !written.contains(*path) && !written.contains(&format!("service.{path}"));
    let missing: Vec<_> = known.iter().filter(missing).collect();
    assert!(missing.is_empty(), "not in default.toml: {missing:?}");
}

#[test]
fn every_key_of_default_toml_has_a_comment() {
    let mut before = "";
    for line in DEFAULT.lines() {
        let key = line.strip_prefix('#').unwrap_or(line);
        if starts_with_key(key) && !key.starts_with(' ') {
            let told = key.contains("  # ") || before.starts_with("# ");
            assert!(told, "no comment: {line}");
        }
        before = line;
    }
}

#[test]
fn nothing_but_the_defaults_is_a_config() {
    let config = Config::load(None, [], VERBS).unwrap();
    assert_eq!(config.settings.web.listen.0.to_string(), "127.0.0.1:7878");
    assert_eq!(config.store_url().unwrap().reveal(), "sqlite://toban.db");
    assert!(config.slack().is_none());
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn the_ready_made_roles_build_on_each_other() {
    let config = Config::load(None, [], VERBS).unwrap();
    let risks = |role: &str| -> BTreeSet<Risk> {
        config.roles[role].allow.iter().flat_map(|grant| grant.risk.clone()).collect()
    };
    assert_eq!(risks("viewer"), BTreeSet::from([Risk::Read]));
    assert_eq!(risks("responder"), BTreeSet::from([Risk::Read, Risk::Change]));
    assert_eq!(risks("operator"), BTreeSet::from([Risk::Read, Risk::Change]));
    assert_eq!(risks("admin"), BTreeSet::from([Risk::Read, Risk::Change, Risk::Danger]));
}
