//! One test a row of the operation guides: the row's command goes through Slack's door, word for word, and the test
//! looks at what a person then reads and at what the backends were asked. `docs/coverage.md` is made from these
//! tests: from the id that a test's name begins with, the commands that it types, and its name.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api_key_server;
mod bluelamp;
mod change;
mod desk;
mod doc;
mod follow;
mod measured;
mod oncall;
mod recovery;
mod sagebase;
mod secrets;
mod told;
mod watched;
