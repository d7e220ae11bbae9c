//! Lines that say the same become one line with a count, and a stack trace stays one line.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{LogLine, Severity};

/// Lines alike but for numbers, ids and times.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    /// When the first of them happened.
    pub first: Timestamp,
    /// When the newest happened.
    pub last: Timestamp,
    /// How bad they are.
    pub severity: Severity,
    /// The newest one's text.
    pub text: String,
    /// How many.
    pub count: u32,
}

impl From<Folded> for LogLine {
    fn from(folded: Folded) -> Self {
        Self { at: folded.last, severity: folded.severity, text: folded.text, count: folded.count }
    }
}

/// Folds lines as they come, and forgets the kind that was quiet longest when there are too many kinds.
#[derive(Debug)]
pub struct Folder {
    kinds: HashMap<(Severity, String), Folded>,
    room: usize,
}

impl Folder {
    /// Keeps at most `room` kinds of lines.
    pub fn new(room: usize) -> Self {
        Self { kinds: HashMap::new(), room: room.max(1) }
    }

    /// Takes one more line.
    pub fn push(&mut self, line: LogLine) {
        let key = (line.severity, kind(&line.text));
        if let Some(folded) = self.kinds.get_mut(&key) {
            folded.count = folded.count.saturating_add(line.count);
            folded.first = folded.first.min(line.at);
            if line.at >= folded.last {
                (folded.last, folded.text) = (line.at, line.text);
            }
            return;
        }
        if self.kinds.len() >= self.room {
            let quietest =
                self.kinds.iter().min_by_key(|(_, folded)| folded.last).map(|(key, _)| key.clone());
            quietest.and_then(|key| self.kinds.remove(&key));
        }
        let folded = Folded {
            first: line.at,
            last: line.at,
            severity: line.severity,
            text: line.text,
            count: line.count,
        };
        self.kinds.insert(key, folded);
    }

    /// What was folded, newest last.
    pub fn lines(&self) -> Vec<Folded> {
        by_time(self.kinds.values().cloned().collect())
    }

    /// As [`Folder::lines`], without keeping it.
    pub fn into_lines(self) -> Vec<Folded> {
        by_time(self.kinds.into_values().collect())
    }
}

fn by_time(mut lines: Vec<Folded>) -> Vec<Folded> {
    lines.sort_by(|one, two| (one.last, one.first, &one.text).cmp(&(two.last, two.first, &two.text)));
    lines
}

/// Folds all lines; newest last.
pub fn fold(lines: impl IntoIterator<Item = LogLine>) -> Vec<Folded> {
    let mut folder = Folder::new(usize::MAX);
    lines.into_iter().for_each(|line| folder.push(line));
    folder.into_lines()
}

/// Most frequent first; of equals the worst, then the newest.
pub fn by_count(mut lines: Vec<Folded>) -> Vec<Folded> {
    lines.sort_by_key(|line| std::cmp::Reverse((line.count, line.severity, line.last)));
    lines
}

/// The text without what differs from time to time: numbers, hexadecimal ids, UUIDs and times become `#`.
/// Numbers that look like an HTTP error (400 to 599, no unit behind them) stay: 404 and 502 are not the same thing.
fn kind(text: &str) -> String {
    let mut kind = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        kind.push_str(&rest[..start]);
        rest = &rest[start..];
        let joined = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.' | '_');
        let end = rest.find(|c: char| !joined(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        kind_of_word(word, after, &mut kind);
        rest = after;
    }
    kind.push_str(rest);
    kind
}

fn kind_of_word(word: &str, after: &str, kind: &mut String) {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return kind.push_str(word);
    }
    let trimmed = word.trim_end_matches(['-', ':', '.', '_']);
    let tail = &word[trimmed.len()..];
    let bare = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z');
    if trimmed.len() == 3 && matches!(trimmed.parse(), Ok(400..=599_u16)) && !has_unit(tail, after) {
        kind.push_str(trimmed);
    } else if trimmed.bytes().all(bare) && (trimmed.len() >= 6 || digits * 2 >= trimmed.len()) {
        kind.push('#');
    } else {
        let mut in_number = false;
        for c in trimmed.chars() {
            if !c.is_ascii_digit() {
                kind.push(c);
            } else if !in_number {
                kind.push('#');
            }
            in_number = c.is_ascii_digit();
        }
    }
    kind.push_str(tail);
}

/// Whether a number is followed by a unit, `450 ms`: then it is a measure, no status.
fn has_unit(tail: &str, after: &str) -> bool {
    let word: String = after
        .trim_start_matches(' ')
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '%')
        .take(8)
        .collect();
    tail.is_empty()
        && (matches!(
            word.to_ascii_lowercase().as_str(),
            "ms" | "s"
                | "us"
                | "sec"
                | "seconds"
                | "b"
                | "kb"
                | "mb"
                | "kib"
                | "mib"
                | "bytes"
                | "rows"
                | "%"
                | "tokens"
        ) || ["件", "秒", "ミリ", "バイト", "行"].iter().any(|unit| word.starts_with(unit)))
}

