//! Moments and ranges as people write them: `10:00`, `2024-01-15T10:00Z`, `yesterday`, `10:00..11:00`.
//!
//! A moment without a zone is in the reader's. A time of day is the latest one that has been (`23:00` at one in the
//! morning is an hour and a half ago); in a range of two times of day the second is the first one after the first.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

/// A stretch of time; open at its end where it goes on until now.
pub(super) type Stretch = (Timestamp, Option<Timestamp>);

/// Why what looks like a moment is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Amiss {
    /// `25:00`, `2024-13-01`.
    NoSuchTime,
    /// It has not come yet.
    Future,
    /// The end is not after the beginning.
    Reversed,
}

/// The reader's here and now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Present<'a> {
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    /// Whether moments to come are meant.
    pub future: bool,
}

/// What is written, before it is known when that is.
enum Point {
    Time(Time),
    Day(Date),
    Local(DateTime),
    Instant(Timestamp),
}

/// A range of two clock times may cross midnight, but more than this is a slip.
const NIGHT: i64 = 12 * 3_600;

/// The moment that `word` means; `None` if it does not look like one.
pub(super) fn moment(word: &str, present: Present<'_>) -> Option<Result<Timestamp, Amiss>> {
    let point = point(word, present)?;
    Some(point.and_then(|point| at(&point, present)).and_then(|at| come(at, present)))
}

/// The range that `word` means: two moments, or one and all that follows. A day alone is that whole day.
pub(super) fn range(word: &str, present: Present<'_>) -> Option<Result<Stretch, Amiss>> {
    let Some((from, until)) = ends(word) else {
        return Some(match point(word, present)? {
            Ok(Point::Day(day)) => whole(day, present),
            Ok(point) => at(&point, present).and_then(|from| come(from, present)).map(|from| (from, None)),
            Err(amiss) => Err(amiss),
        });
    };
    let from = point(from, present)?;
    if until.is_empty() {
        return Some(
            from.and_then(|from| at(&from, present)).and_then(|at| come(at, present)).map(|at| (at, None)),
        );
    }
    let until = point(until, present)?;
    Some(from.and_then(|from| between(&from, &until?, present)))
}

/// Whether the word names a day, and which; a time of day may follow as the next word.
pub(super) fn day(word: &str, present: Present<'_>) -> Option<Date> {
    match point(word, present)? {
        Ok(Point::Day(day)) => Some(day),
        _ => None,
    }
}

/// Whether the word is a time of day or a range that begins with one.
pub(super) fn of_day(word: &str) -> bool {
    let first = ends(word).map_or(word, |(from, _)| from);
    matches!(clock(first), Some(Ok(_)))
}

fn ends(word: &str) -> Option<(&str, &str)> {
    let (from, until) = word.split_once("..").or_else(|| word.split_once(['~', '〜']))?;
    Some((from, until.trim_start_matches('.')))
}

fn whole(day: Date, present: Present<'_>) -> Result<Stretch, Amiss> {
    let from = come(at(&Point::Day(day), present)?, present)?;
    let end = at(&Point::Day(day.tomorrow().map_err(|_| Amiss::NoSuchTime)?), present)?;
    Ok((from, (end <= present.now || present.future).then_some(end)))
}

fn between(from: &Point, until: &Point, present: Present<'_>) -> Result<Stretch, Amiss> {
    let start = come(at(from, present)?, present)?;
    let end = match until {
        Point::Time(time) => {
            let first = start.to_zoned(present.zone.clone());
            let same = zoned(first.date().to_datetime(*time), present)?;
            if same > start {
                same
            } else {
                let next = first.date().tomorrow().map_err(|_| Amiss::NoSuchTime)?;
                let next = zoned(next.to_datetime(*time), present)?;
                let crosses = matches!(from, Point::Time(_)) && next.as_second() - start.as_second() <= NIGHT;
                if crosses { next } else { return Err(Amiss::Reversed) }
            }
        }
        // The last day is meant whole.
        Point::Day(day) => at(&Point::Day(day.tomorrow().map_err(|_| Amiss::NoSuchTime)?), present)?,
        other => at(other, present)?,
    };
    if end > start { Ok((start, Some(end))) } else { Err(Amiss::Reversed) }
}

fn come(at: Timestamp, present: Present<'_>) -> Result<Timestamp, Amiss> {
    if at > present.now && !present.future { Err(Amiss::Future) } else { Ok(at) }
}

fn at(point: &Point, present: Present<'_>) -> Result<Timestamp, Amiss> {
    match point {
        Point::Instant(at) => Ok(*at),
        Point::Local(local) => zoned(*local, present),
        Point::Day(day) => zoned(day.to_datetime(Time::midnight()), present),
        Point::Time(time) => {
            let today = here(present).date();
            let at = zoned(today.to_datetime(*time), present)?;
            let other = match (present.future, at > present.now) {
                (false, true) => today.yesterday(),
                (true, false) => today.tomorrow(),
                _ => return Ok(at),
            };
            zoned(other.map_err(|_| Amiss::NoSuchTime)?.to_datetime(*time), present)
        }
    }
}

fn here(present: Present<'_>) -> Zoned {
    present.now.to_zoned(present.zone.clone())
}

fn zoned(local: DateTime, present: Present<'_>) -> Result<Timestamp, Amiss> {
    let zoned = local.to_zoned(present.zone.clone()).map_err(|_| Amiss::NoSuchTime)?;
    Ok(zoned.timestamp())
}

