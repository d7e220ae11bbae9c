//! Servers of our own that speak the real protocols of the five services, for the demo and the tests.
//!
//! They simulate systems, never answers: whoever talks to them cannot tell, and need not know, that they are ours.
//! One listener serves REST over HTTP/1.1 and HTTP/2 and gRPC; `/sandbox/…` is the hand that breaks things.
//!
//! Time is the clock's that is passed in. Nothing here waits for a moment: whoever looks at the [`World`] makes
//! everything happen that was due by then, so a manual clock moves it as well as a fast one.

mod apps;
mod control;
pub mod docker;
pub mod error;
pub mod fault;
pub mod logging;
mod metadata;
pub mod monitoring;
pub mod ntfy;
mod random;
mod record;
pub mod run;
mod stories;
mod wire;
pub mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::fault::{Fault, Kind, System};
pub use self::record::{MESSAGE, Seen};
pub use self::world::World;
use crate::base::Clock;

/// How the sandbox is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// The same seed makes the same past.
    pub seed: u64,
    /// How long Cloud Run's operations take, by the clock.
    pub operations_take: Duration,
    /// `entries.list` a minute for a project; `None` for no limit.
    pub reads_a_minute: Option<usize>,
    /// Tail sessions a project may have open.
    pub tail_sessions: usize,
    /// How far back the logs go.
    pub history: Duration,
    /// Whether new lines keep being written.
    pub lively: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 20_260_109,
            operations_take: Duration::from_secs(4),
            reads_a_minute: Some(60),
            tail_sessions: 10,
            history: Duration::from_hours(7 * 24 + 12),
            lively: true,
        }
    }
}

impl Options {
    /// No lines but those that are [said](World::say), operations that end at once, no quota.
    pub fn quiet() -> Self {
        Self {
            operations_take: Duration::ZERO,
            reads_a_minute: None,
            history: Duration::ZERO,
            lively: false,
            ..Self::default()
        }
    }
}

/// Why the sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox cannot listen on loopback")]
pub struct SandboxError(#[from] std::io::Error);

/// The servers, listening. Dropping it ends them.
pub struct Sandbox {
    address: SocketAddr,
    world: World,
    wires: wire::Wires,
    tasks: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Listens on a port of loopback that the kernel chooses.
    ///
    /// # Errors
    /// Loopback cannot be listened on.
    pub async fn start(clock: Clock, options: Options) -> Result<Self, SandboxError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let world = World::new(clock, options);
        let routes = Router::new()
            .merge(run::routes())
            .merge(logging::routes())
            .merge(monitoring::routes())
            .merge(docker::routes())
            .merge(metadata::routes())
            .merge(ntfy::routes())
            .merge(control::routes())
            .merge(apps::routes())
            .method_not_allowed_fallback(async || error::no_such_path())
            .fallback(async || error::no_such_path())
            .layer(from_fn_with_state(world.clone(), record::gate))
            .with_state(world.clone());
        let wires = wire::Wires::default();
        let incoming = wires.clone().incoming(listener);
        let server = tokio::spawn(async move {
            let mut server = tonic::transport::Server::builder().accept_http1(true);
            let served = server.add_routes(routes.into()).serve_with_incoming(incoming).await;
            if let Err(error) = served {
                tracing::error!(error.message = %error, "the sandbox's server ended");
            }
        });
        let ticker = tokio::spawn(world.clone().live());
        Ok(Self { address, world, wires, tasks: vec![server, ticker] })
    }

    /// `http://127.0.0.1:PORT`: the endpoint of every Google API that is simulated.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The simulated world.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The endpoint of the metadata server.
    pub fn metadata_url(&self) -> String {
        self.url()
    }

    /// Where messages for telephones are published.
    pub fn ntfy_url(&self) -> String {
        format!("{}/ntfy", self.url())
    }

    /// Service → the base URL of its own endpoints, without a slash at the end.
    pub fn urls(&self) -> BTreeMap<String, String> {
        apps::APPS.iter().map(|app| (app.path.to_owned(), format!("{}/{}", self.url(), app.path))).collect()
    }

    /// The origins by which the world outside knows the services → where they are here.
    pub fn origins(&self) -> BTreeMap<String, String> {
        let pairs = apps::APPS.iter().flat_map(|app| {
            app.origins.iter().map(|origin| ((*origin).to_owned(), format!("{}/{}", self.url(), app.path)))
        });
        pairs.collect()
    }

    /// The layer of config that points everything here.
    pub fn config_overlay(&self) -> String {
        let url = self.url();
        let mut toml = format!(
            "[google]\ncredentials = \"none\"\n\n[google.endpoints]\nrun = \"{url}\"\nlogging = \"{url}\"\nmonitoring = \"{url}\"\nmetadata = \"{url}\"\n\n[docker]\nhost = \"{url}\"\n\n[http.origins]\n"
        );
        for (origin, here) in self.origins() {
            toml.push_str(&format!("\"{origin}\" = \"{here}\"\n"));
        }
        toml
    }

    /// Ends the servers and every connection, and waits until they are gone.
    pub async fn stop(mut self) {
        self.end();
        for task in std::mem::take(&mut self.tasks) {
            // It was aborted: the error says no more than that.
            let _ = task.await;
        }
    }

    fn end(&self) {
        for task in &self.tasks {
            task.abort();
        }
        self.wires.cut_all();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.end();
    }
}
