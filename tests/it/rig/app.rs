//! A whole Toban in this process, as it runs in production: the example company, a strict Slack, and the sandbox as
//! its cloud. Only the addresses differ.

use std::sync::Arc;
use std::time::Duration;

use toban::base::Clock;
use toban::config::Config;
use toban::domain::catalogue::Catalogue;
use toban::domain::words::Words;
use toban::lifecycle::{self, Running};
use toban::sandbox::{Options, Sandbox};
use toban::store::{Role, Store};
use toban::web::Server;
use toban::wire;

pub use super::talk::Seen;
use crate::slack::fake::FakeSlack;

/// How much faster than the world's a rig's time goes: a verdict waits for several good looks, seconds apart.
const SPEED: u32 = 8;

/// How a rig is set up.
pub struct Plan {
    /// `http` or `socket`.
    pub mode: &'static str,
    /// More config, over the example company's.
    pub config: String,
    /// More of the environment: secrets, `TOBAN__…`. `{address}` in a value is where this Toban listens.
    pub environment: Vec<(&'static str, String)>,
    /// The sandbox.
    pub sandbox: Options,
    /// The clock of all of it.
    pub clock: Clock,
    /// Another store than a file of its own.
    pub store: Option<String>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            mode: "http",
            config: String::new(),
            environment: Vec::new(),
            sandbox: Options {
                operations_take: Duration::from_millis(100),
                history: Duration::from_hours(3),
                ..Options::default()
            },
            clock: Clock::running(SPEED),
            store: None,
        }
    }
}

/// Everything, running.
pub struct Rig {
    pub slack: FakeSlack,
    pub sandbox: Sandbox,
    pub running: Running,
    /// Looks into the same store from outside.
    pub store: Store,
    pub url: String,
    pub mode: &'static str,
    /// Where its store is.
    _folder: tempfile::TempDir,
}

/// A clock that runs as any other and can be moved on besides. It runs as long as the test.
pub fn movable_clock() -> Clock {
    const TICK: Duration = Duration::from_millis(10);
    let clock = Clock::manual(Clock::system().now());
    let ticking = clock.clone();
    tokio::spawn(async move {
        loop {
            toban::base::clock::pause(TICK).await;
            ticking.advance(TICK * SPEED);
        }
    });
    clock
}

/// The channel where most stories happen.
pub const OPS: &str = "C0OPS";

impl Rig {
    pub async fn start() -> Self {
        Self::with(Plan::default()).await
    }

    /// With Slack coming in that way.
    pub async fn over(mode: &'static str) -> Self {
        Self::with(Plan { mode, ..Plan::default() }).await
    }

    pub async fn with(plan: Plan) -> Self {
        // An error means that another test of this process was first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let slack = FakeSlack::start_by(plan.clock.clone()).await;
        let sandbox = Sandbox::start(plan.clock.clone(), plan.sandbox).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let url =
            plan.store.unwrap_or_else(|| format!("sqlite://{}", folder.path().join("toban.db").display()));
        let mode = plan.mode;
        let server = Server::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let overlay = overlay(&slack, &sandbox, mode, &url, &plan.config);
        let address = format!("http://{}", server.local_addr());
        let more = plan.environment.into_iter();
        let mut environment = secrets(&slack);
        environment.extend(more.map(|(name, value)| (name.to_owned(), value.replace("{address}", &address))));
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let verbs: Vec<&str> = catalogue.verbs().collect();
        let config = Config::example(&overlay, environment, &verbs).unwrap_or_else(|faults| {
            panic!("{}", faults.iter().map(|f| format!("{f}\n")).collect::<String>())
        });
        let words = Arc::new(Words::load().unwrap());
        let toban = wire::wire(&config, catalogue, words, plan.clock, Role::Serve, Vec::new()).await.unwrap();
        let store = toban.store.clone();
        let running = lifecycle::start(toban, server, axum::Router::new()).await.unwrap();
        let url = format!("http://{}", running.address);
        Self { slack, sandbox, running, store, url, mode, _folder: folder }
    }

    pub async fn stop(self) {
        self.running.stop().await;
        self.sandbox.stop().await;
    }
}

/// The config's layer that points the example company here.
pub fn overlay(slack: &FakeSlack, sandbox: &Sandbox, mode: &str, store: &str, more: &str) -> String {
    format!(
        r#"
[web]
listen = "127.0.0.1:0"
[store]
url = "{store}"
[words]
lang = "en"
doors = {{ slack = "en" }}
channels = {{ C0OPS = "en" }}
[slack]
mode = "{mode}"
api_url = "{}"
bot_token = "env:SLACK_BOT_TOKEN"
app_token = "env:SLACK_APP_TOKEN"
signing_secret = "env:SLACK_SIGNING_SECRET"
pace = "10ms"
[watch]
every = "24h"
{}
{more}
"#,
        slack.api_url(),
        sandbox.config_overlay()
    )
}

/// The environment that holds Slack's secrets.
pub fn secrets(slack: &FakeSlack) -> Vec<(String, String)> {
    [
        ("SLACK_BOT_TOKEN", slack.bot_token()),
        ("SLACK_APP_TOKEN", slack.app_token()),
        ("SLACK_SIGNING_SECRET", slack.signing_secret()),
    ]
    .map(|(name, secret)| (name.to_owned(), secret.reveal().to_owned()))
    .into()
}
