//! On call: `oncall` shows who is and who will be, `override` and `swap` change it.
//!
//! An override and an exchange of shifts take effect at once, without a plan: they concern people who are there to say
//! so, and one press takes them back.

mod change;
mod exchange;
mod ladder;
mod show;
mod table;

pub use change::Override;
pub use exchange::Exchange;
pub use show::{Oncall, PageTest};

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::company::Company;
use crate::app::roster::Roster;
use crate::app::verbs::say;
use crate::base::ids::PersonId;
use crate::domain::failure::{Failure, Why};
use crate::domain::schedule::Schedule;
use crate::domain::words::Phrase;
use crate::store::{Store, StoreError};

/// What these verbs share.
#[derive(Debug, Clone)]
pub struct Duties {
    /// Who is on call.
    pub roster: Roster,
    /// Who they are.
    pub company: Arc<Company>,
    /// Where overrides are written.
    pub store: Store,
}

impl Duties {
    /// Names with the reader's comma; a dash for nobody.
    fn names(&self, people: &[PersonId]) -> Phrase {
        if people.is_empty() {
            return Phrase::new("oncall-nobody");
        }
        say::list(people.iter().map(|person| Phrase::raw(self.company.name(person))))
    }

    /// The schedule of a command.
    fn schedule(&self, id: Option<&str>) -> Result<&Schedule, Failure> {
        let id = id.unwrap_or_default();
        self.roster.schedule(id).ok_or_else(|| {
            Failure::new(Phrase::new("oncall-no-schedule").with("schedule", id), Why::NotFound)
        })
    }
}

/// A moment to the minute in the zone of whoever asks: hand-offs are looked up to be kept.
fn moment(at: Timestamp, zone: &TimeZone) -> Phrase {
    Phrase::raw(at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string())
}

/// A stretch of time.
fn stretch(from: Timestamp, to: Timestamp, zone: &TimeZone) -> Phrase {
    Phrase::new("oncall-stretch").with("from", moment(from, zone)).with("to", moment(to, zone))
}

/// The store did not answer.
fn unanswered(error: &StoreError) -> Failure {
    let failure = Failure::new(Phrase::new("store-failed"), Why::Unavailable).hint(Phrase::new("try-again"));
    tracing::error!(reference = %failure.reference, error = %error, "the store did not answer");
    failure
}
