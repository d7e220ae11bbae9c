//! A report as plain text: for terminals, files and platforms' fallback texts.

use std::fmt::Write as _;

use crate::base::text;
use crate::domain::log::{LogLine, Severity};
use crate::domain::report::{Block, Report, Tone};
use crate::domain::words::{Phrase, Reader, Words};

/// The whole report as lines of text, nothing cut. Buttons appear as the commands that they type.
pub fn render(report: &Report, words: &Words, reader: &Reader) -> String {
    let say = |phrase: &Phrase| words.say(reader, phrase);
    let mut out = format!("{} {}\n", mark(report.tone), say(&report.headline));
    for block in &report.blocks {
        match block {
            Block::Text(phrase) => out.push_str(&say(phrase)),
            Block::Heading(phrase) => {
                let _ = write!(out, "\n{}", say(phrase));
            }
            Block::Fields(fields) => {
                let cells: Vec<Vec<String>> = fields
                    .iter()
                    .map(|(label, value)| vec![format!("{}:", say(label)), say(value)])
                    .collect();
                out.push_str(&align(&cells));
            }
            Block::Table { heads, rows } => {
                let cells: Vec<Vec<String>> =
                    std::iter::once(heads).chain(rows).map(|row| row.iter().map(say).collect()).collect();
                out.push_str(&align(&cells));
            }
            Block::Code(code) => out.push_str(code.trim_end()),
            Block::Log(lines) => {
                for line in lines {
                    let _ = writeln!(out, "{}", log_line(line, reader));
                }
                out.truncate(out.trim_end().len());
            }
            Block::List(items) => {
                for item in items {
                    let _ = writeln!(out, "• {}", say(item));
                }
                out.truncate(out.trim_end().len());
            }
        }
        out.push('\n');
    }
    for button in &report.buttons {
        let _ = writeln!(out, "[{}] {}", say(&button.label), button.command);
    }
    if let Some(footnote) = &report.footnote {
        let _ = writeln!(out, "{}", say(footnote));
    }
    out
}

/// The sign of a tone.
pub fn mark(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "✅",
        Tone::Warn => "⚠️",
        Tone::Bad => "🔴",
        Tone::Plain => "ℹ️",
        Tone::Busy => "⏳",
    }
}

/// One log line: time, severity, text, and how often.
pub fn log_line(line: &LogLine, reader: &Reader) -> String {
    let at = line.at.to_zoned(reader.zone.clone()).strftime("%m-%d %H:%M:%S").to_string();
    let times = if line.count > 1 { format!(" ×{}", line.count) } else { String::new() };
    format!("{at} {:<5}{times} {}", severity(line.severity), line.text.trim_end())
}

/// A severity in at most five letters.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Default => "-",
        Severity::Debug => "DEBUG",
        Severity::Info => "INFO",
        Severity::Notice => "NOTE",
        Severity::Warning => "WARN",
        Severity::Error => "ERROR",
        Severity::Critical => "CRIT",
    }
}

/// Rows with their columns aligned, two spaces between; wide characters count as two.
pub fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| text::width(cell)).max().unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(text::width(cell)) + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}
