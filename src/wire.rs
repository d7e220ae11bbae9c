//! Wiring: from a config to a Toban that is ready to run. It builds everything and decides nothing.

pub mod pagers;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::app::company::{Company, Speech};
use crate::app::delivery::Delivery;
use crate::app::desk::Desk;
use crate::app::dispatch::Dispatch;
use crate::app::estate::Estate;
use crate::app::history::RolledBack;
use crate::app::limits::Limits;
use crate::app::verb::Verb;
use crate::app::verbs;
use crate::backends::google::{Account, Google, GoogleSettings};
use crate::backends::http::{Http, Origins};
use crate::base::Clock;
use crate::chat::slack::api::Api;
use crate::chat::slack::http::HttpDoor;
use crate::chat::slack::inbound::Ear;
use crate::chat::slack::outbound::SlackChat;
use crate::chat::slack::reception::Reception;
use crate::chat::slack::signature::Seal;
use crate::chat::slack::socket::{SocketDoor, SocketSettings};
use crate::config::shape::settings::Settings;
use crate::config::{Config, GoogleIdentity, SlackEntry};
use crate::domain::catalogue::{Catalogue, Source};
use crate::domain::person::Risk;
use crate::domain::words::Words;
use crate::ports::{Chat, Inbox};
use crate::store::{Role, Store};

/// A Toban, wired and at rest.
pub struct Toban {
    /// Takes messages and answers them.
    pub dispatch: Dispatch,
    /// Says what is to be said.
    pub delivery: Delivery,
    /// Its memory.
    pub store: Store,
    /// Slack's door, where Slack is configured.
    pub slack: Option<SlackDoor>,
}

/// How Slack comes in.
pub enum SlackDoor {
    /// By routes of our web server.
    Http(Arc<HttpDoor>),
    /// By sockets that we open.
    Socket(Arc<SocketDoor>),
}

/// The commands: the built-in ones under those of the config's own folder.
///
/// # Errors
/// Every fault of the command files.
pub fn catalogue(settings: &Settings, dir: Option<&Path>) -> anyhow::Result<Catalogue> {
    let embedded = Catalogue::embedded()?;
    let Some(folder) = &settings.commands.folder else { return Ok(embedded) };
    let folder = dir.unwrap_or(Path::new(".")).join(folder);
    let mut sources = Vec::new();
    gather(&folder, &folder, &mut sources)
        .with_context(|| format!("commands.folder: {}", folder.display()))?;
    Ok(embedded.overlay(&sources)?)
}

fn gather(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> std::io::Result<()> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            gather(root, &path, sources)?;
        } else if path.extension().is_some_and(|end| end == "toml") {
            let relative = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            sources.push(Source { path: relative, text: std::fs::read_to_string(&path)? });
        }
    }
    Ok(())
}

/// Wires everything; `doors` are chat platforms besides those of the config (the console, the terminal).
///
/// # Errors
/// When the store cannot be opened or a client cannot be built.
pub async fn wire(
    config: &Config,
    catalogue: Arc<Catalogue>,
    words: Arc<Words>,
    clock: Clock,
    role: Role,
    doors: Vec<Arc<dyn Chat>>,
) -> anyhow::Result<Toban> {
    let url = config.store_url().context("store.url is kept in a place that is not connected yet")?;
    let store = Store::open(url.reveal(), clock.clone(), role).await?;
    let settings = &config.settings;
    let access = config.slack();
    let mut chats = doors;
    let mut api = None;
    if let Some(access) = &access {
        let slack = Arc::new(Api::new(&settings.slack.api_url.0, &access.bot_token)?);
        chats.push(Arc::new(SlackChat::new(slack.clone(), words.clone())));
        api = Some(slack);
    }
    let delivery = Delivery::new(store.clone(), clock.clone(), settings.slack.pace.0, chats);
    let company = Arc::new(company(config));
    let estate = Arc::new(estate(config, &clock)?);
    let desk = Desk {
        verbs: all_verbs(&catalogue, &company, &estate, &words, &store, &clock),
        catalogue,
        company,
        estate,
        store: store.clone(),
        delivery: delivery.clone(),
        limits: limits(settings),
        words,
        clock: clock.clone(),
    };
    let dispatch = Dispatch::new(desk);
    let slack = access.zip(api).map(|(access, api)| {
        let inbox: Arc<dyn Inbox> = Arc::new(dispatch.clone());
        let ear = Ear::new(settings.slack.command_prefix.clone());
        let reception = Arc::new(Reception::new(ear, inbox, clock.clone()));
        match access.entry {
            SlackEntry::Http(secret) => {
                SlackDoor::Http(Arc::new(HttpDoor::new(Seal::new(secret), reception)))
            }
            SlackEntry::Socket(token) => {
                let sockets =
                    SocketSettings { connections: settings.slack.connections, ..SocketSettings::default() };
                SlackDoor::Socket(Arc::new(SocketDoor::new(api, &token, reception, sockets)))
            }
        }
    });
    Ok(Toban { dispatch, delivery, store, slack })
}

