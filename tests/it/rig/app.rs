//! A whole Toban in this process, as it runs in production: the example company, a strict Slack, and the sandbox as
//! its cloud. Only the addresses differ.

use std::sync::Arc;

use serde_json::Value;
use toban::base::Clock;
use toban::config::Config;
use toban::domain::catalogue::Catalogue;
use toban::domain::words::Words;
use toban::lifecycle::{self, Running};
use toban::sandbox::{Options, Sandbox};
use toban::store::{Role, Store};
use toban::web::Server;
use toban::wire;

use crate::slack::fake::{FakeSlack, State, payloads};

/// How a rig is set up.
pub struct Plan {
    /// `http` or `socket`.
    pub mode: &'static str,
    /// More config, over the example company's.
    pub config: String,
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
            sandbox: Options { operations_take: std::time::Duration::from_millis(200), ..Options::default() },
            clock: Clock::system(),
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
    pub folder: tempfile::TempDir,
}

/// The channel where most stories happen.
pub const OPS: &str = "C0OPS";

impl Rig {
    pub async fn start() -> Self {
        Self::with(Plan::default()).await
    }

    pub async fn with(plan: Plan) -> Self {
        // An error means that another test of this process was first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let slack = FakeSlack::start().await;
        let sandbox = Sandbox::start(plan.clock.clone(), plan.sandbox).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let url =
            plan.store.unwrap_or_else(|| format!("sqlite://{}", folder.path().join("toban.db").display()));
        let overlay = overlay(&slack, &sandbox, plan.mode, &url, &plan.config);
        let catalogue = Arc::new(Catalogue::embedded().unwrap());
        let verbs: Vec<&str> = catalogue.verbs().collect();
        let config = Config::example(&overlay, secrets(&slack), &verbs).unwrap_or_else(|faults| {
            panic!("{}", faults.iter().map(|f| format!("{f}\n")).collect::<String>())
        });
        let words = Arc::new(Words::load().unwrap());
        let toban = wire::wire(&config, catalogue, words, plan.clock, Role::Serve, Vec::new()).await.unwrap();
        let store = toban.store.clone();
        let server = Server::bind(([127, 0, 0, 1], 0).into()).unwrap();
        let running = lifecycle::start(toban, server, axum::Router::new()).await.unwrap();
        let url = format!("http://{}", running.address);
        Self { slack, sandbox, running, store, url, folder }
    }

    /// Types a slash command in `#ops`, as 佐藤 of the example company. Returns once it is acknowledged.
    pub async fn type_in(&self, text: &str) {
        self.type_as("U0SATO", OPS, text).await;
    }

    /// Types a slash command.
    pub async fn type_as(&self, user: &str, channel: &str, text: &str) {
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut slash = payloads::slash(&format!("/{verb}"), rest, channel, user);
        slash["response_url"] = self.slack.reply_url(channel, user).into();
        let status = self.slack.caller(&self.url).form("/slack/commands", &payloads::form(&slash)).await;
        assert_eq!(status.as_u16(), 200, "{text}");
    }

    /// Says `@toban …` in a thread.
    pub async fn mention(&self, thread: &str, text: &str) {
        let ts = self.slack.person_says(OPS, text);
        let said = payloads::mention(&format!("<@U0TOBAN> {text}"), OPS, "U0SATO", &ts, Some(thread));
        assert_eq!(self.slack.caller(&self.url).event(&said).await.as_u16(), 200);
    }

    /// Waits until some message shows `text`, and returns it.
    pub async fn sees(&self, text: &str) -> Seen {
        let found = |state: &State| {
            let message = state.messages.iter().find(|message| message.shown().contains(text))?;
            Some(Seen {
                ts: message.ts.clone(),
                thread: message.thread.clone(),
                shown: message.shown(),
                blocks: message.blocks.clone(),
            })
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), self.slack.wait_for(found))
            .await
            .unwrap_or_else(|_| panic!("nobody saw {text:?}; said was:\n{}", self.slack.transcript(OPS)))
    }

    /// Presses the button that says `label` under a message.
    pub async fn press(&self, seen: &Seen, label: &str) {
        self.press_as("U0SATO", seen, label).await;
    }

    /// The same as somebody else.
    pub async fn press_as(&self, user: &str, seen: &Seen, label: &str) {
        let value = seen.button(label);
        let mut press = payloads::press(&value, OPS, user, &seen.ts, seen.thread.as_deref());
        press["response_url"] = self.slack.reply_url(OPS, user).into();
        assert_eq!(self.slack.caller(&self.url).interaction(&press).await.as_u16(), 200);
    }

    pub async fn stop(self) {
        self.running.stop().await;
        self.sandbox.stop().await;
    }
}

/// A message as it was when it was seen.
#[derive(Debug, Clone)]
pub struct Seen {
    pub ts: String,
    pub thread: Option<String>,
    pub shown: String,
    pub blocks: Value,
}

impl Seen {
    /// What the button that says `label` types.
    pub fn button(&self, label: &str) -> String {
        let blocks = self.blocks.as_array().into_iter().flatten();
        let buttons = blocks
            .filter(|block| block["type"] == "actions")
            .flat_map(|block| block["elements"].as_array().unwrap());
        buttons
            .filter(|button| button["text"]["text"].as_str().is_some_and(|text| text.contains(label)))
            .map(|button| button["value"].as_str().unwrap().to_owned())
            .next()
            .unwrap_or_else(|| panic!("no button {label:?} under:\n{}", self.shown))
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
