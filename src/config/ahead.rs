//! What a config will be short of, seen from a moment: said by `toban check`, which has a clock.

use jiff::{SignedDuration, Timestamp};

use super::Config;

/// How far ahead shifts are looked through.
const AHEAD: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Config {
    /// The shifts with nobody within 30 days, and who takes turns although nothing can page them; a line each.
    /// Overrides that people wrote are not known here.
    pub fn ahead(&self, now: Timestamp) -> Vec<String> {
        let until = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let mut lines = Vec::new();
        for (id, schedule) in &self.schedules {
            let show = |at: Timestamp| at.to_zoned(schedule.zone.clone()).strftime("%Y-%m-%d %H:%M %Z");
            let line = schedule.line(&[]);
            // A schedule without rotations has been told already.
            if !schedule.rotations.is_empty() {
                lines.extend(line.gaps(now, until).into_iter().map(|gap| {
                    format!("schedule {id:?} has nobody from {} to {}", show(gap.from), show(gap.to))
                }));
            }
            let mut people: Vec<_> = line.shifts(now, until).into_iter().map(|shift| shift.person).collect();
            people.sort();
            people.dedup();
            let mute = |person: &crate::base::ids::PersonId| {
                self.reach.get(person).is_none_or(|reach| reach.ways.is_empty())
            };
            lines.extend(people.into_iter().filter(mute).map(|person| {
                format!(
                    "schedule {id:?}: {person} is on call within 30 days and has no contact to be paged by"
                )
            }));
        }
        lines
    }
}
