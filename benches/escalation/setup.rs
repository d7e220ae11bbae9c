//! The store under test and the program on it.

use std::fmt::Write as _;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::program::{self, Program};

/// As many people as this are paged, each by a webhook.
pub const PEOPLE: u64 = 1_000;
/// Bears the proof of alerts and of Slack.
pub const TOKEN: &str = "bench-token";

pub struct Setup {
    pub url: String,
    port: u16,
    folder: TempDir,
}

impl Setup {
    /// A fresh store: a SQLite file, or the empty PostgreSQL database of `url`.
    pub fn new(phone: &str, url: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("toban.db");
        let url = url.map_or_else(|| format!("sqlite://{}", file.display()), str::to_owned);
        let port = program::free_port();
        std::fs::write(folder.path().join("bench.toml"), config(&url, phone, port)).unwrap();
        Self { url, port, folder }
    }

    /// Starts Toban on it.
    pub async fn start(&self) -> Program {
        Program::toban(self.folder.path(), self.port, &[("BENCH_TOKEN", TOKEN)]).await
    }

    /// SQLite's file.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("toban.db")
    }
}

fn config(url: &str, phone: &str, port: u16) -> String {
    let mut text = format!(
        r#"
[web]
listen = "127.0.0.1:{port}"
[store]
url = "{url}"
[[source]]
id = "am-0"
kind = "alertmanager"
token = "env:BENCH_TOKEN"
[[service]]
id = "sagebase"
environment = "production"
owners = ["p0"]
"#
    );
    for number in 0..PEOPLE {
        let _ = writeln!(
            text,
            "[[person]]\nid = \"p{number}\"\nroles = [\"operator\"]\ncontact = [{{ by = \"webhook\", url = \"{phone}\" }}]"
        );
    }
    text
}
