//! A strict stand-in for Slack on loopback: Web API, reply URLs, files and Socket Mode. It refuses what Slack
//! refuses, forgets nothing, and fails when it is told to.

pub mod blocks;
mod caller;
mod socket;
mod state;
pub mod transcript;
mod web;

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};
use toban::base::clock::within;
use toban::base::{Clock, Secret};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use caller::{Caller, payloads};
pub use state::{Ack, Fault, Said, State};

/// The bot's token.
pub const BOT_TOKEN: &str = "xoxb-1-test";
/// The app-level token.
pub const APP_TOKEN: &str = "xapp-1-test";
/// The signing secret.
pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
/// The bot's user.
pub const BOT_USER: &str = "U0TOBAN";
/// Longer than anything in a test takes, unless it is broken.
pub const LONG: Duration = Duration::from_secs(60);

/// The stand-in. It goes away when dropped.
pub struct FakeSlack {
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
}

pub(crate) struct Shared {
    state: Mutex<State>,
    changed: watch::Sender<()>,
    sockets: socket::Sockets,
    clock: Clock,
    /// `http://127.0.0.1:PORT`.
    base: String,
    /// `ws://127.0.0.1:PORT`.
    socket_url: String,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Changes what is remembered and wakes whoever waits for it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.send_replace(());
        result
    }
}

impl FakeSlack {
    /// Starts it on ports of the kernel's choice.
    pub async fn start() -> Self {
        Self::start_by(Clock::system()).await
    }

