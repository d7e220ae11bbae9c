//! One test a row of the operation guides: the row's command goes through Slack's door, word for word, and the test
//! looks at what a person then reads and at what the backends were asked. `docs/coverage.md` is made from these
//! tests.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desk;
mod explore;
