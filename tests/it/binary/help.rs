//! The command line explains itself.

use super::site::{program, ran};

#[tokio::test]
async fn the_help_at_the_top_reads_well() {
    let help = ran(program(&["--help"])).await;
    assert_eq!(help.code, 0);
    insta::assert_snapshot!(help.out, @"
    Chat-ops with an escalation engine: run, page and recover your services from Slack or a console

    Usage: toban [OPTIONS] <COMMAND>

    Commands:
      demo        Try everything with no account: a simulated company behind real protocols, and a chat
                  console in the browser
      serve       Run the bot
      check       Say everything that is wrong with the config: file, line, and the nearest right name
      run         Run one command from a terminal, cron or CI, with the same grammar, rights and audit
                  as in chat
      commands    Print the manual of all commands
      manifest    Print the app manifest of a chat platform, ready to paste
      audit       Check or export the audit
      schema      Print the JSON schema of the config, so that editors complete it
      completion  Print the completion script of a shell

    Options:
          --log <FILTER>  What to log, such as `info` or `toban=debug,warn`
      -h, --help          Print help
      -V, --version       Print version

    Try it without an account:  toban demo
    ");
}

#[tokio::test]
async fn the_help_of_every_task_shows_an_example_that_is_right() {
    let tasks: [&[&str]; 11] = [
        &["demo"],
        &["serve"],
        &["check"],
        &["run"],
        &["commands"],
        &["manifest"],
        &["audit"],
        &["audit", "verify"],
        &["audit", "export"],
        &["schema"],
        &["completion"],
    ];
    for task in tasks {
        let help = ran(program(&[task, &["--help"]].concat())).await;
        assert_eq!(help.code, 0, "{task:?}");
        let example = format!("  toban {}", task.join(" "));
        assert!(help.out.contains("Example") && help.out.contains(&example), "{}", help.out);
    }
}

#[tokio::test]
async fn wrong_usage_ends_with_2_and_nothing_on_standard_output() {
    let wrong: [&[&str]; 5] =
        [&[], &["nonsense"], &["run"], &["serve", "--nonsense"], &["demo", "--speed", "0"]];
    for arguments in wrong {
        let ran = ran(program(arguments)).await;
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains("Usage: toban") || ran.err.contains("--help"), "{}", ran.err);
    }
}

#[tokio::test]
async fn the_version_is_the_packages() {
    let version = ran(program(&["--version"])).await;
    assert_eq!(version.out.trim(), format!("toban {}", env!("CARGO_PKG_VERSION")));
}
