//! What several tests share.
#![expect(clippy::unwrap_used, reason = "a test's own means fail the test")]

pub mod transcript;
