//! The use cases: dispatch, verbs, plans, delivery.

pub mod attach;
pub mod company;
pub mod delivery;
pub mod desk;
pub mod dispatch;
pub mod escalator;
pub mod estate;
pub mod heartbeat;
pub mod history;
pub mod incidents;
mod interrupted;
pub mod keeper;
pub mod limits;
pub mod pages;
mod plans;
mod press;
pub mod progress;
pub mod recheck;
pub mod verb;
pub mod verbs;
