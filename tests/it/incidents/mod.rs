//! Incidents from the first alert to the end, on a clock that is moved by hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod clock;
mod stories;
mod world;
