//! The second pass: the merged tree against the schema. Everything that does not fit is told and taken out, so that
//! the passes after it still see the rest.

use std::sync::Arc;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use crate::config::fault::{At, Fault};
use crate::config::layers;
use crate::config::schema;
use crate::config::secret::Resolver;
use crate::config::tree::{Node, Step};
use crate::config::values;

/// Checks the tree and takes out what is wrong; the default is put in its place where there is one.
pub(super) fn check(root: &mut Node, secrets: &Arc<Resolver>) -> Vec<Fault> {
    let mut options =
        jsonschema::options().offline().should_validate_formats(true).should_ignore_unknown_formats(true);
    for format in values::FORMATS {
        let secrets = Arc::clone(secrets);
        options =
            options.with_format(*format, move |text: &str| values::why_not(format, text, &secrets).is_ok());
    }
    let validator = match options.build(schema::root()) {
        Ok(validator) => validator,
        Err(error) => return vec![Fault::new(&At::whole("schema"), error.to_string())],
    };
    let instance = root.json();
    let mut faults = Vec::new();
    let mut wrong = Vec::new();
    for error in validator.iter_errors(&instance) {
        tell(&error, root, secrets, &mut faults, &mut wrong);
    }
    if wrong.is_empty() {
        return faults;
    }
    wrong.sort_unstable();
    wrong.dedup();
    let defaults = match layers::defaults() {
        Ok(defaults) => defaults,
        Err(more) => return faults.into_iter().chain(more).collect(),
    };
    // Backwards, so that the places in lists stay true.
    for path in wrong.iter().rev() {
        root.mend(path, defaults.follow(path));
    }
    faults
}

/// Puts an error into words, and what has to be taken out into `wrong`.
fn tell(
    error: &ValidationError<'_>,
    root: &Node,
    secrets: &Resolver,
    faults: &mut Vec<Fault>,
    wrong: &mut Vec<Vec<Step>>,
) {
    let path = steps(error.instance_path().as_str(), root);
    let Some(node) = root.follow(&path) else { return };
    let name = dotted(&path);
    let fault = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = siblings(error);
            for key in unexpected {
                let mut path = path.clone();
                path.push(Step::Key(key.clone()));
                let at = root.key_at(&path).unwrap_or(&node.at);
                let message = match section(&path[..path.len() - 1]) {
                    Some(section) => format!("unknown key {key:?} in {section}"),
                    None => format!("unknown section {key:?}"),
                };
                faults.push(Fault::new(at, message).nearest(key, known.iter().copied()));
                wrong.push(path);
            }
            return;
        }
        ValidationErrorKind::Required { property } => {
            let section = section(&path).unwrap_or_default();
            faults.push(Fault::new(&node.at, format!("{section} needs the key {property}")));
            return;
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<&str> =
                options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            match node.text() {
                Some(text) => {
                    let fault = Fault::new(&node.at, format!("{name} = {text:?}: no such choice"))
                        .hint(format!("one of {}", options.join(", ")));
                    fault.nearest(text, options.iter().copied())
                }
                // The wrong type is told as such.
                None => return,
            }
        }
        ValidationErrorKind::Type { kind } => {
            let wanted = match kind {
                TypeKind::Single(kind) => words(*kind).to_owned(),
                TypeKind::Multiple(kinds) => kinds.iter().map(words).collect::<Vec<_>>().join(" or "),
            };
            let found = error.instance();
            let fault = Fault::new(&node.at, format!("{name} has to be {wanted}, not {}", kind_of(found)));
            let entry = matches!(kind, TypeKind::Single(JsonType::Array)) && found.is_object();
            if entry { fault.hint(format!("write [[{name}]]")) } else { fault }
        }
        ValidationErrorKind::Format { format } => {
            let text = node.text().unwrap_or_default();
            let why = values::why_not(format, text, secrets).err().unwrap_or_default();
            let message = match format.as_str() {
                // What stands there may be the secret itself.
                "secret" | "text-or-secret" => format!("{name}: {why}"),
                _ => format!("{name} = {text:?}: {why}"),
            };
            let reference = format == "secret" && text.parse::<crate::config::secret::SecretRef>().is_ok();
            let fault = Fault::new(&node.at, message);
            let fault = match values::example_of(format).filter(|_| !reference) {
                Some(example) => fault.hint(example),
                None => fault,
            };
            if format == "zone" {
                let zones: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
                fault.nearest(text, zones.iter().map(String::as_str))
            } else {
                fault
            }
        }
        _ => Fault::new(&node.at, format!("{name}: {}", error.masked_with("the value"))),
    };
    faults.push(fault);
    wrong.push(path);
}

/// A JSON pointer as steps down this tree.
fn steps(pointer: &str, root: &Node) -> Vec<Step> {
    let mut path = Vec::new();
    for part in pointer.split('/').skip(1) {
        let key = part.replace("~1", "/").replace("~0", "~");
        let in_list = root.follow(&path).is_some_and(Node::is_list);
        path.push(match key.parse() {
            Ok(index) if in_list => Step::Index(index),
            _ => Step::Key(key),
        });
    }
    path
}

/// `slack.mode`; places in lists are left out.
fn dotted(path: &[Step]) -> String {
    let keys: Vec<&str> = path
        .iter()
        .filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        })
        .collect();
    keys.join(".")
}

/// `[slack]` or `[[service.component]]`; none for the root.
fn section(path: &[Step]) -> Option<String> {
    let name = dotted(path);
    match path.last()? {
        Step::Key(_) => Some(format!("[{name}]")),
        Step::Index(_) => Some(format!("[[{name}]]")),
    }
}

/// The keys that are known where an unknown one was found.
fn siblings(error: &ValidationError<'_>) -> Vec<&'static str> {
    let pointer = error.schema_path().as_str();
    let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    schema::root()
        .pointer(parent)
        .and_then(|schema| schema["properties"].as_object())
        .map(|known| known.keys().map(String::as_str).collect())
        .unwrap_or_default()
}

fn words(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "an array",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "nothing",
        JsonType::Number => "a number",
        JsonType::Object => "a table",
        JsonType::String => "a string",
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "a table",
    }
}
