//! The web server and the console, over HTTP and in a real browser.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on is a failed test")]

mod browser;
mod canned;
pub mod driver;
mod http;
mod web;
