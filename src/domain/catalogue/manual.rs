//! The manual: every command that people type, as Markdown.

use std::fmt::Write as _;

use crate::domain::catalogue::{Catalogue, Command};
use crate::domain::person::Risk;
use crate::domain::words::{Phrase, Reader, Words};

impl Catalogue {
    /// The manual in the reader's language.
    pub fn manual(&self, words: &Words, reader: &Reader) -> String {
        let say = |phrase: &Phrase| words.say(reader, phrase);
        let mut text = format!(
            "# {}\n\n{}\n",
            say(&Phrase::new("command-manual")),
            say(&Phrase::new("command-grammar"))
        );
        for section in self.sections() {
            let _ = write!(text, "\n## {}\n", say(&section.title));
            for command in &section.commands {
                entry(&mut text, command, &say);
            }
        }
        text
    }
}

fn entry(text: &mut String, command: &Command, say: &dyn Fn(&Phrase) -> String) {
    let _ = write!(text, "\n### `{}`\n\n{}", command.usage(), say(&command.summary));
    let risk = match command.risk {
        Risk::Read => None,
        Risk::Change => Some("command-risk-change"),
        Risk::Danger => Some("command-risk-danger"),
    };
    if let Some(risk) = risk {
        let _ = write!(text, " *{}*", say(&Phrase::new(risk)));
    }
    text.push('\n');
    if !command.aliases.is_empty() {
        let aliases: Vec<_> = command.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = write!(text, "\n{}\n", say(&Phrase::new("command-aliases").with("list", aliases.join(", "))));
    }
    if !command.params.is_empty() {
        let _ = write!(text, "\n| | |\n| --- | --- |\n");
        for param in &command.params {
            // A bar would end the cell.
            let _ = writeln!(text, "| `{}` | {} |", param.shape().replace('|', "\\|"), say(&param.phrase()));
        }
    }
    if !command.examples.is_empty() {
        text.push('\n');
    }
    for example in &command.examples {
        let _ = writeln!(text, "- `{}`: {}", example.say, say(&example.means));
    }
}
