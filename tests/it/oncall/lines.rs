//! Whatever rotations, zones and overrides: shifts tile, and every question about a moment has the same answer.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use toban::base::ids::PersonId;
use toban::domain::schedule::{Override, Rotation, Schedule, Shift, Turn};

const HOUR: i64 = 3_600;
const ZONES: [&str; 6] =
    ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Australia/Lord_Howe", "Pacific/Apia"];
/// Around the nights on which Berlin and New York change their clocks, a leap day, a year's end.
const NIGHTS: [&str; 6] = [
    "2026-03-29T01:00:00Z",
    "2026-10-25T01:00:00Z",
    "2026-03-08T07:00:00Z",
    "2026-11-01T06:00:00Z",
    "2028-02-29T12:00:00Z",
    "2026-12-31T23:59:59Z",
];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rotation() -> impl Strategy<Value = Rotation> {
    let hours = prop::sample::select(vec![24 * 7, 24, 48, 12, 8, 36, 5]);
    (1..4_usize, hours, 0..40_i64, 0..24_i8).prop_map(|(people, hours, day, hour)| Rotation {
        people: (0..people).map(|number| PersonId::from(format!("p{number}"))).collect(),
        every: Turn::of(std::time::Duration::from_hours(hours)),
        from: jiff::civil::date(2026, 1, 1)
            .checked_add(jiff::Span::new().days(day))
            .unwrap()
            .at(hour, 30, 0, 0),
    })
}

/// An override somewhere within twelve days of `night`.
fn over(night: Timestamp) -> impl Strategy<Value = Override> {
    (-150..150_i64, 1..90_i64, 0..4_usize, prop::option::of(0..4_usize), 0..1_000_i64).prop_map(
        move |(start, long, person, instead, written)| Override {
            id: format!("O-{start}-{long}-{person}"),
            person: PersonId::from(format!("p{person}")),
            instead: instead.map(|other| PersonId::from(format!("p{other}"))),
            from: night + SignedDuration::from_secs(start * HOUR + 900),
            to: night + SignedDuration::from_secs((start + long) * HOUR),
            holiday: false,
            by: None,
            reason: None,
            written: Timestamp::from_second(written).unwrap(),
        },
    )
}

fn world() -> impl Strategy<Value = (Schedule, Vec<Override>, Timestamp)> {
    (prop::sample::select(ZONES.to_vec()), prop::sample::select(NIGHTS.to_vec())).prop_flat_map(
        |(zone, night)| {
            let night = at(night);
            let rotations = prop::collection::vec(rotation(), 0..4);
            let overrides = prop::collection::vec(over(night), 0..6);
            (rotations, overrides).prop_map(move |(rotations, overrides)| {
                let zone = TimeZone::get(zone).unwrap();
                let id = "s".to_owned();
                (Schedule { id, zone, owner: None, rotations, exceptions: Vec::new() }, overrides, night)
            })
        },
    )
}

fn covers(shift: &Shift, at: Timestamp) -> bool {
    shift.from <= at && at < shift.to
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_moment_belongs_to_exactly_one_shift_of_each_rotation((schedule, overrides, night) in world()) {
        let line = schedule.line(&overrides);
        let (from, to) = (night - SignedDuration::from_hours(120), night + SignedDuration::from_hours(120));
        let shifts = line.shifts(from, to);
        prop_assert!(shifts.iter().all(|shift| shift.from < shift.to));
        for (number, rotation) in schedule.rotations.iter().enumerate() {
            let of: Vec<&Shift> = shifts.iter().filter(|shift| shift.rotation == number).collect();
            // Where its turns have begun there is no gap, and never an overlap.
            let begun = rotation.start(&schedule.zone, 0).unwrap() <= from;
            for pair in of.windows(2) {
                prop_assert!(pair[0].to <= pair[1].from, "{pair:?}");
                prop_assert!(!begun || pair[0].to == pair[1].from, "{pair:?}");
            }
            if begun {
                prop_assert!(of.first().unwrap().from <= from && of.last().unwrap().to >= to);
            }
        }
    }

    #[test]
    fn shifts_gaps_and_hand_offs_agree_with_who_is_on_call(
        (schedule, overrides, night) in world(),
        hours in -110..110_i64,
        seconds in 0..3_600_i64,
    ) {
        let line = schedule.line(&overrides);
        let moment = night + SignedDuration::from_secs(hours * HOUR + seconds);
        let (from, to) = (night - SignedDuration::from_hours(120), night + SignedDuration::from_hours(120));
        let on_call = line.on_call(moment);
        let mut by_shift: Vec<PersonId> =
            line.shifts(from, to).into_iter().filter(|shift| covers(shift, moment)).map(|shift| shift.person).collect();
        by_shift.sort();
        by_shift.dedup();
        let mut sorted = on_call.clone();
        sorted.sort();
        prop_assert_eq!(sorted, by_shift);
        let gap = line.gaps(from, to).iter().any(|gap| gap.from <= moment && moment < gap.to);
        prop_assert_eq!(on_call.is_empty(), gap);
        if let Some(next) = line.next_handoff(moment) {
            prop_assert!(next > moment);
            prop_assert_ne!(&line.on_call(next), &on_call);
            prop_assert_eq!(&line.on_call(next - SignedDuration::from_millis(1)), &on_call);
        }
        // A window never changes what a shift is.
        for shift in line.shifts(moment, moment + SignedDuration::from_hours(1)) {
            prop_assert!(line.shifts(from, to).contains(&shift), "{shift:?}");
        }
    }
}
