//! A console with a bot of a few canned answers behind it, which come through the chat port like real ones.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use jiff::Timestamp;
use toban::base::Clock;
use toban::base::ids::{PostId, row};
use toban::chat::console::{Channel, Console, Persona, Setup, Suggestion, Try, anyone_on_loopback};
use toban::domain::log::{LogLine, Severity};
use toban::domain::message::{Audience, Entry, Message, Thread};
use toban::domain::report::{Block, Body, Look, Report, Tone};
use toban::domain::words::{Lang, Phrase, Reader, Words};
use toban::ports::{Chat, Inbox, NotTaken, Outgoing, Taken};
use tokio::sync::{Notify, oneshot};

pub struct Rig {
    pub bot: Arc<Bot>,
    pub console: Arc<Console>,
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Rig {
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    pub async fn start_at(address: SocketAddr) -> Self {
        // Whoever has a default provider installed already has this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let console = Arc::new(Console::new(setup()));
        let bot = Arc::new(Bot::default());
        bot.console.set(Arc::clone(&console)).unwrap();
        let server = toban::web::Server::bind(address).unwrap();
        let address = server.local_addr();
        let router = console.router(Arc::clone(&bot) as Arc<dyn Inbox>).merge(toban::web::health(|| Ok(())));
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(server.serve(router, async move {
            let _ = stopped.await;
        }));
        Self { bot, console, address, stop: Some(stop), server }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Ends the server, open event streams and all.
    pub async fn stop(mut self) -> (Arc<Bot>, SocketAddr) {
        let _ = self.stop.take().unwrap().send(());
        self.server.await.unwrap().unwrap();
        (self.bot, self.address)
    }
}

fn setup() -> Setup {
    let channel = |id: &str, about: &str| Channel { id: id.into(), label: id.into(), about: about.into() };
    let person = |user: &str, name: &str, about: &str, lang| Persona {
        user: user.into(),
        name: name.into(),
        about: about.into(),
        lang,
        zone: jiff::tz::TimeZone::UTC,
    };
    let to_try = |command: &str, line: &'static str| Try { command: command.into(), line: Phrase::raw(line) };
    Setup {
        channels: vec![
            channel("ops", "Everything that concerns all services"),
            channel("sagebase", "Cloud Run · production"),
            channel("bluelamp", "Cloud Run · production"),
            channel("api-key-server", "Cloud Run · production"),
        ],
        people: vec![
            person("sato", "Sato Yui", "operator", None),
            person("mori", "Mori Ken", "viewer", None),
            person("tanaka", "田中 直樹", "operator", Some(Lang::Ja)),
        ],
        tries: vec![
            to_try("health sagebase", "Looks at every component at once and says how it is."),
            to_try("logs bluelamp errors 1h", "Folds repeated lines, hides secrets, explains known errors."),
            to_try("rollback api-key-server previous", "Shows what would change and asks before it does."),
        ],
        completer: Arc::new(|text| {
            let words = ["health ", "help", "logs bluelamp ", "logs sagebase ", "releases ", "rollback "];
            let hints = [
                "How is a service?",
                "What can I say?",
                "Read a log",
                "Read a log",
                "Revisions and traffic",
                "Go back",
            ];
            let matching = words.iter().zip(hints).filter(|(word, _)| word.starts_with(text));
            matching
                .map(|(word, hint)| Suggestion {
                    text: (*word).into(),
                    label: word.trim().into(),
                    hint: hint.into(),
                })
                .collect()
        }),
        authenticator: Arc::new(anyone_on_loopback),
        words: Arc::new(Words::load().unwrap()),
        clock: Clock::system(),
    }
}

/// Answers by the first word of a command.
#[derive(Default)]
pub struct Bot {
    pub seen: Mutex<Vec<Message>>,
    ids: Mutex<HashSet<String>>,
    console: OnceLock<Arc<Console>>,
    /// Each permit lets a slow command go one step on.
    pub step: Arc<Notify>,
}

#[async_trait]
impl Inbox for Bot {
    async fn take(&self, message: Message) -> Result<Taken, NotTaken> {
        if message.text == "lose" {
            return Err(NotTaken("disk full".to_owned()));
        }
        if !self.ids.lock().unwrap().insert(message.id.as_str().to_owned()) {
            return Ok(Taken::Duplicate);
        }
        self.seen.lock().unwrap().push(message.clone());
        let (console, step) = (Arc::clone(self.console.get().unwrap()), Arc::clone(&self.step));
        if ["slow", "confirm"].contains(&message.text.split(' ').next().unwrap()) {
            tokio::spawn(work(console, step, message));
        } else {
            answer(&console, &message).await;
        }
        Ok(Taken::First)
    }
}

/// A change that takes two steps, each told by an edit of the same post.
async fn work(console: Arc<Console>, step: Arc<Notify>, message: Message) {
    let (post, what, steps, end) = match &message.entry {
        Entry::Button { message, .. } => {
            let steps = ["Moving traffic to api-key-server-00041-kiv", "Looking at its health"];
            (PostId::from(message.as_str()), "Rolling api-key-server back", steps, rolled_back())
        }
        _ => {
            let steps = ["Waiting for the first step", "Half of the traffic moved"];
            (PostId::from(row()), "Rolling out", steps, Report::new(Tone::Good, "Rolled out"))
        }
    };
    for line in steps {
        say(&console, &message, &post, Report::new(Tone::Busy, what).text(line)).await;
        step.notified().await;
    }
    say(&console, &message, &post, end).await;
}

async fn answer(console: &Console, message: &Message) {
    let (post, mut audience) = (PostId::from(row()), Audience::All);
    let body = match message.text.split(' ').next().unwrap() {
        "more" => Body::File {
            name: "ログ.txt".into(),
            text: "一行目\n<b>two</b>\n".into(),
            at: Timestamp::UNIX_EPOCH,
        },
        "whisper" => {
            audience = Audience::Only { user: message.user.clone(), reply_url: None };
            Body::Report(Report::new(Tone::Plain, "Between us"))
        }
        "health" => Body::Report(health()),
        "logs" => Body::Report(logs()),
        "rollback" => Body::Report(plan()),
        _ => Body::Report(echo(&message.text)),
    };
    put(console, message, &post, &body, &audience).await;
}

async fn put(console: &Console, to: &Message, post: &PostId, body: &Body, audience: &Audience) {
    let Some(Thread::Known(thread)) = &to.place.thread else { panic!("no thread") };
    let reader = Reader::default();
    let out =
        Outgoing { post, channel: &to.place.channel, thread: Some(thread), audience, body, reader: &reader };
    if console.find(&out).await.unwrap().is_some() {
        console.edit(&out, post.as_str()).await.unwrap();
    } else {
        console.post(&out).await.unwrap();
    }
}

async fn say(console: &Console, to: &Message, post: &PostId, report: Report) {
    put(console, to, post, &Body::Report(report), &Audience::All).await;
}

fn echo(text: &str) -> Report {
    Report::new(Tone::Warn, format!("I do not know “{text}”."))
        .text("Did you mean `health sagebase`?")
        .button("health sagebase", "health sagebase", Look::Plain)
}

fn health() -> Report {
    let cells = |row: [&str; 4]| row.map(Phrase::raw).to_vec();
    Report::new(Tone::Good, "sagebase is healthy")
        .block(Block::Fields(vec![
            ("Environment".into(), "production".into()),
            ("Serving".into(), "`sagebase-streamlit-00042-abc`".into()),
            ("Answered in".into(), "182ms".into()),
        ]))
        .block(Block::Table {
            heads: cells(["Component", "Seen", "Latency", "Verdict"]),
            rows: vec![
                cells(["web", "HTTP 200, status ok; ready", "143ms", "healthy"]),
                cells(["processor", "ready, all conditions true", "182ms", "healthy"]),
                cells(["db", "not connected yet: cloud_sql", "–", "not connected"]),
            ],
        })
        .button("Logs", "logs sagebase errors 1h", Look::Plain)
        .button("Releases", "releases sagebase", Look::Plain)
        .footnote("Cloud Run asia-northeast1 · HTTP probe https://sagebase.example.com/health")
}

fn logs() -> Report {
    let line = |at: &str, severity, text: &str, count| LogLine {
        at: format!("2026-01-05T{at}Z").parse().unwrap(),
        severity,
        text: text.to_owned(),
        count,
    };
    Report::new(Tone::Warn, "bluelamp: 17 errors in the last hour")
        .block(Block::Log(vec![
            line("14:01:07", Severity::Error, "OpenAI API error: 429 rate limit reached for gpt-4o (key sk-…[redacted])", 12),
            line("14:03:22", Severity::Warning, "リトライします (2/3): 接続がタイムアウトしました", 1),
            line("14:03:40", Severity::Error, "Traceback (most recent call last):\n  File \"/app/main.py\", line 88, in chat\n    raise UpstreamError(status=502)", 1),
            line("14:05:02", Severity::Info, "POST /api/chat 200 1.8s", 1),
            line("14:09:55", Severity::Critical, "データベースに接続できません: FATAL: too many connections for role \"bluelamp\"", 4),
        ]))
        .block(Block::Heading("Known errors".into()))
        .block(Block::List(vec![
            "**429 rate limit**: the quota of the key is used up. Raise it or wait a minute.".into(),
            "**too many connections**: a revision leaks its pool. `rollback bluelamp previous` helps until it is mended.".into(),
        ]))
        .button("Follow", "logs bluelamp follow", Look::Primary)
        .button("More", "more R-7K2M9QX4TB", Look::Plain)
        .button("As file", "more R-7K2M9QX4TB file", Look::Plain)
        .footnote("17 lines of 2,431 read · 13:10 to 14:10 UTC · R-7K2M9QX4TB")
}

fn plan() -> Report {
    let cells = |row: [&str; 3]| row.map(Phrase::raw).to_vec();
    Report::new(Tone::Warn, "Roll api-key-server back to api-key-server-00041-kiv?")
        .block(Block::Table {
            heads: cells(["", "From", "To"]),
            rows: vec![
                cells(["Revision", "api-key-server-00042-tuw", "api-key-server-00041-kiv"]),
                cells(["Traffic", "100%", "0% → 100%"]),
                cells(["Made", "2026-01-05 09:12", "2025-12-19 17:40"]),
                cells(["Image", "api-key-server@sha256:9f2c…", "api-key-server@sha256:41ab…"]),
            ],
        })
        .block(Block::Heading("What else changes".into()))
        .block(Block::List(vec![
            "`RATE_LIMIT` is lost, `LOG_LEVEL` gets another value.".into(),
            "New deployments will **not** take traffic until it follows the latest revision again.".into(),
        ]))
        .text("previous: the newest ready revision made before the one that serves.")
        .button("Roll back", "confirm P-7K2M9QX4TB", Look::Danger)
        .button("Cancel", "cancel P-7K2M9QX4TB", Look::Plain)
        .footnote("Good for 5 minutes · P-7K2M9QX4TB")
}

fn rolled_back() -> Report {
    Report::new(Tone::Good, "api-key-server is back on api-key-server-00041-kiv")
        .block(Block::Fields(vec![
            ("Verdict".into(), "better: http is healthy again".into()),
            ("Took".into(), "11s".into()),
        ]))
        .button("Undo", "undo P-7K2M9QX4TB", Look::Plain)
        .footnote("Confirmed by Sato Yui · Undo is possible for 30 minutes")
}
