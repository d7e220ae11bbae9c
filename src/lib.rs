//! Toban (当番, "the one on duty"): a chat-ops bot with an escalation engine.
//!
//! The house has floors, and arrows point down only; `tests/it/house.rs` holds them:
//! `base` (ground) → `domain` (law) → `ports`, `store`, `config` (shelves) → `app` (work)
//! → `chat`, `backends`, `web`, `sandbox` (doors) → the roof in `main`, `cli`, `wire`, `lifecycle`, `telemetry`.

pub mod app;
pub mod backends;
pub mod base;
pub mod chat;
pub mod config;
pub mod domain;
pub mod ports;
pub mod sandbox;
pub mod store;
pub mod web;
