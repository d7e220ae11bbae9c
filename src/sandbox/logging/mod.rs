//! Cloud Logging v2: reading entries by filter, and the stream of new ones.

use axum::Router;
use axum::routing::post;

use super::world::World;

pub mod entry;
pub mod filter;
mod list;
mod proto;
pub mod quota;
pub mod shelf;
mod tail;

/// The routes, REST and gRPC alike.
pub(super) fn routes() -> Router<World> {
    Router::new().route("/v2/entries:list", post(list::list)).route(tail::PATH, post(tail::tail))
}
