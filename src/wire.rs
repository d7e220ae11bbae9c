//! Wiring: from a config to a Toban that is ready to run. It builds everything and decides nothing.

mod duty;
mod hooks;
pub mod pagers;
mod systems;
mod verbs;

pub use duty::ladders;
pub use systems::{estate, systems};

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::app::company::{Company, Speech};
use crate::app::delivery::Delivery;
use crate::app::desk::Desk;
use crate::app::dispatch::Dispatch;
use crate::app::forewarn::Forewarn;
use crate::app::handoff::Hands;
use crate::app::incidents::Incidents;
use crate::app::intake::AlertIntake;
use crate::app::limits::Limits;
use crate::app::paging::Paging;
use crate::app::roster::Roster;
use crate::app::vitals::Vitals;
use crate::app::watch::Watch;
use crate::base::{Clock, Secret};
use crate::chat::slack::api::Api;
use crate::chat::slack::http::HttpDoor;
use crate::chat::slack::inbound::Ear;
use crate::chat::slack::outbound::SlackChat;
use crate::chat::slack::reception::Reception;
use crate::chat::slack::signature::Seal;
use crate::chat::slack::socket::{SocketDoor, SocketSettings};
use crate::config::shape::settings::Settings;
use crate::config::{Config, SlackAccess, SlackEntry};
use crate::domain::catalogue::{Catalogue, Source};
use crate::domain::words::Words;
use crate::ports::{Calendar, Chat, Inbox, Pulse, Replies};
use crate::store::{Role, Store};
use crate::web::{Doors, Hooks};

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
    /// Who is on call.
    pub roster: Roster,
    /// Looks after hand-offs.
    pub hands: Arc<Hands>,
    /// Says what schedules will be short of.
    pub forewarn: Arc<Forewarn>,
    /// The calendars of schedules.
    pub calendars: Arc<dyn Calendar>,
    /// What people work on.
    pub incidents: Incidents,
    /// Sends pages.
    pub paging: Paging,
    /// Takes what people answer to pages.
    pub replies: Arc<dyn Replies>,
    /// The doors of those answers.
    pub answers: Doors,
    /// Hears what is answered in Telegram, where that is set up.
    pub telegram: Option<pagers::TelegramEar>,
    /// Takes alerts in.
    pub intake: AlertIntake,
    /// What monitoring calls.
    pub hooks: Arc<Hooks>,
    /// The watch rules.
    pub watch: Arc<Watch>,
    /// What it measures of itself.
    pub vitals: Vitals,
    /// Who is let in to read that from elsewhere.
    pub metrics_token: Option<Secret>,
    /// Somebody outside who is told that it lives, and how often.
    pub pulse: Option<(Arc<dyn Pulse>, std::time::Duration)>,
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
    let catalogue = Arc::new(Catalogue::clone(&catalogue).with_schedules(config.schedules.keys().cloned()));
    let estate = Arc::new(estate(config, &clock)?);
    let vitals = Vitals::default();
    let duty = duty::duty(
        config,
        duty::Parts {
            store: store.clone(),
            clock: clock.clone(),
            delivery: delivery.clone(),
            company: company.clone(),
            estate: estate.clone(),
            words: words.clone(),
            slack: api.clone(),
        },
    )?;
    let desk = Desk {
        verbs: verbs::verbs(verbs::Parts {
            catalogue: &catalogue,
            company: &company,
            estate: &estate,
            words: &words,
            store: &store,
            clock: &clock,
            roster: &duty.roster,
            intake: &duty.intake,
            rules: config.watch_rules().into(),
            page_test: duty.page_test,
        }),
        catalogue,
        company,
        estate,
        store: store.clone(),
        incidents: Some(duty.incidents.clone()),
        delivery: delivery.clone(),
        limits: limits(settings),
        words: words.clone(),
        clock: clock.clone(),
    };
    let watch = Arc::new(systems::watch(config, &desk, Arc::new(duty.intake.clone()), &vitals)?);
    let dispatch = Dispatch::new(desk).counting(vitals.commands.clone());
    duty.bot.works_at(dispatch.clone());
    let slack = access.zip(api).map(|(access, api)| slack_door(config, access, api, &dispatch, &clock));
    let token = settings.web.metrics_token.as_ref();
    duty.paging.counted_by(vitals.clone());
    Ok(Toban {
        telegram: pagers::telegram_ear(config, &store, &duty.replies)?,
        dispatch,
        delivery,
        store,
        slack,
        roster: duty.roster,
        hands: duty.hands,
        forewarn: duty.forewarn,
        calendars: duty.calendars,
        incidents: duty.incidents,
        paging: duty.paging,
        replies: duty.replies.clone(),
        answers: pagers::doors(config, words, duty.replies),
        intake: duty.intake,
        hooks: duty.hooks,
        watch,
        vitals,
        metrics_token: token.and_then(|key| config.vault.get(&key.0).cloned()),
        pulse: systems::pulse(config, &clock)?,
    })
}

fn slack_door(
    config: &Config,
    access: SlackAccess,
    api: Arc<Api>,
    dispatch: &Dispatch,
    clock: &Clock,
) -> SlackDoor {
    let slack = &config.settings.slack;
    let inbox: Arc<dyn Inbox> = Arc::new(dispatch.clone());
    let reception = Arc::new(Reception::new(Ear::new(slack.command_prefix.clone()), inbox, clock.clone()));
    match access.entry {
        SlackEntry::Http(secret) => SlackDoor::Http(Arc::new(HttpDoor::new(Seal::new(secret), reception))),
        SlackEntry::Socket(token) => {
            let sockets = SocketSettings { connections: slack.connections, ..SocketSettings::default() };
            SlackDoor::Socket(Arc::new(SocketDoor::new(api, &token, reception, sockets)))
        }
    }
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
        keep: settings.incidents.keep.0,
        parallel: limits.parallel,
    }
}
