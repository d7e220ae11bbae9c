//! The house keeps its floors: arrows point down, each library stays in its room, files stay small.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by floor; a room is a top-level module, or a module of `chat`.
fn floor(room: &str) -> u8 {
    match room {
        "base" => 0,
        "domain" => 1,
        "ports" | "store" | "config" => 2,
        "app" => 3,
        "chat" | "chat/slack" | "chat/console" | "backends" | "pagers" | "web" | "sandbox" => 4,
        "main" | "lib" | "cli" | "tasks" | "loading" | "terminal" | "errand" | "online" | "wire"
        | "lifecycle" | "telemetry" | "demo" => 5,
        other => panic!("{other} has no floor: give it one in tests/it/house.rs"),
    }
}

/// Where a library may be used, and nowhere else.
const ROOMS: [(&str, &[&str]); 7] = [
    ("sqlx::", &["store"]),
    ("axum::", &["web", "chat", "sandbox", "lifecycle", "demo", "tasks"]),
    ("slack_morphism::", &["chat/slack"]),
    ("google_cloud_", &["backends"]),
    ("reqwest::", &["backends", "chat/slack", "pagers", "web"]),
    ("lettre::", &["pagers"]),
    ("clap::", &["cli", "main"]),
];

const LONGEST: usize = 400;

struct File {
    path: String,
    room: String,
    /// Production code: without comments, and without the tests at its end.
    code: String,
    lines: usize,
}

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            let production: Vec<&str> =
                text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).collect();
            let code: Vec<&str> =
                production.iter().copied().filter(|line| !line.trim_start().starts_with("//")).collect();
            File { room: room(&relative), path: relative, code: code.join("\n"), lines: production.len() }
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn room(path: &str) -> String {
    let mut parts = path.trim_end_matches(".rs").split('/');
    let first = parts.next().unwrap();
    match (first, parts.next()) {
        ("chat", Some(door)) if door != "mod" => format!("chat/{door}"),
        _ => first.to_owned(),
    }
}

/// Every room that the code names by a `crate::` path, also inside `use crate::{a::b, c::d}`.
fn named(code: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let group = rest.strip_prefix('{').map(|rest| rest.split("};").next().unwrap_or(rest));
        for path in group.map_or_else(|| vec![rest], |group| group.split(',').collect()) {
            let path: String =
                path.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect();
            let mut parts = path.split("::");
            let first = parts.next().unwrap_or_default();
            if first.is_empty() || !first.starts_with(char::is_lowercase) {
                continue;
            }
            rooms.push(match (first, parts.next()) {
                ("chat", Some(door)) if !door.is_empty() => format!("chat/{door}"),
                _ => first.to_owned(),
            });
        }
    }
    rooms
}

#[test]
fn arrows_point_down_only() {
    let mut wrong = Vec::new();
    for file in files() {
        let own = floor(&file.room);
        for room in named(&file.code) {
            let same_house = room == file.room || file.room.starts_with(&format!("{room}/"));
            if !same_house && floor(&room) >= own && own < 5 {
                wrong.push(format!("{} (floor {own}) uses {room} (floor {})", file.path, floor(&room)));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that point up or sideways:\n{}", wrong.join("\n"));
}

#[test]
fn each_library_stays_in_its_room() {
    let mut wrong = Vec::new();
    for file in files() {
        for (library, rooms) in ROOMS {
            let home =
                rooms.iter().any(|room| file.room == *room || file.room.starts_with(&format!("{room}/")));
            if !home && file.code.contains(library) {
                wrong.push(format!("{} uses {library}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "libraries out of their rooms:\n{}", wrong.join("\n"));
}

#[test]
fn production_files_stay_small_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for file in files() {
        if file.lines > LONGEST {
            wrong.push(format!("{} has {} lines", file.path, file.lines));
        }
        let full = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&file.path);
        if !fs::read_to_string(full).unwrap().starts_with("//!") {
            wrong.push(format!("{} does not begin with what it is for", file.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn both_languages_say_the_same_things() {
    let locales = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let keys = |lang: &str| -> BTreeMap<String, String> {
        fs::read_dir(locales.join(lang))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .flat_map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                let text = fs::read_to_string(&path).unwrap();
                let keys: Vec<_> = text
                    .lines()
                    .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
                    .filter_map(|line| Some((line.split_once(" =")?.0.to_owned(), name.clone())))
                    .collect();
                keys
            })
            .collect()
    };
    let (en, ja) = (keys("en"), keys("ja"));
    let missing = |of: &BTreeMap<String, String>, other: &BTreeMap<String, String>| -> Vec<String> {
        of.iter()
            .filter(|(key, _)| !other.contains_key(*key))
            .map(|(key, file)| format!("{file}: {key}"))
            .collect()
    };
    assert_eq!(missing(&en, &ja), Vec::<String>::new(), "missing in Japanese");
    assert_eq!(missing(&ja, &en), Vec::<String>::new(), "missing in English");
}
