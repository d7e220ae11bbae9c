//! Tests of the whole from outside: one binary, one link, many scenarios.

mod rig;
mod store;
