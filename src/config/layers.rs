//! The layers of a config: what is built in, the files of a folder, the example company.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};

use crate::config::fault::{At, Fault};
use crate::config::tree::{Entries, Node, lay};

/// Every key with its default and a comment.
pub const DEFAULT: &str = include_str!("../../config/default.toml");

/// The name that faults in it would have.
pub(super) const DEFAULT_NAME: &str = "default.toml (built in)";

/// The five services, their people, ladders and runbooks.
static EXAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/example");

/// Folders inside of folders are read this deep.
const DEEPEST: usize = 16;

/// The lowest layer.
pub(super) fn defaults() -> Result<Node, Vec<Fault>> {
    Node::parse(DEFAULT_NAME, DEFAULT)
}

/// All files of a folder as one layer, with what is wrong with their syntax; those that are wrong are left out.
pub(super) fn folder(dir: &Path) -> (Node, Vec<Fault>) {
    let (mut top, mut below, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    find(dir, 0, &mut top, &mut below, &mut faults);
    top.sort();
    below.sort();
    let mut files = Vec::new();
    for path in top.into_iter().chain(below) {
        let name = path.display().to_string();
        match std::fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => files.push((path, text)),
            Ok(Err(_)) => faults.push(Fault::new(&At::whole(name), "it is not UTF-8")),
            Err(error) => faults.push(Fault::new(&At::whole(name), format!("cannot be read: {error}"))),
        }
    }
    let mut trees: Vec<(PathBuf, Result<Node, Vec<Fault>>)> = files
        .into_iter()
        .map(|(path, text)| {
            let tree = Node::parse(&path.display().to_string(), &text);
            (path, tree)
        })
        .collect();
    // Command files that overlay the built-in ones may lie in the folder, but they are not config.
    let commands = trees.iter().filter_map(|(_, tree)| {
        let folder = tree.as_ref().ok()?.get("commands")?.get("folder")?.text()?;
        Some(dir.join(folder))
    });
    for folder in commands.collect::<Vec<_>>() {
        trees.retain(|(path, _)| !path.starts_with(&folder));
    }
    (join(At::whole(dir.display().to_string()), trees.into_iter().map(|(_, tree)| tree), &mut faults), faults)
}

/// The example company as one layer.
pub(super) fn example() -> (Node, Vec<Fault>) {
    fn walk(dir: &Dir<'static>, files: &mut BTreeMap<(bool, &'static Path), &'static str>) {
        for entry in dir.entries() {
            match entry {
                DirEntry::Dir(dir) => walk(dir, files),
                DirEntry::File(file) => {
                    let nested = file.path().parent().is_some_and(|parent| parent != Path::new(""));
                    files.insert((nested, file.path()), file.contents_utf8().unwrap_or_default());
                }
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(&EXAMPLE, &mut files);
    let trees = files
        .into_iter()
        .filter(|((_, path), _)| path.extension().is_some_and(|kind| kind == "toml"))
        .map(|((_, path), text)| Node::parse(&format!("example/{}", path.display()), text));
    let mut faults = Vec::new();
    (join(At::whole("example"), trees, &mut faults), faults)
}

fn join(at: At, trees: impl Iterator<Item = Result<Node, Vec<Fault>>>, faults: &mut Vec<Fault>) -> Node {
    let mut layer = Node::empty(at);
    for tree in trees {
        match tree {
            Ok(tree) => lay(&mut layer, tree, Entries::Add),
            Err(wrong) => faults.extend(wrong),
        }
    }
    layer
}

/// Finds the files of a folder, those at the top apart. Hidden ones are passed over: mounted config maps keep
/// their versions there.
fn find(dir: &Path, depth: usize, top: &mut Vec<PathBuf>, below: &mut Vec<PathBuf>, faults: &mut Vec<Fault>) {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            let at = At::whole(dir.display().to_string());
            faults.push(Fault::new(&at, format!("this folder cannot be read: {error}")));
            return;
        }
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            if depth < DEEPEST {
                find(&path, depth + 1, top, below, faults);
            }
        } else if path.extension().is_some_and(|kind| kind == "toml") {
            if depth == 0 { top.push(path) } else { below.push(path) }
        }
    }
}
