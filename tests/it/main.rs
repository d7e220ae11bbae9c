//! Tests of the whole from outside.

mod backends;
mod house;
mod rig;
mod store;
mod console;
//! One test binary for everything that needs more than one module.

mod slack;
