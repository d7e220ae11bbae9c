//! Chat platforms: each turns its events into Messages and Reports into its own blocks.

pub mod console;
pub mod slack;
