//! The HTTP server of `serve` and `demo`: one socket, the routes that the doors bring, and one set of manners for
//! all of them: problems as `application/problem+json`, security headers, limits, a graceful end.

mod calendar;
mod health;
mod hooks;
mod manners;
mod metrics;
mod problem;
mod proof;
mod replies;
mod server;

pub use calendar::calendar;
pub use health::health;
pub use hooks::{Hooks, hooks};
pub use metrics::{Readers, metrics};
pub use proof::Proof;
pub use replies::{Doors, replies};
pub use server::Server;
