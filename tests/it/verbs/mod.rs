//! The verbs over ports that are played by hand.
#![expect(clippy::unwrap_used, reason = "a test's own means fail the test")]

mod asked;
pub mod fakes;
mod follow;
mod health;
mod logs;
mod releases;
mod rollback;
mod runbook;
mod status;
