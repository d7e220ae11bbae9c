//! The use cases: dispatch, verbs, plans, delivery.

pub mod company;
pub mod contacts;
pub mod delivery;
pub mod desk;
pub mod dispatch;
pub mod estate;
pub mod heartbeat;
pub mod history;
mod interrupted;
pub mod keeper;
pub mod limits;
pub mod pages;
pub mod paging;
mod plans;
mod press;
pub mod progress;
pub mod recheck;
pub mod verb;
pub mod verbs;
