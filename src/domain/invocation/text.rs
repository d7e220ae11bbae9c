//! Writes an invocation out in its canonical form, which reads back as the same invocation.

use std::fmt::Write as _;
use std::time::Duration;

use crate::domain::catalogue::{Command, Kind};
use crate::domain::invocation::Target;
use crate::domain::invocation::args::{Arg, RevisionRef, Value};
use crate::domain::invocation::kinds::severity_word;

/// `logs sagebase.db errors 1h /time ?out/ "connection reset"`.
pub(super) fn canonical(command: &Command, target: Option<&Target>, args: &[Arg]) -> String {
    let mut text = command.name.clone();
    if let Some(target) = target {
        let _ = write!(text, " {target}");
    }
    for arg in args {
        text.push(' ');
        match &arg.value {
            Value::Span(span) => text.push_str(&exact(*span)),
            Value::Moment(at) | Value::Range(at, None) => {
                let _ = write!(text, "{at}");
            }
            Value::Range(from, Some(until)) => {
                let _ = write!(text, "{from}..{until}");
            }
            Value::Number(number) => {
                let _ = write!(text, "{number}");
            }
            Value::Severity(severity) => text.push_str(severity_word(*severity)),
            Value::Pattern(pattern) => slashes(&mut text, pattern.as_str()),
            Value::Text(quoted) => quote(&mut text, quoted),
            Value::Revision(RevisionRef::Previous) => text.push_str("previous"),
            Value::Pair(key, value) => {
                let _ = write!(text, "{key}=");
                word(&mut text, value);
            }
            Value::Keyword => {
                let param = command.params.iter().find(|param| param.name == arg.name);
                text.push_str(param.and_then(|param| param.literals().next()).unwrap_or(&arg.name));
            }
            Value::Revision(RevisionRef::Named(name))
            | Value::Environment(name)
            | Value::Action(name)
            | Value::Schedule(name)
            | Value::Id(name)
            | Value::Command(name) => text.push_str(name),
            Value::Person(person) => text.push_str(person.as_str()),
            Value::Word(one) => word(&mut text, one),
            Value::Words(words) => {
                // Only where nothing else could take them do words stand bare.
                let bare =
                    command.params.iter().all(|param| matches!(param.kind, Kind::Service | Kind::Words));
                for (at, one) in words.iter().enumerate() {
                    if at > 0 {
                        text.push(' ');
                    }
                    if bare && target.is_some() { word(&mut text, one) } else { quote(&mut text, one) }
                }
            }
        }
    }
    text
}

/// In the largest unit that divides it, so that nothing is lost.
fn exact(span: Duration) -> String {
    const NANOS: u128 = 1_000_000_000;
    let units = [
        ("d", 86_400 * NANOS),
        ("h", 3_600 * NANOS),
        ("m", 60 * NANOS),
        ("s", NANOS),
        ("ms", 1_000_000),
        ("us", 1_000),
    ];
    let nanos = span.as_nanos();
    let (unit, size) = units.into_iter().find(|(_, size)| nanos.is_multiple_of(*size)).unwrap_or(("ns", 1));
    format!("{}{unit}", nanos / size)
}

/// Bare if it then reads back as it is, else in quotes.
fn word(text: &mut String, word: &str) {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '@' | '+' | '#' | '%');
    if !word.is_empty() && word.chars().all(plain) { text.push_str(word) } else { quote(text, word) }
}

fn quote(text: &mut String, content: &str) {
    text.push('"');
    for c in content.chars() {
        if matches!(c, '\\' | '"' | '“' | '”' | '＂') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
}

fn slashes(text: &mut String, pattern: &str) {
    text.push('/');
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                text.push('\\');
                text.extend(chars.next());
            }
            '/' | '／' => text.extend(['\\', c]),
            c => text.push(c),
        }
    }
    text.push('/');
}
