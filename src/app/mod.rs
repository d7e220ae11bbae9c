//! The use cases: dispatch, verbs, plans, delivery.

pub mod calendar;
pub mod attach;
pub mod company;
pub mod delivery;
pub mod desk;
pub mod dispatch;
pub mod escalator;
pub mod estate;
pub mod handoff;
pub mod heartbeat;
pub mod history;
pub mod intake;
pub mod incidents;
mod interrupted;
pub mod keeper;
pub mod limits;
pub mod pages;
mod plans;
mod press;
pub mod progress;
pub mod pulse;
pub mod recheck;
pub mod roster;
pub mod verb;
pub mod verbs;
pub mod vitals;
pub mod watch;
