//! The last passes: entries become typed values, and every name in them is looked up. All that is wrong is collected.

pub(super) mod circle;
pub(super) mod ladders;
pub(super) mod paging;
pub(super) mod people;
pub(super) mod schedules;
pub(super) mod services;
pub(super) mod settings;
mod watch;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use crate::config::fault::{At, Fault};
use crate::config::tree::Node;

/// What can be referred to by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Person,
    Role,
    Group,
    Service,
    Policy,
    Schedule,
    Source,
    Heartbeat,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Person,
        Self::Role,
        Self::Group,
        Self::Service,
        Self::Policy,
        Self::Schedule,
        Self::Source,
        Self::Heartbeat,
    ];

    /// As in `[[person]]` and in texts.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Role => "role",
            Self::Group => "group",
            Self::Service => "service",
            Self::Policy => "policy",
            Self::Schedule => "schedule",
            Self::Source => "source",
            Self::Heartbeat => "heartbeat",
        }
    }
}

/// The tree, the names in it, and what was found wrong so far.
pub(super) struct Reader<'a> {
    pub(super) root: &'a Node,
    /// The names of the verbs; empty if they are not known, and then they are not checked.
    pub(super) verbs: &'a [&'a str],
    names: BTreeMap<Kind, BTreeMap<&'a str, &'a At>>,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
    /// Entries that could not be read: told only if nothing else says why.
    pub(super) unread: Vec<Fault>,
}

impl<'a> Reader<'a> {
    /// Collects all names; two of the same are told.
    pub(super) fn new(root: &'a Node, verbs: &'a [&'a str]) -> Self {
        let mut faults = Vec::new();
        let names = Kind::ALL
            .into_iter()
            .map(|kind| (kind, ids(kind.as_str(), root.list(kind.as_str()), &mut faults)))
            .collect();
        Self { root, verbs, names, faults, warnings: Vec::new(), unread: Vec::new() }
    }

    /// The entries `[[key]]` that could be read, with their places.
    pub(super) fn entries<T: DeserializeOwned>(&mut self, key: &str) -> Vec<(T, &'a Node)> {
        let root = self.root;
        let mut read = Vec::new();
        for node in root.list(key) {
            match serde_json::from_value(node.json()) {
                Ok(entry) => read.push((entry, node)),
                Err(error) => {
                    self.unread.push(Fault::new(&node.at, format!("[[{key}]] cannot be read: {error}")));
                }
            }
        }
        read
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) fn warn(&mut self, at: &At, message: impl Into<String>) {
        self.warnings.push(Fault::new(at, message));
    }

    /// Whether there is an entry of that id.
    pub(super) fn knows(&self, kind: Kind, id: &str) -> bool {
        self.names.get(&kind).is_some_and(|names| names.contains_key(id))
    }

    /// The ids of a kind.
    pub(super) fn ids(&self, kind: Kind) -> impl Iterator<Item = &'a str> {
        self.names.get(&kind).into_iter().flat_map(BTreeMap::keys).copied()
    }

    /// Looks a reference up; one to nothing is told.
    pub(super) fn refer(&mut self, kind: Kind, id: &str, at: &At) {
        if !self.knows(kind, id) {
            let fault =
                Fault::new(at, format!("unknown {} {id:?}", kind.as_str())).nearest(id, self.ids(kind));
            self.faults.push(fault);
        }
    }

    /// Looks up each reference in the list `key` of `node`; `*` is taken where `all` says so.
    pub(super) fn refer_all(&mut self, kind: Kind, ids: &[String], node: &Node, key: &str, all: bool) {
        for (index, id) in ids.iter().enumerate() {
            if !(all && id == "*") {
                self.refer(kind, id, node.item_at(key, index));
            }
        }
    }

    /// Looks a verb up, if the verbs are known.
    pub(super) fn verb(&mut self, verb: &str, at: &At) {
        if !self.verbs.is_empty() && !self.verbs.contains(&verb) {
            let fault =
                Fault::new(at, format!("unknown verb {verb:?}")).nearest(verb, self.verbs.iter().copied());
            self.faults.push(fault);
        }
    }
}

/// The ids of entries and where they stand; two of the same are told, both lines named.
pub(super) fn ids<'a>(
    what: &str,
    entries: impl IntoIterator<Item = &'a Node>,
    faults: &mut Vec<Fault>,
) -> BTreeMap<&'a str, &'a At> {
    let mut ids = BTreeMap::new();
    for node in entries {
        let Some(id) = node.get("id").and_then(Node::text) else { continue };
        let at = node.at("id");
        if let Some(first) = ids.get(id) {
            let message = format!("second {what} {id:?}");
            faults.push(Fault::new(at, message).hint(format!("the first is at {first}")));
        } else {
            ids.insert(id, at);
        }
    }
    ids
}
