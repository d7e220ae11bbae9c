//! The post-mortem: what happened, as Markdown to go on writing in.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;

use super::Incidents;
use crate::base::span;
use crate::domain::incident::Incident;
use crate::domain::incident::timeline::{Entry, Happened};
use crate::domain::redact::redact;
use crate::domain::words::{Phrase, Reader, Words};
use crate::store::StoreError;

/// The phases that are for people to write.
const WRITTEN: [&str; 5] = [
    "incident-phase-triage",
    "incident-phase-containment",
    "incident-phase-eradication",
    "incident-phase-recovery",
    "incident-phase-improvement",
];

impl Incidents {
    /// The post-mortem of an incident, in the reader's language and zone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn postmortem(
        &self,
        incident: &Incident,
        words: &Words,
        reader: &Reader,
    ) -> Result<String, StoreError> {
        let entries = self.tools().store.timeline(&incident.id).await?;
        let say = |phrase: &Phrase| escape(&redact(&words.say(reader, phrase)));
        let mut text = format!("# {}: {}\n\n", incident.id, escape(&redact(&incident.title)));
        for (label, value) in self.fields(incident) {
            let _ = writeln!(text, "- {}: {}", say(&label), say(&value));
        }
        let times = [
            (
                "incident-mtta",
                since(&entries, incident.opened, |what| matches!(what, Happened::Acknowledged { .. })),
            ),
            ("incident-mttr", until_end(&entries, incident.opened)),
        ];
        for (label, took) in times {
            let took = took.map_or_else(|| "–".to_owned(), span::show);
            let _ = writeln!(text, "- {}: {took}", say(&Phrase::named(label)));
        }
        let _ = writeln!(text, "\n## {}\n", say(&Phrase::new("incident-phase-impact")));
        let _ = writeln!(text, "## {}\n", say(&Phrase::new("incident-phase-detection")));
        for entry in entries.iter().filter(|entry| is_detection(&entry.what)) {
            let _ = writeln!(text, "- {}", say(&self.say_entry(incident, entry)));
        }
        for phase in WRITTEN {
            let _ = writeln!(text, "\n## {}\n", say(&Phrase::named(phase)));
        }
        let _ = writeln!(text, "## {}\n", say(&Phrase::new("incident-timeline")));
        for entry in &entries {
            let _ = writeln!(text, "- {}", say(&self.say_entry(incident, entry)));
        }
        let _ = writeln!(text, "\n## {}\n\n- [ ] \n", say(&Phrase::new("incident-phase-actions")));
        Ok(text)
    }
}

fn is_detection(what: &Happened) -> bool {
    matches!(what, Happened::Opened { .. } | Happened::Joined { .. } | Happened::Worse { .. })
}

fn since(entries: &[Entry], from: Timestamp, like: impl Fn(&Happened) -> bool) -> Option<Duration> {
    let entry = entries.iter().find(|entry| like(&entry.what))?;
    Duration::try_from(entry.at.duration_since(from)).ok()
}

/// To the last end: one after which it began again was none.
fn until_end(entries: &[Entry], from: Timestamp) -> Option<Duration> {
    let end = entries
        .iter()
        .rev()
        .find(|entry| matches!(entry.what, Happened::Resolved { .. } | Happened::Reopened { .. }))?;
    match end.what {
        Happened::Resolved { .. } => Duration::try_from(end.at.duration_since(from)).ok(),
        _ => None,
    }
}

/// Text of strangers makes no Markdown.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!') {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}
