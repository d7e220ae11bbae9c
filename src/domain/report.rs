//! What is said to people, independent of platform and language: renderers turn it into blocks, HTML or text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::log::LogLine;
use crate::domain::news::News;
use crate::domain::words::Phrase;

/// One answer. It may hold more than a platform takes: renderers cut, `app` pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How it went, at a glance.
    pub tone: Tone,
    /// The answer in one line.
    pub headline: Phrase,
    /// The details, in order.
    #[serde(default)]
    pub blocks: Vec<Block>,
    /// What can be done next; each one is a pre-typed command.
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// Small print: source, age, reference.
    #[serde(default)]
    pub footnote: Option<Phrase>,
}

/// How an answer went; becomes a mark or a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// All is well, or it worked.
    Good,
    /// Look at this.
    Warn,
    /// Broken, refused or failed.
    Bad,
    /// Neither: information.
    Plain,
    /// Still running; the message will be edited.
    Busy,
}

/// A part of a [`Report`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Text(Phrase),
    /// Label and value pairs, short.
    Fields(Vec<(Phrase, Phrase)>),
    /// Rows under column heads; every row has as many cells as there are heads.
    Table {
        /// Column heads.
        heads: Vec<Phrase>,
        /// Cells, row by row.
        rows: Vec<Vec<Phrase>>,
    },
    /// Text to be shown letter by letter.
    Code(String),
    /// Log lines, newest last.
    Log(Vec<LogLine>),
    /// A bullet each.
    List(Vec<Phrase>),
    /// A heading between blocks.
    Heading(Phrase),
}

/// A pre-typed command under a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Button {
    /// What it says.
    pub label: Phrase,
    /// What pressing it types, without a slash: `confirm P-7K2M9QX4TB`.
    pub command: String,
    /// How it looks.
    #[serde(default)]
    pub look: Look,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// One among others.
    #[default]
    Plain,
    /// The expected next step.
    Primary,
    /// It changes or stops something.
    Danger,
}

impl Report {
    /// A report of one line.
    pub fn new(tone: Tone, headline: impl Into<Phrase>) -> Self {
        Self { tone, headline: headline.into(), blocks: Vec::new(), buttons: Vec::new(), footnote: None }
    }

    /// With one more block.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// With one more paragraph.
    #[must_use]
    pub fn text(self, text: impl Into<Phrase>) -> Self {
        self.block(Block::Text(text.into()))
    }

    /// With one more button.
    #[must_use]
    pub fn button(mut self, label: impl Into<Phrase>, command: impl Into<String>, look: Look) -> Self {
        self.buttons.push(Button { label: label.into(), command: command.into(), look });
        self
    }

    /// With small print.
    #[must_use]
    pub fn footnote(mut self, text: impl Into<Phrase>) -> Self {
        self.footnote = Some(text.into());
        self
    }
}

/// What is put on a platform: a report, or a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Rendered with the platform's own means.
    Report(Report),
    /// Lines told as things happen; those that wait for the same place are joined.
    News(News),
    /// Uploaded as a file.
    File {
        /// `sagebase-logs.txt`.
        name: String,
        /// UTF-8 content, already redacted.
        text: String,
        /// When the content was true.
        at: Timestamp,
    },
}
