//! From what a person typed to what a log is asked: defaults and bounds.

use std::time::Duration;

use jiff::Timestamp;

use super::{LogQuery, Severity};

/// What was typed after `logs SERVICE`; all of it may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogWish {
    /// This bad or worse.
    pub at_least: Option<Severity>,
    /// Exactly this severity.
    pub exactly: Option<Severity>,
    /// The last so long.
    pub span: Option<Duration>,
    /// From, to (open: the present).
    pub range: Option<(Timestamp, Option<Timestamp>)>,
    /// Texts that must all occur.
    pub words: Vec<String>,
    /// A regular expression.
    pub pattern: Option<String>,
    /// How many lines.
    pub number: Option<u64>,
    /// The access log only.
    pub requests: bool,
}

/// How the answer is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Lines, newest last.
    Lines,
    /// One row a kind of line, most frequent first.
    Kinds,
    /// One row a request.
    Requests,
}

/// What the log is asked and how the answer is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The question; its limit is one more than [`Wanted::lines`] where that tells whether there are more.
    pub query: LogQuery,
    /// How many lines are shown at most.
    pub lines: usize,
    /// Layout.
    pub shape: Shape,
    /// Whether fewer lines are asked for than were typed.
    pub capped: bool,
}

/// No more lines than this at once: what one page of Cloud Logging holds.
pub const MOST: usize = 1_000;
const USUAL: usize = 50;
const USUAL_SPAN: Duration = Duration::from_hours(1);
/// `logs bluelamp 50` means the last 50, even if the last hour was quiet.
const NUMBER_SPAN: Duration = Duration::from_hours(24);
/// From this span on, errors are told by kind.
const LONG: Duration = Duration::from_hours(6);

/// The question that `wish` stands for at `now`.
pub fn want(wish: &LogWish, now: Timestamp) -> Wanted {
    let span = wish.span.unwrap_or(if wish.number.is_some() { NUMBER_SPAN } else { USUAL_SPAN });
    let (since, until) =
        wish.range.unwrap_or_else(|| (now.saturating_sub(span).unwrap_or(Timestamp::MIN), None));
    let length = until.unwrap_or(now).duration_since(since);
    let long = length.unsigned_abs() >= LONG;
    let errors = wish.at_least.or(wish.exactly).is_some_and(|severity| severity >= Severity::Warning);
    let shape = if wish.requests {
        Shape::Requests
    } else if long && errors && wish.number.is_none() {
        Shape::Kinds
    } else {
        Shape::Lines
    };
    let typed = wish.number.map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    let lines = match (typed, shape) {
        (Some(number), _) => number.clamp(1, MOST),
        (None, Shape::Kinds) => MOST,
        (None, Shape::Lines | Shape::Requests) => USUAL,
    };
    Wanted {
        query: LogQuery {
            since,
            until,
            at_least: wish.at_least,
            exactly: wish.exactly,
            words: wish.words.clone(),
            pattern: wish.pattern.clone(),
            requests: wish.requests,
            limit: (lines + 1).min(MOST),
        },
        lines,
        shape,
        capped: typed.is_some_and(|number| number > MOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn ago(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 - hours * 3_600).unwrap()
    }

    #[test]
    fn nothing_typed_is_the_last_hour_and_fifty_lines() {
        let wanted = want(&LogWish::default(), NOW);
        assert_eq!((wanted.query.since, wanted.lines, wanted.query.limit), (ago(1), 50, 51));
        assert_eq!(wanted.shape, Shape::Lines);
    }

    #[test]
    fn bl_05_a_bare_number_is_the_last_so_many_of_a_day() {
        let wanted = want(&LogWish { number: Some(200), ..LogWish::default() }, NOW);
        assert_eq!((wanted.query.since, wanted.lines), (ago(24), 200));
    }

    #[test]
    fn numbers_are_kept_within_bounds() {
        let lines = |number| {
            let wanted = want(&LogWish { number: Some(number), ..LogWish::default() }, NOW);
            (wanted.lines, wanted.query.limit, wanted.capped)
        };
        assert_eq!(lines(0), (1, 2, false));
        assert_eq!(lines(1_000), (1_000, 1_000, false));
        assert_eq!(lines(u64::MAX), (1_000, 1_000, true));
    }

    #[test]
    fn sb_03_the_errors_of_a_day_are_told_by_kind() {
        let day = Some(Duration::from_hours(24));
        let wish = LogWish { at_least: Some(Severity::Error), span: day, ..LogWish::default() };
        assert_eq!(want(&wish, NOW).shape, Shape::Kinds);
        assert_eq!(want(&LogWish { span: day, ..LogWish::default() }, NOW).shape, Shape::Lines);
        assert_eq!(want(&LogWish { number: Some(20), ..wish.clone() }, NOW).shape, Shape::Lines);
        assert_eq!(want(&LogWish { requests: true, ..wish }, NOW).shape, Shape::Requests);
    }
}
