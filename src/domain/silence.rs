//! Silences and maintenance windows: what begins to fire while one lasts is kept and pages nobody.
//!
//! What fired before it began stays with its incident, which people acknowledge or snooze: a silence hides nothing that
//! somebody was told of already. At its end everything that it held and that still fires is taken in as new.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::ids::{PersonId, ServiceId};
use crate::domain::alert::{AlertSeverity, Signal};

/// The longest silence.
pub const LONGEST: Duration = Duration::from_hours(7 * 24);
/// How long before its end the owner is told.
pub const NOTICE: Duration = Duration::from_mins(10);
const LONGEST_REASON: usize = 300;

/// A silence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    /// `S-7K2M9QX4TB`.
    pub id: String,
    /// What it holds.
    pub matcher: Matcher,
    /// Who answers for it.
    pub owner: PersonId,
    /// Why.
    pub reason: String,
    /// From when; may be in the future.
    pub starts: Timestamp,
    /// Until when.
    pub ends: Timestamp,
}

/// Which alerts a silence holds: those for which all that it says is true.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Matcher {
    /// Of this service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// In this environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// No worse than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
    /// With these labels; a value may end in `*`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// Why a silence cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It says no reason.
    #[error("a silence needs a reason")]
    NoReason,
    /// It is over before it begins.
    #[error("it ends before it begins")]
    Over,
    /// It is longer than [`LONGEST`].
    #[error("it is longer than 7 days")]
    TooLong,
    /// It would hold more than half of the services, and nobody said `broad`.
    #[error("it would hold {services} of {all} services")]
    Broad {
        /// How many services it would hold.
        services: usize,
        /// Of how many.
        all: usize,
    },
}

impl Silence {
    /// A silence that is fit to be kept. `services` are all services with their environments. Asked again for the same by
    /// the same person at the same moment it has the same id, so that a repeated request makes no second one.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn new<'a>(
        matcher: Matcher,
        owner: &PersonId,
        reason: &str,
        (starts, ends): (Timestamp, Timestamp),
        now: Timestamp,
        broad: bool,
        services: impl IntoIterator<Item = (&'a ServiceId, &'a str)>,
    ) -> Result<Self, Unfit> {
        let reason: String = reason.trim().chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect();
        if reason.is_empty() {
            return Err(Unfit::NoReason);
        }
        if ends <= starts || ends <= now {
            return Err(Unfit::Over);
        }
        if ends.duration_since(starts).unsigned_abs() > LONGEST {
            return Err(Unfit::TooLong);
        }
        let (mut held, mut all) = (0, 0);
        for (id, environment) in services {
            all += 1;
            held += usize::from(matcher.may_hold(id, environment));
        }
        // Who names one service means that one, also where there is only one.
        if matcher.service.is_none() && held * 2 > all && !broad {
            return Err(Unfit::Broad { services: held, all });
        }
        let id = id(owner, &matcher, &reason, ends, now);
        Ok(Self { id, matcher, owner: owner.clone(), reason, starts, ends })
    }

    /// Whether it holds anything at that moment.
    pub fn lasts(&self, now: Timestamp) -> bool {
        self.starts <= now && now < self.ends
    }

    /// Whether it holds this alert, at that moment.
    pub fn holds(&self, service: &ServiceId, environment: &str, signal: &Signal, now: Timestamp) -> bool {
        self.lasts(now) && self.matcher.holds(service, environment, signal)
    }
}

impl Matcher {
    /// Whether alerts of that service may be held, whatever else they say.
    fn may_hold(&self, service: &ServiceId, environment: &str) -> bool {
        self.service.as_ref().is_none_or(|own| own == service)
            && self.environment.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(environment))
    }

    /// Whether it holds this alert.
    pub fn holds(&self, service: &ServiceId, environment: &str, signal: &Signal) -> bool {
        self.may_hold(service, environment)
            && self.severity.is_none_or(|most| signal.severity <= most)
            && self.labels.iter().all(|(name, value)| {
                signal.labels.get(name).is_some_and(|label| match value.strip_suffix('*') {
                    Some(start) => label.starts_with(start),
                    None => label == value,
                })
            })
    }
}

