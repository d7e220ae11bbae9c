//! Stories of the whole: somebody says something in Slack, and this is what everybody sees and what the cloud got.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod acknowledge;
mod bad_input;
mod cloud_faults;
mod confirm_race;
mod delivery;
mod dispatch;
mod follow;
mod forged;
mod incident_away;
mod incident_commands;
mod incident_night;
mod incident_storm;
mod incidents;
mod languages;
mod long_output;
mod night;
mod plan_moved;
mod plan_terms;
mod rights;
mod rollback;
mod threads;
mod twice;
