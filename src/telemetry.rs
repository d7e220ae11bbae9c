//! Logging: lines that read well alone on a terminal, JSON for machines, to standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging at `filter` (`info`, `toban=debug,warn`); a second call changes nothing.
///
/// # Errors
/// When the filter does not parse.
pub fn start(filter: &str, shape: Shape) -> anyhow::Result<()> {
    // It logs its sockets' URLs, tickets included.
    let filter = EnvFilter::try_new(filter)?.add_directive("slack_morphism=off".parse()?);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Colours are for eyes; in a file or a journal they are noise.
        .with_ansi(std::io::stderr().is_terminal());
    let started = match shape {
        Shape::Text => builder.with_target(false).try_init(),
        Shape::Json => builder.json().flatten_event(true).with_target(false).try_init(),
    };
    // Tests share a process: the first start wins.
    drop(started);
    Ok(())
}
