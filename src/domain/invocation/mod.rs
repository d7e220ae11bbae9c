//! A command as typed, understood: the parser, free of I/O.
//!
//! `VERB SERVICE[.COMPONENT] [arguments]`, or `SERVICE VERB …`; a leading slash and the word `toban` are passed over.
//! In a thread that belongs to a service the service may be left out, and `.db` is its component.
//!
//! Arguments come in any order, because a word shows its kind. Where it could be of several kinds that the command
//! takes, the first of these has it:
//!
//! 1. a parameter that stands in its place (positional), while its place is next;
//! 2. the service: the first word that is the name of one, with or without a component;
//! 3. an action or keyword, letter by letter;
//! 4. severity, number, span, moment and range, `key=value`, ids of plans and results, environment, person: their
//!    shapes and names do not overlap (`10:00` is a moment, `10` a number, `10m` a span, `1時` a moment, `1時間` a span);
//! 5. a component of the service, unless the command ends in free words;
//! 6. what can be any word: revision, command, post, word. Only once the service is known, so that a slip in the
//!    service's name is not taken for a revision;
//! 7. the free words at the end: from the first word that fits nothing else, all are taken as they stand.
//!
//! `"quoted"` is always text and `/between slashes/` always a pattern. A bare word is never text: what nothing
//! fits is asked back about, so that a slip never widens a search or changes another thing than was meant.

mod args;
mod ask;
mod bind;
mod fault;
mod kinds;
mod lex;
mod moment;
mod offer;
mod parse;
mod text;

pub use args::{Arg, Args, Pattern, RevisionRef, Value};
pub use fault::{Fault, Misunderstood, Offer};
pub use kinds::severity_word;
pub use parse::{LONGEST, parse};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::person::Risk;

/// A command that can be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// The command's own name, `logs`.
    pub command: String,
    /// The verb that runs it.
    pub verb: String,
    /// What the command may do to the world.
    pub risk: Risk,
    /// What it is about.
    pub service: Option<Target>,
    /// The rest.
    pub args: Args,
    /// The zone in which moments without one were read; an answer about a range names it.
    pub zone: TimeZone,
    /// The same command, written out in its canonical form.
    text: String,
}

/// A service, or one component of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The service.
    pub service: ServiceId,
    /// The component, where one is meant.
    pub component: Option<ComponentId>,
}

/// What the parser knows besides the text.
#[derive(Debug, Clone)]
pub struct Context {
    /// The service that the thread is about.
    pub service: Option<(ServiceId, Option<ComponentId>)>,
    /// The zone of moments without one: the person's, else the workspace's.
    pub zone: TimeZone,
    /// The present moment.
    pub now: Timestamp,
}

impl Invocation {
    /// The canonical command: it means the same wherever it is typed, so buttons and plans carry it.
    pub fn to_text(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.component {
            Some(component) => write!(f, "{}.{component}", self.service),
            None => write!(f, "{}", self.service),
        }
    }
}
