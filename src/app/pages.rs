//! Long answers: what fits is shown, the rest waits in the cache for "more" and "as file".

use crate::base::ids::ResultId;
use crate::domain::log::LogLine;
use crate::domain::report::{Block, Look, Report};
use crate::domain::words::Phrase;

/// Rows of a table on one page.
const ROWS: usize = 15;
/// Log lines on one page.
const LINES: usize = 30;
/// Characters of log or code on one page: with everything else it stays within 12,000 on Slack.
const CHARS: usize = 6_000;

/// The page `number` (from 1) of a report, and whether there is another after it. Page 1 carries everything that is
/// not paged; later pages carry only the rest of what was cut. Logs start with their newest lines.
pub fn page(report: &Report, number: usize) -> (Report, bool) {
    let mut shown = Report { blocks: Vec::new(), buttons: Vec::new(), ..report.clone() };
    if number == 1 {
        shown.buttons.clone_from(&report.buttons);
    }
    let mut more = false;
    for block in &report.blocks {
        let pages = split(block);
        more |= pages.len() > number;
        if let Some(block) = pages.into_iter().nth(number - 1) {
            shown.blocks.push(block);
        }
    }
    (shown, more)
}

/// Page 1 with the buttons that lead on, if the report does not fit on it.
pub fn first(report: &Report, id: &ResultId) -> Option<Report> {
    if report.blocks.iter().all(fits) {
        return None;
    }
    let (shown, more) = page(report, 1);
    more.then(|| with_buttons(shown, id, 1, true))
}

/// Whether a block certainly needs no second page; most do not, and are not copied to find out.
fn fits(block: &Block) -> bool {
    match block {
        Block::Table { rows, .. } => rows.len() <= ROWS,
        Block::List(items) => items.len() <= LINES,
        Block::Log(lines) => {
            lines.len() <= LINES && lines.iter().map(|line| line.text.len() + 30).sum::<usize>() <= CHARS
        }
        Block::Code(code) => code.len() <= CHARS,
        Block::Text(_) | Block::Fields(_) | Block::Heading(_) => true,
    }
}

/// A page with the buttons that lead on.
pub fn with_buttons(mut shown: Report, id: &ResultId, number: usize, more: bool) -> Report {
    if more {
        shown = shown.button(Phrase::new("page-more"), format!("more {id} {}", number + 1), Look::Plain);
    }
    shown.button(Phrase::new("page-file"), format!("file {id}"), Look::Plain)
}

fn split(block: &Block) -> Vec<Block> {
    match block {
        Block::Table { heads, rows } if rows.len() > ROWS => {
            rows.chunks(ROWS).map(|rows| Block::Table { heads: heads.clone(), rows: rows.to_vec() }).collect()
        }
        Block::List(items) if items.len() > LINES => {
            items.chunks(LINES).map(|items| Block::List(items.to_vec())).collect()
        }
        Block::Log(lines) => split_log(lines),
        Block::Code(code) if code.chars().count() > CHARS => split_code(code),
        other => vec![other.clone()],
    }
}

fn split_log(lines: &[LogLine]) -> Vec<Block> {
    let mut pages = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let mut chars = 0;
        let fits = rest
            .iter()
            .rev()
            .take(LINES)
            .take_while(|line| {
                chars += line.text.chars().count() + 30;
                chars <= CHARS
            })
            .count()
            .max(1);
        let (older, page) = rest.split_at(rest.len() - fits);
        pages.push(Block::Log(page.to_vec()));
        rest = older;
    }
    if pages.is_empty() {
        pages.push(Block::Log(Vec::new()));
    }
    pages
}

fn split_code(code: &str) -> Vec<Block> {
    let mut pages = Vec::new();
    let mut page = String::new();
    let mut chars = 0;
    for line in code.split_inclusive('\n') {
        for piece in pieces(line) {
            let length = piece.chars().count();
            if chars + length > CHARS && !page.is_empty() {
                pages.push(Block::Code(std::mem::take(&mut page)));
                chars = 0;
            }
            page.push_str(&piece);
            chars += length;
        }
    }
    pages.push(Block::Code(page));
    pages
}

/// A line in pieces of at most a page.
fn pieces(line: &str) -> Vec<String> {
    let chars: Vec<char> = line.chars().collect();
    chars.chunks(CHARS).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log::Severity;
    use crate::domain::report::Tone;

    fn line(number: usize) -> LogLine {
        LogLine {
            at: jiff::Timestamp::from_second(i64::try_from(number).unwrap()).unwrap(),
            severity: Severity::Info,
            text: format!("line {number}"),
            count: 1,
        }
    }

    #[test]
    fn a_short_report_needs_no_pages() {
        let report = Report::new(Tone::Plain, "logs").block(Block::Log((0..5).map(line).collect()));
        assert!(first(&report, &ResultId::new("R-1")).is_none());
    }

    #[test]
    fn a_long_log_shows_its_newest_lines_first_and_loses_none() {
        let report = Report::new(Tone::Plain, "logs").block(Block::Log((0..70).map(line).collect()));
        let mut seen = 0;
        let mut number = 1;
        loop {
            let (shown, more) = page(&report, number);
            let Block::Log(lines) = &shown.blocks[0] else { panic!("a log") };
            assert_eq!(lines.last().unwrap().text, format!("line {}", 69 - seen));
            seen += lines.len();
            if !more {
                break;
            }
            number += 1;
        }
        assert_eq!((seen, number), (70, 3));
    }

    #[test]
    fn code_of_one_endless_line_is_cut_too() {
        let report = Report::new(Tone::Plain, "code").block(Block::Code("x".repeat(20_000)));
        assert!(first(&report, &ResultId::new("R-1")).is_some());
        let (last, more) = page(&report, 4);
        assert!(!more);
        assert_eq!(last.blocks, vec![Block::Code("x".repeat(2_000))]);
    }
}
