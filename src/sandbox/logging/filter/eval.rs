//! Does an entry match an expression?

use std::cmp::Ordering;

use jiff::Timestamp;

use super::lexer::Op;
use super::{Expr, Filter, Operand, Path};
use crate::sandbox::logging::entry::{Entry, Field};

impl Filter {
    /// Whether the entry matches.
    pub fn matches(&self, entry: &Entry) -> bool {
        self.0.matches(entry)
    }

    /// The span of time outside which nothing can match, so that it need not be looked at (both inclusive).
    pub fn bounds(&self) -> (Timestamp, Timestamp) {
        let mut bounds = (Timestamp::MIN, Timestamp::MAX);
        self.0.narrow(&mut bounds);
        bounds
    }
}

impl Expr {
    fn matches(&self, entry: &Entry) -> bool {
        match self {
            Self::And(all) => all.iter().all(|expr| expr.matches(entry)),
            Self::Or(any) => any.iter().any(|expr| expr.matches(entry)),
            Self::Not(expr) => !expr.matches(entry),
            Self::Compare(path, op, operand) => {
                entry.any(&path.0, &mut |field| compare(&field, *op, operand))
            }
            Self::Present(path) => entry.any(&path.0, &mut |_| true),
            Self::Anywhere(text) => entry.any_text(&mut |have| contains(have, text)),
            Self::LogId(id) => entry.log == id,
            Self::Search(path, terms) => terms.iter().all(|term| searched(entry, path.as_ref(), term)),
        }
    }

    fn narrow(&self, (from, to): &mut (Timestamp, Timestamp)) {
        match self {
            Self::And(all) => {
                let mut bounds = (*from, *to);
                for expr in all {
                    expr.narrow(&mut bounds);
                }
                (*from, *to) = bounds;
            }
            Self::Compare(path, op, Operand::Time(at)) if path.is("timestamp") => match op {
                Op::AtLeast | Op::Above => *from = (*from).max(*at),
                Op::AtMost | Op::Below => *to = (*to).min(*at),
                Op::Equal => (*from, *to) = ((*from).max(*at), (*to).min(*at)),
                _ => {}
            },
            _ => {}
        }
    }
}

fn searched(entry: &Entry, path: Option<&Path>, term: &str) -> bool {
    match path {
        None => entry.any_text(&mut |have| has_word(have, term)),
        Some(path) => entry.any(&path.0, &mut |field| has_word(&field.text(), term)),
    }
}

fn compare(field: &Field<'_>, op: Op, operand: &Operand) -> bool {
    let order = match operand {
        Operand::Pattern(pattern) => return pattern.is_match(&field.text()) == (op == Op::Matches),
        Operand::Severity(wanted) => match field {
            Field::Severity(have) => Some(have.cmp(wanted)),
            _ => None,
        },
        Operand::Time(wanted) => match field {
            Field::Time(have) => Some(have.cmp(wanted)),
            _ => None,
        },
        Operand::Text(wanted, number) => match (field, number) {
            (Field::Number(have), Some(wanted)) => have.partial_cmp(wanted),
            _ if op == Op::Has => return contains(&field.text(), wanted),
            _ => Some(caseless(&field.text(), wanted)),
        },
    };
    order.is_some_and(|order| match op {
        Op::Equal | Op::Has => order == Ordering::Equal,
        Op::NotEqual => order != Ordering::Equal,
        Op::AtLeast => order != Ordering::Less,
        Op::AtMost => order != Ordering::Greater,
        Op::Above => order == Ordering::Greater,
        Op::Below => order == Ordering::Less,
        Op::Matches | Op::MatchesNot => false,
    })
}

fn caseless(have: &str, wanted: &str) -> Ordering {
    have.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(wanted.bytes())
}

/// Whether `part`, in lower case, occurs in `text`. The case of Latin letters is ignored, as the API documents.
fn contains(text: &str, part: &str) -> bool {
    find(text.as_bytes(), part.as_bytes()).is_some()
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    text.windows(part.len()).position(|window| window.eq_ignore_ascii_case(part))
}

