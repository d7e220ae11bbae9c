//! The program: reads the command line and hands over.

use std::process::ExitCode;

use clap::Parser as _;
use toban::cli::Cli;
use toban::{tasks, terminal};

/// A third faster for us than the system's own. Without huge pages, which would double what we take.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing is left to do if even this cannot be printed.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { terminal::USAGE } else { terminal::DONE });
        }
    };
    tasks::run(cli)
}
