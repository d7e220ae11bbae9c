//! Stories of the whole: somebody says something in Slack, and this is what everybody sees and what the cloud got.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod rollback;
