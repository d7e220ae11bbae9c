//! What each task of the command line does.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use crate::base::Clock;
use crate::chat::slack::manifest::{self, ManifestSettings, Mode, SlashCommand};
use crate::cli::{Audit, Cli, ConfigDir, Platform, Task, completion};
use crate::config::environment;
use crate::config::shape::doors::SlackMode;
use crate::config::shape::settings::LogFormat;
use crate::demo;
use crate::domain::words::{Phrase, Words};
use crate::errand::{self, Errand};
use crate::lifecycle;
use crate::loading::{Loaded, connected, load, out_of_reach, with_dotenv};
use crate::store::{Role, Store, Verified};
use crate::telemetry::{self, Shape};
use crate::terminal::{DONE, FAILED, complain, say};
use crate::web::Server;
use crate::wire;

/// Runs the task that was asked for.
pub fn run(cli: Cli) -> ExitCode {
    // An error means that a provider is installed already: tests share a process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime does not start")
        .and_then(|runtime| runtime.block_on(task(cli)));
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(format_args!("toban: {error:#}"));
            ExitCode::from(FAILED)
        }
    }
}

async fn task(cli: Cli) -> anyhow::Result<u8> {
    let log = cli.log;
    match cli.task {
        Task::Demo { speed, listen } => demo::run(speed, &listen, log.as_deref().unwrap_or("warn")).await,
        Task::Serve { config } => match load(&config, environment())?.and_then(connected) {
            Ok(config) => serve(config, log).await,
            Err(code) => Ok(code),
        },
        Task::Check { config, online } => check(&config, online).await,
        Task::Run { config, person, json, yes, command } => {
            match load(&config, with_dotenv()?)?.and_then(connected) {
                Ok(loaded) => {
                    telemetry::start(log.as_deref().unwrap_or("error"), Shape::Text)?;
                    errand::run(loaded, Errand { person, json, yes, command }).await
                }
                Err(code) => Ok(code),
            }
        }
        Task::Commands { config } => match load(&config, environment())? {
            Ok(loaded) => say(&loaded.catalogue.manual(&Words::load()?, &loaded.reader())),
            Err(code) => Ok(code),
        },
        Task::Manifest { platform: Platform::Slack, config } => match load(&config, environment())? {
            Ok(loaded) => say(&slack_manifest(&loaded)?),
            Err(code) => Ok(code),
        },
        Task::Audit { task } => audit(task).await,
        Task::Schema => say(&serde_json::to_string_pretty(&crate::config::schema())?),
        Task::Completion { shell } => {
            completion(shell);
            Ok(DONE)
        }
    }
}

async fn serve(loaded: Loaded, log: Option<String>) -> anyhow::Result<u8> {
    let settings = &loaded.config.settings;
    let shape = match settings.log.format {
        LogFormat::Text => Shape::Text,
        LogFormat::Json => Shape::Json,
    };
    telemetry::start(log.as_deref().unwrap_or(&settings.log.filter), shape)?;
    let stop = lifecycle::asked_to_stop()?;
    let server = Server::bind(settings.web.listen.0)
        .with_context(|| format!("web.listen {}", settings.web.listen.0))?;
    let words = Arc::new(Words::load()?);
    let toban =
        wire::wire(&loaded.config, loaded.catalogue, words, Clock::system(), Role::Serve, Vec::new()).await?;
    let running = lifecycle::start(toban, server, axum::Router::new()).await?;
    stop.await;
    tracing::info!("asked to stop");
    running.stop().await;
    Ok(DONE)
}

