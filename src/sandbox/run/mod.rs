//! Cloud Run Admin v2: services, revisions, traffic, and operations that take their time.

mod enums;
mod mask;
pub mod model;
mod operation;
pub mod platform;
pub(super) mod preset;
mod routes;

pub(super) use self::routes::routes;
