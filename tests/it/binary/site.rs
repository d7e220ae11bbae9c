//! A place to run the program in: the example company as its config, a strict Slack, the sandbox as its cloud.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use toban::base::Clock;
use toban::sandbox::{Options, Sandbox};

use super::process::{LONG, Process};
use crate::rig::app::{OPS, Seen, overlay, secrets};
use crate::rig::postgres::Database;
use crate::slack::fake::{FakeSlack, State, payloads};

pub struct Site {
    pub slack: FakeSlack,
    pub sandbox: Sandbox,
    pub folder: tempfile::TempDir,
    /// The store's URL.
    pub store: String,
    database: Option<Database>,
}

/// The program at work.
pub struct Serving {
    pub process: Process,
    pub url: String,
}

/// How one run of the program ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Site {
    pub async fn sqlite() -> Self {
        Self::new(None, Duration::from_millis(200)).await
    }

    /// `None` where there is no server.
    pub async fn postgres() -> Option<Self> {
        let database = Database::fresh().await?;
        Some(Self::new(Some(database), Duration::from_millis(200)).await)
    }

    /// Cloud Run's operations take that long here.
    pub async fn new(database: Option<Database>, operations_take: Duration) -> Self {
        let slack = FakeSlack::start().await;
        let options = Options { operations_take, ..Options::default() };
        let sandbox = Sandbox::start(Clock::system(), options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = format!("sqlite://{}", folder.path().join("toban.db").display());
        let store = database.as_ref().map_or(file, |database| database.url.clone());
        let config = folder.path().join("config");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/example"), &config);
        // Whoever runs the tests is on call here, and everybody reads English.
        let people = std::fs::read_to_string(config.join("people.toml")).unwrap();
        let people = people.replace("os_user = \"sato\"", &format!("os_user = {:?}", me()));
        let people = people.replace("lang = \"ja\"", "lang = \"en\"");
        std::fs::write(config.join("people.toml"), people).unwrap();
        std::fs::write(
            config.join("zz-here.toml"),
            overlay(&slack, &sandbox, "http", &store, "[smtp]\nurl = \"smtp://127.0.0.1:9\"\n"),
        )
        .unwrap();
        Self { slack, sandbox, folder, store, database }
    }

    /// Ten seconds pass for replicas that say nothing any more: their work is anybody's.
    pub async fn lease_over(&self) {
        if let Some(database) = &self.database {
            database.run("update replica set alive_until = 0").await;
        }
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// Writes a file of the config.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.config().join(name), text).unwrap();
    }

    /// Changes a file of the config.
    pub fn change(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.config().join(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replace(from, to));
    }

    /// The program with these arguments and this config; nothing of our environment but the path.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        command.current_dir(self.folder.path()).env("TOBAN_CONFIG", self.config()).envs(secrets(&self.slack));
        command
    }

    /// Runs the program to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments)).await
    }

    /// Starts the bot.
    pub async fn serve(&self) -> Serving {
        let process = Process::spawn(&mut self.command(&["serve"]));
        let address = process.says("Toban is on duty web.address=").await;
        Serving { process, url: format!("http://{address}") }
    }

    /// Waits until the cloud or a service got a request of that method at a path that contains `path`.
    pub async fn requested(&self, method: &str, path: &str) {
        let clock = Clock::system();
        let waiting = async {
            while self.requests(method, path) == 0 {
                clock.sleep(Duration::from_millis(10)).await;
            }
        };
        assert!(tokio::time::timeout(LONG, waiting).await.is_ok(), "no {method} of {path}");
    }

    /// How many requests there were.
    pub fn requests(&self, method: &str, path: &str) -> usize {
        let seen = self.sandbox.world().requests();
        seen.iter().filter(|seen| seen.method == method && seen.path.contains(path)).count()
    }

    /// Waits until some message shows `text`, and returns it.
    pub async fn sees(&self, text: &str) -> Seen {
        let found = |state: &State| {
            let message = state.messages.iter().find(|message| message.shown().contains(text))?;
            Some(Seen::of(message))
        };
        tokio::time::timeout(LONG, self.slack.wait_for(found))
            .await
            .unwrap_or_else(|_| panic!("nobody saw {text:?}; said was:\n{}", self.slack.transcript(OPS)))
    }

    /// The audit as the program exports it.
    pub async fn audit(&self) -> Vec<Value> {
        let exported = self.run(&["audit", "export"]).await;
        assert_eq!(exported.code, 0, "{exported:?}");
        exported.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// 佐藤 types a slash command in `#ops`; returns once it is acknowledged.
    pub async fn type_in(&self, toban: &Serving, text: &str) {
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let status = self.slack.caller(&toban.url).command(&format!("/{verb}"), rest, OPS, "U0SATO").await;
        assert_eq!(status.as_u16(), 200, "{text}");
    }

    /// 佐藤 says `@toban …` in a thread.
    pub async fn mention(&self, toban: &Serving, thread: &str, text: &str) {
        let ts = self.slack.person_says(OPS, text);
        let said = payloads::mention(text, OPS, "U0SATO", &ts, Some(thread));
        assert_eq!(self.slack.caller(&toban.url).event(&said).await.as_u16(), 200);
    }

    /// 佐藤 presses the button that said `label` when the message was seen.
    pub async fn press(&self, toban: &Serving, seen: &Seen, label: &str) {
        let mut press = payloads::press(&seen.button(label), OPS, "U0SATO", &seen.ts, seen.thread.as_deref());
        press["response_url"] = self.slack.reply_url(OPS, "U0SATO").into();
        assert_eq!(self.slack.caller(&toban.url).interaction(&press).await.as_u16(), 200);
    }
}

/// The program with these arguments, in an empty environment.
pub fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toban"));
    command.args(arguments).env_clear();
    command
}

/// Runs a command to its end.
pub async fn ran(mut command: Command) -> Ran {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The OS user that runs the tests.
pub fn me() -> String {
    whoami::username().unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