    /// The same with a clock of the test's.
    pub async fn start_by(clock: Clock) -> Self {
        // The second test to install it finds the first one's; both are the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let web = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sockets = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: watch::Sender::default(),
            sockets: socket::Sockets::default(),
            clock,
            base: format!("http://{}", web.local_addr().unwrap()),
            socket_url: format!("ws://{}", sockets.local_addr().unwrap()),
        });
        let routes = web::routes(Arc::clone(&shared));
        let tasks = vec![
            tokio::spawn(async move { axum::serve(web, routes).await.unwrap() }),
            tokio::spawn(socket::serve(sockets, Arc::clone(&shared))),
        ];
        Self { shared, tasks }
    }

    /// What goes into `slack.api_url`.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.shared.base)
    }

    /// The bot's token, as config would give it.
    pub fn bot_token(&self) -> Secret {
        Secret::new(BOT_TOKEN)
    }

    /// The app-level token, as config would give it.
    pub fn app_token(&self) -> Secret {
        Secret::new(APP_TOKEN)
    }

    /// The signing secret, as config would give it.
    pub fn signing_secret(&self) -> Secret {
        Secret::new(SIGNING_SECRET)
    }

    /// A reply URL, good for five answers, as Slack gives them with commands and buttons.
    pub fn reply_url(&self, channel: &str, user: &str) -> String {
        self.shared.change(|state| {
            state.counter += 1;
            let id = format!("R{}", state.counter);
            state.replies.insert(id.clone(), (channel.to_owned(), user.to_owned(), 0));
            format!("{}/respond/{id}", self.shared.base)
        })
    }

    /// There is a user group with these people in it.
    pub fn group(&self, id: &str, users: &[&str]) {
        let users = users.iter().map(|user| (*user).to_owned()).collect();
        self.shared.change(|state| state.groups.insert(id.to_owned(), users));
    }

    /// The next call of `method` goes wrong like that; several faults queue up.
    pub fn fail(&self, method: &str, fault: Fault) {
        self.shared.change(|state| state.faults.push((method.to_owned(), fault)));
    }

    /// From now on every call goes wrong like that; `None` ends it.
    pub fn away(&self, fault: Option<Fault>) {
        self.shared.change(|state| state.away = fault);
    }

    /// From now on a channel takes one message per `pace` and answers 429 to others; `None` ends it.
    pub fn pace(&self, pace: Option<Duration>) {
        self.shared.change(|state| state.pace = pace);
    }

    /// From now on the channel answers posts with this error.
    pub fn close_channel(&self, channel: &str, error: &'static str) {
        self.shared.change(|state| state.closed.insert(channel.to_owned(), error));
    }

    /// From now on the token is refused with this error; `None` accepts it again.
    pub fn revoke(&self, token: &str, error: Option<&'static str>) {
        self.shared.change(|state| match error {
            Some(error) => state.revoked.insert(token.to_owned(), error),
            None => state.revoked.remove(token),
        });
    }

    /// What a person wrote: to have threads to answer in.
    pub fn person_says(&self, channel: &str, text: &str) -> String {
        let now = self.shared.clock.now();
        self.shared.change(|state| {
            let ts = state.ts(now);
            state.messages.push(Said {
                ts: ts.clone(),
                channel: channel.to_owned(),
                thread: None,
                only: None,
                text: text.to_owned(),
                blocks: json!([]),
                metadata: Value::Null,
                files: Vec::new(),
                edits: 0,
            });
            ts
        })
    }

    /// What it remembers now.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    /// Waits until `found` finds something.
    ///
    /// # Panics
    /// With everything that is remembered, if it never does.
    pub async fn wait_for<T>(&self, found: impl Fn(&State) -> Option<T>) -> T {
        let mut changed = self.shared.changed.subscribe();
        let waiting = async {
            loop {
                changed.borrow_and_update();
                if let Some(found) = found(&self.shared.lock()) {
                    return found;
                }
                changed.changed().await.unwrap();
            }
        };
        match within(LONG, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("it never came; this is what there is: {:#?}", *self.shared.lock()),
        }
    }

    /// Waits until a condition holds.
    pub async fn wait_until(&self, holds: impl Fn(&State) -> bool) {
        self.wait_for(|state| holds(state).then_some(())).await;
    }

    /// The channel as a person sees it: roots in order, each followed by its replies.
    pub fn transcript(&self, channel: &str) -> String {
        let state = self.shared.lock();
        let mut shown = String::new();
        for root in state.messages.iter().filter(|said| said.channel == channel && said.thread.is_none()) {
            show(&mut shown, root, "");
            let replies = state.messages.iter().filter(|said| said.channel == channel);
            for reply in replies.filter(|said| said.thread.as_deref() == Some(&root.ts)) {
                show(&mut shown, reply, "    ");
            }
        }
        shown
    }

    /// Sends an envelope down any open socket; its id.
    pub async fn send(&self, kind: &str, payload: Value) -> String {
        self.wait_until(|state| !state.sockets.is_empty()).await;
        let id = self.shared.change(|state| {
            state.counter += 1;
            format!("envelope-{}", state.counter)
        });
        let envelope = json!({
            "type": kind, "envelope_id": id, "payload": payload, "accepts_response_payload": kind == "slash_commands",
        });
        self.shared.sockets.send(&envelope.to_string());
        id
    }

    /// Sends a frame as it is down any open socket.
    pub fn send_frame(&self, frame: &str) {
        self.shared.sockets.send(frame);
    }

    /// Asks every socket to go, as Slack does every few hours.
    pub fn refresh(&self, debug_info: bool) {
        let mut frame = json!({ "type": "disconnect", "reason": "refresh_requested" });
        if debug_info {
            frame["debug_info"] = json!({ "host": "wss-111.slack.com" });
        }
        self.shared.sockets.send_all(&frame.to_string());
    }

    /// Breaks every socket without a word.
    pub fn drop_sockets(&self) {
        self.shared.sockets.drop_all();
    }

    /// Waits for the acknowledgement of an envelope.
    pub async fn acknowledged(&self, envelope: &str) -> Ack {
        self.wait_for(|state| state.acks.iter().find(|ack| ack.envelope == envelope).cloned()).await
    }

    /// A client that signs as Slack does and calls Toban at `url`.
    pub fn caller(&self, url: &str) -> Caller {
        Caller::new(url, SIGNING_SECRET, self.shared.clock.clone())
    }
}

fn show(shown: &mut String, said: &Said, indent: &str) {
    let mut marks = String::new();
    if let Some(user) = &said.only {
        let _ = write!(marks, "(only {user}) ");
    }
    if said.edits > 0 {
        marks.push_str("(edited) ");
    }
    for (at, line) in transcript::lines(&said.text, &said.blocks).into_iter().enumerate() {
        let line = if at == 0 { format!("{marks}{line}") } else { format!("  {line}") };
        let _ = writeln!(shown, "{indent}{line}");
    }
    for (name, content) in &said.files {
        let _ = writeln!(shown, "{indent}{marks}[file {name}, {} bytes]", content.len());
    }
}

impl Drop for FakeSlack {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.shared.sockets.drop_all();
    }
}
