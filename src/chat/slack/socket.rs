//! Socket Mode. slack-morphism opens, pings and reopens the sockets; what comes through them is read here, frame
//! by frame, because its own listener loses interactions that it does not know and cannot be panicked in.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use slack_morphism::clients_manager::{SlackSocketModeClientsManager, SlackSocketModeClientsManagerFactory};
use slack_morphism::listener::SlackClientEventsListenerEnvironment;
use slack_morphism::{
    SlackApiToken, SlackClientSocketModeConfig, SlackSocketModeClientListener, SlackSocketModeWssClientId,
};
use tokio::sync::watch;

use super::api::{Api, secret_token};
use super::payload::{Envelope, Interaction, Pushed, Slash};
use super::reception::{Reception, Verdict};
use crate::base::Secret;
use crate::base::clock::within;
use crate::ports::ChatError;

/// How the sockets are kept.
#[derive(Debug, Clone)]
pub struct SocketSettings {
    /// Sockets at once; Slack allows ten for all replicas together, and sends each payload to one of them.
    pub connections: u32,
    /// Without any socket for this long, everything is built anew, tokens checked first.
    pub silence: Duration,
    /// Between tries to get a token accepted.
    pub pause: Duration,
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self { connections: 2, silence: Duration::from_secs(45), pause: Duration::from_secs(15) }
    }
}

/// Slack through sockets that we open.
pub struct SocketDoor {
    api: Arc<Api>,
    token: SlackApiToken,
    reception: Arc<Reception>,
    settings: SocketSettings,
    open: Arc<watch::Sender<usize>>,
}

impl std::fmt::Debug for SocketDoor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SocketDoor").field("open", &*self.open.borrow()).finish_non_exhaustive()
    }
}

impl SocketDoor {
    /// Opens sockets with the app-level token `token` and hands what comes to `reception`.
    pub fn new(api: Arc<Api>, token: &Secret, reception: Arc<Reception>, settings: SocketSettings) -> Self {
        let open = Arc::new(watch::Sender::new(0));
        Self { api, token: secret_token(token), reception, settings, open }
    }

    /// How many sockets Slack has greeted; ready while it is not zero.
    pub fn open(&self) -> watch::Receiver<usize> {
        self.open.subscribe()
    }

    /// Listens until `stop` is ready; then takes nothing more, lets what is being stored be acknowledged, closes.
    pub async fn listen(&self, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = self.introduce() => {}
            }
            let sockets = Sockets::start(self).await;
            tokio::select! {
                () = &mut stop => {
                    sockets.drain().await;
                    return;
                }
                () = self.silence() => {
                    tracing::error!("slack: no socket for too long, starting again");
                    sockets.close().await;
                }
            }
        }
    }

    /// Returns when Slack accepts both tokens: a wrong one would only be retried in silence.
    async fn introduce(&self) {
        let mut said = String::new();
        loop {
            let (bot, app) = (self.api.identity().await, self.api.identity_of(&self.token).await);
            let (team, why) = match (bot, app) {
                (Ok(bot), Ok(_)) => (bot.team.unwrap_or_default(), None),
                (Err(error), _) => (String::new(), Some(format!("slack.bot_token: {error}"))),
                (_, Err(error)) => (String::new(), Some(format!("slack.app_token: {error}"))),
            };
            let Some(why) = why else {
                tracing::info!(slack.team = team, "slack: signed in");
                return;
            };
            if why != said {
                tracing::error!(slack.error = why, "slack: cannot sign in; trying on");
                said = why;
            }
            pause(self.settings.pause).await;
        }
    }

    /// Returns when there has been no socket for too long.
    async fn silence(&self) {
        let mut open = self.open.subscribe();
        loop {
            let lost = open.wait_for(|open| *open == 0).await.is_err();
            let back = within(self.settings.silence, open.wait_for(|open| *open > 0)).await;
            if lost || back.is_err() {
                return;
            }
        }
    }
}

type Manager = dyn SlackSocketModeClientsManager + Send + Sync;

/// One generation of sockets.
struct Sockets {
    manager: Arc<Manager>,
    listener: Arc<Listener>,
}

impl Sockets {
    async fn start(door: &SocketDoor) -> Self {
        let environment = Arc::new(SlackClientEventsListenerEnvironment::new(Arc::clone(door.api.client())));
        let connector = &door.api.client().http_api.connector;
        let manager = connector.new_clients_manager(environment);
        let listener = Arc::new(Listener {
            manager: Arc::downgrade(&manager),
            reception: Arc::clone(&door.reception),
            open: Arc::clone(&door.open),
            greeted: Mutex::default(),
            busy: watch::Sender::new(0),
            draining: watch::Sender::new(false),
        });
        let config = SlackClientSocketModeConfig {
            max_connections_count: door.settings.connections,
            debug_connections: false,
            initial_backoff_in_seconds: 1,
            reconnect_timeout_in_seconds: 5,
            ping_interval_in_seconds: 10,
            ping_failure_threshold_times: 2,
        };
        let client: Arc<dyn SlackSocketModeClientListener + Send + Sync> = listener.clone();
        if let Err(error) = manager.register_new_token(&config, door.token.clone(), client).await {
            tracing::error!(error = %kind(&error), "slack: cannot open sockets");
        }
        manager.start().await;
        Self { manager, listener }
    }

    /// Takes nothing more; what is being stored is finished and acknowledged.
    async fn drain(self) {
        self.listener.draining.send_replace(true);
        let mut busy = self.listener.busy.subscribe();
        let _ = within(Duration::from_secs(3), busy.wait_for(|busy| *busy == 0)).await;
        // The last acknowledgement is on its way to the writer, which does not say when it has been written.
        pause(Duration::from_millis(50)).await;
        self.close().await;
    }

