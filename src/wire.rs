//! Wiring: from a config to a Toban that is ready to run. It builds everything and decides nothing.

pub mod pagers;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::app::calendar::Calendars;
use crate::app::company::{Company, Speech};
use crate::app::delivery::Delivery;
use crate::app::desk::Desk;
use crate::app::dispatch::Dispatch;
use crate::app::estate::Estate;
use crate::app::handoff::Hands;
use crate::app::history::RolledBack;
use crate::app::intake::{AlertIntake, HomeHerald, Silences, Unattached};
use crate::app::limits::Limits;
use crate::app::roster::Roster;
use crate::app::verb::Verb;
use crate::app::verbs;
use crate::app::verbs::oncall::Duties;
use crate::app::vitals::Vitals;
use crate::app::watch::Watch;
use crate::backends::Systems;
use crate::backends::docker::Engine;
use crate::backends::google::{Account, Google, GoogleSettings};
use crate::backends::http::{Http, HttpProbe, HttpPulse, Origins};
use crate::backends::prometheus::Prometheus;
use crate::base::{Clock, Secret};
use crate::chat::slack::api::Api;
use crate::chat::slack::groups::Groups;
use crate::chat::slack::http::HttpDoor;
use crate::chat::slack::inbound::Ear;
use crate::chat::slack::outbound::SlackChat;
use crate::chat::slack::reception::Reception;
use crate::chat::slack::signature::Seal;
use crate::chat::slack::socket::{SocketDoor, SocketSettings};
use crate::config::shape::settings::Settings;
use crate::config::{Config, GoogleIdentity, SlackEntry};
use crate::domain::catalogue::{Catalogue, Source};
use crate::domain::intake::Directory;
use crate::domain::person::Risk;
use crate::domain::service::{Probe, ProbeAuth};
use crate::domain::watch::Rule;
use crate::domain::words::Words;
use crate::hooks;
use crate::ports::{Calendar, Chat, GroupSync, Health, Inbox, Intake, Pulse};
use crate::store::{Role, Store};
use crate::web::Hooks;

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
    /// The calendars of schedules.
    pub calendars: Arc<dyn Calendar>,
    /// Takes alerts in.
    pub intake: AlertIntake,
    /// What monitoring calls.
    pub hooks: Arc<Hooks>,
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
    let roster = Roster::new(config, store.clone(), clock.clone());
    let estate = Arc::new(estate(config, &clock)?);
    let groups: Vec<Arc<dyn GroupSync>> =
        api.iter().map(|api| Arc::new(Groups::new(api.clone())) as Arc<dyn GroupSync>).collect();
    let hands = Arc::new(Hands::new(
        roster.clone(),
        company.clone(),
        store.clone(),
        clock.clone(),
        config.mirrors.clone(),
        groups,
        Vec::new(),
    ));
    let calendars: Arc<dyn Calendar> =
        Arc::new(Calendars::new(config, roster.clone(), company.clone(), clock.clone()));
    let herald = HomeHerald {
        store: store.clone(),
        delivery: delivery.clone(),
        company: company.clone(),
        estate: estate.clone(),
    };
    let silences = Silences::new(store.clone(), clock.clone(), Arc::new(herald));
    let directory = Arc::new(Directory::new(estate.services()));
    let intake = AlertIntake::new(
        store.clone(),
        clock.clone(),
        directory.clone(),
        hooks::terms(config),
        silences,
        Arc::new(Unattached),
    );
    let hooks = Arc::new(hooks::hooks(config, &intake, directory, &clock));
    let desk = Desk {
        verbs: all_verbs(
            &catalogue,
            &company,
            &estate,
            &words,
            &store,
            &clock,
            &roster,
            &intake,
            config.watch_rules().into(),
        ),
        catalogue,
        company,
        estate,
        store: store.clone(),
        delivery: delivery.clone(),
        limits: limits(settings),
        words,
        clock: clock.clone(),
    };
    let vitals = Vitals::default();
    let dispatch = Dispatch::new(desk).counting(vitals.commands.clone());
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
    let token = settings.web.metrics_token.as_ref();
    let metrics_token = token.and_then(|key| config.vault.get(&key.0).cloned());
    let pulse = pulse(config, &clock)?;
    Ok(Toban {
        dispatch,
        delivery,
        store,
        slack,
        roster,
        hands,
        calendars,
        intake,
        hooks,
        vitals,
        metrics_token,
        pulse,
    })
}

