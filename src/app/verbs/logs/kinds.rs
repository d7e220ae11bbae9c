//! Log lines as tables: one row a kind of line, or one row a request.

use std::collections::BTreeMap;

use crate::app::verbs::say;
use crate::base::text::shorten;
use crate::domain::log::{Folded, LogLine, Request, by_count};
use crate::domain::report::Block;
use crate::domain::words::Phrase;

/// So much of a line's text fits a cell.
const CELL: usize = 160;
/// So many kinds are listed.
const KINDS: usize = 50;

/// Most frequent first: how often, from when to when, how bad, what.
pub fn kinds(folded: Vec<Folded>) -> Block {
    let heads =
        ["logs-head-count", "logs-head-first", "logs-head-last", "logs-head-severity", "logs-head-text"];
    let rows = by_count(folded)
        .into_iter()
        .take(KINDS)
        .map(|line| {
            vec![
                Phrase::raw(line.count.to_string()),
                Phrase::from(line.first),
                Phrase::from(line.last),
                line.severity.phrase(),
                Phrase::raw(shorten(telling(&line.text), CELL)),
            ]
        })
        .collect();
    Block::Table { heads: heads.map(Phrase::new).into(), rows }
}

/// The line that tells most: the first, but the last of Python's traces, which end with what went wrong.
fn telling(text: &str) -> &str {
    let first = text.lines().next().unwrap_or_default();
    let trace = first.starts_with("Traceback ");
    let last = text.lines().rfind(|line| !line.trim().is_empty());
    last.filter(|_| trace).unwrap_or(first).trim()
}

/// An access log, newest first: what does not fit on the first page is the oldest.
pub fn requests(lines: &[LogLine]) -> Block {
    let heads =
        ["logs-head-time", "logs-head-method", "logs-head-path", "logs-head-status", "logs-head-latency"];
    let rows = lines
        .iter()
        .rev()
        .map(|line| match Request::read(&line.text) {
            Some(request) => vec![
                Phrase::from(line.at),
                Phrase::raw(request.method),
                Phrase::raw(shorten(request.path, CELL)),
                Phrase::raw(request.status.to_string()),
                request.latency.map_or_else(|| Phrase::raw("–"), say::latency),
            ],
            None => vec![
                Phrase::from(line.at),
                Phrase::raw("–"),
                Phrase::raw(shorten(&line.text, CELL)),
                Phrase::raw("–"),
                Phrase::raw("–"),
            ],
        })
        .collect();
    Block::Table { heads: heads.map(Phrase::new).into(), rows }
}

/// `2xx ×40, 5xx ×3`; nothing where no line is a request.
pub fn classes(lines: &[LogLine]) -> Vec<Phrase> {
    let mut classes = BTreeMap::new();
    for request in lines.iter().filter_map(|line| Request::read(&line.text)) {
        *classes.entry(request.status / 100).or_insert(0_u32) += 1;
    }
    classes.into_iter().map(|(class, count)| Phrase::raw(format!("{class}xx ×{count}"))).collect()
}
