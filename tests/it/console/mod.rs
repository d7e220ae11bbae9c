//! The web server and the console, over HTTP and in a real browser.

mod browser;
mod canned;
pub mod driver;
mod http;
mod web;