fn id(owner: &PersonId, matcher: &Matcher, reason: &str, ends: Timestamp, now: Timestamp) -> String {
    let told = (owner.as_str(), matcher, reason, ends.as_millisecond(), now.as_millisecond());
    // Plain data: it always serialises.
    let hash = Sha256::digest(serde_json::to_vec(&told).unwrap_or_default());
    let letter = |byte: &u8| char::from(b"23456789ABCDEFGHJKMNPQRSTVWXYZ"[usize::from(*byte) % 30]);
    format!("S-{}", hash.iter().take(10).map(letter).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-03-02T{text}:00Z").parse().unwrap()
    }

    fn make(matcher: Matcher, from: &str, until: Timestamp, broad: bool) -> Result<Silence, Unfit> {
        let services: Vec<ServiceId> = ["sagebase", "bluelamp", "taisun"].map(ServiceId::from).into();
        let services = services.iter().zip(["production", "production", "staging"]);
        Silence::new(matcher, &"sato".into(), "upgrade", (at(from), until), at("09:00"), broad, services)
    }

    fn signal(severity: AlertSeverity, labels: &[(&str, &str)]) -> Signal {
        Signal {
            key: "k".into(),
            firing: true,
            severity,
            unknown_severity: None,
            service: None,
            environment: None,
            headline: "x".into(),
            detail: String::new(),
            labels: labels.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            link: None,
            started: at("09:00"),
            ended: None,
        }
    }

    #[test]
    fn a_silence_has_bounds_and_a_reason() {
        let one = || Matcher { service: Some("sagebase".into()), ..Matcher::default() };
        assert!(make(one(), "09:00", at("11:00"), false).is_ok());
        assert!(make(one(), "22:00", at("23:00"), false).is_ok(), "it may start in the future");
        assert_eq!(make(one(), "10:00", at("10:00"), false), Err(Unfit::Over));
        assert_eq!(make(one(), "07:00", at("08:00"), false), Err(Unfit::Over), "it is over already");
        assert_eq!(make(one(), "09:00", at("09:01") + LONGEST, false), Err(Unfit::TooLong));
        assert!(make(one(), "09:00", at("09:00") + LONGEST, false).is_ok());
    }

    #[test]
    fn more_than_half_of_the_services_takes_the_word_broad() {
        let broad = Err(Unfit::Broad { services: 3, all: 3 });
        assert_eq!(make(Matcher::default(), "09:00", at("10:00"), false), broad);
        assert!(make(Matcher::default(), "09:00", at("10:00"), true).is_ok());
        let production = Matcher { environment: Some("production".into()), ..Matcher::default() };
        assert!(make(production, "09:00", at("10:00"), false).is_err());
        let staging = Matcher { environment: Some("staging".into()), ..Matcher::default() };
        assert!(make(staging, "09:00", at("10:00"), false).is_ok());
    }

    #[test]
    fn all_that_a_matcher_says_has_to_be_true() {
        let matcher = Matcher {
            service: Some("sagebase".into()),
            severity: Some(AlertSeverity::Warning),
            labels: [("alertname".to_owned(), "Disk*".to_owned())].into(),
            ..Matcher::default()
        };
        let silence = make(matcher, "10:00", at("11:00"), false).unwrap();
        let holds = |service: &str, signal: &Signal, now: &str| {
            silence.holds(&service.into(), "production", signal, at(now))
        };
        let disk = [("alertname", "DiskFull")];
        assert!(holds("sagebase", &signal(AlertSeverity::Warning, &disk), "10:30"));
        assert!(holds("sagebase", &signal(AlertSeverity::Info, &disk), "10:30"));
        assert!(!holds("sagebase", &signal(AlertSeverity::Critical, &disk), "10:30"));
        assert!(!holds("bluelamp", &signal(AlertSeverity::Warning, &disk), "10:30"));
        assert!(!holds("sagebase", &signal(AlertSeverity::Warning, &[("alertname", "Cpu")]), "10:30"));
        assert!(!holds("sagebase", &signal(AlertSeverity::Warning, &disk), "09:59"));
        assert!(!holds("sagebase", &signal(AlertSeverity::Warning, &disk), "11:00"));
    }

    #[test]
    fn asked_twice_it_is_the_same_one() {
        let one = || make(Matcher::default(), "09:00", at("10:00"), true).unwrap();
        assert_eq!(one().id, one().id);
        assert_eq!(one().id.len(), 12);
    }
}
