//! The verbs over ports that are played by hand.

mod asked;
mod fakes;
mod follow;
mod health;
mod logs;
mod releases;
mod rollback;
mod runbook;
mod status;