    async fn close(self) {
        self.manager.shutdown().await;
        self.listener.forget();
    }
}

/// Reads frames. One task per socket calls it, one frame at a time.
struct Listener {
    manager: Weak<Manager>,
    reception: Arc<Reception>,
    open: Arc<watch::Sender<usize>>,
    /// Sockets that have had a `hello` and not ended.
    greeted: Mutex<HashSet<String>>,
    busy: watch::Sender<usize>,
    draining: watch::Sender<bool>,
}

impl Listener {
    /// The acknowledgement, if the frame wants and deserves one.
    async fn frame(&self, socket: &SlackSocketModeWssClientId, frame: &str) -> Option<String> {
        let envelope: Envelope<'_> = match serde_json::from_str(frame) {
            Ok(envelope) => envelope,
            Err(error) => {
                self.reception.garbled(&format!(
                    "frame: {:?} at column {}",
                    error.classify(),
                    error.column()
                ));
                return None;
            }
        };
        let payload = envelope.payload.map_or("{}", |payload| payload.get());
        let (ear, now) = (&self.reception.ear, self.reception.clock.now());
        let heard = match &*envelope.kind {
            "hello" => {
                self.note(socket, true);
                tracing::info!(slack.socket = socket.to_string(), "slack: socket open");
                return None;
            }
            "disconnect" => {
                let reason = envelope.reason.as_deref().unwrap_or_default();
                tracing::info!(
                    slack.socket = socket.to_string(),
                    slack.reason = reason,
                    "slack: socket is replaced"
                );
                // Acknowledgements that are still on their way to the writer would be lost with the socket.
                pause(Duration::from_millis(50)).await;
                self.replace(socket).await;
                return None;
            }
            "slash_commands" => read::<Slash>(payload).map(|slash| ear.slash(slash, now)),
            "interactive" => read::<Interaction>(payload).map(|event| ear.interaction(event, now)),
            "events_api" => read::<Pushed>(payload).map(|pushed| ear.event(pushed, now)),
            other => Err(format!("envelope {other}")),
        };
        let verdict = match heard {
            Ok(heard) => self.reception.receive(heard).await,
            Err(why) => {
                // It will not be understood better a second time.
                self.reception.garbled(&why);
                Verdict::Acknowledge
            }
        };
        let id = envelope.envelope_id?;
        (verdict == Verdict::Acknowledge).then(|| serde_json::json!({ "envelope_id": id }).to_string())
    }

    fn note(&self, socket: &SlackSocketModeWssClientId, open: bool) {
        let mut greeted = self.greeted.lock().unwrap_or_else(PoisonError::into_inner);
        let id = socket.to_string();
        let changed = if open { greeted.insert(id) } else { greeted.remove(&id) };
        if changed {
            self.open.send_modify(|count| *count = if open { *count + 1 } else { count.saturating_sub(1) });
        }
    }

    fn forget(&self) {
        let gone = std::mem::take(&mut *self.greeted.lock().unwrap_or_else(PoisonError::into_inner)).len();
        self.open.send_modify(|count| *count = count.saturating_sub(gone));
    }

    async fn replace(&self, socket: &SlackSocketModeWssClientId) {
        self.note(socket, false);
        if let Some(manager) = self.manager.upgrade() {
            manager.restart_client(socket).await;
        }
    }
}

#[async_trait]
impl SlackSocketModeClientListener for Listener {
    async fn on_message(&self, client_id: &SlackSocketModeWssClientId, body: String) -> Option<String> {
        if *self.draining.borrow() {
            return None;
        }
        self.busy.send_modify(|busy| *busy += 1);
        // A panic here would end the socket's reading task and leave the socket open and deaf.
        let answer = AssertUnwindSafe(self.frame(client_id, &body)).catch_unwind().await;
        self.busy.send_modify(|busy| *busy -= 1);
        answer.unwrap_or_else(|_| {
            self.reception.garbled("a frame was panicked over");
            None
        })
    }

    async fn on_error(&self, error: Box<dyn std::error::Error + Send + Sync + 'static>) {
        let kind = error.downcast_ref().map_or("unknown", kind);
        tracing::warn!(slack.error = kind, "slack: trouble on a socket");
    }

    async fn on_disconnect(&self, client_id: &SlackSocketModeWssClientId) {
        tracing::info!(slack.socket = client_id.to_string(), "slack: socket closed");
        self.replace(client_id).await;
    }
}

fn read<'a, T: serde::Deserialize<'a>>(payload: &'a str) -> Result<T, String> {
    // The error's own words may quote the payload.
    serde_json::from_str(payload)
        .map_err(|error| format!("payload: {:?} at column {}", error.classify(), error.column()))
}

/// The kind of slack-morphism's error; its words may carry addresses with tickets and whole bodies.
fn kind(error: &slack_morphism::errors::SlackClientError) -> &'static str {
    use slack_morphism::errors::SlackClientError as Error;
    match error {
        Error::ApiError(_) => "refused",
        Error::HttpError(_) | Error::HttpProtocolError(_) => "http",
        Error::EndOfStream(_) => "end of stream",
        Error::SystemError(_) => "system",
        Error::ProtocolError(_) | Error::SocketModeProtocolError(_) => "protocol",
        Error::RateLimitError(_) => "rate limited",
    }
}

/// A pause in real time: sockets are real even where the demo's clock runs fast.
async fn pause(span: Duration) {
    let _ = within(span, std::future::pending::<()>()).await;
}

/// Which token Slack refuses, if it does: `toban check --online` asks.
///
/// # Errors
/// As any call of the Web API.
pub async fn check_app_token(api: &Api, token: &Secret) -> Result<(), ChatError> {
    api.identity_of(&secret_token(token)).await.map(|_| ())
}
