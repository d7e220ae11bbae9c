//! On call: schedules through nights that are an hour longer, what people type, and who hears of a hand-off.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calendar;
mod check;
mod commands;
mod forewarn;
mod grammar;
mod handoff;
mod lines;
mod roster;
mod store;

use std::time::Duration;

use toban::base::Clock;

use crate::rig::app::{Plan, Rig};

/// Monday, 2026-03-02, half past nine in Tokyo: 佐藤's week has just begun.
const MONDAY: &str = "2026-03-02T00:30:00Z";

/// Time begins on that Monday and goes on as it does elsewhere.
fn clock() -> Clock {
    const TICK: Duration = Duration::from_millis(10);
    let clock = Clock::manual(MONDAY.parse().unwrap());
    let ticking = clock.clone();
    tokio::spawn(async move {
        loop {
            toban::base::clock::pause(TICK).await;
            ticking.advance(TICK);
        }
    });
    clock
}

/// The example company on that Monday, with more config.
async fn rig(config: &str) -> Rig {
    Rig::with(Plan { clock: clock(), config: config.to_owned(), ..Plan::default() }).await
}
