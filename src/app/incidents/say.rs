//! What happened, in words.

use super::Incidents;
use crate::app::verbs::say::{list, span};
use crate::base::ids::PersonId;
use crate::domain::alert::AlertSeverity;
use crate::domain::incident::timeline::{Actor, Entry, Happened, Left, Why};
use crate::domain::incident::{Incident, State};
use crate::domain::policy::{Step, Target};
use crate::domain::redact::redact;
use crate::domain::words::Phrase;

/// The phrase of a severity.
pub(super) fn severity(severity: AlertSeverity) -> Phrase {
    Phrase::new(match severity {
        AlertSeverity::Info => "incident-severity-info",
        AlertSeverity::Warning => "incident-severity-warning",
        AlertSeverity::Critical => "incident-severity-critical",
    })
}

fn clean(text: &str) -> String {
    redact(text).into_owned()
}

impl Incidents {
    pub(super) fn name(&self, person: &PersonId) -> String {
        self.tools().company.name(person)
    }

    pub(super) fn names<'a>(&self, people: impl IntoIterator<Item = &'a PersonId>) -> Phrase {
        let mut names = people.into_iter().map(|person| Phrase::raw(self.name(person))).peekable();
        if names.peek().is_none() { Phrase::new("incident-nobody") } else { list(names) }
    }

    /// Where it stands, with who has it.
    pub(super) fn say_state(&self, incident: &Incident) -> Phrase {
        match &incident.state {
            State::Triggered if incident.flapping => Phrase::new("incident-state-flapping"),
            State::Triggered => Phrase::new("incident-state-triggered"),
            State::Acknowledged { by, until, .. } => {
                Phrase::new("incident-state-acknowledged").with("name", self.name(by)).with("until", *until)
            }
            State::Snoozed { by, until } => {
                Phrase::new("incident-state-snoozed").with("name", self.name(by)).with("until", *until)
            }
            State::Resolved { by: Some(by), at } => {
                Phrase::new("incident-state-resolved").with("name", self.name(by)).with("at", *at)
            }
            State::Resolved { by: None, at } => Phrase::new("incident-state-over").with("at", *at),
        }
    }

    /// Why somebody is paged.
    pub(super) fn say_why(&self, incident: &Incident, why: &Why) -> Phrase {
        match why {
            Why::Step => Phrase::new("incident-why-step"),
            Why::Escalated => Phrase::new("incident-why-escalated"),
            Why::NobodyBefore => Phrase::new("incident-why-nobody-before"),
            Why::ActionFailed => Phrase::new("incident-why-action-failed"),
            Why::ActionLeft => Phrase::new("act-why-left"),
            Why::Proposed { command } => Phrase::new("act-why-proposed").with("command", clean(command)),
            Why::Lapsed => Phrase::new("incident-why-lapsed"),
            Why::Worse => Phrase::new("incident-why-worse").with("severity", severity(incident.severity)),
            Why::Asked { until } => Phrase::new("incident-why-asked").with("until", *until),
            Why::SnoozeOver => Phrase::new("incident-why-snooze-over"),
            Why::Assigned => Phrase::new("incident-why-assigned"),
            Why::Reopened => Phrase::new("incident-why-reopened"),
            Why::Flapping => Phrase::new("incident-why-flapping"),
            Why::Hourly => Phrase::new("incident-why-hourly").with("since", incident.opened),
            Why::Nobody => Phrase::new("incident-why-nobody"),
            Why::Warning => Phrase::new("incident-why-warning"),
            Why::Shift => Phrase::new("incident-why-shift"),
            Why::Taken { by } => Phrase::new("incident-why-taken").with("name", self.name(by)),
            Why::Over => Phrase::new("incident-why-over"),
        }
    }

    /// One line of the timeline: when, who, from where, what.
    pub(super) fn say_entry(&self, incident: &Incident, entry: &Entry) -> Phrase {
        let what = self.say_happened(incident, &entry.what);
        match &entry.who {
            Actor::Person(person) => Phrase::new("incident-entry-by")
                .with("at", entry.at)
                .with("name", self.name(person))
                .with("from", entry.from.as_str())
                .with("what", what),
            Actor::Source | Actor::Toban => {
                Phrase::new("incident-entry").with("at", entry.at).with("what", what)
            }
        }
    }

    fn say_happened(&self, incident: &Incident, what: &Happened) -> Phrase {
        let text = |id: &'static str, text: &str| Phrase::new(id).with("text", clean(text));
        match what {
            Happened::Opened { title, severity: bad, policy } => text("incident-did-open", title)
                .with("severity", severity(*bad))
                .with("policy", policy.as_str()),
            Happened::Joined { headline, severity: bad, .. } => {
                text("incident-did-join", headline).with("severity", severity(*bad))
            }
            Happened::UnknownSeverity { word } => text("incident-did-unknown-severity", word),
            Happened::Storm { alerts } => Phrase::new("incident-did-storm").with("alerts", *alerts),
            Happened::Worse { severity: bad } => {
                Phrase::new("incident-did-get-worse").with("severity", severity(*bad))
            }
            Happened::AlertOver { headline, .. } => text("incident-did-end-alert", headline),
            Happened::Quiet { until } => Phrase::new("incident-did-grow-quiet").with("until", *until),
            Happened::Fired { step, cycle, people, late, times, why } => self
                .say_fired(incident, *step, *cycle, people)
                .with(
                    "late",
                    late.map_or_else(nothing, |since| {
                        Phrase::new("incident-because-late").with("since", since).with("times", *times)
                    }),
                )
                .with("why", because(incident, why)),
            Happened::Paged { people, why: Why::Asked { until } } => {
                Phrase::new("incident-did-ask").with("names", self.names(people)).with("until", *until)
            }
            Happened::Paged { people, why } => Phrase::new("incident-did-page")
                .with("names", self.names(people))
                .with("why", because(incident, why)),
            Happened::Mute { step, people } => {
                Phrase::new("incident-did-find-mute").with("step", step + 1).with("names", self.names(people))
            }
            Happened::Nobody { target, told } => {
                let target =
                    target.parse().map_or_else(|()| Phrase::raw(target), |target| self.target(&target));
                Phrase::new("incident-did-find-nobody").with("target", target).with("told", self.names(told))
            }
            Happened::Unreached { person, why } => {
                text("incident-did-not-reach", why).with("name", self.name(person))
            }
            Happened::Held => Phrase::new("incident-did-hold"),
            Happened::HeldNoMore { since } => Phrase::new("incident-did-go-on").with("since", *since),
            Happened::Acknowledged { until } => Phrase::new("incident-did-acknowledge").with("until", *until),
            Happened::AlreadyHeld { by } => {
                Phrase::new("incident-did-come-second").with("name", self.name(by))
            }
            Happened::Lapsed { holder } => Phrase::new("incident-did-lapse").with("name", self.name(holder)),
            Happened::NotTaken { holder } => {
                Phrase::new("incident-did-not-take").with("name", self.name(holder))
            }
            Happened::Snoozed { until } => Phrase::new("incident-did-snooze").with("until", *until),
            Happened::SnoozeOver => Phrase::new("incident-did-wake"),
            Happened::Escalated => Phrase::new("incident-did-escalate"),
            Happened::Assigned { to } => Phrase::new("incident-did-assign").with("name", self.name(to)),
            Happened::Noted { text: note } => text("incident-did-note", note),
            Happened::ResolveAsked { firing, .. } => {
                Phrase::new("incident-did-ask-resolve").with("firing", *firing)
            }
            Happened::Resolved { firing: 0 } => Phrase::new("incident-did-resolve"),
            Happened::Resolved { firing } => {
                Phrase::new("incident-did-resolve-firing").with("firing", *firing)
            }
            Happened::Reopened { run, still } => {
                let id = if *still { "incident-did-reopen-still" } else { "incident-did-reopen" };
                Phrase::named(id).with("run", *run)
            }
            Happened::Flapping { times } => Phrase::new("incident-did-flap").with("times", *times),
            Happened::FlappingOver => Phrase::new("incident-did-stay"),
            Happened::Proposed { command } => text("incident-did-propose", command),
            Happened::ActionBegun { command } => text("incident-did-begin-action", command),
            Happened::ActionEnded { command, worked, say } => {
                let id = if *worked { "incident-did-action" } else { "incident-did-action-fail" };
                Phrase::named(id).with("text", clean(command)).with("say", say.clone())
            }
            Happened::ActionLeft { command, why } => {
                text("incident-did-leave-action", command).with("why", say_left(why))
            }
            Happened::Reapplied { policy } => text("incident-did-reapply", policy),
            Happened::HandedOver { to } => {
                Phrase::new("incident-did-hand-over").with("names", self.names(to))
            }
            Happened::Mended => Phrase::new("incident-did-mend"),
            Happened::ClockSetBack { by } => {
                Phrase::new("incident-did-set-clock-back").with("span", span(*by))
            }
        }
    }

    /// Whom a step told; one that only shows something in a channel tells nobody, and need not.
    fn say_fired(&self, incident: &Incident, step: usize, cycle: u32, people: &[PersonId]) -> Phrase {
        let silent = people.is_empty() && incident.policy.steps.get(step).is_some_and(Step::only_shows);
        let phrase = match (silent, cycle) {
            (true, _) => Phrase::new("incident-did-fire-shown"),
            (false, 0 | 1) => Phrase::new("incident-did-fire"),
            (false, _) => Phrase::new("incident-did-fire-again").with("cycle", cycle),
        };
        phrase.with("step", step + 1).with("names", self.names(people))
    }

    /// Whom a ladder means, in words.
    pub(super) fn target(&self, target: &Target) -> Phrase {
        match target {
            Target::Person(person) => Phrase::raw(self.name(person)),
            Target::Schedule(id) => Phrase::new("incident-target-schedule").with("id", id.as_str()),
            Target::Group(id) => Phrase::new("incident-target-group").with("id", id.as_str()),
            Target::Channel(id) => Phrase::new("incident-target-channel").with("id", id.as_str()),
        }
    }
}

