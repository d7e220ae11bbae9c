//! The config's ladders, and who the names in them stand for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::base::ids::{PersonId, ServiceId};
use crate::domain::alert::AlertSeverity;
use crate::domain::policy::Policy;

/// Policies, groups and the rest of what a step needs to know.
#[derive(Debug, Clone, Default)]
pub struct Ladders {
    /// The ladder of each service that has one.
    pub of: BTreeMap<ServiceId, Policy>,
    /// From which severity on incidents of a service climb, where it is not `critical`.
    pub climbs: BTreeMap<ServiceId, AlertSeverity>,
    /// Everybody in a group, its groups' people included.
    pub groups: BTreeMap<String, Vec<PersonId>>,
    /// Who looks after a schedule.
    pub schedule_owners: BTreeMap<String, PersonId>,
    /// People outside.
    pub external: BTreeSet<PersonId>,
    /// When warnings reach people.
    pub hours: Hours,
}

/// Working hours, Monday to Friday.
#[derive(Debug, Clone)]
pub struct Hours {
    /// Where.
    pub zone: TimeZone,
    /// From when to when, in minutes of the day.
    pub from: u32,
    /// See `from`.
    pub to: u32,
}

impl Default for Hours {
    fn default() -> Self {
        Self { zone: TimeZone::UTC, from: 9 * 60, to: 18 * 60 }
    }
}

impl Hours {
    /// When they begin next; `None` if they are now.
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let local = now.to_zoned(self.zone.clone());
        let minute =
            u32::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or_default();
        let works = |date: jiff::civil::Date| date.weekday().to_monday_zero_offset() < 5;
        if works(local.date()) && (self.from..self.to).contains(&minute) {
            return None;
        }
        let first = if minute < self.from { local.date() } else { local.date().tomorrow().ok()? };
        let hour = i8::try_from(self.from / 60).ok()?;
        let date = std::iter::successors(Some(first), |date| date.tomorrow().ok())
            .take(7)
            .find(|date| works(*date))?;
        let at = date.at(hour, i8::try_from(self.from % 60).ok()?, 0, 0);
        at.to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }
}

impl Ladders {
    /// The ladder of a service; that of its people, if it has none.
    pub fn policy(&self, service: &ServiceId, owners: &[PersonId]) -> Policy {
        let policy = self.of.get(service).cloned().unwrap_or_else(|| Policy::plain(owners));
        let climbs = self.climbs.get(service).copied().unwrap_or(policy.climbs);
        Policy { climbs, ..policy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_wait_for_the_next_working_day() {
        let hours = Hours { zone: TimeZone::get("Asia/Tokyo").unwrap(), ..Hours::default() };
        let next = |at: &str| hours.next(at.parse().unwrap()).map(|at| at.to_string());
        assert_eq!(next("2026-03-02T10:00:00+09:00"), None);
        assert_eq!(next("2026-03-02T03:00:00+09:00").as_deref(), Some("2026-03-02T00:00:00Z"));
        // Friday evening: Monday.
        assert_eq!(next("2026-03-06T18:00:00+09:00").as_deref(), Some("2026-03-09T00:00:00Z"));
    }
}
