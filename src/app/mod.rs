//! The use cases: dispatch, verbs, plans, delivery.

pub mod company;
pub mod delivery;
pub mod estate;
pub mod pages;
pub mod verb;
pub mod verbs;
