//! Whether one word is of a kind, and what it then means.

use regex::RegexBuilder;

use crate::base::{span, text};
use crate::domain::catalogue::{Catalogue, Kind, Param};
use crate::domain::invocation::args::{Pattern, RevisionRef, Value};
use crate::domain::invocation::fault::{Fault, echo};
use crate::domain::invocation::moment::{self, Amiss, Present};
use crate::domain::invocation::{Context, fault};
use crate::domain::log::Severity;
use crate::domain::person::Person;
use crate::domain::service::Services;

/// What words are looked up in.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub catalogue: &'a Catalogue,
    pub services: &'a Services,
    pub people: &'a [Person],
    pub context: &'a Context,
}

/// Whether a word is of a kind.
pub(super) enum Reading {
    /// It is not.
    No,
    /// It is, and means this.
    Yes(Value),
    /// It clearly is meant to be, and cannot be.
    Bad(Fault),
}

/// A compiled pattern may take so many bytes: more than any sensible one, less than hurts.
const PATTERN_SIZE: usize = 2 << 20;

/// Every word for a severity; the first one of each is canonical.
const SEVERITIES: &[(&str, Severity)] = &[
    ("errors", Severity::Error),
    ("error", Severity::Error),
    ("err", Severity::Error),
    ("エラー", Severity::Error),
    ("warnings", Severity::Warning),
    ("warning", Severity::Warning),
    ("warn", Severity::Warning),
    ("警告", Severity::Warning),
    ("critical", Severity::Critical),
    ("fatal", Severity::Critical),
    ("alert", Severity::Critical),
    ("emergency", Severity::Critical),
    ("重大", Severity::Critical),
    ("致命的", Severity::Critical),
    ("緊急", Severity::Critical),
    ("info", Severity::Info),
    ("情報", Severity::Info),
    ("notice", Severity::Notice),
    ("通知", Severity::Notice),
    ("debug", Severity::Debug),
    ("デバッグ", Severity::Debug),
    ("default", Severity::Default),
];

/// The word for a severity in a command.
pub fn severity_word(severity: Severity) -> &'static str {
    SEVERITIES.iter().find(|(_, named)| *named == severity).map_or("default", |(word, _)| word)
}

/// Words that a slip may be mended to, whatever command it is in.
pub(super) fn usual_words(kind: Kind) -> impl Iterator<Item = &'static str> {
    let severities = (kind == Kind::Severity).then(|| SEVERITIES.iter().map(|(word, _)| *word));
    let moments: &[&str] = match kind {
        Kind::When | Kind::Range | Kind::Moment => &["yesterday", "today"],
        Kind::Revision => &["previous"],
        _ => &[],
    };
    severities.into_iter().flatten().chain(moments.iter().copied())
}

/// Reads a bare word as the kind of `param`; kinds that take any word are asked last.
pub(super) fn read(word: &str, param: &Param, known: Known<'_>) -> Reading {
    let lower = &*if word.bytes().any(|c| c.is_ascii_uppercase()) || !word.is_ascii() {
        std::borrow::Cow::Owned(word.to_lowercase())
    } else {
        std::borrow::Cow::Borrowed(word)
    };
    let present = Present { now: known.context.now, zone: &known.context.zone, future: param.future };
    let value = match param.kind {
        Kind::Action => param
            .literals()
            .find(|choice| choice.eq_ignore_ascii_case(word))
            .map(|it| Value::Action(it.into())),
        Kind::Keyword => param.literals().any(|it| it.eq_ignore_ascii_case(word)).then_some(Value::Keyword),
        Kind::Severity => {
            SEVERITIES.iter().find(|(word, _)| *word == lower).map(|(_, severity)| Value::Severity(*severity))
        }
        Kind::Number => return number(word, param),
        Kind::Span => return spanned(lower),
        Kind::Moment => {
            return timed(word, moment::moment(lower, present).map(|it| it.map(Value::Moment)), known);
        }
        Kind::Range => return ranged(word, lower, present, known),
        Kind::When => match spanned(lower) {
            Reading::No => return ranged(word, lower, present, known),
            reading => return reading,
        },
        Kind::Pair => word
            .split_once('=')
            .filter(|(key, _)| name(key, 64))
            .map(|(key, value)| Value::Pair(key.into(), value.into())),
        Kind::Plan => id("P-", word),
        Kind::Result => id("R-", word),
        Kind::Incident => incident(word),
        Kind::Environment => known
            .services
            .iter()
            .find(|service| service.environment.eq_ignore_ascii_case(word))
            .map(|service| Value::Environment(service.environment.clone())),
        Kind::Person => person(word, known.people),
        Kind::Schedule => known
            .catalogue
            .schedules()
            .find(|id| id.eq_ignore_ascii_case(word))
            .map(|id| Value::Schedule(id.to_owned())),
        Kind::Service | Kind::Pattern | Kind::Text | Kind::Words => None,
        Kind::Revision => return revision(word, lower),
        Kind::Command => match known.catalogue.find(lower) {
            Some(command) => Some(Value::Command(command.name.clone())),
            None => return Reading::Bad(fault::unknown_verb(word, known.catalogue)),
        },
        Kind::Post => name(word, 64).then(|| Value::Id(word.into())),
        Kind::Word => Some(Value::Word(word.into())),
    };
    value.map_or(Reading::No, Reading::Yes)
}