fn pulse(config: &Config, clock: &Clock) -> anyhow::Result<Option<(Arc<dyn Pulse>, std::time::Duration)>> {
    let settings = &config.settings.heartbeat_out;
    let Some(url) = settings.url.as_ref().and_then(|url| config.vault.text(&url.0)) else { return Ok(None) };
    let pulse: Arc<dyn Pulse> = Arc::new(HttpPulse::new(url, &systems(config, clock)?.http));
    Ok(Some((pulse, settings.every.0)))
}

/// The watch rules at work; alerts go to `intake`.
///
/// # Errors
/// When a client cannot be built.
pub fn watch(config: &Config, toban: &Toban, intake: Arc<dyn Intake>) -> anyhow::Result<Watch> {
    let desk = toban.dispatch.desk();
    let settings = &config.settings.watch;
    let control: Option<Arc<dyn Health>> = match &settings.control {
        Some(url) => {
            let probe = Probe {
                url: url.0.clone(),
                status: 200,
                json: BTreeMap::new(),
                auth: ProbeAuth::None,
                timeout: config.settings.limits.probe.0,
                slow: None,
            };
            Some(Arc::new(HttpProbe::new(probe, &systems(config, &desk.clock)?.http)))
        }
        None => None,
    };
    Ok(Watch {
        estate: desk.estate.clone(),
        rules: config.watch_rules().into(),
        store: toban.store.clone(),
        intake,
        control,
        every: settings.every.0,
        words: desk.words.clone(),
        lang: config.settings.words.lang,
        clock: desk.clock.clone(),
        vitals: toban.vitals.clone(),
    })
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
    let systems = systems(config, clock)?;
    Ok(Estate::new(config.services.clone(), |_, component| crate::backends::connect(component, &systems)))
}

/// The systems that services run on.
///
/// # Errors
/// When a client cannot be built.
pub fn systems(config: &Config, clock: &Clock) -> anyhow::Result<Systems> {
    let settings = &config.settings;
    let google = google(config, clock);
    let http = Http::new(Origins::new(&settings.http.origins)?, google.clone(), clock.clone())?;
    let limit = settings.limits.call.0;
    let prometheus = settings.prometheus.url.as_ref();
    Ok(Systems {
        prometheus: prometheus.and_then(|url| Prometheus::new(http.client(), &url.0, limit)),
        docker: Some(Engine::new(&settings.docker.host.0, limit, clock.clone())),
        google,
        http,
    })
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
            monitoring: url(&settings.endpoints.monitoring),
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
    roster: &Roster,
    intake: &AlertIntake,
    rules: Arc<[Rule]>,
) -> BTreeMap<&'static str, Arc<dyn Verb>> {
    let estate = || estate.clone();
    let history: Arc<dyn verbs::releases::History> = Arc::new(RolledBack { store: store.clone() });
    let duties = || Duties { roster: roster.clone(), company: company.clone(), store: store.clone() };
    let reads =
        catalogue.iter().filter(|command| command.risk == Risk::Read).map(|command| command.verb.clone());
    let all: Vec<Arc<dyn Verb>> = vec![
        Arc::new(verbs::health::Health::new(estate(), words.clone())),
        Arc::new(verbs::logs::Logs::new(estate(), clock.clone())),
        Arc::new(verbs::metrics::Metrics::new(estate(), rules, Arc::new(store.clone()))),
        Arc::new(verbs::releases::Releases::new(estate(), history.clone())),
        Arc::new(verbs::restart::Restart::new(estate(), clock.clone())),
        Arc::new(verbs::rollback::Rollback::new(estate(), clock.clone(), history)),
        Arc::new(verbs::runbook::Runbook::new(estate(), reads.collect())),
        Arc::new(verbs::oncall::Oncall { duties: duties(), estate: estate(), test: None }),
        Arc::new(verbs::oncall::Override { duties: duties() }),
        Arc::new(verbs::oncall::Exchange { duties: duties() }),
        Arc::new(verbs::status::Status::new(estate()).sources(intake.ledger())),
        Arc::new(verbs::intake::Begin { estate: estate(), silences: intake.silences().clone() }),
        Arc::new(verbs::intake::List { company: company.clone(), silences: intake.silences().clone() }),
        Arc::new(verbs::intake::End { silences: intake.silences().clone() }),
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
