//! What scenarios and contracts share.
//! What several tests share.
#![expect(clippy::unwrap_used, reason = "a test's own means fail the test")]

pub mod postgres;
pub mod transcript;
