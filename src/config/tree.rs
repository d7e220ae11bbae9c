//! The merged config as a tree whose every node knows where it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::fault::{At, Fault};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) at: At,
}

/// A value of TOML, less the dates, which are kept as text.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Table(BTreeMap<String, Member>),
}

/// A key of a table with its value.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) key_at: At,
    pub(super) node: Node,
}

/// One step from a node to one below it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

impl Node {
    /// An empty table.
    pub(super) fn empty(at: At) -> Self {
        Self { value: Value::Table(BTreeMap::new()), at }
    }

    /// Reads a file's text. All of its syntax errors are told, and then there is no tree.
    pub(super) fn parse(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let lines = Lines::new(file, text);
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut faults: Vec<Fault> = errors
            .iter()
            .map(|error| {
                let at = lines.at(error.span().map_or(0, |span| span.start));
                Fault::new(&at, error.message().trim().replace('\n', ", "))
            })
            .collect();
        let at = lines.at(0);
        let root = lines.table(table.into_inner(), at, &mut faults);
        if faults.is_empty() { Ok(root) } else { Err(faults) }
    }

    /// The member of a table.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(members) => members.get(key).map(|member| &member.node),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is a list.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }

    /// The items of the list `key`; none if it is missing or something else.
    pub(super) fn list(&self, key: &str) -> &[Self] {
        match self.get(key).map(|node| &node.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// Where `key` is written, or this node if it is missing. A key may lead on: `expect.status`.
    pub(super) fn at(&self, path: &str) -> &At {
        path.split('.').try_fold(self, |node, key| node.get(key)).map_or(&self.at, |node| &node.at)
    }

    /// Where item `index` of the list `key` is written.
    pub(super) fn item_at(&self, key: &str, index: usize) -> &At {
        self.list(key).get(index).map_or_else(|| self.at(key), |node| &node.at)
    }

    /// The node at the end of a path.
    pub(super) fn follow(&self, path: &[Step]) -> Option<&Self> {
        path.iter().try_fold(self, |node, step| match (step, &node.value) {
            (Step::Key(key), Value::Table(members)) => members.get(key).map(|member| &member.node),
            (Step::Index(index), Value::List(items)) => items.get(*index),
            _ => None,
        })
    }

    /// Where the key at the end of a path is written (the item itself, if it is in a list).
    pub(super) fn key_at(&self, path: &[Step]) -> Option<&At> {
        let (last, before) = path.split_last()?;
        let node = self.follow(before)?;
        match (last, &node.value) {
            (Step::Key(key), Value::Table(members)) => members.get(key).map(|member| &member.key_at),
            _ => self.follow(path).map(|node| &node.at),
        }
    }

    /// Puts a node at the end of a path of keys, making the tables on the way.
    pub(super) fn set(&mut self, path: &[String], new: Self) {
        let Some((key, rest)) = path.split_first() else {
            *self = new;
            return;
        };
        if !matches!(self.value, Value::Table(_)) {
            *self = Self::empty(new.at.clone());
        }
        let Value::Table(members) = &mut self.value else { return };
        let at = new.at.clone();
        members
            .entry(key.clone())
            .or_insert_with(|| Member { key_at: at.clone(), node: Self::empty(at) })
            .node
            .set(rest, new);
    }

    /// Takes out the node at the end of a path and puts the default in its place, where there is one.
    pub(super) fn mend(&mut self, path: &[Step], default: Option<&Self>) {
        let Some((step, rest)) = path.split_first() else { return };
        match (step, &mut self.value) {
            (Step::Key(key), Value::Table(members)) if rest.is_empty() => match default {
                Some(default) => {
                    members.insert(key.clone(), Member { key_at: default.at.clone(), node: default.clone() });
                }
                None => {
                    members.remove(key);
                }
            },
            (Step::Key(key), Value::Table(members)) => {
                if let Some(member) = members.get_mut(key) {
                    member.node.mend(rest, default);
                }
            }
            (Step::Index(index), Value::List(items)) if *index < items.len() => {
                if rest.is_empty() {
                    items.remove(*index);
                } else if let Some(item) = items.get_mut(*index) {
                    item.mend(rest, default);
                }
            }
            _ => {}
        }
    }

    /// The same without the places.
    pub(super) fn json(&self) -> serde_json::Value {
        match &self.value {
            Value::Bool(flag) => (*flag).into(),
            Value::Integer(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::json).collect(),
            Value::Table(members) => {
                members.iter().map(|(key, member)| (key.clone(), member.node.json())).collect()
            }
        }
    }
}

/// How a layer's entries (`[[person]]`, …) meet those of the layer below that have the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entries {
    /// Files of one layer: entries add up, and two of the same id are a fault to be told later.
    Add,
    /// The new entry stands in place of the old, so that nothing of a ready-made role is left in one's own.
    Replace,
    /// The new entry's keys go over the old one's.
    Merge,
}

/// Lays `over` on `base`: tables merge, entries meet as told, everything else overrides.
pub(super) fn lay(base: &mut Node, over: Node, entries: Entries) {
    match (&mut base.value, over.value) {
        (Value::Table(members), Value::Table(new)) => {
            for (key, member) in new {
                match members.get_mut(&key) {
                    Some(old) => {
                        old.key_at = member.key_at;
                        lay(&mut old.node, member.node, entries);
                    }
                    None => {
                        members.insert(key, member);
                    }
                }
            }
        }
        (Value::List(items), Value::List(new)) if all_tables(items) && all_tables(&new) => match entries {
            Entries::Add => items.extend(new),
            Entries::Replace | Entries::Merge => {
                if new.iter().chain(items.iter()).any(|item| identity(item).is_none()) {
                    *items = new;
                    return;
                }
                let mut met = BTreeSet::new();
                for item in new {
                    let same = items.iter().position(|old| identity(old) == identity(&item));
                    match same.filter(|place| met.insert(*place)) {
                        Some(place) if entries == Entries::Merge => lay(&mut items[place], item, entries),
                        Some(place) => items[place] = item,
                        None => items.push(item),
                    }
                }
            }
        },
        (_, value) => *base = Node { value, at: over.at },
    }
}

fn all_tables(items: &[Node]) -> bool {
    items.iter().all(|item| matches!(item.value, Value::Table(_)))
}

/// What tells an entry from its like: its id, and for runbook entries the service too.
fn identity(node: &Node) -> Option<(Option<&str>, &str)> {
    Some((node.get("service").and_then(Node::text), node.get("id").and_then(Node::text)?))
}

/// Finds lines and columns of byte offsets.
struct Lines<'a> {
    file: Arc<str>,
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(file: &str, text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: file.into(), text, starts }
    }

    fn at(&self, offset: usize) -> At {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let before = self.text.get(self.starts[line - 1]..offset).unwrap_or_default();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        At { file: self.file.clone(), line: count(line), column: count(before.chars().count() + 1) }
    }

    fn table(&self, table: DeTable<'_>, at: At, faults: &mut Vec<Fault>) -> Node {
        let members = table
            .into_iter()
            .map(|(key, value)| {
                let key_at = self.at(key.span().start);
                (key.into_inner().into_owned(), Member { key_at, node: self.node(value, faults) })
            })
            .collect();
        Node { value: Value::Table(members), at }
    }

    fn node(&self, value: Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Node {
        let at = self.at(value.span().start);
        let value = match value.into_inner() {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Datetime(moment) => Value::Text(moment.to_string()),
            DeValue::Boolean(flag) => Value::Bool(flag),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => {
                    faults.push(Fault::new(&at, format!("the number {number} is too large")));
                    Value::Integer(0)
                }
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Float(number),
                _ => {
                    faults.push(Fault::new(&at, format!("{number} is not a number to work with")));
                    Value::Float(0.0)
                }
            },
            DeValue::Array(items) => {
                Value::List(items.into_iter().map(|item| self.node(item, faults)).collect())
            }
            DeValue::Table(table) => return self.table(table, at, faults),
        };
        Node { value, at }
    }
}