/// Whether `term` occurs with no letter or digit of its own kind on either side.
fn has_word(text: &str, term: &str) -> bool {
    let bytes = text.as_bytes();
    let solid = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let mut from = 0;
    while let Some(found) = bytes.get(from..).and_then(|rest| find(rest, term.as_bytes())) {
        let (start, end) = (from + found, from + found + term.len());
        if !solid(start.checked_sub(1).and_then(|before| bytes.get(before))) && !solid(bytes.get(end)) {
            return true;
        }
        from = start + 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::logging::entry::samples::{request, text};

    fn matches(filter: &str, entry: &Entry) -> bool {
        Filter::parse(filter).unwrap().matches(entry)
    }

    #[test]
    fn comparisons_ignore_case_and_expressions_do_not() {
        let entry = text("ERROR", "Upstream service error (502)");
        assert!(matches(r#"textPayload:"UPSTREAM""#, &entry));
        assert!(matches(r#"textPayload="upstream SERVICE error (502)""#, &entry));
        assert!(matches(r#"textPayload=~"Upstream.*\(5\d\d\)""#, &entry));
        assert!(!matches(r#"textPayload=~"upstream""#, &entry));
        assert!(matches(r#"textPayload!~"upstream""#, &entry));
    }

    #[test]
    fn or_binds_tighter_than_and() {
        let entry = text("INFO", "bbb ddd");
        // (aaa OR bbb) AND (ccc OR ddd), not aaa OR (bbb AND ccc) OR ddd
        assert!(matches(r#""aaa" OR "bbb" AND "ccc" OR "ddd""#, &entry));
        assert!(!matches(r#""bbb" OR "aaa" AND "ccc""#, &entry));
        assert!(matches("severity=INFO\nNOT \"ccc\" -\"aaa\"", &entry));
    }

    #[test]
    fn severities_are_ordered() {
        let entry = text("WARNING", "x");
        assert!(matches("severity>=WARNING", &entry));
        assert!(matches("severity>info AND severity<\"ERROR\"", &entry));
        assert!(!matches("severity>=ERROR", &entry));
        assert!(matches("severity=(DEBUG OR WARNING)", &entry));
        assert!(Filter::parse("severity>=LOUD").is_err());
    }

    #[test]
    fn what_is_missing_matches_no_comparison() {
        let entry = text("INFO", "x");
        assert!(!matches("httpRequest.status!=200", &entry));
        assert!(matches("NOT httpRequest.status=200", &entry));
        assert!(!matches("httpRequest:*", &entry));
        assert!(matches("textPayload:*", &entry));
        assert!(!matches("jsonPayload.message:\"x\"", &entry));
    }

    #[test]
    fn requests_by_number_text_and_latency() {
        let entry = request(502, "/v1/chat/product-dev");
        assert!(matches("httpRequest.status>=500 httpRequest.status<600", &entry));
        assert!(matches(r#"httpRequest.requestUrl:"/v1/chat""#, &entry));
        assert!(matches(r#"http_request.request_method=POST"#, &entry));
        assert!(matches(r#"httpRequest.latency>"100ms""#, &entry));
        assert!(matches(r#"log_id("run.googleapis.com/requests")"#, &entry));
        assert!(matches(r#"logName="projects/p/logs/run.googleapis.com%2Frequests""#, &entry));
        assert!(matches(
            r#"resource.labels.service_name="api-key-server" resource.type=cloud_run_revision"#,
            &entry
        ));
    }

    #[test]
    fn search_wants_whole_words() {
        let entry = text("INFO", "Connection to db-1 was lost");
        assert!(matches(r#"SEARCH("lost connection")"#, &entry));
        assert!(matches(r#"SEARCH(textPayload, "`to db-1`")"#, &entry));
        assert!(!matches(r#"SEARCH("connect")"#, &entry));
    }

    #[test]
    fn japanese_is_searched_like_everything() {
        let entry = text("ERROR", "議事録の保存に失敗しました");
        assert!(matches("\"保存に失敗\"", &entry));
        assert!(matches("議事録", &entry));
    }

    #[test]
    fn bounds_come_from_the_outermost_and() {
        let filter =
            Filter::parse(r#"severity>=ERROR timestamp>="2026-01-01T00:00:00Z" timestamp<"2026-01-02""#);
        let (from, to) = filter.unwrap().bounds();
        assert_eq!(from.to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(to.to_string(), "2026-01-02T00:00:00Z");
        let either = Filter::parse(r#"timestamp>="2026-01-01" OR severity>=ERROR"#).unwrap();
        assert_eq!(either.bounds(), (Timestamp::MIN, Timestamp::MAX));
    }

    #[test]
    fn a_broken_filter_says_where() {
        for (filter, said) in [
            ("severity>=ERROR AND", "unexpected end"),
            ("severity>=ERROR\n  )", "line 2, column 3, token ')'"),
            ("(severity>=ERROR", "unexpected end"),
            ("serverity>=ERROR", "Field not found: 'serverity'"),
            ("timestamp>=\"yesterday\"", "RFC 3339"),
            ("textPayload=~\"(\"", "regular expression"),
            ("textPayload= =", "column 14"),
            ("nonsense(\"x\")", "token 'nonsense'"),
        ] {
            let error = Filter::parse(filter).unwrap_err().to_string();
            assert!(error.contains(said), "{filter}: {error}");
        }
        assert!(Filter::parse(&"(".repeat(5000)).is_err());
        assert!(Filter::parse(&"x".repeat(20_001)).is_err());
    }
}
