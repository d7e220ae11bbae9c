//! The command line.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

/// Chat-ops with an escalation engine: run, page and recover your services from Slack or a console.
#[derive(Debug, Parser)]
#[command(
    name = "toban",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
#[command(after_help = "Try it without an account:  toban demo")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,

    /// What to log, such as `info` or `toban=debug,warn`.
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Try everything with no account: a simulated company behind real protocols, and a chat console in the browser.
    #[command(after_help = "Example:  toban demo --speed 60")]
    Demo {
        /// Run time this many times as fast.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=3600))]
        speed: u32,
        /// Where the console listens.
        #[arg(long, default_value = "127.0.0.1:7878", value_name = "ADDRESS")]
        listen: String,
    },
    /// Run the bot.
    #[command(after_help = "Example:  toban serve --config /etc/toban")]
    Serve {
        /// Where the config is.
        #[command(flatten)]
        config: ConfigDir,
    },
    /// Say everything that is wrong with the config: file, line, and the nearest right name.
    #[command(after_help = "Example:  toban check --config config/example")]
    Check {
        /// Where the config is.
        #[command(flatten)]
        config: ConfigDir,
        /// Also try every token, permission and place.
        #[arg(long)]
        online: bool,
    },
    /// Run one command from a terminal, cron or CI, with the same grammar, rights and audit as in chat.
    #[command(
        after_help = "Examples:  toban run health sagebase\n           toban run --yes rollback api-key-server previous"
    )]
    Run {
        /// Where the config is.
        #[command(flatten)]
        config: ConfigDir,
        /// Act for this person; needs the right `impersonate`, and both names are audited.
        #[arg(long = "as", value_name = "PERSON")]
        person: Option<String>,
        /// Print JSON: how it ended, the report, and the report as text.
        #[arg(long)]
        json: bool,
        /// Confirm the plan at once; never one that needs a second person.
        #[arg(long)]
        yes: bool,
        /// The command, as typed in chat; options come before it.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// Print the manual of all commands.
    #[command(after_help = "Example:  toban commands | less")]
    Commands {
        /// Where the config is.
        #[command(flatten)]
        config: ConfigDir,
    },
    /// Print the app manifest of a chat platform, ready to paste.
    #[command(after_help = "Example:  toban manifest slack > manifest.json")]
    Manifest {
        /// The platform: slack.
        #[arg(hide_possible_values = true)]
        platform: Platform,
        /// Where the config is.
        #[command(flatten)]
        config: ConfigDir,
    },
    /// Check or export the audit.
    #[command(after_help = "Example:  toban audit verify --config /etc/toban")]
    Audit {
        /// What to do with it.
        #[command(subcommand)]
        task: Audit,
    },
    /// Print the JSON schema of the config, so that editors complete it.
    #[command(after_help = "Example:  toban schema > toban.schema.json")]
    Schema,
    /// Print the completion script of a shell.
    #[command(after_help = "Example:  toban completion bash > /etc/bash_completion.d/toban")]
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Tasks on the audit.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check the hash chain: finds rows that were changed, removed, reordered or inserted.
    #[command(after_help = "Example:  toban audit verify --config /etc/toban")]
    Verify {
        /// Where the config is.
        #[command(flatten)]
        config: ConfigDir,
    },
    /// Write the audit as JSON lines.
    #[command(after_help = "Example:  toban audit export --config /etc/toban > audit.jsonl")]
    Export {
        /// Where the config is.
        #[command(flatten)]
        config: ConfigDir,
    },
}

/// Where the config is.
#[derive(Debug, Clone, Args)]
pub struct ConfigDir {
    /// The folder with the config; only the built-in defaults if not said.
    #[arg(long = "config", value_name = "DIR", env = "TOBAN_CONFIG")]
    pub dir: Option<PathBuf>,
}

/// A chat platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Platform {
    /// Slack.
    Slack,
}

/// The completion script for a shell, on standard output.
pub fn completion(shell: clap_complete::Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "toban", &mut std::io::stdout());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }
}
