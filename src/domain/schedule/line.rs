//! The line of a schedule through time: who stands where on it, where it changes, and where it breaks.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::base::ids::PersonId;
use crate::domain::schedule::{Override, Schedule, Shift, Why};

/// How far ahead a hand-off is looked for, near ones first.
const LOOKS: [i64; 3] = [8, 64, 400];

/// A schedule with everything that lies over its rotations.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    schedule: &'a Schedule,
    /// The weakest first.
    overrides: Vec<&'a Override>,
}

/// A time for which nobody is on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

type Holder = Option<(PersonId, Why)>;

/// A stretch within which nothing changes.
struct Segment {
    from: Timestamp,
    to: Timestamp,
    /// Who has each place.
    holders: Vec<Holder>,
}

impl Schedule {
    /// Its line, with overrides that people wrote, in any order.
    pub fn line<'a>(&'a self, written: impl IntoIterator<Item = &'a Override>) -> Line<'a> {
        let mut written: Vec<&Override> = written.into_iter().collect();
        written.sort_by(|one, other| (one.written, &one.id).cmp(&(other.written, &other.id)));
        Line { schedule: self, overrides: self.exceptions.iter().chain(written).collect() }
    }
}

impl<'a> Line<'a> {
    /// The schedule.
    pub fn schedule(&self) -> &'a Schedule {
        self.schedule
    }

    /// Who is on call at a moment, in the order of the rotations, nobody twice.
    pub fn on_call(&self, at: Timestamp) -> Vec<PersonId> {
        people(&self.holders(at))
    }

    /// The shifts that touch a stretch of time, as they really begin and end, by their beginnings. Of one rotation they
    /// neither overlap nor leave anything out but gaps.
    pub fn shifts(&self, from: Timestamp, to: Timestamp) -> Vec<Shift> {
        let (begin, end) = self.hull(from, to);
        let mut shifts: Vec<Shift> = Vec::new();
        let mut open: Vec<Option<Shift>> = vec![None; self.places()];
        for segment in self.segments(begin, end) {
            for (rotation, holder) in segment.holders.into_iter().enumerate() {
                let place = &mut open[rotation];
                match (holder, place.as_mut()) {
                    (Some((person, why)), Some(shift)) if shift.person == person && shift.why == why => {
                        shift.to = segment.to;
                    }
                    (holder, _) => {
                        shifts.extend(place.take());
                        let (from, to) = (segment.from, segment.to);
                        *place = holder.map(|(person, why)| Shift { person, from, to, rotation, why });
                    }
                }
            }
        }
        shifts.extend(open.into_iter().flatten());
        shifts.retain(|shift| shift.to > from && shift.from < to);
        shifts.sort_by_key(|shift| (shift.from, shift.rotation));
        shifts
    }

    /// When other people will be on call than at `at`; `None` if that is not to be seen within 400 days.
    pub fn next_handoff(&self, at: Timestamp) -> Option<Timestamp> {
        let now = self.on_call(at);
        LOOKS.into_iter().find_map(|days| {
            let until = later(at, days);
            let changed = |segment: &Segment| segment.from > at && people(&segment.holders) != now;
            self.segments(at, until).into_iter().find(changed).map(|segment| segment.from)
        })
    }

    /// When nobody is on call within a stretch of time.
    pub fn gaps(&self, from: Timestamp, to: Timestamp) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        for segment in self.segments(from, to) {
            if segment.holders.iter().any(Option::is_some) {
                continue;
            }
            match gaps.last_mut().filter(|gap| gap.to == segment.from) {
                Some(gap) => gap.to = segment.to,
                None => gaps.push(Gap { from: segment.from, to: segment.to }),
            }
        }
        gaps
    }

    /// A schedule without rotations has one place, for overrides.
    fn places(&self) -> usize {
        self.schedule.rotations.len().max(1)
    }

    fn holders(&self, at: Timestamp) -> Vec<Holder> {
        let covering: Vec<&&Override> = self.overrides.iter().filter(|over| over.covers(at)).collect();
        (0..self.places())
            .map(|place| {
                let by_turn = self.schedule.rotations.get(place).and_then(|rotation| {
                    let turn = rotation.turn(&self.schedule.zone, at)?;
                    Some((rotation.person(turn)?.clone(), Why::Turn(turn)))
                });
                let mut holder = by_turn.clone();
                for over in &covering {
                    let is = |holder: &Holder, who| holder.as_ref().is_some_and(|(person, _)| person == who);
                    let meant = over.instead.as_ref().is_none_or(|who| is(&by_turn, who) || is(&holder, who));
                    if meant {
                        let id = over.id.clone();
                        let why = if over.holiday { Why::Holiday(id) } else { Why::Override(id) };
                        holder = Some((over.person.clone(), why));
                    }
                }
                holder
            })
            .collect()
    }

    /// Every stretch of `from..to`, cut wherever anything may change.
    fn segments(&self, from: Timestamp, to: Timestamp) -> Vec<Segment> {
        let mut cuts = BTreeSet::from([from, to]);
        let mut cut = |at: Timestamp| {
            if from < at && at < to {
                cuts.insert(at);
            }
        };
        self.overrides.iter().for_each(|over| {
            cut(over.from);
            cut(over.to);
        });
        let zone = &self.schedule.zone;
        for rotation in &self.schedule.rotations {
            let mut turn = rotation.turn(zone, from).unwrap_or(0);
            while let Some(start) = rotation.start(zone, turn).filter(|start| *start < to) {
                cut(start);
                turn += 1;
            }
        }
        let cuts: Vec<Timestamp> = cuts.into_iter().collect();
        cuts.windows(2)
            .map(|ends| Segment { from: ends[0], to: ends[1], holders: self.holders(ends[0]) })
            .collect()
    }

    /// A stretch that holds all of every shift that touches `from..to`: a shift never goes past the turn or the
    /// override that it is made of.
    fn hull(&self, from: Timestamp, to: Timestamp) -> (Timestamp, Timestamp) {
        let (mut begin, mut end) = (from, to);
        for over in &self.overrides {
            if over.covers(from) {
                begin = begin.min(over.from);
            }
            if over.covers(to) {
                end = end.max(over.to);
            }
        }
        let zone = &self.schedule.zone;
        for rotation in &self.schedule.rotations {
            let first = rotation.turn(zone, from).and_then(|turn| rotation.start(zone, turn));
            let last = rotation.turn(zone, to).and_then(|turn| rotation.start(zone, turn + 1));
            begin = first.map_or(begin, |first| begin.min(first));
            end = last.map_or(end, |last| end.max(last));
        }
        (begin, end)
    }
}

