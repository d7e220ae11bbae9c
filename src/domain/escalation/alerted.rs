//! Alerts come and go: they join, make it worse, bring it back, or let it end.

use std::time::Duration;

use jiff::Timestamp;

use super::turn::{Turn, later};
use super::{By, Decision, Facts, Opening, REOPEN_WITHIN, RESOLVE_HOLD, RETAKE, Reply};
use crate::domain::alert::AlertSeverity;
use crate::domain::incident::timeline::{Happened, Why};
use crate::domain::incident::{Due, Incident, State};

/// More new alerts than this in a minute are only counted.
const STORM: u32 = 10;
const MINUTE: Duration = Duration::from_mins(1);
/// How often their number is shown while they are only counted.
const COUNTED: Duration = Duration::from_secs(15);

/// One alert, as an incident hears of it.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// Its id.
    pub alert: String,
    /// What it says.
    pub headline: String,
    /// How bad.
    pub severity: AlertSeverity,
    /// The source's own word for that, if it is unknown.
    pub unknown: Option<String>,
    /// Whether it fires.
    pub firing: bool,
    /// Whether it is new, or fires anew.
    pub first: bool,
    /// Whether a silence keeps it from paging.
    pub silenced: bool,
}

/// Takes alerts in: into this incident, else into the one that `opening` begins. `None` if they are of no concern to
/// anybody: none fires, or all are silenced or only for information.
pub fn alerted(
    incident: Option<Incident>,
    opening: impl FnOnce() -> Opening,
    news: &[News],
    facts: &Facts,
    now: Timestamp,
) -> Option<Decision> {
    let incident = incident.filter(|incident| incident.is_open() || reopens(incident, now));
    let Some(incident) = incident else {
        if !news.iter().any(|one| one.firing && !one.silenced) {
            return None;
        }
        let opening = opening();
        let wakes = |one: &&News| one.firing && !one.silenced && opening.policy.wakes(one.severity);
        let worst = news.iter().filter(wakes).max_by_key(|one| one.severity)?;
        let opening = Opening { severity: worst.severity, title: worst.headline.clone(), ..opening };
        let mut turn = Turn::new(super::open::begun(opening, now), facts, By::source(), now);
        turn.incident.alerts.firing = facts.firing;
        turn.begin();
        turn.take(news);
        return Some(turn.end(Reply::Done));
    };
    let policy = incident.policy.clone();
    let wakes = |one: &&News| one.firing && !one.silenced && policy.wakes(one.severity);
    let mut turn = Turn::new(incident, facts, By::source(), now);
    turn.incident.alerts.firing = facts.firing;
    if let State::Resolved { by, .. } = turn.incident.state.clone() {
        // What a person resolved although it fires is looked at again later; only something new brings it back now.
        let fires = news.iter().filter(wakes).any(|one| by.is_none() || one.first);
        if !fires {
            if news.iter().any(|one| wakes(&one))
                && turn.incident.when(|due| *due == Due::StillFiring).is_none()
            {
                turn.plan(turn.after(REOPEN_WITHIN), Due::StillFiring);
            }
            return Some(turn.end(Reply::Done));
        }
        turn.take(news);
        if !turn.incident.is_open() {
            turn.reopen(false);
        }
        return Some(turn.end(Reply::Done));
    }
    turn.take(news);
    Some(turn.end(Reply::Done))
}

/// Whether an incident that is over begins again when an alert fires now.
pub fn reopens(incident: &Incident, now: Timestamp) -> bool {
    matches!(&incident.state, State::Resolved { at, .. } if now <= later(*at, REOPEN_WITHIN))
}

impl Turn<'_> {
    fn take(&mut self, news: &[News]) {
        let mut worst = self.incident.severity;
        for one in news {
            match (one.firing, one.first) {
                (true, true) => self.join(one),
                (true, false) => {}
                (false, _) => self.over(one),
            }
            if one.firing && !one.silenced {
                worst = worst.max(one.severity);
                self.forget(|due| *due == Due::Quiet);
            }
        }
        if worst > self.incident.severity {
            self.worse(worst);
        }
        let ends = news.iter().any(|one| !one.firing);
        if ends && self.facts.firing == 0 && self.incident.is_open() {
            self.grow_quiet();
        }
    }

    fn join(&mut self, one: &News) {
        let alerts = &mut self.incident.alerts;
        alerts.total += 1;
        let in_minute = match alerts.minute {
            Some((since, count)) if self.now < later(since, MINUTE) => (since, count + 1),
            _ => (self.now, 1),
        };
        alerts.minute = Some(in_minute);
        let (_, count) = in_minute;
        // The alerts themselves keep every one of them; past a few a minute the thread only keeps their number.
        if count > STORM {
            if count == STORM + 1 {
                self.incident.alerts.storm.get_or_insert(self.now);
                self.note(Happened::Storm { alerts: self.incident.alerts.total });
            }
            return self.count_later();
        }
        self.log(Happened::Joined {
            alert: one.alert.clone(),
            headline: one.headline.clone(),
            severity: one.severity,
        });
        if let Some(word) = &one.unknown {
            self.note(Happened::UnknownSeverity { word: word.clone() });
        }
    }

    /// What is only counted is shown now and then, not alert by alert.
    fn count_later(&mut self) {
        if self.incident.is_open() && self.incident.when(|due| *due == Due::Count).is_none() {
            self.plan(self.after(COUNTED), Due::Count);
        }
    }

    /// It is time to show the count.
    pub fn count_due(&mut self) {
        self.incident.alerts.firing = self.facts.firing;
        self.counts();
    }

    fn over(&mut self, one: &News) {
        let storms = self
            .incident
            .alerts
            .minute
            .is_some_and(|(since, count)| count > STORM && self.now < later(since, MINUTE));
        if storms {
            self.count_later();
        } else {
            self.log(Happened::AlertOver { alert: one.alert.clone(), headline: one.headline.clone() });
        }
    }

    /// An alert is worse than any before.
    fn worse(&mut self, severity: AlertSeverity) {
        let climbed = self.incident.climbs();
        self.incident.severity = severity;
        self.log(Happened::Worse { severity });
        match self.incident.held_by().cloned() {
            Some(holder) => {
                self.tell([holder], Why::Worse);
                self.plan_only(self.after(RETAKE), Due::Retake);
            }
            None if self.incident.is_open() && self.incident.flapping => {
                self.incident.flapping = false;
                self.forget(|due| *due == Due::Calm);
                self.set_out();
            }
            // A warning that has become critical begins to climb now.
            None if self.incident.is_open() && !climbed => {
                self.incident.run.began = self.now;
                self.set_out();
            }
            None => {}
        }
    }

    fn grow_quiet(&mut self) {
        if self.incident.when(|due| *due == Due::Quiet).is_none() {
            let until = self.after(RESOLVE_HOLD);
            self.plan(until, Due::Quiet);
            self.log(Happened::Quiet { until });
        }
    }
}
