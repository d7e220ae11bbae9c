//! What is asked of Cloud Logging, in its query language.
//!
//! The language: <https://cloud.google.com/logging/docs/view/logging-query-language>. `OR` binds tighter than
//! `AND` there, so alternatives stand in brackets. A text from a person only ever stands between quotes.

use std::fmt::Write;

use jiff::Timestamp;

use crate::domain::log::{LogQuery, Severity};

/// A Cloud Run service, as its log entries name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The project's id.
    pub project: String,
    /// The region.
    pub region: String,
    /// The service's name.
    pub service: String,
}

/// The filter for lines that were written.
pub fn filter(place: &Place, query: &LogQuery) -> String {
    let mut terms = Terms::of(place);
    terms.add(format_args!("timestamp>={}", quoted(&moment(query.since))));
    if let Some(until) = query.until {
        terms.add(format_args!("timestamp<{}", quoted(&moment(until))));
    }
    terms.matching(query);
    terms.0
}

/// The filter for lines to come: the same without the time.
pub fn following(place: &Place, query: &LogQuery) -> String {
    let mut terms = Terms::of(place);
    terms.matching(query);
    terms.0
}

struct Terms(String);

impl Terms {
    fn of(place: &Place) -> Self {
        let mut terms = Self(String::with_capacity(256));
        terms.add(format_args!("resource.type=\"cloud_run_revision\""));
        terms.add(format_args!("resource.labels.service_name={}", quoted(&place.service)));
        terms.add(format_args!("resource.labels.location={}", quoted(&place.region)));
        terms
    }

    fn add(&mut self, term: std::fmt::Arguments<'_>) {
        if !self.0.is_empty() {
            self.0.push_str(" AND ");
        }
        // Writing to a string never fails.
        let _ = self.0.write_fmt(term);
    }

    fn matching(&mut self, query: &LogQuery) {
        match query.exactly {
            // The domain's worst is three of Google's.
            Some(Severity::Critical) => self.add(format_args!("severity>=CRITICAL")),
            Some(severity) => self.add(format_args!("severity={}", name(severity))),
            None => {}
        }
        match query.at_least {
            None | Some(Severity::Default) => {}
            Some(severity) => self.add(format_args!("severity>={}", name(severity))),
        }
        if query.requests {
            self.add(format_args!("httpRequest.requestUrl!=\"\""));
        }
        for word in query.words.iter().filter(|word| !word.trim().is_empty()) {
            self.add(format_args!("{}", quoted(word)));
        }
        if let Some(pattern) = &query.pattern {
            let pattern = quoted(pattern);
            let url =
                if query.requests { format!(" OR httpRequest.requestUrl=~{pattern}") } else { String::new() };
            self.add(format_args!("(textPayload=~{pattern} OR jsonPayload.message=~{pattern}{url})"));
        }
    }
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Default => "DEFAULT",
        Severity::Debug => "DEBUG",
        Severity::Info => "INFO",
        Severity::Notice => "NOTICE",
        Severity::Warning => "WARNING",
        Severity::Error => "ERROR",
        Severity::Critical => "CRITICAL",
    }
}

fn moment(at: Timestamp) -> String {
    at.to_string()
}

/// A string literal: quotes and backslashes escaped, control characters by their numbers, so that nothing in it
/// can end it.
fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for letter in text.chars() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            // The language has escapes of four digits only; every control character fits.
            control if control.is_control() => {
                let _ = write!(literal, "\\u{:04x}", u32::from(control));
            }
            plain => literal.push(plain),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place() -> Place {
        Place { project: "p".into(), region: "asia-northeast1".into(), service: "bluelamp-api".into() }
    }

    fn query() -> LogQuery {
        LogQuery {
            since: "2024-01-15T10:00:00Z".parse().unwrap(),
            until: None,
            at_least: None,
            exactly: None,
            words: Vec::new(),
            pattern: None,
            requests: false,
            limit: 100,
        }
    }

    const WHERE: &str = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"bluelamp-api\" \
                         AND resource.labels.location=\"asia-northeast1\"";

    #[test]
    fn a_plain_query_names_the_place_and_the_time() {
        assert_eq!(filter(&place(), &query()), format!("{WHERE} AND timestamp>=\"2024-01-15T10:00:00Z\""));
        let until = Some("2024-01-15T11:00:00.25Z".parse().unwrap());
        assert_eq!(
            filter(&place(), &LogQuery { until, ..query() }),
            format!(
                "{WHERE} AND timestamp>=\"2024-01-15T10:00:00Z\" AND timestamp<\"2024-01-15T11:00:00.25Z\""
            )
        );
    }

    #[test]
    fn what_follows_has_no_time() {
        let query = LogQuery { at_least: Some(Severity::Error), ..query() };
        assert_eq!(following(&place(), &query), format!("{WHERE} AND severity>=ERROR"));
    }

    #[test]
    fn severities_are_at_least_or_exactly() {
        let of = |at_least, exactly| {
            following(&place(), &LogQuery { at_least, exactly, ..query() })[WHERE.len()..].to_owned()
        };
        assert_eq!(of(Some(Severity::Warning), None), " AND severity>=WARNING");
        assert_eq!(of(None, Some(Severity::Debug)), " AND severity=DEBUG");
        assert_eq!(of(None, Some(Severity::Critical)), " AND severity>=CRITICAL");
        assert_eq!(of(Some(Severity::Default), None), "");
    }

    #[test]
    fn words_must_all_occur_and_a_pattern_is_looked_for_in_both_texts() {
        let query = LogQuery {
            words: vec!["timeout".into(), "接続 失敗".into(), " ".into()],
            pattern: Some(r"5\d\d".into()),
            ..query()
        };
        assert_eq!(
            following(&place(), &query)[WHERE.len()..],
            *r#" AND "timeout" AND "接続 失敗" AND (textPayload=~"5\\d\\d" OR jsonPayload.message=~"5\\d\\d")"#
        );
    }

    #[test]
    fn requests_are_matched_by_their_address_too() {
        let query = LogQuery { requests: true, pattern: Some("^/api".into()), ..query() };
        assert_eq!(
            following(&place(), &query)[WHERE.len()..],
            *r#" AND httpRequest.requestUrl!="" AND (textPayload=~"^/api" OR jsonPayload.message=~"^/api" OR httpRequest.requestUrl=~"^/api")"#
        );
    }

    #[test]
    fn a_text_cannot_end_its_quotes() {
        assert_eq!(quoted("\" OR severity>=DEFAULT OR \""), r#""\" OR severity>=DEFAULT OR \"""#);
        assert_eq!(quoted("a\\\"b"), r#""a\\\"b""#);
        assert_eq!(quoted("a\nb\u{0}\u{85}"), "\"a\\nb\\u0000\\u0085\"");
    }

    proptest! {
        /// Reads a literal as Cloud Logging does: the first quote that is not escaped ends it.
        #[test]
        fn whatever_is_said_comes_out_of_the_literal_again(text in any::<String>()) {
            let literal = quoted(&text);
            let mut inner = literal.strip_prefix('"').unwrap().chars();
            let mut read = String::new();
            loop {
                match inner.next().unwrap() {
                    '"' => break,
                    '\\' => match inner.next().unwrap() {
                        'n' => read.push('\n'),
                        'r' => read.push('\r'),
                        't' => read.push('\t'),
                        'u' => {
                            let digits: String = inner.by_ref().take(4).collect();
                            read.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
                        }
                        plain => read.push(plain),
                    },
                    plain => read.push(plain),
                }
            }
            prop_assert_eq!(inner.next(), None);
            prop_assert_eq!(read, text);
        }
    }
}
