//! Watch rules from look to alert, and Toban's own vital signs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

pub mod post;
mod rounds;
mod vitals;
