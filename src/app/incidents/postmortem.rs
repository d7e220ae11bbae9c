//! The post-mortem: what happened, as Markdown to go on writing in. It follows the phases of an incident (detection,
//! triage, containment, eradication, recovery, post-mortem, improvement); each holds what the timeline knows of it, and
//! asks what only people know.

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

/// A phase that the timeline knows of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Detection,
    Triage,
    Containment,
    Recovery,
}

/// A chapter: its heading, whose entries stand in it, what is asked there.
type Chapter = (&'static str, Option<Phase>, &'static [&'static str]);

const CHAPTERS: [Chapter; 8] = [
    ("incident-phase-impact", None, &["postmortem-ask-impact"]),
    ("incident-phase-detection", Some(Phase::Detection), &[]),
    ("incident-phase-triage", Some(Phase::Triage), &[]),
    ("incident-phase-containment", Some(Phase::Containment), &["postmortem-ask-containment"]),
    ("incident-phase-eradication", None, &["postmortem-ask-eradication"]),
    ("incident-phase-recovery", Some(Phase::Recovery), &[]),
    ("incident-phase-postmortem", None, &["postmortem-ask-well", "postmortem-ask-badly"]),
    ("incident-phase-improvement", None, &["postmortem-ask-improvement"]),
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
        let named = |id: &'static str| say(&Phrase::named(id));
        let lasted = until_end(&entries, incident.opened);
        let mut text = format!("# {}: {}\n\n", incident.id, escape(&redact(&incident.title)));
        for (label, value) in self.fields(incident) {
            let _ = writeln!(text, "- {}: {}", say(&label), say(&value));
        }
        let taken = since(&entries, incident.opened, |what| matches!(what, Happened::Acknowledged { .. }));
        for (label, took) in [("incident-mtta", taken), ("incident-mttr", lasted)] {
            let _ = writeln!(text, "- {}: {}", named(label), took.map_or_else(|| "–".to_owned(), span::show));
        }
        for (heading, phase, questions) in CHAPTERS {
            let _ = writeln!(text, "\n## {}\n", named(heading));
            if heading == "incident-phase-impact" {
                for line in impact(incident, lasted) {
                    let _ = writeln!(text, "- {}", say(&line));
                }
            }
            for entry in entries.iter().filter(|entry| phase.is_some() && phase_of(&entry.what) == phase) {
                let _ = writeln!(text, "- {}", say(&self.say_entry(incident, entry)));
            }
            let mark = if heading == "incident-phase-improvement" { "[ ] " } else { "" };
            for question in questions {
                let _ = writeln!(text, "- {mark}*{}*", named(question));
            }
        }
        let _ = writeln!(text, "\n## {}\n", named("incident-timeline"));
        for entry in &entries {
            let _ = writeln!(text, "- {}", say(&self.say_entry(incident, entry)));
        }
        Ok(text)
    }
}

/// What is known of who felt it: where, and for how long.
fn impact(incident: &Incident, lasted: Option<Duration>) -> Vec<Phrase> {
    let service = incident.service.as_str();
    let known = match lasted {
        Some(span) => {
            Phrase::new("postmortem-lasted").with("service", service).with("span", span::show(span))
        }
        None => Phrase::new("postmortem-lasts").with("service", service),
    };
    let drill = incident.drill.then(|| Phrase::new("postmortem-drill"));
    drill.into_iter().chain([known]).collect()
}

fn phase_of(what: &Happened) -> Option<Phase> {
    Some(match what {
        Happened::Opened { .. }
        | Happened::Joined { .. }
        | Happened::UnknownSeverity { .. }
        | Happened::Storm { .. }
        | Happened::Worse { .. }
        | Happened::Reopened { .. }
        | Happened::Flapping { .. }
        | Happened::FlappingOver => Phase::Detection,
        Happened::Fired { .. }
        | Happened::Paged { .. }
        | Happened::Nobody { .. }
        | Happened::Mute { .. }
        | Happened::Unreached { .. }
        | Happened::Held
        | Happened::HeldNoMore { .. }
        | Happened::Acknowledged { .. }
        | Happened::AlreadyHeld { .. }
        | Happened::Lapsed { .. }
        | Happened::NotTaken { .. }
        | Happened::Snoozed { .. }
        | Happened::SnoozeOver
        | Happened::Escalated
        | Happened::Assigned { .. }
        | Happened::HandedOver { .. }
        | Happened::Reapplied { .. } => Phase::Triage,
        Happened::Proposed { .. }
        | Happened::ActionBegun { .. }
        | Happened::ActionEnded { .. }
        | Happened::ActionLeft { .. }
        | Happened::Noted { .. } => Phase::Containment,
        Happened::AlertOver { .. }
        | Happened::Quiet { .. }
        | Happened::ResolveAsked { .. }
        | Happened::Resolved { .. } => Phase::Recovery,
        Happened::ClockSetBack { .. } | Happened::Mended => return None,
    })
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
