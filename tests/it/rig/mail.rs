//! A mailbox on a real SMTP server, aiosmtpd. `./test` installs it and says where its Python is.

use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use toban::base::Secret;
use toban::base::clock::within;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::leave::leave_out;

/// The server, and what it took. It ends when its input does.
pub struct Mailbox {
    /// What goes into `smtp.url`.
    pub url: Secret,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

/// A message as its reader sees it.
#[derive(Debug, Clone, Deserialize)]
pub struct Mail {
    /// The sender's address, as it was told to the server.
    pub from: String,
    /// The readers' addresses.
    pub to: Vec<String>,
    /// The subject, decoded.
    pub subject: String,
    /// The part in plain text, decoded.
    pub text: String,
    /// The part in HTML, decoded.
    pub html: String,
    /// The whole message as it came.
    pub content: String,
}

impl Mailbox {
    /// Starts the server; `None` where it cannot be had.
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the server is")]
    pub async fn open() -> Option<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let Some(python) = std::env::var("TOBAN_TEST_PYTHON").ok().filter(|python| !python.is_empty()) else {
            leave_out("a mail server (TOBAN_TEST_PYTHON)");
            return None;
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/rig/smtp.py");
        let mut process = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("the server does not start"));
        Some(Self { url: Secret::new(format!("smtp://127.0.0.1:{port}")), lines, _process: process })
    }

    /// Waits for the next message.
    pub async fn next(&mut self) -> Mail {
        let line = within(Duration::from_secs(60), self.lines.next_line()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Mail {
    /// Where the message leads to; the same in both of its parts.
    pub fn link(&self) -> String {
        let link = self.text.split_whitespace().find(|word| word.starts_with("http"));
        let link = link.unwrap_or_else(|| panic!("no link in:\n{}", self.text));
        assert!(self.html.contains(&format!("href=\"{link}\"")), "{}", self.html);
        link.to_owned()
    }
}
