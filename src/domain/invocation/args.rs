//! The arguments of an invocation, asked for by kind or by name.

use std::time::Duration;

use jiff::Timestamp;
use regex::Regex;

use crate::base::ids::{PersonId, PlanId, PostId, ResultId};
use crate::domain::log::Severity;

/// What was given for one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// The parameter's name.
    pub name: String,
    /// The value.
    pub value: Value,
}

/// A value, understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `1h`.
    Span(Duration),
    /// `10:00`.
    Moment(Timestamp),
    /// `10:00..11:00`, or from a moment on.
    Range(Timestamp, Option<Timestamp>),
    /// `50`.
    Number(u64),
    /// `errors`.
    Severity(Severity),
    /// `/regex/`.
    Pattern(Pattern),
    /// `"quoted"`.
    Text(String),
    /// `previous`, a name.
    Revision(RevisionRef),
    /// `production`.
    Environment(String),
    /// A person of the config.
    Person(PersonId),
    /// An on-call schedule of the config.
    Schedule(String),
    /// `key=value`.
    Pair(String, String),
    /// One of an action's choices.
    Action(String),
    /// A keyword that was said.
    Keyword,
    /// A plan's, result's or post's id.
    Id(String),
    /// A command's own name.
    Command(String),
    /// Any word.
    Word(String),
    /// All that was left.
    Words(Vec<String>),
}

/// Which revision is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevisionRef {
    /// The one before, by the rule of the verb.
    Previous,
    /// A name or a prefix of one.
    Named(String),
}

/// A regular expression that compiles within bounds.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    pub(super) fn new(regex: Regex) -> Self {
        Self(regex)
    }
    /// As it was typed, without the slashes (RE2 syntax).
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
    /// Ready to match.
    pub fn regex(&self) -> &Regex {
        &self.0
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

/// The arguments, in the order of the command's parameters.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Args(pub(super) Vec<Arg>);

impl Args {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arg> {
        self.0.iter()
    }

    /// The first value of that parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|arg| arg.name == name).map(|arg| &arg.value)
    }

    fn first<'a, T>(&'a self, take: impl Fn(&'a Value) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|arg| take(&arg.value))
    }

    /// `1h`.
    pub fn span(&self) -> Option<Duration> {
        self.first(|value| if let Value::Span(span) = value { Some(*span) } else { None })
    }

    /// A single moment.
    pub fn moment(&self) -> Option<Timestamp> {
        self.first(|value| if let Value::Moment(at) = value { Some(*at) } else { None })
    }

    /// A range that was given as moments: from, and to where it does not go on until now.
    pub fn range(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        self.first(|value| if let Value::Range(from, until) = value { Some((*from, *until)) } else { None })
    }

    /// The stretch of time that is meant: the range, else the span up to `now`, else `usual` up to `now`.
    pub fn stretch(&self, now: Timestamp, usual: Duration) -> (Timestamp, Option<Timestamp>) {
        self.range().unwrap_or_else(|| {
            let span = self.span().unwrap_or(usual);
            (now.checked_sub(span).unwrap_or(Timestamp::MIN), None)
        })
    }

    /// `errors`.
    pub fn severity(&self) -> Option<Severity> {
        self.first(|value| if let Value::Severity(severity) = value { Some(*severity) } else { None })
    }

    /// `50`.
    pub fn number(&self) -> Option<u64> {
        self.first(|value| if let Value::Number(number) = value { Some(*number) } else { None })
    }

    /// `/regex/`.
    pub fn pattern(&self) -> Option<&Pattern> {
        self.first(|value| if let Value::Pattern(pattern) = value { Some(pattern) } else { None })
    }

    /// Every `"quoted text"`.
    pub fn texts(&self) -> Vec<&str> {
        let text = |arg: &'_ Arg| matches!(arg.value, Value::Text(_));
        self.0.iter().filter(|arg| text(arg)).filter_map(|arg| arg.value.as_text()).collect()
    }

    /// `previous`, or a name.
    pub fn revision(&self) -> Option<&RevisionRef> {
        self.first(|value| if let Value::Revision(revision) = value { Some(revision) } else { None })
    }

    /// `production`.
    pub fn environment(&self) -> Option<&str> {
        self.first(|value| if let Value::Environment(name) = value { Some(name.as_str()) } else { None })
    }

    /// A person.
    pub fn person(&self) -> Option<&PersonId> {
        self.first(|value| if let Value::Person(person) = value { Some(person) } else { None })
    }

    /// An on-call schedule.
    pub fn schedule(&self) -> Option<&str> {
        self.first(|value| if let Value::Schedule(id) = value { Some(id.as_str()) } else { None })
    }

    /// Every `key=value`.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|arg| match &arg.value {
            Value::Pair(key, value) => Some((key.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// The action.
    pub fn action(&self) -> Option<&str> {
        self.first(|value| if let Value::Action(action) = value { Some(action.as_str()) } else { None })
    }

    /// Whether the keyword of that name was said.
    pub fn keyword(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Value::Keyword))
    }

    /// The id given for that parameter: `plan`, `result` or `post`.
    pub fn id(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Id(id)) => Some(id),
            _ => None,
        }
    }

    /// The plan.
    pub fn plan(&self) -> Option<PlanId> {
        self.id("plan").map(PlanId::new)
    }

    /// The cached result.
    pub fn result(&self) -> Option<ResultId> {
        self.id("result").map(ResultId::new)
    }

    /// The message of ours.
    pub fn post(&self) -> Option<PostId> {
        self.id("post").map(PostId::new)
    }

    /// The command that help was asked for, by its own name.
    pub fn command(&self) -> Option<&str> {
        self.first(|value| if let Value::Command(name) = value { Some(name.as_str()) } else { None })
    }

    /// The word given for that parameter.
    pub fn word(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// The free words at the end; empty if there are none.
    pub fn words(&self) -> &[String] {
        self.first(|value| if let Value::Words(words) = value { Some(words.as_slice()) } else { None })
            .unwrap_or_default()
    }
}

impl Value {
    fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}
