//! The Logging query language, as far as anything sensible sends it.
//!
//! Comparisons ignore the case of letters, regular expressions do not; a comparison with a field that the entry
//! does not have is false, `!=` too; `OR` binds tighter than `AND`.

mod eval;
mod lexer;
mod parser;

use jiff::Timestamp;
use regex::Regex;

use self::lexer::{At, Op};
use super::entry::severity_number;

/// The longest filter that is taken, in characters, as the API documents.
const LONGEST: usize = 20_000;

/// Why a filter is not one, in Google's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FilterError(String);

impl FilterError {
    fn syntax(at: At, token: &str) -> Self {
        Self(format!(
            "Unparseable filter: syntax error at line {}, column {}, token '{token}'",
            at.line, at.column
        ))
    }

    fn unterminated(at: At) -> Self {
        Self(format!(
            "Unparseable filter: unterminated string literal at line {}, column {}",
            at.line, at.column
        ))
    }

    fn ended() -> Self {
        Self("Unparseable filter: syntax error: unexpected end of filter".to_owned())
    }
}

/// A filter that was understood.
#[derive(Debug, Clone)]
pub struct Filter(Expr);

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// [`FilterError`] says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.chars().count() > LONGEST {
            return Err(FilterError(format!("The filter exceeds the limit of {LONGEST} characters.")));
        }
        parser::parse(text).map(Self)
    }
}

#[derive(Debug, Clone)]
enum Expr {
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Path, Op, Operand),
    Present(Path),
    /// Text that occurs in any field, in lower case.
    Anywhere(String),
    LogId(String),
    Search(Option<Path>, Vec<String>),
}

/// What a field is compared with, already of the field's own kind.
#[derive(Debug, Clone)]
enum Operand {
    Severity(u16),
    Time(Timestamp),
    Pattern(Regex),
    /// Lower case, and the number (seconds, for a duration) where it is one.
    Text(String, Option<f64>),
}

/// A field's path in JSON names, `["httpRequest", "status"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Path(Vec<String>);

/// The members of `LogEntry`.
const FIELDS: [&str; 19] = [
    "logName",
    "resource",
    "timestamp",
    "receiveTimestamp",
    "severity",
    "insertId",
    "httpRequest",
    "labels",
    "metadata",
    "operation",
    "trace",
    "spanId",
    "traceSampled",
    "sourceLocation",
    "split",
    "errorGroups",
    "textPayload",
    "jsonPayload",
    "protoPayload",
];

impl Path {
    /// The path, if its first part is a field of a log entry; `http_request.user_agent` is taken as well.
    fn new(parts: &[String]) -> Result<Self, FilterError> {
        let mut parts = parts.to_vec();
        let unknown = || FilterError(format!("Field not found: '{}'.", parts.join(".")));
        let first = camel(parts.first().map_or("", String::as_str));
        if !FIELDS.contains(&first.as_str()) || parts.iter().any(String::is_empty) {
            return Err(unknown());
        }
        if first == "httpRequest" {
            parts = parts.iter().map(|part| camel(part)).collect();
        } else {
            parts[0] = first;
        }
        Ok(Self(parts))
    }

    fn is(&self, name: &str) -> bool {
        self.0.len() == 1 && self.0[0] == name
    }

    fn operand(&self, text: &str, at: At) -> Result<Operand, FilterError> {
        if self.is("severity") {
            return severity_number(text).map(Operand::Severity).ok_or_else(|| {
                FilterError(format!(
                    "Unparseable filter: unrecognized severity '{text}' at line {}, column {}",
                    at.line, at.column
                ))
            });
        }
        if self.is("timestamp") || self.is("receiveTimestamp") {
            return moment(text).map(Operand::Time).ok_or_else(|| {
                FilterError(format!(
                    "Unparseable filter: timestamp '{text}' must be in RFC 3339 format at line {}, column {}",
                    at.line, at.column
                ))
            });
        }
        Ok(Operand::Text(text.to_lowercase(), number(text)))
    }
}

/// RFC 3339, or a date alone, which means its beginning in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let date: jiff::civil::Date = text.parse().ok()?;
        date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|start| start.timestamp())
    })
}

/// `404`, `1.5`, and durations in seconds: `1.5s`, `200ms`.
fn number(text: &str) -> Option<f64> {
    let (digits, scale) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(digits), _) => (digits, 0.001),
        (None, Some(digits)) => (digits, 1.0),
        (None, None) => (text, 1.0),
    };
    digits.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number * scale)
}

fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut up = false;
    for letter in name.chars() {
        if letter == '_' {
            up = true;
        } else {
            out.push(if up { letter.to_ascii_uppercase() } else { letter });
            up = false;
        }
    }
    out
}
