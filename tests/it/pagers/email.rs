//! E-mail against a real SMTP server, aiosmtpd. `./test` installs it and says where its Python is.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use toban::base::Secret;
use toban::base::clock::within;
use toban::domain::contact::Means;
use toban::pagers::email::Email;
use toban::ports::{Pager, PagerError, Paging};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::{page, plain};

/// The server. It ends when its input does.
struct Server {
    url: Secret,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Server {
    /// Starts it; `None` where it cannot be had: loudly, and never in CI.
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the server is")]
    #[expect(clippy::print_stderr, reason = "what is left out must be seen")]
    async fn start() -> Option<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let Some(python) = std::env::var("TOBAN_TEST_PYTHON").ok().filter(|python| !python.is_empty()) else {
            let ci = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!ci, "TOBAN_TEST_PYTHON is not set, and in CI nothing is left out: run ./test");
            eprintln!("LEFT OUT: e-mail, because TOBAN_TEST_PYTHON is not set; ./test installs aiosmtpd");
            return None;
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/pagers/smtp.py");
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

    async fn message(&mut self) -> Value {
        let line = within(Duration::from_secs(60), self.lines.next_line()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

// TS-23
#[tokio::test]
async fn a_real_mail_server_takes_the_page_with_its_link() {
    let Some(mut server) = Server::start().await else { return };
    let email = Email::new(&server.url, Some("Toban <toban@example.com>")).unwrap();
    email.check().await.unwrap();
    let (one, two) = (
        email.send(Means::Email, &page(plain("sato@example.com"))).await.unwrap(),
        email.send(Means::Email, &Paging { again: true, ..page(plain("sato@example.com")) }).await.unwrap(),
    );
    assert_eq!(one, two, "the same message to a mail program");
    let told = server.message().await;
    assert_eq!((&told["from"], &told["to"][0]), (&"toban@example.com".into(), &"sato@example.com".into()));
    let content = told["content"].as_str().unwrap();
    assert!(content.contains(&format!("Message-ID: <{one}>")), "{content}");
    assert!(content.contains("multipart/alternative") && content.contains("text/html"), "{content}");
    assert!(content.contains("Auto-Submitted: auto-generated") && content.contains("Importance: high"));
    assert!(content.contains("<INC-42@example.com>"));
    server.message().await;
}

#[tokio::test]
async fn what_a_mail_server_refuses_is_told_apart() {
    let Some(server) = Server::start().await else { return };
    let email = Email::new(&server.url, None).unwrap();
    let fails = [
        ("nobody@example.com", PagerError::Refused("550".into())),
        ("later@example.com", PagerError::Down("451".into())),
        ("not an address", PagerError::Refused("not an address".into())),
    ];
    for (to, error) in fails {
        assert_eq!(email.send(Means::Email, &page(plain(to))).await, Err(error));
    }
}

#[tokio::test]
async fn a_mail_server_that_is_not_there_or_mute_is_not_the_persons_fault() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let nowhere = Email::new(&Secret::new("smtp://127.0.0.1:1"), None).unwrap();
    let sent = nowhere.send(Means::Email, &page(plain("sato@example.com"))).await;
    assert_eq!(sent, Err(PagerError::Down("no connection".into())));
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Secret::new(format!("smtp://{}", mute.local_addr().unwrap()));
    let email = Email::new(&url, None).unwrap().patience(Duration::from_millis(300));
    let sent = email.send(Means::Email, &page(plain("sato@example.com"))).await;
    assert_eq!(sent, Err(PagerError::Uncertain("no answer within 300ms".into())));
}
