//! What is real: Prometheus and Alertmanager from Debian's packages, an SMTP server, Chromium. `./test` installs them;
//! the tests start and end them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod link;
mod metrics;
mod queries;
mod servers;
mod target;
mod webhook;
