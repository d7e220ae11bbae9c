//! The config: what loads, and what every kind of wrong file is answered with.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

mod contract;
mod defaults;
mod example;
mod faults;
mod garbage;
mod layers;

use std::collections::BTreeMap;
use std::path::Path;

use toban::config::{Config, Fault};

/// The verbs that these tests know.
const VERBS: &[&str] = &["health", "logs", "releases", "rollback", "runbook", "help", "status", "whoami"];

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// Loads a folder with these files and this environment.
fn load(files: &[(&str, &str)], environment: &[(&str, &str)]) -> Result<Config, Vec<Fault>> {
    let dir = folder(files);
    load_dir(dir.path(), environment).map_err(|faults| {
        // Told as if the folder were called `config`.
        let prefix = format!("{}/", dir.path().display());
        let near = |text: &str| text.replace(&prefix, "config/");
        faults
            .into_iter()
            .map(|fault| Fault {
                file: near(&fault.file),
                message: near(&fault.message),
                hint: fault.hint.as_deref().map(near),
                ..fault
            })
            .collect()
    })
}

fn load_dir(dir: &Path, environment: &[(&str, &str)]) -> Result<Config, Vec<Fault>> {
    Config::load(Some(dir), variables(environment), VERBS)
}

fn variables(environment: &[(&str, &str)]) -> BTreeMap<String, String> {
    environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The faults of a folder with these files, a line each.
fn faults(files: &[(&str, &str)], environment: &[(&str, &str)]) -> Vec<String> {
    match load(files, environment) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}
