//! Contracts of the backend adapters, against servers that are as strict as the real ones.
#![expect(clippy::unwrap_used, reason = "a test's own means fail the test")]

mod connect;
mod credentials;
mod logs;
mod probe;
mod releases;
mod run_health;
mod server;
mod tail;
mod words;