fn nothing() -> Phrase {
    Phrase::raw("")
}

/// Why somebody was paged, for others to read; nothing where that goes without saying.
fn because(incident: &Incident, why: &Why) -> Phrase {
    match why {
        Why::Step | Why::Asked { .. } | Why::Proposed { .. } | Why::Taken { .. } | Why::Over => nothing(),
        Why::Escalated => Phrase::new("incident-because-escalated"),
        Why::NobodyBefore => Phrase::new("incident-because-nobody-before"),
        Why::ActionFailed => Phrase::new("incident-because-action-failed"),
        Why::ActionLeft => Phrase::new("incident-because-action-left"),
        Why::Lapsed => Phrase::new("incident-because-lapsed"),
        Why::Worse => Phrase::new("incident-because-worse").with("severity", severity(incident.severity)),
        Why::SnoozeOver => Phrase::new("incident-because-snooze-over"),
        Why::Assigned => Phrase::new("incident-because-assigned"),
        Why::Reopened => Phrase::new("incident-because-reopened"),
        Why::Flapping => Phrase::new("incident-because-flapping"),
        Why::Hourly => Phrase::new("incident-because-hourly"),
        Why::Nobody => Phrase::new("incident-because-nobody"),
        Why::Warning => Phrase::new("incident-because-warning"),
        Why::Shift => Phrase::new("incident-because-shift"),
    }
}

fn say_left(why: &Left) -> Phrase {
    match why {
        Left::NotNeeded => Phrase::new("incident-left-not-needed"),
        Left::Drill => Phrase::new("incident-left-drill"),
        Left::Once => Phrase::new("incident-left-once"),
        Left::Barred(why) => why.clone(),
        Left::Never => Phrase::new("act-left-never"),
    }
}
