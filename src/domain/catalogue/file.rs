//! Reads one command file. Every fault is told with its line; reading goes on after a fault, to find the next.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::value::StrDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::text;
use crate::domain::catalogue::{Command, Example, Kind, Param, Source};
use crate::domain::person::Risk;
use crate::domain::words::Phrase;

/// Something wrong with a command file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {what}")]
pub struct FileFault {
    /// The file's path under the folder of commands.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, for whoever edits the file.
    pub what: String,
}

/// A command with the lines that later faults may point to.
pub(super) struct Read {
    pub command: Command,
    pub lines: Lines,
}

/// Where in the file things were said.
pub(super) struct Lines {
    pub name: usize,
    pub verb: usize,
    pub risk: usize,
}

const FILE: &[&str] = &["name", "aliases", "verb", "risk", "hidden", "summary", "param", "example"];
const PARAM: &[&str] = &[
    "name",
    "kind",
    "required",
    "default",
    "choices",
    "repeated",
    "positional",
    "future",
    "min",
    "max",
    "see",
];
const EXAMPLE: &[&str] = &["say", "means"];
const KINDS: &[&str] = &[
    "service",
    "revision",
    "environment",
    "severity",
    "span",
    "moment",
    "range",
    "when",
    "number",
    "pattern",
    "text",
    "pair",
    "action",
    "keyword",
    "plan",
    "result",
    "incident",
    "post",
    "person",
    "schedule",
    "command",
    "word",
    "words",
];

/// The risk as it is written in a file.
pub(super) fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Read => "read",
        Risk::Change => "change",
        Risk::Danger => "danger",
    }
}

/// Reads a file; `known` gives the command of that name which it lies over. `None` where faults were found that leave
/// no command.
pub(super) fn read(
    source: &Source,
    known: impl Fn(&str) -> Option<Arc<Command>>,
    faults: &mut Vec<FileFault>,
) -> Option<Read> {
    let before = faults.len();
    let mut reader = Reader { source, faults };
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    for error in errors {
        reader.fault(error.span().map_or(0, |span| span.start), error.message().to_owned());
    }
    if reader.faults.len() > before {
        return None;
    }
    let table = Table { at: root.span().start, table: root.get_ref() };
    reader.only(&table, FILE);
    let name = reader.text(&table, "name");
    let below = name.as_ref().and_then(|name| known(name));
    if let Some(name) = &name
        && below.is_none()
        && !named(name)
    {
        reader.fault(table.at("name"), format!("`{name}` is no name: small letters, digits and `-`"));
    }
    let (name_at, verb_at, risk_at) = (table.at("name"), table.at("verb"), table.at("risk"));
    let verb = reader.text(&table, "verb").or_else(|| Some(below.as_ref()?.verb.clone()));
    let risk =
        reader.word(&table, "risk", &["read", "change", "danger"]).or_else(|| Some(below.as_ref()?.risk));
    for (what, missing) in [("name", name.is_none()), ("verb", verb.is_none()), ("risk", risk.is_none())] {
        if missing && table.get(what).is_none() {
            reader.fault(table.at, format!("`{what}` is missing"));
        }
    }
    let shown = name.clone().unwrap_or_default();
    let summary = match reader.text(&table, "summary") {
        Some(text) => Phrase::raw(text),
        None => match &below {
            Some(below) => below.summary.clone(),
            None => Phrase::named(format!("command-{shown}")),
        },
    };
    let params = match table.get("param") {
        Some(_) => reader.tables(&table, "param").iter().filter_map(|table| reader.param(table)).collect(),
        None => below.as_ref().map(|below| below.params.clone()).unwrap_or_default(),
    };
    let examples = match table.get("example") {
        Some(_) => {
            reader.tables(&table, "example").iter().filter_map(|table| reader.example(table)).collect()
        }
        None => below.as_ref().map(|below| below.examples.clone()).unwrap_or_default(),
    };
    let command = Command {
        name: name.unwrap_or_default(),
        aliases: reader
            .texts(&table, "aliases")
            .or_else(|| Some(below.as_ref()?.aliases.clone()))
            .unwrap_or_default(),
        verb: verb.unwrap_or_default(),
        risk: risk.unwrap_or(Risk::Danger),
        section: match &below {
            Some(below) => below.section.clone(),
            None => source.path.rsplit_once('/').map_or("more", |(folder, _)| folder).to_owned(),
        },
        summary,
        params,
        examples,
        hidden: reader
            .flag(&table, "hidden")
            .unwrap_or_else(|| below.as_ref().is_some_and(|below| below.hidden)),
    };
    reader.shape(&table, &command);
    let line = |at| line(&source.text, at);
    let lines = Lines { name: line(name_at), verb: line(verb_at), risk: line(risk_at) };
    (reader.faults.len() == before).then_some(Read { command, lines })
}

