//! The Slack door against a strict stand-in for Slack.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

pub mod fake;
mod http;
mod manifest;
mod outbound;
mod render;
pub mod sink;
mod socket;
