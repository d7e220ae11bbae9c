//! Values that are written as text and mean more: spans, zones, URLs, patterns, references to secrets. Each has
//! a `format` in the schema, so that a wrong one is told by its own rule and its own place.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::base::span;
use crate::config::secret::{MaybeSecret, Resolver, SecretRef};

/// Makes a type of text: its format, what it is, and how it is read.
macro_rules! written {
    ($($(#[$doc:meta])* $name:ident($inner:ty) = $format:literal, $read:expr;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone)]
            pub struct $name(pub $inner);

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                    let read: fn(&str) -> Result<$inner, String> = $read;
                    read(&text).map(Self).map_err(serde::de::Error::custom)
                }
            }

            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    schemars::json_schema!({ "type": "string", "format": $format })
                }
                fn inline_schema() -> bool { true }
            }
        )+

        /// The formats of the schema.
        pub(super) const FORMATS: &[&str] = &[$($format),+];

        /// Reads `text` by its format alone.
        fn read(format: &str, text: &str) -> Result<(), String> {
            match format {
                $($format => {
                    let read: fn(&str) -> Result<$inner, String> = $read;
                    read(text).map(drop)
                })+
                _ => Ok(()),
            }
        }
    };
}

written! {
    /// A span of time, longer than nothing: `90s`, `5m`, `1h 30m`.
    Span(Duration) = "span", |text| span::parse(text).map_err(|error| error.to_string());
    /// A wait, perhaps none: `0m`, `30m`.
    Wait(Duration) = "wait", wait;
    /// A time zone by its name: `Asia/Tokyo`.
    Zone(TimeZone) = "zone", |text| TimeZone::get(text).map_err(|_| "no such time zone".to_owned());
    /// An address of `http` or `https`, without the slash at its end.
    Url(String) = "url", url;
    /// An address of a server of any kind: `unix:///run/x.sock`, `s3://bucket`.
    Address(String) = "address", address;
    /// A bucket: `gs://NAME` or `s3://NAME`, perhaps with a path.
    Bucket(String) = "bucket", bucket;
    /// An IP address and a port, `127.0.0.1:7878`; port 0 lets the kernel choose; `localhost` is understood.
    Listen(SocketAddr) = "listen", listen;
    /// A regular expression (RE2 syntax).
    Pattern(regex::Regex) = "pattern", pattern;
    /// A local moment: `2026-01-05T09:00`.
    Moment(DateTime) = "moment", |text| {
        text.parse().map_err(|_| "not a moment like 2026-01-05T09:00".to_owned())
    };
    /// A day: `2026-01-01`.
    Day(jiff::civil::Date) = "day", |text| text.parse().map_err(|_| "not a day like 2026-01-01".to_owned());
    /// Hours of the day in minutes, from and to: `09:00-18:00`.
    WorkingHours((u32, u32)) = "hours", hours;
    /// A name that can be said in a command: letters, digits, `-` and `_`.
    Name(String) = "name", name;
    /// Who Toban is to Google: `adc`, `file:PATH` or `none`.
    GoogleCredentials(GoogleIdentity) = "google-credentials", google;
    /// A secret: `env:NAME`, `file:PATH` or `gcp:projects/P/secrets/S/versions/V`.
    SecretKey(SecretRef) = "secret", |text| text.parse();
    /// A text, or where it is kept as a secret.
    OpenKey(MaybeSecret) = "text-or-secret", |text| text.parse();
}

/// Who Toban is to Google.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GoogleIdentity {
    /// Application default credentials: the machine's own account, or the one of `gcloud`.
    Default,
    /// A key file.
    File(PathBuf),
    /// Nobody: for emulators and sandboxes.
    Nobody,
}

/// Why `text` is not of that format; a reference to a secret is looked up too.
pub(super) fn why_not(format: &str, text: &str, secrets: &Resolver) -> Result<(), String> {
    match format {
        "secret" => text.parse().and_then(|reference| secrets.resolve(&reference)),
        "text-or-secret" => match text.parse()? {
            MaybeSecret::Kept(reference) => secrets.resolve(&reference),
            MaybeSecret::Plain(_) => Ok(()),
        },
        _ => read(format, text),
    }
}

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hours(text: &str) -> Result<(u32, u32), String> {
    let wrong = || "not hours like 09:00-18:00".to_owned();
    let minutes = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60 || (hour, minute) == (24, 0)).then_some(hour * 60 + minute)
    };
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let (from, to) = (minutes(from).ok_or_else(wrong)?, minutes(to).ok_or_else(wrong)?);
    if from < to { Ok((from, to)) } else { Err(wrong()) }
}

fn wait(text: &str) -> Result<Duration, String> {
    match span::parse(text) {
        Ok(span) => Ok(span),
        Err(span::SpanError::Zero) => Ok(Duration::ZERO),
        Err(error) => Err(error.to_string()),
    }
}

fn url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("neither http:// nor https://".to_owned()),
    }
}

fn bucket(text: &str) -> Result<String, String> {
    match text.split_once("://") {
        Some(("gs" | "s3", name)) if !name.is_empty() => Ok(text.to_owned()),
        _ => Err("neither gs:// nor s3://".to_owned()),
    }
}

fn address(text: &str) -> Result<String, String> {
    url::Url::parse(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    let numbers = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    numbers.as_deref().unwrap_or(text).parse().map_err(|_| "not an IP address with a port".to_owned())
}

fn pattern(text: &str) -> Result<regex::Regex, String> {
    regex::Regex::new(text).map_err(|error| match error {
        regex::Error::Syntax(text) => {
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        }
        other => other.to_string(),
    })
}

fn name(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == 'ー';
    match text.chars().next() {
        Some(first) if first.is_alphanumeric() && text.chars().all(good) => Ok(text.to_owned()),
        _ => Err("a name is made of letters, digits, - and _".to_owned()),
    }
}

fn google(text: &str) -> Result<GoogleIdentity, String> {
    match text.split_once(':') {
        None if text == "adc" => Ok(GoogleIdentity::Default),
        None if text == "none" => Ok(GoogleIdentity::Nobody),
        Some(("file", path)) if std::path::Path::new(path).is_file() => Ok(GoogleIdentity::File(path.into())),
        Some(("file", path)) => Err(format!("there is no file {path}")),
        _ => Err("neither adc, none nor file:PATH".to_owned()),
    }
}

/// What to write instead.
pub(super) fn example_of(format: &str) -> Option<&'static str> {
    Some(match format {
        "span" => r#"write "90s", "5m" or "1h 30m""#,
        "wait" => r#"write "0m", "30s" or "5m""#,
        "zone" => r#"write "Asia/Tokyo" or "UTC""#,
        "secret" => {
            r#"write "env:NAME", "file:PATH" or "gcp:projects/P/secrets/S/versions/V" and keep the value there"#
        }
        "listen" => r#"write "127.0.0.1:7878""#,
        "url" => r#"write "https://host/path""#,
        _ => return None,
    })
}
