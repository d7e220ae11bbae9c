//! The program: reads the command line and hands over.

use std::process::ExitCode;

use clap::Parser as _;
use toban::cli::Cli;
use toban::tasks;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing is left to do if even this cannot be printed.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { tasks::USAGE } else { tasks::DONE });
        }
    };
    tasks::run(cli)
}
