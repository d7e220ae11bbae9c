//! One binary for all integration tests: one link, many scenarios.

mod rig;
mod verbs;
