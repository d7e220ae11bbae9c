//! The Slack door against a strict stand-in for Slack.

pub mod fake;
mod http;
mod manifest;
mod outbound;
mod render;
mod socket;

/// A sink that remembers, can be slow, can refuse and can panic.
pub mod sink;
