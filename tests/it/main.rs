//! Tests of the whole from outside: one binary, one link, many scenarios.

mod backends;
mod catalogue;
mod rig;
mod verbs;