/// A name that every platform takes as a slash command.
fn named(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn line(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// A table and where it begins.
struct Table<'t, 'i> {
    at: usize,
    table: &'t DeTable<'i>,
}

impl<'t, 'i> Table<'t, 'i> {
    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// Where the value of a key stands; the table itself, if it has none.
    fn at(&self, key: &str) -> usize {
        self.get(key).map_or(self.at, |value| value.span().start)
    }
}

struct Reader<'r> {
    source: &'r Source,
    faults: &'r mut Vec<FileFault>,
}

impl Reader<'_> {
    fn fault(&mut self, at: usize, what: String) {
        let line = line(&self.source.text, at);
        self.faults.push(FileFault { path: self.source.path.clone(), line, what });
    }

    /// No keys but these.
    fn only(&mut self, table: &Table<'_, '_>, keys: &[&str]) {
        for key in table.table.keys().filter(|key| !keys.contains(&key.get_ref().as_ref())) {
            let near = text::nearest(key.get_ref(), keys.iter().copied());
            let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            self.fault(key.span().start, format!("unknown key `{}`{near}", key.get_ref()));
        }
    }

    /// The value, if `take` finds it to be `what`.
    fn take<'t, T>(
        &mut self,
        table: &Table<'t, '_>,
        key: &str,
        what: &str,
        take: impl Fn(&'t DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        let value = table.get(key)?;
        let taken = take(value.get_ref());
        if taken.is_none() {
            self.fault(value.span().start, format!("`{key}` must be {what}"));
        }
        taken
    }

    fn text(&mut self, table: &Table<'_, '_>, key: &str) -> Option<String> {
        self.take(table, key, "text that is not empty", |value| {
            value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned)
        })
    }

    fn flag(&mut self, table: &Table<'_, '_>, key: &str) -> Option<bool> {
        self.take(table, key, "true or false", |value| value.as_bool())
    }

    fn number(&mut self, table: &Table<'_, '_>, key: &str) -> Option<u64> {
        self.take(table, key, "a number from 0", |value| value.as_integer()?.as_str().parse().ok())
    }

    fn texts(&mut self, table: &Table<'_, '_>, key: &str) -> Option<Vec<String>> {
        self.take(table, key, "a list of texts", |value| {
            value.as_array()?.iter().map(|value| value.get_ref().as_str().map(str::to_owned)).collect()
        })
    }

    /// One of `choices`, which are `T`'s own names.
    fn word<'de, T: Deserialize<'de>>(
        &mut self,
        table: &Table<'_, '_>,
        key: &str,
        choices: &[&'de str],
    ) -> Option<T> {
        let said = self.text(table, key)?;
        let Some(choice) = choices.iter().find(|choice| **choice == said) else {
            let near = text::nearest(&said, choices.iter().copied());
            let near = near.map(|near| format!(", did you mean `{near}`?"));
            let near = near.unwrap_or_else(|| format!(": one of {}", choices.join(", ")));
            self.fault(table.at(key), format!("no {key} `{said}`{near}"));
            return None;
        };
        let name: StrDeserializer<'_, serde::de::value::Error> = StrDeserializer::new(choice);
        T::deserialize(name).ok()
    }

    fn tables<'t, 'i>(&mut self, table: &Table<'t, 'i>, key: &str) -> Vec<Table<'t, 'i>> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let mut tables = Vec::new();
        for item in value.get_ref().as_array().map(|items| items.iter()).into_iter().flatten() {
            if let Some(table) = item.get_ref().as_table() {
                tables.push(Table { at: item.span().start, table });
            }
        }
        if tables.is_empty() {
            self.fault(value.span().start, format!("`{key}` must be tables: [[{key}]]"));
        }
        tables
    }

    fn param(&mut self, table: &Table<'_, '_>) -> Option<Param> {
        self.only(table, PARAM);
        let kind: Option<Kind> = self.word(table, "kind", KINDS);
        if table.get("kind").is_none() {
            self.fault(table.at, "a parameter needs a `kind`".to_owned());
        }
        let name = self.text(table, "name").or_else(|| {
            let kind = table.get("kind")?.get_ref().as_str()?;
            Some(kind.to_owned())
        });
        let bounds = (
            self.number(table, "min").unwrap_or(0),
            self.number(table, "max").unwrap_or(u64::from(u32::MAX)),
        );
        let choices = self.texts(table, "choices").unwrap_or_default();
        if kind == Some(Kind::Action) && choices.is_empty() {
            self.fault(table.at, "an action needs its `choices`".to_owned());
        }
        if bounds.0 > bounds.1 {
            self.fault(table.at("min"), "`min` is more than `max`".to_owned());
        }
        Some(Param {
            name: name?,
            kind: kind?,
            required: self.flag(table, "required").unwrap_or(false),
            default: self.text(table, "default"),
            choices,
            repeated: self.flag(table, "repeated").unwrap_or(false),
            positional: self.flag(table, "positional").unwrap_or(false),
            future: self.flag(table, "future").unwrap_or(false),
            bounds,
            see: self.text(table, "see"),
        })
    }

    fn example(&mut self, table: &Table<'_, '_>) -> Option<Example> {
        self.only(table, EXAMPLE);
        let (say, means) = (self.text(table, "say"), self.text(table, "means"));
        if say.is_none() || means.is_none() {
            self.fault(table.at, "an example needs `say` and `means`".to_owned());
        }
        let means = means?;
        // An id of the dictionary, or words as they are.
        let means = if means.starts_with("command-") { Phrase::named(means) } else { Phrase::raw(means) };
        Some(Example { say: say?, means })
    }

    /// Rules that concern the parameters together.
    fn shape(&mut self, table: &Table<'_, '_>, command: &Command) {
        let mut seen: Vec<&str> = Vec::new();
        for (at, param) in command.params.iter().enumerate() {
            if seen.contains(&param.name.as_str()) {
                self.fault(table.at("param"), format!("two parameters are called `{}`", param.name));
            }
            seen.push(&param.name);
            if param.kind == Kind::Words && at + 1 < command.params.len() {
                self.fault(table.at("param"), format!("`{}` takes all words: it must come last", param.name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_written_as_its_name() {
        for name in KINDS {
            let name: StrDeserializer<'_, serde::de::value::Error> = StrDeserializer::new(name);
            assert!(Kind::deserialize(name).is_ok(), "{name:?}");
        }
    }
}