/// The people of a segment, nobody twice.
fn people(holders: &[Holder]) -> Vec<PersonId> {
    let mut people: Vec<PersonId> = Vec::with_capacity(holders.len());
    for (person, _) in holders.iter().flatten() {
        if !people.contains(person) {
            people.push(person.clone());
        }
    }
    people
}

fn later(at: Timestamp, days: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schedule::{Rotation, Turn};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn weekly(people: &[&str]) -> Rotation {
        Rotation {
            people: people.iter().map(|id| PersonId::from(*id)).collect(),
            every: Turn::Days(7),
            from: "2026-01-05T09:00".parse().unwrap(),
        }
    }

    fn schedule(rotations: Vec<Rotation>) -> Schedule {
        let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
        Schedule { id: "primary".into(), zone, owner: None, rotations, exceptions: Vec::new() }
    }

    fn over(id: &str, person: &str, instead: Option<&str>, from: &str, to: &str) -> Override {
        Override {
            id: id.into(),
            person: person.into(),
            instead: instead.map(PersonId::from),
            from: at(from),
            to: at(to),
            holiday: false,
            by: None,
            reason: None,
            written: Timestamp::UNIX_EPOCH,
        }
    }

    fn names(people: &[PersonId]) -> Vec<&str> {
        people.iter().map(PersonId::as_str).collect()
    }

    #[test]
    fn turns_go_round_and_a_shift_is_told_whole() {
        let schedule = schedule(vec![weekly(&["sato", "tanaka"])]);
        let line = schedule.line(&[]);
        let noon = at("2026-01-14T03:00:00Z");
        assert_eq!(names(&line.on_call(noon)), ["tanaka"]);
        let shifts = line.shifts(noon, at("2026-01-19T00:00:01Z"));
        let told: Vec<_> = shifts.iter().map(|one| (one.person.as_str(), one.from.to_string())).collect();
        assert_eq!(
            told,
            [("tanaka", "2026-01-12T00:00:00Z".into()), ("sato", "2026-01-19T00:00:00Z".to_string())]
        );
        assert_eq!(line.next_handoff(noon), Some(at("2026-01-19T00:00:00Z")));
    }

    #[test]
    fn an_override_takes_the_whole_schedule_or_one_persons_place() {
        let schedule = schedule(vec![weekly(&["sato", "tanaka"]), weekly(&["ito", "yamada"])]);
        let (from, to) = ("2026-01-06T00:00:00Z", "2026-01-06T12:00:00Z");
        let noon = at("2026-01-06T03:00:00Z");
        assert_eq!(names(&schedule.line(&[]).on_call(noon)), ["sato", "ito"]);
        let all = [over("a", "suzuki", None, from, to)];
        assert_eq!(names(&schedule.line(&all).on_call(noon)), ["suzuki"]);
        let one = [over("a", "suzuki", Some("ito"), from, to)];
        assert_eq!(names(&schedule.line(&one).on_call(noon)), ["sato", "suzuki"]);
        let nobody = [over("a", "suzuki", Some("yamada"), from, to)];
        assert_eq!(names(&schedule.line(&nobody).on_call(noon)), ["sato", "ito"]);
    }

    #[test]
    fn the_override_written_last_wins_whatever_the_order() {
        let schedule = schedule(vec![weekly(&["sato", "tanaka"])]);
        let (from, to) = ("2026-01-06T00:00:00Z", "2026-01-06T12:00:00Z");
        let first = over("b", "suzuki", None, from, to);
        let second = Override {
            written: at("2026-01-01T00:00:00Z"),
            ..over("a", "ito", Some("sato"), "2026-01-06T06:00:00Z", "2026-01-06T18:00:00Z")
        };
        for written in [[first.clone(), second.clone()], [second, first]] {
            let line = schedule.line(&written);
            let shifts = line.shifts(at("2026-01-05T00:00:00Z"), at("2026-01-12T00:00:00Z"));
            let told: Vec<_> = shifts
                .iter()
                .map(|one| (one.person.as_str(), one.from.strftime("%dT%H").to_string()))
                .collect();
            assert_eq!(
                told,
                [
                    ("sato", "05T00".into()),
                    ("suzuki", "06T00".into()),
                    ("ito", "06T06".into()),
                    ("sato", "06T18".to_string())
                ]
            );
        }
    }

    #[test]
    fn where_nobody_is_on_call_there_is_a_gap_that_an_override_can_fill() {
        let schedule = schedule(vec![weekly(&["sato"])]);
        let (from, to) = (at("2026-01-04T00:00:00Z"), at("2026-01-06T00:00:00Z"));
        let gap = |from: &str, to: &str| Gap { from: at(from), to: at(to) };
        assert_eq!(schedule.line(&[]).gaps(from, to), [gap("2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z")]);
        let fill = [over("a", "ito", None, "2026-01-04T06:00:00Z", "2026-01-05T06:00:00Z")];
        assert_eq!(
            schedule.line(&fill).gaps(from, to),
            [gap("2026-01-04T00:00:00Z", "2026-01-04T06:00:00Z")]
        );
        let empty = Schedule { rotations: Vec::new(), ..schedule };
        assert_eq!(empty.line(&[]).gaps(from, to), [Gap { from, to }]);
        assert_eq!(names(&empty.line(&fill).on_call(at("2026-01-04T07:00:00Z"))), ["ito"]);
        assert_eq!(empty.line(&[]).next_handoff(from), None);
    }
}
