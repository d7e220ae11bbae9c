//! Tests of the whole from outside.

mod backends;
mod house;
mod rig;
mod store;
mod console;
