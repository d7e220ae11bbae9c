//! Runbook entries: known symptoms with cause and remedy, found by words and matched inside logs.

use regex::Regex;

/// One entry of a service's troubleshooting guide.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Short and stable, `upstream-error`.
    pub id: String,
    /// What people see, one line.
    pub symptom: String,
    /// Why it happens.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
    /// The HTTP status that goes with it, where one does.
    pub status: Option<u16>,
    /// Found in log lines, where the guide names a text.
    pub matches: Option<Regex>,
    /// More words to be found by, in either language.
    pub words: Vec<String>,
    /// Commands that help to diagnose it, shown as buttons (reads) or as text.
    pub commands: Vec<String>,
}
