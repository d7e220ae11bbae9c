//! The use cases: dispatch, verbs, plans, delivery.

pub mod estate;
pub mod verb;
pub mod verbs;
