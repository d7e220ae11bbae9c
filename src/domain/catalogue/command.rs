//! One command: its name, the verb that it runs, and the parameters that it takes.

use crate::domain::person::Risk;
use crate::domain::words::Phrase;

/// A command of `commands/*.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// What people type, `logs`.
    pub name: String,
    /// Other names, in any language.
    pub aliases: Vec<String>,
    /// The verb that runs it.
    pub verb: String,
    /// What it may do to the world; never less than what its verb does.
    pub risk: Risk,
    /// The folder that it stands in: a section of `/help`.
    pub section: String,
    /// What it does, in one line.
    pub summary: Phrase,
    /// What it takes, in the order of the usage line.
    pub params: Vec<Param>,
    /// What it looks like in use.
    pub examples: Vec<Example>,
    /// Left out of help: a command that only buttons type.
    pub hidden: bool,
}

/// A parameter of a [`Command`].
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its name, `severity`; verbs ask for it by this name where the kind is not enough.
    pub name: String,
    /// What kind of word it is.
    pub kind: Kind,
    /// Nothing happens without it.
    pub required: bool,
    /// What is meant when it is left out, as people would type it.
    pub default: Option<String>,
    /// The only words (action), words that all mean the same (keyword), or words to offer (all others).
    pub choices: Vec<String>,
    /// May be given more than once.
    pub repeated: bool,
    /// Stands in its place: the n-th word after the service, not anywhere.
    pub positional: bool,
    /// May lie in the future (moments and ranges).
    pub future: bool,
    /// Smallest and largest number taken.
    pub bounds: (u64, u64),
    /// The command that lists the possible values for a service, `releases`.
    pub see: Option<String>,
}

/// What kind of word a parameter takes. The grammar tells words apart by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `sagebase`, `sagebase.db`.
    Service,
    /// `previous`, a name or a prefix of one.
    Revision,
    /// `production`: the environment of some service.
    Environment,
    /// `errors`, `警告`.
    Severity,
    /// `1h`, `30分`.
    Span,
    /// `10:00`, `2024-01-15T10:00Z`, `yesterday`.
    Moment,
    /// `10:00..11:00`; a moment alone is the range from there on.
    Range,
    /// A span up to now, a moment or a range.
    When,
    /// `50`.
    Number,
    /// `/regex/`.
    Pattern,
    /// `"quoted text"`.
    Text,
    /// `key=value`.
    Pair,
    /// One of the choices.
    Action,
    /// A word that switches something on: one of the choices, else the parameter's name.
    Keyword,
    /// `P-7K2M9QX4TB`.
    Plan,
    /// `R-7K2M9QX4TB`.
    Result,
    /// `INC-42`, or `42`.
    Incident,
    /// A message of ours.
    Post,
    /// `sato`, `@sato`.
    Person,
    /// `primary`: an on-call schedule.
    Schedule,
    /// The name of a command.
    Command,
    /// Any one word.
    Word,
    /// All that is left, as it stands.
    Words,
}

/// A command as it is really typed, with what it does. The tests of the parser read them too.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What is typed, without a slash.
    pub say: String,
    /// What happens then.
    pub means: Phrase,
}

impl Command {
    /// Every name it answers to, its own first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }

    /// The first parameter of that kind.
    pub fn param(&self, kind: Kind) -> Option<&Param> {
        self.params.iter().find(|param| param.kind == kind)
    }

    /// How it is typed: `logs SERVICE[.COMPONENT] [errors|…] [1h|10:00..11:00] [/regex/]`.
    pub fn usage(&self) -> String {
        let mut usage = self.name.clone();
        for param in &self.params {
            usage.push(' ');
            let shape = param.shape();
            let more = if param.repeated { " …" } else { "" };
            if param.required {
                usage.push_str(&shape);
                usage.push_str(more);
            } else {
                usage.push_str(&format!("[{shape}{more}]"));
            }
        }
        usage
    }
}

impl Param {
    /// How a value of it looks, `SERVICE[.COMPONENT]` or `/regex/`.
    pub fn shape(&self) -> String {
        match self.kind {
            Kind::Service => "SERVICE[.COMPONENT]",
            Kind::Revision => "previous|REVISION",
            Kind::Environment => "ENVIRONMENT",
            Kind::Severity => "errors|…",
            Kind::Span => "1h",
            Kind::Moment => "10:00",
            Kind::Range => "10:00..11:00",
            Kind::When => "1h|10:00..11:00",
            Kind::Number if self.name == "number" => "N",
            Kind::Number | Kind::Word => return self.name.to_uppercase(),
            Kind::Pattern => "/regex/",
            Kind::Text => "\"text\"",
            Kind::Pair => "KEY=VALUE",
            Kind::Action => return self.choices.join("|"),
            // The others mean the same.
            Kind::Keyword => return self.literals().next().unwrap_or_default().to_owned(),
            Kind::Plan => "PLAN",
            Kind::Incident => "INCIDENT",
            Kind::Result => "RESULT",
            Kind::Post => "POST",
            Kind::Person => "PERSON",
            Kind::Schedule => "SCHEDULE",
            Kind::Command => "COMMAND",
            Kind::Words => "WORDS…",
        }
        .to_owned()
    }

    /// The words that an action or keyword is written with.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        let own = (self.choices.is_empty() && self.kind == Kind::Keyword).then_some(self.name.as_str());
        own.into_iter().chain(self.choices.iter().map(String::as_str))
    }

    /// The phrase that says what it takes: "a span of time such as `1h`".
    pub fn takes(&self) -> Phrase {
        match self.kind {
            Kind::Action => self.kind.phrase().with("words", self.choices.join(", ")),
            Kind::Keyword => self.kind.phrase().with("words", self.shape()),
            kind => kind.phrase(),
        }
    }

    /// The phrase that says what it is for.
    pub fn phrase(&self) -> Phrase {
        Phrase::named(format!("param-{}", self.name))
    }
}

impl Kind {
    /// The phrase that names the kind: "a span of time such as 1h".
    pub fn phrase(self) -> Phrase {
        Phrase::new(match self {
            Self::Service => "param-kind-service",
            Self::Revision => "param-kind-revision",
            Self::Environment => "param-kind-environment",
            Self::Severity => "param-kind-severity",
            Self::Span => "param-kind-span",
            Self::Moment => "param-kind-moment",
            Self::Range => "param-kind-range",
            Self::When => "param-kind-when",
            Self::Number => "param-kind-number",
            Self::Pattern => "param-kind-pattern",
            Self::Text => "param-kind-text",
            Self::Pair => "param-kind-pair",
            Self::Action => "param-kind-action",
            Self::Keyword => "param-kind-keyword",
            Self::Plan => "param-kind-plan",
            Self::Result => "param-kind-result",
            Self::Post => "param-kind-post",
            Self::Incident => "param-kind-incident",
            Self::Person => "param-kind-person",
            Self::Schedule => "param-kind-schedule",
            Self::Command => "param-kind-command",
            Self::Word => "param-kind-word",
            Self::Words => "param-kind-words",
        })
    }
}
