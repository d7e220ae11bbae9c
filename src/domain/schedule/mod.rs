//! Who is on call when. A schedule is drawn from rotations, over which exceptions lie: holidays, the config's
//! overrides, and those that people wrote, the latest on top. Everything is a function of these and of a moment.

mod ahead;
mod ical;
mod line;
mod turn;

pub use ahead::{AHEAD, warnings};
pub use ical::ical;
pub use line::{Gap, Line};
pub use turn::{Rotation, Turn};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::base::ids::PersonId;

/// An on-call schedule.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// The id.
    pub id: String,
    /// The zone in which turns change hands.
    pub zone: TimeZone,
    /// Who looks after it, and is told when nobody is on call.
    pub owner: Option<PersonId>,
    /// Who takes turns. Several rotations are several people at once.
    pub rotations: Vec<Rotation>,
    /// What the config says besides, the weakest first: holidays, then overrides.
    pub exceptions: Vec<Override>,
}

/// Somebody takes a time that is not theirs by turn.
///
/// With [`Override::instead`] it replaces that one person, whether it is that person's turn or was given to them by an
/// earlier override, and changes nothing while they are not on call. Without, this person alone is on call for the
/// whole schedule. Of overrides that overlap the one written last wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The id.
    pub id: String,
    /// Who is on call instead.
    pub person: PersonId,
    /// Whom it replaces; everybody of the schedule, if not said.
    pub instead: Option<PersonId>,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// Whether it is a holiday's.
    pub holiday: bool,
    /// Who wrote it; nobody, if the config says so.
    pub by: Option<PersonId>,
    /// Why, in a person's words.
    pub reason: Option<String>,
    /// When it was written.
    pub written: Timestamp,
}

impl Override {
    /// Whether it holds at that moment.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// A time for which one person is on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Who.
    pub person: PersonId,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// Which rotation's place it fills.
    pub rotation: usize,
    /// How they came by it.
    pub why: Why,
}

/// How somebody came by a shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is their turn, the n-th of the rotation.
    Turn(i64),
    /// A holiday, by its id.
    Holiday(String),
    /// An override, by its id.
    Override(String),
}
