//! The dictionary and the code know the same phrases, and both languages fill them with the same things.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, end, found);
        } else if path.extension().is_some_and(|extension| extension == end) {
            found.push(path);
        }
    }
}

/// Production code: without comments, and without the tests at the end of each file.
fn code() -> String {
    let mut paths = Vec::new();
    walk(&root().join("src"), "rs", &mut paths);
    let texts = paths.iter().map(|path| fs::read_to_string(path).unwrap());
    let lines = texts.flat_map(|text| {
        let production = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        let code = production.filter(|line| !line.trim_start().starts_with("//"));
        code.map(str::to_owned).collect::<Vec<_>>()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Each message of a language with the places that it has.
fn messages(lang: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut paths = Vec::new();
    walk(&root().join("locales").join(lang), "ftl", &mut paths);
    let place = Regex::new(r"\$(\w+)").unwrap();
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in paths {
        let mut id = String::new();
        for line in fs::read_to_string(path).unwrap().lines() {
            if line.starts_with(|c: char| c.is_ascii_lowercase())
                && let Some((name, _)) = line.split_once(" =")
            {
                id = name.to_owned();
                messages.entry(id.clone()).or_default();
            }
            if let Some(places) = messages.get_mut(&id) {
                places.extend(place.captures_iter(line).map(|found| found[1].to_owned()));
            }
        }
    }
    messages
}

#[test]
fn what_is_said_is_in_the_dictionary() {
    let (code, english) = (code(), messages("en"));
    let said = Regex::new(r#"Phrase::new\(\s*"([^"]+)""#).unwrap();
    let missing: BTreeSet<&str> = said
        .captures_iter(&code)
        .map(|found| found.get(1).unwrap().as_str())
        .filter(|id| !english.contains_key(*id))
        .collect();
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn what_is_in_the_dictionary_is_said() {
    let code = code();
    let word = Regex::new(r#""([a-z][a-z0-9-]*)""#).unwrap();
    let named: BTreeSet<&str> =
        word.captures_iter(&code).map(|found| found.get(1).unwrap().as_str()).collect();
    // These are put together from the names of commands, parameters and parts of the page.
    let derived = |id: &str| ["command-", "param-", "console-"].iter().any(|family| id.starts_with(family));
    let unsaid: Vec<String> =
        messages("en").into_keys().filter(|id| !derived(id) && !named.contains(id.as_str())).collect();
    assert_eq!(unsaid, Vec::<String>::new());
}

#[test]
fn both_languages_fill_the_same_places() {
    let japanese = messages("ja");
    let unlike: Vec<_> =
        messages("en").into_iter().filter(|(id, places)| japanese.get(id) != Some(places)).collect();
    assert_eq!(unlike, []);
}