fn company(config: &Config) -> Company {
    let words = &config.settings.words;
    let speech = Speech {
        lang: words.lang,
        doors: words.doors.clone(),
        channels: words.channels.clone(),
        zone: words.tz.0.clone(),
    };
    Company::new(config.people.clone(), config.roles.clone(), speech)
}

/// Services and what their backends can do.
///
/// # Errors
/// When a client cannot be built.
pub fn estate(config: &Config, clock: &Clock) -> anyhow::Result<Estate> {
    let google = google(config, clock);
    let origins = Origins::new(&config.settings.http.origins)?;
    let http = Http::new(origins, google.clone(), clock.clone())?;
    Ok(Estate::new(config.services.clone(), |_, component| {
        crate::backends::connect(component, &google, &http)
    }))
}

fn google(config: &Config, clock: &Clock) -> Arc<Google> {
    let settings = &config.settings.google;
    let url = |url: &Option<crate::config::values::Url>| url.as_ref().map(|url| url.0.clone());
    let account = match &settings.credentials.0 {
        GoogleIdentity::Default => Account::Adc,
        GoogleIdentity::File(path) => Account::File(path.clone()),
        GoogleIdentity::Nobody => Account::Anonymous,
    };
    Google::new(
        GoogleSettings {
            account,
            run: url(&settings.endpoints.run),
            logging: url(&settings.endpoints.logging),
            metadata: url(&settings.endpoints.metadata),
            limits: crate::backends::google::Limits {
                attempt: config.settings.limits.call.0,
                operation: config.settings.limits.change.0,
                ..crate::backends::google::Limits::default()
            },
        },
        clock.clone(),
    )
}

fn limits(settings: &Settings) -> Limits {
    let limits = &settings.limits;
    Limits {
        command: limits.command.0,
        change: limits.change.0,
        plan: limits.plan.0,
        danger_plan: limits.danger_plan.0,
        undo: limits.undo.0,
        progress: limits.progress.0,
        result: limits.result.0,
        parallel: limits.parallel,
    }
}

fn all_verbs(
    catalogue: &Arc<Catalogue>,
    company: &Arc<Company>,
    estate: &Arc<Estate>,
    words: &Arc<Words>,
    store: &Store,
    clock: &Clock,
) -> BTreeMap<&'static str, Arc<dyn Verb>> {
    let estate = || estate.clone();
    let history: Arc<dyn verbs::releases::History> = Arc::new(RolledBack { store: store.clone() });
    let reads =
        catalogue.iter().filter(|command| command.risk == Risk::Read).map(|command| command.verb.clone());
    let all: Vec<Arc<dyn Verb>> = vec![
        Arc::new(verbs::health::Health::new(estate(), words.clone())),
        Arc::new(verbs::logs::Logs::new(estate(), clock.clone())),
        Arc::new(verbs::releases::Releases::new(estate(), history.clone())),
        Arc::new(verbs::rollback::Rollback::new(estate(), clock.clone(), history)),
        Arc::new(verbs::runbook::Runbook::new(estate(), reads.collect())),
        Arc::new(verbs::status::Status::new(estate())),
        Arc::new(verbs::help::Help {
            catalogue: catalogue.clone(),
            company: company.clone(),
            estate: estate(),
        }),
        Arc::new(verbs::whoami::Whoami {
            catalogue: catalogue.clone(),
            company: company.clone(),
            estate: estate(),
        }),
    ];
    all.into_iter().map(|verb| (verb.name(), verb)).collect()
}
