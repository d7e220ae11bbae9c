//! Tables and log lines as aligned lines of a monospaced font.

use jiff::tz::TimeZone;

use super::measure::{columns, narrow};
use crate::domain::log::{LogLine, Severity};

/// The widest cell; a longer one is marked as cut.
const CELL: usize = 64;

/// Heads and rows as aligned lines. Columns of numbers stand right, others left; the last one is not padded.
pub fn table(heads: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let clean = |cell: &String| narrow(&one_line(cell), CELL).into_owned();
    let grid: Vec<Vec<String>> = std::iter::once(heads)
        .chain(rows.iter().map(Vec::as_slice))
        .map(|row| row.iter().map(clean).collect())
        .collect();
    let count = grid.iter().map(Vec::len).max().unwrap_or_default();
    let cells = |column: usize| grid.iter().filter_map(move |row| row.get(column));
    let shape: Vec<(usize, bool)> = (0..count)
        .map(|column| {
            let width = cells(column).map(|cell| columns(cell)).max().unwrap_or_default();
            let mut values = cells(column).skip(1).filter(|cell| !cell.is_empty()).peekable();
            (width, values.peek().is_some() && values.all(|cell| is_number(cell)))
        })
        .collect();
    grid.iter()
        .map(|row| {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let (width, right) = shape[column];
                let gap = " ".repeat(width - columns(cell));
                let (before, after) = if right { (gap.as_str(), "") } else { ("", gap.as_str()) };
                line.extend([before, cell, after, "  "]);
            }
            line.truncate(line.trim_end().len());
            line
        })
        .collect()
}

/// Log lines with the time in `zone` (and the date where there is more than one), severity, text and count.
pub fn log(lines: &[LogLine], zone: &TimeZone) -> Vec<String> {
    let times: Vec<_> = lines.iter().map(|line| line.at.to_zoned(zone.clone())).collect();
    let one_day = times.windows(2).all(|pair| pair[0].date() == pair[1].date());
    let format = if one_day { "%H:%M:%S" } else { "%m-%d %H:%M:%S" };
    lines
        .iter()
        .zip(times)
        .map(|(line, time)| {
            let mark = severity(line.severity);
            let text = line.text.trim_end().replace('\n', "\n    ");
            let times = if line.count > 1 { format!(" (×{})", line.count) } else { String::new() };
            format!("{} {mark:<6} {text}{times}", time.strftime(format))
        })
        .collect()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Default => "-",
        Severity::Debug => "DEBUG",
        Severity::Info => "INFO",
        Severity::Notice => "NOTICE",
        Severity::Warning => "WARN",
        Severity::Error => "ERROR",
        Severity::Critical => "CRIT",
    }
}

fn one_line(cell: &str) -> String {
    cell.trim().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// `12`, `3.5 %`, `120 ms`, `-1`: it begins with a figure and goes on with figures and at most a short unit.
fn is_number(cell: &str) -> bool {
    let rest = cell.trim_start_matches(['-', '+']);
    let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',')).trim_start();
    rest.starts_with(|c: char| c.is_ascii_digit())
        && unit.chars().count() <= 3
        && !unit.contains(['-', ':', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn columns_line_up_with_wide_letters() {
        let lines = table(
            &row(&["component", "状態", "ms"]),
            &[row(&["web", "正常", "42"]), row(&["検索", "down\nhard", "1200"])],
        );
        assert_eq!(
            lines,
            ["component  状態         ms", "web        正常         42", "検索       down hard  1200"]
        );
    }

    #[test]
    fn rows_of_other_lengths_are_no_trouble() {
        assert_eq!(table(&row(&["a"]), &[row(&["1", "2"]), vec![]]), ["a", "1  2", ""]);
        assert_eq!(table(&[], &[]), [""]);
    }

    #[test]
    fn log_lines_tell_time_severity_and_count() {
        let line = |second, text: &str, count| LogLine {
            at: jiff::Timestamp::from_second(second).unwrap(),
            severity: Severity::Error,
            text: text.to_owned(),
            count,
        };
        assert_eq!(
            log(&[line(0, "one\ntwo\n", 1), line(61, "三", 3)], &TimeZone::UTC),
            ["00:00:00 ERROR  one\n    two", "00:01:01 ERROR  三 (×3)"]
        );
        assert_eq!(
            log(&[line(0, "a", 1), line(86_400, "b", 1)], &TimeZone::UTC),
            ["01-01 00:00:00 ERROR  a", "01-02 00:00:00 ERROR  b"]
        );
    }
}
