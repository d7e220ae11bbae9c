//! Turns: when the n-th one begins, and which one a moment lies in.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::base::ids::PersonId;

const DAY: Duration = Duration::from_hours(24);

/// People who take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The people, in their order.
    pub people: Vec<PersonId>,
    /// How long a turn is.
    pub every: Turn,
    /// When the first turn begins, in the schedule's zone. Before that nobody is on call.
    pub from: DateTime,
}

/// How long a turn is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Whole days by the calendar: the hand-off stays at the same time of day when clocks are changed. Where that time
    /// is skipped, it is as much later as the clocks are put forward; where it comes twice, it is the first one.
    Days(u32),
    /// Exact time, whatever clocks do.
    Exact(Duration),
}

impl Turn {
    /// A turn of that length: by the calendar, if it is whole days.
    pub fn of(span: Duration) -> Self {
        let whole = span.as_nanos().is_multiple_of(DAY.as_nanos());
        match u32::try_from(span.as_secs() / DAY.as_secs()) {
            Ok(days) if whole && days > 0 => Self::Days(days),
            _ => Self::Exact(span),
        }
    }
}

impl Rotation {
    /// When the n-th turn begins. `None` past the end of time.
    pub fn start(&self, zone: &TimeZone, turn: i64) -> Option<Timestamp> {
        match self.every {
            Turn::Days(days) => {
                let days = turn.checked_mul(i64::from(days))?;
                let local = self.from.checked_add(Span::new().try_days(days).ok()?).ok()?;
                Some(local.to_zoned(zone.clone()).ok()?.timestamp())
            }
            Turn::Exact(span) => {
                let first = self.from.to_zoned(zone.clone()).ok()?.timestamp();
                let passed = i128::try_from(span.as_nanos()).ok()?.checked_mul(i128::from(turn))?;
                Timestamp::from_nanosecond(first.as_nanosecond().checked_add(passed)?).ok()
            }
        }
    }

    /// The turn that a moment lies in; `None` before the first one.
    pub fn turn(&self, zone: &TimeZone, at: Timestamp) -> Option<i64> {
        let first = self.start(zone, 0)?;
        if at < first {
            return None;
        }
        let mut turn = match self.every {
            Turn::Days(days) => {
                let today = at.to_zoned(zone.clone()).date();
                let passed = self.from.date().duration_until(today).as_secs() / 86_400;
                (passed / i64::from(days)).max(0)
            }
            Turn::Exact(span) => {
                let passed = at.as_nanosecond() - first.as_nanosecond();
                i64::try_from(passed.checked_div(i128::try_from(span.as_nanos()).ok()?)?).ok()?
            }
        };
        // Dates count days and not the hours in them, so it may be one off.
        while turn > 0 && self.start(zone, turn).is_none_or(|start| start > at) {
            turn -= 1;
        }
        while self.start(zone, turn + 1).is_some_and(|start| start <= at) {
            turn += 1;
        }
        Some(turn)
    }

    /// Whose turn the n-th is.
    pub fn person(&self, turn: i64) -> Option<&PersonId> {
        let count = i64::try_from(self.people.len()).ok()?;
        self.people.get(usize::try_from(turn.checked_rem_euclid(count)?).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn rotation(every: Duration, from: &str) -> Rotation {
        Rotation {
            people: ["sato", "tanaka"].map(PersonId::from).into(),
            every: Turn::of(every),
            from: from.parse().unwrap(),
        }
    }

    fn starts(rotation: &Rotation, zone: &TimeZone, turns: [i64; 3]) -> Vec<String> {
        turns.map(|turn| rotation.start(zone, turn).unwrap().to_string()).into()
    }

    #[test]
    fn whole_days_are_calendar_time_and_all_else_is_exact() {
        assert_eq!(Turn::of(DAY * 7), Turn::Days(7));
        assert_eq!(Turn::of(DAY), Turn::Days(1));
        let half = Duration::from_hours(12);
        assert_eq!(Turn::of(half), Turn::Exact(half));
        assert_eq!(Turn::of(DAY + half), Turn::Exact(DAY + half));
    }

    #[test]
    fn a_weekly_hand_off_stays_at_nine_when_berlin_changes_its_clocks() {
        let (weekly, berlin) = (rotation(DAY * 7, "2026-03-23T09:00"), zone("Europe/Berlin"));
        assert_eq!(
            starts(&weekly, &berlin, [0, 1, 31]),
            ["2026-03-23T08:00:00Z", "2026-03-30T07:00:00Z", "2026-10-26T08:00:00Z"]
        );
    }

    #[test]
    fn a_daily_hand_off_in_the_hour_that_new_york_skips_is_an_hour_later_that_night_only() {
        let (daily, york) = (rotation(DAY, "2026-03-07T02:30"), zone("America/New_York"));
        assert_eq!(
            starts(&daily, &york, [0, 1, 2]),
            ["2026-03-07T07:30:00Z", "2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z"]
        );
    }

    #[test]
    fn a_hand_off_in_the_hour_that_comes_twice_is_at_the_first_one() {
        let (daily, york) = (rotation(DAY, "2026-10-31T01:30"), zone("America/New_York"));
        assert_eq!(
            starts(&daily, &york, [0, 1, 2]),
            ["2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]
        );
        // The second half past one of that night is within the same turn.
        assert_eq!(daily.turn(&york, "2026-11-01T06:30:00Z".parse().unwrap()), Some(1));
    }

    #[test]
    fn twelve_hours_are_twelve_hours_also_in_that_night() {
        let (half, berlin) = (rotation(Duration::from_hours(12), "2026-03-28T09:00"), zone("Europe/Berlin"));
        assert_eq!(
            starts(&half, &berlin, [0, 1, 2]),
            ["2026-03-28T08:00:00Z", "2026-03-28T20:00:00Z", "2026-03-29T08:00:00Z"]
        );
        assert_eq!(half.turn(&berlin, "2026-03-29T07:59:59Z".parse().unwrap()), Some(1));
    }

    #[test]
    fn leap_days_and_new_years_are_days_like_any_other() {
        let (daily, tokyo) = (rotation(DAY, "2023-12-31T09:00"), zone("Asia/Tokyo"));
        assert_eq!(daily.start(&tokyo, 1).unwrap().to_string(), "2024-01-01T00:00:00Z");
        assert_eq!(daily.start(&tokyo, 60).unwrap().to_string(), "2024-02-29T00:00:00Z");
        assert_eq!(daily.turn(&tokyo, "2024-02-29T12:00:00Z".parse().unwrap()), Some(60));
        assert_eq!(daily.person(60).unwrap().as_str(), "sato");
        assert_eq!(daily.person(61).unwrap().as_str(), "tanaka");
    }

    #[test]
    fn a_day_that_an_island_left_out_makes_no_turn_that_lasts() {
        let (daily, apia) = (rotation(DAY, "2011-12-29T09:00"), zone("Pacific/Apia"));
        let noon = "2011-12-31T00:00:00Z".parse().unwrap();
        let turn = daily.turn(&apia, noon).unwrap();
        assert!(daily.start(&apia, turn).unwrap() <= noon && noon < daily.start(&apia, turn + 1).unwrap());
    }

    #[test]
    fn nobody_has_a_turn_before_the_first() {
        let (weekly, tokyo) = (rotation(DAY * 7, "2026-01-05T09:00"), zone("Asia/Tokyo"));
        assert_eq!(weekly.turn(&tokyo, "2026-01-04T23:59:59Z".parse().unwrap()), None);
        assert_eq!(weekly.turn(&tokyo, "2026-01-05T00:00:00Z".parse().unwrap()), Some(0));
    }
}