async fn check(dir: &ConfigDir, online: bool) -> anyhow::Result<u8> {
    let loaded = match load(dir, environment())? {
        Ok(loaded) => loaded,
        Err(_) => return Ok(FAILED),
    };
    let away = out_of_reach(&loaded.config);
    away.iter().for_each(|line| complain(format_args!("{line}")));
    for line in loaded.config.ahead(Clock::system().now()) {
        complain(format_args!("warning: {line}"));
    }
    let settings = &loaded.config.settings;
    let clashes = crate::chat::slack::manifest::clashes(
        settings.slack.commands.iter().map(String::as_str),
        &settings.slack.command_prefix,
    );
    for clash in &clashes {
        complain(format_args!("slack.commands: {clash}"));
    }
    let mut wrong = !clashes.is_empty() || !away.is_empty();
    // Without its secrets most of it could not be tried.
    if online && away.is_empty() {
        for (good, line) in crate::online::check(&loaded.config).await?.lines {
            say(&format!("{} {line}", if good { "✓" } else { "✗" }))?;
            wrong |= !good;
        }
    }
    if wrong {
        return Ok(FAILED);
    }
    say(&format!(
        "The config is good: {} services, {} people, {} roles.",
        loaded.config.services.iter().count(),
        loaded.config.people.len(),
        loaded.config.roles.len()
    ))
}

async fn audit(task: Audit) -> anyhow::Result<u8> {
    let (Audit::Verify { config } | Audit::Export { config }) = &task;
    let loaded = match load(config, environment())?.and_then(connected) {
        Ok(loaded) => loaded,
        Err(code) => return Ok(code),
    };
    let url = loaded.config.store_url().context("store.url is kept in a place that is not connected yet")?;
    if !Store::exists(url.reveal()) {
        anyhow::bail!("store.url: there is no such file, so nothing has been audited");
    }
    let store = Store::open(url.reveal(), Clock::system(), Role::Run).await?;
    match task {
        Audit::Export { .. } => {
            let mut out = std::io::stdout().lock();
            let mut written = Ok(());
            store
                .audit_export(|line| {
                    if written.is_ok() {
                        written = writeln!(out, "{line}");
                    }
                })
                .await?;
            written?;
            Ok(DONE)
        }
        Audit::Verify { .. } => match store.audit_verify().await? {
            Verified::Whole { rows, head } => say(&format!("The audit is whole: {rows} rows, head {head}.")),
            Verified::Broken { seq, why } => {
                complain(format_args!("The audit is broken at row {seq}: {why}"));
                Ok(FAILED)
            }
        },
    }
}

fn slack_manifest(loaded: &Loaded) -> anyhow::Result<String> {
    let settings = &loaded.config.settings;
    let (words, reader) = (Words::load()?, loaded.reader());
    let say = |phrase: &Phrase| words.say(&reader, phrase);
    let commands: Vec<SlashCommand> = settings
        .slack
        .commands
        .iter()
        .filter_map(|name| loaded.catalogue.find(name))
        .map(|command| SlashCommand {
            name: command.name.clone(),
            description: say(&command.summary),
            hint: command.usage().split_once(' ').map(|(_, rest)| rest.to_owned()).unwrap_or_default(),
        })
        .collect();
    let mode = match settings.slack.mode {
        SlackMode::Socket => Mode::Socket,
        SlackMode::Http => {
            let url = settings
                .web
                .public_url
                .as_ref()
                .context("slack.mode is \"http\": web.public_url says where Slack's requests go")?;
            Mode::Http(url.0.parse()?)
        }
    };
    let shortcuts = [
        ("slack-shortcut-runbook", "slack-shortcut-runbook-description", "runbook"),
        ("slack-shortcut-incident", "slack-shortcut-incident-description", "incident open"),
    ];
    let shortcuts = shortcuts.map(|(name, about, command)| {
        (say(&Phrase::new(name)), say(&Phrase::new(about)), command.to_owned())
    });
    let manifest = ManifestSettings {
        name: "Toban".to_owned(),
        description: say(&Phrase::new("manifest-about")),
        mode,
        prefix: settings.slack.command_prefix.clone(),
        shortcuts: shortcuts.into(),
    };
    Ok(manifest::manifest(&manifest, &commands))
}
