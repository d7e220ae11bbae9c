//! Phrases, and the dictionary that puts them into a language. Reports carry phrases, so the same report can
//! be read in English in one channel and in Japanese in the next.

mod reading;

use std::borrow::Cow;
use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Something to be said: a message of `locales/` with its arguments, or text that is the same in every language.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Phrase {
    /// A message of `locales/*/*.ftl`.
    Message {
        /// The message's id, `health-verdict`.
        id: Cow<'static, str>,
        /// What stands in its places.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        args: BTreeMap<Cow<'static, str>, Value>,
    },
    /// A moment, shown in the reader's time zone.
    Moment {
        /// The moment.
        at: Timestamp,
    },
    /// A moment of these hours, shown as the time of day alone.
    Time {
        /// The moment.
        time: Timestamp,
    },
    /// Text that needs no words: a name, a number, a backend's own sentence.
    Raw(String),
}

/// What can stand in a phrase's place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number, so that plural forms work.
    Number(f64),
    /// A phrase or text.
    Phrase(Box<Phrase>),
}

impl Phrase {
    /// The message `id`, as yet without arguments.
    pub fn new(id: &'static str) -> Self {
        Self::Message { id: Cow::Borrowed(id), args: BTreeMap::new() }
    }

    /// The message `id`, where it is only known at run time (`command-logs`).
    pub fn named(id: impl Into<String>) -> Self {
        Self::Message { id: Cow::Owned(id.into()), args: BTreeMap::new() }
    }

    /// Text that is the same in every language.
    pub fn raw(text: impl Into<String>) -> Self {
        Self::Raw(text.into())
    }

    /// With `name` filled in; no effect on anything but a message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        if let Self::Message { args, .. } = &mut self {
            args.insert(Cow::Borrowed(name), value.into());
        }
        self
    }

    /// The same with the time of day for every moment: for what is read while it happens.
    #[must_use]
    pub fn by_the_hour(self) -> Self {
        match self {
            Self::Moment { at } => Self::Time { time: at },
            Self::Message { id, mut args } => {
                for value in args.values_mut() {
                    if let Value::Phrase(inner) = value {
                        **inner = std::mem::replace(&mut **inner, Self::Raw(String::new())).by_the_hour();
                    }
                }
                Self::Message { id, args }
            }
            other => other,
        }
    }
}

impl From<&str> for Phrase {
    fn from(text: &str) -> Self {
        Self::raw(text)
    }
}
impl From<String> for Phrase {
    fn from(text: String) -> Self {
        Self::raw(text)
    }
}
impl From<Timestamp> for Phrase {
    fn from(at: Timestamp) -> Self {
        Self::Moment { at }
    }
}
impl<T: Into<Phrase>> From<T> for Value {
    fn from(phrase: T) -> Self {
        Self::Phrase(Box::new(phrase.into()))
    }
}
macro_rules! numbers {
    ($($kind:ty),+) => {$(
        impl From<$kind> for Value {
            fn from(number: $kind) -> Self { Self::Number(number as f64) }
        }
    )+};
}
numbers!(u32, u64, usize, f64);

/// A language that Toban speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// 日本語.
    Ja,
}

/// For whom a phrase is put into words.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The language.
    pub lang: Lang,
    /// In whose zone moments are shown.
    pub zone: TimeZone,
}

impl Default for Reader {
    fn default() -> Self {
        Self { lang: Lang::En, zone: TimeZone::UTC }
    }
}

/// The dictionaries, built once.
pub struct Words {
    en: FluentBundle<FluentResource>,
    ja: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(en, ja)")
    }
}

/// A dictionary that does not hold together; only a wrong build can show it.
#[derive(Debug, thiserror::Error)]
#[error("locales/{lang}: {why}")]
pub struct WordsError {
    lang: &'static str,
    why: String,
}

static LOCALES: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/locales");

impl Words {
    /// Reads the embedded dictionaries.
    ///
    /// # Errors
    /// When a file does not parse or says the same message twice.
    pub fn load() -> Result<Self, WordsError> {
        Ok(Self { en: bundle("en")?, ja: bundle("ja")? })
    }

    /// The phrase in the reader's language; a message that is missing falls back to English, then to its id.
    pub fn say(&self, reader: &Reader, phrase: &Phrase) -> String {
        match phrase {
            Phrase::Raw(text) => text.clone(),
            Phrase::Moment { at } => {
                at.to_zoned(reader.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
            }
            Phrase::Time { time } => time.to_zoned(reader.zone.clone()).strftime("%H:%M").to_string(),
            Phrase::Message { id, args } => {
                let mut places = FluentArgs::new();
                for (name, value) in args {
                    let value = match value {
                        Value::Number(number) => FluentValue::from(*number),
                        Value::Phrase(phrase) => FluentValue::from(self.say(reader, phrase)),
                    };
                    places.set(name.as_ref(), value);
                }
                let chosen = if reader.lang == Lang::Ja { &self.ja } else { &self.en };
                [chosen, &self.en]
                    .into_iter()
                    .find_map(|bundle| {
                        let pattern = bundle.get_message(id)?.value()?;
                        Some(bundle.format_pattern(pattern, Some(&places), &mut Vec::new()).into_owned())
                    })
                    .unwrap_or_else(|| id.to_string())
            }
        }
    }

    /// Whether English has the message.
    pub fn knows(&self, id: &str) -> bool {
        self.en.has_message(id)
    }
}

fn bundle(lang: &'static str) -> Result<FluentBundle<FluentResource>, WordsError> {
    let wrong = |why: String| WordsError { lang, why };
    let id = lang.parse().map_err(|error| wrong(format!("{error}")))?;
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    for file in LOCALES.get_dir(lang).into_iter().flat_map(include_dir::Dir::files) {
        let text = file.contents_utf8().unwrap_or_default().to_owned();
        let resource = FluentResource::try_new(text)
            .map_err(|(_, errors)| wrong(format!("{}: {errors:?}", file.path().display())))?;
        bundle.add_resource(resource).map_err(|errors| wrong(format!("{errors:?}")))?;
    }
    Ok(bundle)
}
