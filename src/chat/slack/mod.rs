//! Slack: messages in over HTTP or Socket Mode, reports out as Block Kit. `README.md` says why it is built so.

pub mod api;
pub mod groups;
pub mod http;
pub mod inbound;
pub mod manifest;
pub mod outbound;
pub mod pager;
pub mod payload;
pub mod reception;
pub mod render;
pub mod signature;
pub mod socket;
pub mod text;
