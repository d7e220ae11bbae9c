//! The environment: the real one, a `.env` file beneath it, and the keys of the config that it sets.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::fault::At;
use crate::config::secret::SecretRef;
use crate::config::tree::{Node, Value};
use crate::config::{schema, tree};

/// What a variable must begin with to set a key: `TOBAN__WEB__LISTEN` sets `web.listen`.
pub const PREFIX: &str = "TOBAN__";

/// The process's environment. Variables that are not Unicode are left out: nothing of ours is among them.
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The process's environment with a `.env` file beneath it, for `demo` and `run` only. A variable that is set
/// already wins; a missing file is no fault.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn environment_with(dotenv: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut all = match std::fs::read_to_string(dotenv) {
        Ok(text) => dotenv_lines(&text).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(error),
    };
    all.extend(environment());
    Ok(all)
}

/// `NAME=value` a line; `export`, quotes and whole-line comments are understood, nothing is expanded.
fn dotenv_lines(text: &str) -> impl Iterator<Item = (String, String)> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name.starts_with('#') {
            return None;
        }
        let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
        Some((name.to_owned(), quoted.unwrap_or(value).to_owned()))
    })
}

/// Lays the variables `TOBAN__…` over the tree. What a key takes decides how its text is read; an empty
/// variable is as good as none.
pub(super) fn lay(root: &mut Node, environment: &BTreeMap<String, String>) {
    for (name, text) in environment.range(PREFIX.to_owned()..) {
        let Some(rest) = name.strip_prefix(PREFIX) else { break };
        if text.is_empty() {
            continue;
        }
        let (path, key) = schema::setting(rest.split("__"));
        let takes = |what: &str| key.is_some_and(|key| schema::takes(key, what));
        let secret = key.and_then(|key| key["format"].as_str()) == Some("secret");
        let value = if secret && text.parse::<SecretRef>().is_err() {
            // The value stands in the environment, where secrets may stand, so it is referred to by its name.
            Value::Text(format!("env:{name}"))
        } else if takes("string") {
            Value::Text(text.clone())
        } else {
            tree::Node::parse(name, &format!("value = {text}"))
                .ok()
                .and_then(|table| table.get("value").map(|node| node.value.clone()))
                .unwrap_or_else(|| Value::Text(text.clone()))
        };
        root.set(&path, Node { value, at: At::whole(name.as_str()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dotenv_file_has_quotes_comments_and_exports() {
        let text = "# a comment\nA=1\nexport B = \"two words\"\nC='#3'\n\nnonsense\nD=";
        let read: Vec<_> = dotenv_lines(text).collect();
        let expected = [("A", "1"), ("B", "two words"), ("C", "#3"), ("D", "")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
