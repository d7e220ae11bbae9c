//! What scenarios and contracts share.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

pub mod app;
pub mod leave;
pub mod mail;
pub mod mailbox;
pub mod night;
pub mod postgres;
pub mod talk;
pub mod transcript;
