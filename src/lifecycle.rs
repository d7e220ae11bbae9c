//! From ready to gone: what runs, in which order it starts, and how it ends without losing anything.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::set_back::Setbacks;
use crate::app::wellness::Wellness;
use crate::app::{escalator, heartbeat, keeper, pulse};
use crate::base::clock::{pause, within};
use crate::chat::slack::http;
use crate::web::{Readers, Server, calendar, health, hooks, metrics, replies};
use crate::wire::{SlackDoor, Toban};

/// How long work that has begun, and then what is to be said, may take to end.
const GRACE: Duration = Duration::from_secs(20);
/// How often the store is tried for `/readyz`.
const CHECK: Duration = Duration::from_secs(5);

/// A Toban at work.
pub struct Running {
    /// Where its web server listens.
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
    listening: Option<JoinHandle<()>>,
    /// Takes up work; ends before the work does.
    keeping: Vec<JoinHandle<()>>,
    /// Keeps this replica's work its own; goes on until all of it is done.
    beating: JoinHandle<()>,
    toban: Toban,
}

/// Starts a wired Toban on a bound server, with `more` routes beside its own.
///
/// # Errors
/// When its store does not answer.
pub async fn start(toban: Toban, server: Server, more: Router) -> anyhow::Result<Running> {
    toban.store.beat().await.context("the store does not answer")?;
    let setbacks = Setbacks::new(toban.incidents.clone());
    setbacks.look().await.context("the store does not answer")?;
    let (stop, stopped) = watch::channel(false);
    let ready = Arc::new(AtomicBool::new(true));
    let readers = Readers { listen: server.local_addr(), token: toban.metrics_token.clone() };
    let mut routes = more
        .merge(health(readiness(&ready, &toban)))
        .merge(calendar(toban.calendars.clone()))
        .merge(hooks(toban.hooks.clone()))
        .merge(metrics(toban.vitals.meters.clone(), readers))
        .merge(replies(toban.answers.clone()));
    let server = server.counting(toban.vitals.requests.clone());
    let mut listening = None;
    if let Some(SlackDoor::Http(door)) = &toban.slack {
        routes = routes.merge(http::routes(door.clone()));
    }
    if let Some(SlackDoor::Socket(door)) = &toban.slack {
        let (door, stopped) = (door.clone(), told(stopped.clone()));
        listening = Some(tokio::spawn(async move { door.listen(stopped).await }));
    }
    let address = server.local_addr();
    let serving = tokio::spawn(server.serve(routes, told(stopped)));
    let (vitals, measured) = (toban.vitals.clone(), toban.store.clone());
    let mut keeping = vec![
        tokio::spawn(keeper::keep(toban.dispatch.clone())),
        tokio::spawn(toban.intake.clone().keep()),
        tokio::spawn({
            let paging = toban.paging.clone();
            async move { paging.work().await }
        }),
        tokio::spawn({
            let watch = toban.watch.clone();
            async move { match watch.run().await {} }
        }),
        tokio::spawn({
            let hands = toban.hands.clone();
            async move { hands.keep().await }
        }),
        tokio::spawn({
            let forewarn = toban.forewarn.clone();
            async move { forewarn.keep().await }
        }),
        tokio::spawn(check_store(toban.store.clone(), ready.clone())),
        tokio::spawn(async move { match vitals.measure(measured).await {} }),
        tokio::spawn(escalator::escalate(toban.incidents.clone())),
        tokio::spawn(async move { match setbacks.watch().await {} }),
    ];
    if let Some(ear) = toban.telegram.clone() {
        keeping.push(tokio::spawn(ear.listen()));
    }
    if let Some((pulse, every)) = toban.pulse.clone() {
        let wellness = Arc::new(Wellness::new(ready, toban.incidents.clone(), toban.paging.clone()));
        let watched = wellness.clone();
        keeping.push(tokio::spawn(async move { match watched.watch().await {} }));
        let well: pulse::Wellness = Arc::new(move || wellness.look());
        let vitals = toban.vitals.clone();
        keeping.push(tokio::spawn(async move { match pulse::keep(pulse, every, well, vitals).await {} }));
    }
    let store = toban.store.clone();
    let beating = tokio::spawn(async move { match heartbeat::beat(&store).await {} });
    tracing::info!(web.address = %address, "Toban is on duty");
    Ok(Running { address, stop, serving, listening, keeping, beating, toban })
}

impl Running {
    /// Takes nothing more in, ends what has begun, says what is to be said, closes the store.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // Each of these has a limit of its own, and what does not end in time is taken up after the next start.
        let taking_in = async {
            if let Ok(Err(error)) = self.serving.await {
                tracing::warn!(error = %error, "the web server did not end well");
            }
            if let Some(listening) = self.listening {
                let _ = listening.await;
            }
        };
        let _ = within(GRACE, taking_in).await;
        for task in self.keeping {
            task.abort();
        }
        if within(GRACE, self.toban.dispatch.idle()).await.is_err() {
            tracing::warn!("some commands have not ended; they are taken up after the next start");
        }
        if within(GRACE, self.toban.paging.idle()).await.is_err() {
            tracing::warn!(
                "some pages are still being sent; what is not known of them is looked up after the next start"
            );
        }
        if within(GRACE, self.toban.intake.idle()).await.is_err() {
            tracing::warn!("some alerts have not reached their incidents; they do so after the next start");
        }
        if within(GRACE, self.toban.delivery.settled()).await.is_err() {
            tracing::warn!(
                posts = self.toban.delivery.backlog(),
                "some answers have not arrived; they are delivered after the next start"
            );
        }
        self.beating.abort();
        self.toban.store.close().await;
    }
}

/// Resolves when the signal to stop has been given, or can no longer be.
async fn told(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn readiness(
    store: &Arc<AtomicBool>,
    toban: &Toban,
) -> impl Fn() -> Result<(), String> + Clone + Send + Sync + 'static {
    let store = store.clone();
    let sockets = match &toban.slack {
        Some(SlackDoor::Socket(door)) => Some(door.open()),
        _ => None,
    };
    move || {
        if !store.load(Ordering::Relaxed) {
            return Err("the store cannot be written".to_owned());
        }
        match &sockets {
            Some(open) if *open.borrow() == 0 => Err("no connection to Slack".to_owned()),
            _ => Ok(()),
        }
    }
}

async fn check_store(store: crate::store::Store, ready: Arc<AtomicBool>) {
    loop {
        pause(CHECK).await;
        store.refill().await;
        let now = store.ready().await;
        if ready.swap(now, Ordering::Relaxed) != now {
            tracing::warn!(store.ready = now, "the store's state changed");
        }
    }
}

/// Listens for SIGTERM and Ctrl-C from now on, so that one that comes while Toban starts is heard too; resolves at the first.
///
/// # Errors
/// When the process may not listen to signals.
pub fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