fn point(word: &str, present: Present<'_>) -> Option<Result<Point, Amiss>> {
    let ago = match word {
        "now" | "今" => return Some(Ok(Point::Instant(present.now))),
        "today" | "今日" | "本日" => Some(0),
        "yesterday" | "昨日" | "きのう" => Some(1),
        "一昨日" | "おととい" => Some(2),
        _ => None,
    };
    if let Some(days) = ago {
        let day = here(present).date().checked_sub(Span::new().days(days));
        return Some(day.map(Point::Day).map_err(|_| Amiss::NoSuchTime));
    }
    if !word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(time) = clock(word) {
        return Some(time.map(Point::Time));
    }
    let (year, rest) = word.split_once(['-', '/'])?;
    if year.len() != 4
        || !year.bytes().all(|c| c.is_ascii_digit())
        || !rest.starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let (date, time) = rest.split_once(['t', 'T']).map_or((rest, None), |(date, time)| (date, Some(time)));
    let (month, day) = date.split_once(['-', '/'])?;
    let short = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    if !short(month) || !short(day) {
        return None;
    }
    let date = format!("{year}-{month:0>2}-{day:0>2}");
    Some(written(&date, time).ok_or(Amiss::NoSuchTime))
}

fn written(date: &str, time: Option<&str>) -> Option<Point> {
    let Some(time) = time else { return date.parse().ok().map(Point::Day) };
    if let Some(time) = clock(time) {
        return Some(Point::Local(date.parse::<Date>().ok()?.to_datetime(time.ok()?)));
    }
    let whole = format!("{date}T{}", time.to_ascii_uppercase());
    whole.parse().map(Point::Instant).or_else(|_| whole.parse().map(Point::Local)).ok()
}

/// `10:00`, `9:05:30`, `10時`, `10時30分`; `None` if it does not look like a time of day.
fn clock(word: &str) -> Option<Result<Time, Amiss>> {
    let (hour, rest) = word.split_once([':', '時'])?;
    let japanese = word.contains('時');
    let mut parts = [0_i8; 2];
    let rest = if japanese { rest.trim_end_matches('分') } else { rest };
    if !(japanese && rest.is_empty()) {
        for (at, part) in rest.split(':').enumerate() {
            let fits = part.len() == 2 || (japanese && part.len() == 1);
            let fits = fits && part.bytes().all(|c| c.is_ascii_digit());
            *parts.get_mut(at)? = part.parse().ok().filter(|_| fits)?;
        }
    }
    if !(1..=2).contains(&hour.len()) || !hour.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    // `1時間` is a span.
    let hour: i8 = hour.parse().ok()?;
    Some(Time::new(hour, parts[0], parts[1], 0).map_err(|_| Amiss::NoSuchTime))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokyo() -> TimeZone {
        TimeZone::get("Asia/Tokyo").unwrap()
    }
    /// 2024-01-15 13:30 in Tokyo.
    fn present(zone: &TimeZone) -> Present<'_> {
        Present { now: "2024-01-15T04:30:00Z".parse().unwrap(), zone, future: false }
    }
    fn read(word: &str) -> Option<Result<(String, Option<String>), Amiss>> {
        let zone = tokyo();
        let text = |at: Timestamp| at.to_string();
        range(word, present(&zone)).map(|range| range.map(|(from, until)| (text(from), until.map(text))))
    }
    fn stretch(from: &str, until: Option<&str>) -> Option<Result<(String, Option<String>), Amiss>> {
        Some(Ok((from.into(), until.map(Into::into))))
    }

    #[test]
    fn a_time_of_day_is_the_latest_that_has_been() {
        assert_eq!(read("10:00"), stretch("2024-01-15T01:00:00Z", None));
        assert_eq!(read("23:00"), stretch("2024-01-14T14:00:00Z", None));
        assert_eq!(read("10時30分"), stretch("2024-01-15T01:30:00Z", None));
    }

    #[test]
    fn ranges() {
        let hour = stretch("2024-01-15T01:00:00Z", Some("2024-01-15T02:00:00Z"));
        assert_eq!(read("10:00..11:00"), hour);
        assert_eq!(read("10:00~11:00"), hour);
        assert_eq!(read("2024-01-15T01:00Z..2024-01-15T11:00+09:00"), hour);
        assert_eq!(read("2024/1/15T10:00..11:00"), hour);
        assert_eq!(read("23:00..01:00"), stretch("2024-01-14T14:00:00Z", Some("2024-01-14T16:00:00Z")));
        assert_eq!(read("10:00.."), stretch("2024-01-15T01:00:00Z", None));
    }

    #[test]
    fn a_day_is_meant_whole() {
        assert_eq!(read("昨日"), stretch("2024-01-13T15:00:00Z", Some("2024-01-14T15:00:00Z")));
        assert_eq!(read("today"), stretch("2024-01-14T15:00:00Z", None));
        assert_eq!(read("2024-01-01"), stretch("2023-12-31T15:00:00Z", Some("2024-01-01T15:00:00Z")));
        assert_eq!(
            read("2024-01-01..2024-01-02"),
            stretch("2023-12-31T15:00:00Z", Some("2024-01-02T15:00:00Z"))
        );
    }

    #[test]
    fn what_cannot_be_is_told_apart_from_what_is_no_moment() {
        assert_eq!(read("25:00"), Some(Err(Amiss::NoSuchTime)));
        assert_eq!(read("2024-13-01"), Some(Err(Amiss::NoSuchTime)));
        assert_eq!(read("2030-01-01"), Some(Err(Amiss::Future)));
        assert_eq!(read("11:00..10:00"), Some(Err(Amiss::Reversed)));
        assert_eq!(read("2024-01-10..2024-01-09"), Some(Err(Amiss::Reversed)));
        for word in ["1時間", "1h", "50", "sagebase", "v1.2.2", "a..b", "1:2", "2024-abc"] {
            assert_eq!(read(word), None, "{word}");
        }
    }
}
