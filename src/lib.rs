//! Toban (当番, "the one on duty"): a chat-ops bot with an escalation engine.
//!
//! The house has floors, and arrows point down only; `tests/it/house.rs` holds them:
//! `base` (ground) → `domain` (law) → `ports`, `store`, `config` (shelves) → `app` (work)
//! → `chat`, `backends`, `pagers`, `web`, `sandbox` (doors) → the roof: `wire` builds everything, `lifecycle` starts and
//! ends it, `cli` and `tasks` are the command line, `loading` reads its config, `terminal` is what it says, `errand` is `toban run`,
//! `demo` is `toban demo`.

pub mod app;
pub mod backends;
pub mod base;
pub mod chat;
pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod errand;
pub mod lifecycle;
pub mod loading;
pub mod online;
pub mod pagers;
pub mod ports;
pub mod sandbox;
pub mod store;
pub mod tasks;
pub mod telemetry;
pub mod terminal;
pub mod web;
pub mod wire;
