//! What a task says to whoever started it, and the exit code that it ends with.

use std::io::Write as _;

/// Exit code: done.
pub const DONE: u8 = 0;
/// Exit code: the command failed or was refused.
pub const FAILED: u8 = 1;
/// Exit code: wrong usage.
pub const USAGE: u8 = 2;
/// Exit code: the config has faults.
pub const CONFIG: u8 = 3;

/// Prints to standard output; a reader that has gone (`| head`) is no fault.
pub fn say(text: &str) -> anyhow::Result<u8> {
    match writeln!(std::io::stdout().lock(), "{}", text.trim_end()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(DONE),
    }
}

/// Prints to standard error.
pub fn complain(text: std::fmt::Arguments<'_>) {
    // There is nowhere else to say it.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
