//! What is wrong with a schedule before it hurts.

use jiff::{SignedDuration, Timestamp};

use crate::domain::schedule::Line;
use crate::domain::words::Phrase;

/// How far ahead a shift with nobody is told.
pub const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The shifts with nobody that begin or last within the next seven days, a sentence each.
pub fn warnings(line: &Line<'_>, now: Timestamp) -> Vec<Phrase> {
    let until = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
    line.gaps(now, until)
        .into_iter()
        .map(|gap| {
            // Where the gap is cut by the window nobody knows yet when it ends.
            let id = if gap.to == until { "oncall-gap-open" } else { "oncall-gap" };
            Phrase::named(id)
                .with("schedule", line.schedule().id.as_str())
                .with("from", gap.from)
                .with("to", gap.to)
        })
        .collect()
}