/// How far apart the lines of one stack trace may be.
const TRACE_GAP: Duration = Duration::from_secs(1);
/// No trace grows past this.
const TRACE_BYTES: usize = 16 * 1024;

/// Joins the lines of a stack trace that came one by one. `lines` are oldest first, and so is the answer.
pub fn join_traces(lines: Vec<LogLine>) -> Vec<LogLine> {
    let mut joined: Vec<LogLine> = Vec::with_capacity(lines.len());
    let mut python = false;
    for line in lines {
        let begins_python = line.text.starts_with("Traceback (most recent call last)");
        let indented = line.text.starts_with([' ', '\t']);
        if let Some(head) = joined.last_mut() {
            let near = line.at.duration_since(head.at)
                <= SignedDuration::try_from(TRACE_GAP).unwrap_or(SignedDuration::ZERO);
            let goes_on = indented || continues(&line.text) || (python && !begins_python);
            if near && goes_on && line.severity == head.severity && head.text.len() < TRACE_BYTES {
                head.text.push('\n');
                head.text.push_str(&line.text);
                // The exception's own line, not indented, ends a Python trace.
                python &= indented;
                continue;
            }
        }
        python = begins_python && !line.text.contains('\n');
        joined.push(line);
    }
    joined
}

fn continues(text: &str) -> bool {
    ["Caused by:", "at ", "... ", "File \""].iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(second: i64, severity: Severity, text: &str) -> LogLine {
        LogLine { at: Timestamp::from_second(second).unwrap(), severity, text: text.into(), count: 1 }
    }

    #[test]
    fn lines_alike_but_for_numbers_ids_and_times_are_folded() {
        for (one, two) in [
            ("took 120 ms", "took 450 ms"),
            ("user 9f2c41d7aa01 not found", "user 11bb41d7aa02 not found"),
            (
                "request 4bf92f35-77b3-4da6-a3ce-929d0e0e4736 failed",
                "request abcdefab-cdef-4bcd-abcd-abcdefabcdef failed",
            ),
            ("2026-01-15T10:00:00Z connection reset", "2026-01-15T10:00:01.123Z connection reset"),
            ("ユーザー 42 の認証に失敗しました", "ユーザー 7 の認証に失敗しました"),
            ("worker-3 died", "worker-12 died"),
        ] {
            let folded = fold([line(1, Severity::Error, one), line(5, Severity::Error, two)]);
            assert_eq!(folded.len(), 1, "{one} / {two}: {} / {}", kind(one), kind(two));
            assert_eq!((folded[0].count, folded[0].text.as_str()), (2, two));
            assert_eq!((folded[0].first.as_second(), folded[0].last.as_second()), (1, 5));
        }
    }

    #[test]
    fn what_differs_in_kind_is_kept_apart() {
        let folded = fold([
            line(1, Severity::Error, "upstream answered 502"),
            line(2, Severity::Error, "upstream answered 404"),
            line(3, Severity::Warning, "upstream answered 404"),
            line(4, Severity::Error, "decade of facade"),
        ]);
        assert_eq!(folded.len(), 4);
    }

    #[test]
    fn a_folder_forgets_the_quietest_kind() {
        let mut folder = Folder::new(2);
        for (second, text) in [(1, "one"), (2, "two"), (3, "one"), (4, "three")] {
            folder.push(line(second, Severity::Info, text));
        }
        let texts: Vec<String> = folder.into_lines().into_iter().map(|folded| folded.text).collect();
        assert_eq!(texts, ["one", "three"]);
    }

    #[test]
    fn a_python_trace_that_came_line_by_line_is_one_line() {
        let joined = join_traces(
            [
                "Traceback (most recent call last):",
                "  File \"app.py\", line 3, in main",
                "ValueError: bad model",
                "next request",
            ]
            .map(|text| line(1, Severity::Error, text))
            .into(),
        );
        assert_eq!(joined.len(), 2);
        assert!(joined[0].text.ends_with("ValueError: bad model"));
    }

    #[test]
    fn a_java_trace_is_one_line_and_strangers_stay_out() {
        let joined = join_traces(vec![
            line(1, Severity::Error, "java.lang.IllegalStateException: no"),
            line(1, Severity::Error, "\tat a.B.c(B.java:1)"),
            line(1, Severity::Error, "Caused by: x"),
            line(1, Severity::Info, "  indented, yet of another severity"),
            line(9, Severity::Info, "  indented, yet much later"),
        ]);
        assert_eq!(joined.len(), 3);
    }
}