/// Whether the kind takes (nearly) any word.
pub(super) fn loose(kind: Kind) -> bool {
    matches!(kind, Kind::Revision | Kind::Command | Kind::Post | Kind::Word)
}

/// Compiles a pattern within bounds.
pub(super) fn pattern(source: &str) -> Reading {
    if source.is_empty() || source == "(?i)" {
        return Reading::Bad(Fault::EmptyPattern);
    }
    match RegexBuilder::new(source).size_limit(PATTERN_SIZE).dfa_size_limit(PATTERN_SIZE).build() {
        Ok(regex) => Reading::Yes(Value::Pattern(Pattern::new(regex))),
        Err(regex::Error::Syntax(told)) => Reading::Bad(fault::broken_pattern(source, &told)),
        Err(_) => Reading::Bad(Fault::HugePattern { pattern: echo(source) }),
    }
}

fn number(word: &str, param: &Param) -> Reading {
    let digits = word.strip_prefix('-').unwrap_or(word);
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Reading::No;
    }
    let (min, max) = param.bounds;
    match word.parse() {
        Ok(number) if (min..=max).contains(&number) => Reading::Yes(Value::Number(number)),
        _ => Reading::Bad(Fault::Number { word: echo(word), min, max }),
    }
}

fn spanned(word: &str) -> Reading {
    let digits = word.strip_prefix('-').unwrap_or(word);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.bytes().all(|c| c.is_ascii_digit()) {
        return Reading::No;
    }
    match span::parse(word) {
        Ok(span) => Reading::Yes(Value::Span(span)),
        Err(span::SpanError::Malformed) => Reading::No,
        Err(why) => Reading::Bad(Fault::Span { word: echo(word), why }),
    }
}

fn ranged(word: &str, lower: &str, present: Present<'_>, known: Known<'_>) -> Reading {
    timed(
        word,
        moment::range(lower, present).map(|it| it.map(|(from, until)| Value::Range(from, until))),
        known,
    )
}

fn timed(word: &str, read: Option<Result<Value, Amiss>>, known: Known<'_>) -> Reading {
    let (word, zone) = (echo(word), || zone_name(&known.context.zone));
    match read {
        None => Reading::No,
        Some(Ok(value)) => Reading::Yes(value),
        Some(Err(Amiss::NoSuchTime)) => Reading::Bad(Fault::NoSuchTime { word }),
        Some(Err(Amiss::Reversed)) => Reading::Bad(Fault::Reversed { word }),
        Some(Err(Amiss::Future)) => Reading::Bad(Fault::Future { word, zone: zone() }),
    }
}

fn zone_name(zone: &jiff::tz::TimeZone) -> String {
    zone.iana_name().map_or_else(|| "UTC".to_owned(), str::to_owned)
}

fn revision(word: &str, lower: &str) -> Reading {
    if matches!(lower, "previous" | "前" | "直前" | "前回" | "ひとつ前" | "一つ前") {
        return Reading::Yes(Value::Revision(RevisionRef::Previous));
    }
    if text::nearest(lower, ["previous"]).is_some() {
        return Reading::Bad(Fault::Near { word: echo(word), meant: "previous".to_owned() });
    }
    if !name(word, 200) {
        return Reading::No;
    }
    Reading::Yes(Value::Revision(RevisionRef::Named(word.to_owned())))
}

/// A name as machines give them: nothing that could be markup, a mention or an option.
fn name(word: &str, longest: usize) -> bool {
    (1..=longest).contains(&word.len())
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_./:@+".contains(&c))
}

fn id(prefix: &str, word: &str) -> Option<Value> {
    let upper = word.to_ascii_uppercase();
    let rest = upper.strip_prefix(prefix)?;
    let fits = (4..=32).contains(&rest.len()) && rest.bytes().all(|c| c.is_ascii_alphanumeric());
    fits.then_some(Value::Id(upper))
}

/// `INC-42`, `inc42`, `#42`, `42`.
fn incident(word: &str) -> Option<Value> {
    let lower = word.to_ascii_lowercase();
    let digits = lower.strip_prefix("inc").map_or(lower.as_str(), |rest| rest.trim_start_matches('-'));
    let digits = digits.trim_start_matches('#');
    let fits = (1..=12).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| fits)?;
    Some(Value::Id(format!("INC-{number}")))
}

fn person(word: &str, people: &[Person]) -> Option<Value> {
    let name = word.trim_start_matches("<@").trim_end_matches('>').trim_start_matches('@');
    let called = |person: &&Person| {
        person.id.as_str().eq_ignore_ascii_case(name)
            || person.name == name
            || person.identities.values().any(|identity| identity == name)
    };
    people.iter().find(called).map(|person| Value::Person(person.id.clone()))
}
