//! The HTTP server of `serve` and `demo`: one socket, the routes that the doors bring, and one set of manners for
//! all of them: problems as `application/problem+json`, security headers, limits, a graceful end.

mod health;
mod manners;
mod problem;
mod replies;
mod server;

pub use health::health;
pub use replies::{Doors, replies};
pub use server::Server;
