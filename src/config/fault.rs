//! What is wrong with a config and where: one line a fault, with the nearest right name where there is one.

use std::fmt;
use std::sync::Arc;

use crate::base::text;

/// Where something is written. Line 0 means that the whole of `file` is meant (a variable of the environment).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The file as it was named, or the variable of the environment.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl At {
    /// A whole file, or a variable of the environment.
    pub fn whole(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line: 0, column: 0 }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 { write!(f, ":{}:{}", self.line, self.column) } else { Ok(()) }
    }
}

/// One thing that is wrong (or, among the warnings, odd).
/// Reads `config/people.toml:12:9: unknown role "operater": did you mean "operator"?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file, or the variable of the environment.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong; never the value of a secret.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault at a place.
    pub fn new(at: &At, message: impl Into<String>) -> Self {
        Self {
            file: at.file.to_string(),
            line: at.line,
            column: at.column,
            message: message.into(),
            hint: None,
        }
    }

    /// With what would be right.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the candidate nearest to `word`, if one is near.
    #[must_use]
    pub fn nearest<'a>(mut self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        if let Some(name) = text::nearest(word, candidates) {
            self.hint = Some(format!("did you mean {name:?}?"));
        }
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = At { file: self.file.as_str().into(), line: self.line, column: self.column };
        write!(f, "{at}: {}", self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, ": {hint}"))
    }
}

impl std::error::Error for Fault {}
