//! The console in the browser: a chat without an account. It is a door like any other (lines and button presses
//! become messages, answers come through [`crate::ports::Chat`]) that also draws itself.
//!
//! The board keeps the latest posts in memory; the store stays the owner of history and seeds it at start.
//! Pages follow the board by server-sent events: every post carries the number of its last change, so a page
//! that comes back asks for what is newer than the last number it saw, and nothing is lost or sent twice.

mod assets;
mod board;
mod complete;
mod files;
mod guard;
mod inbound;
mod outbound;
mod stream;
mod view;
mod welcome;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub use complete::{Completer, Suggestion};
pub use guard::{Authenticator, Visitor, anyone_on_loopback};
pub use outbound::Past;
pub use welcome::{Channel, Persona, Try};

use crate::base::Clock;
use crate::domain::words::Words;
use crate::ports::Inbox;

/// What a console needs to know; the roof fills it in.
pub struct Setup {
    /// Channels in the order of the sidebar; the first one opens.
    pub channels: Vec<Channel>,
    /// Who one can be; the first one is whoever has not chosen.
    pub people: Vec<Persona>,
    /// Things to try, shown as a welcome.
    pub tries: Vec<Try>,
    /// Completes a line as it is typed.
    pub completer: Completer,
    /// Who is there, from the headers of a request.
    pub authenticator: Authenticator,
    /// The dictionaries.
    pub words: Arc<Words>,
    /// Tells when a line was written.
    pub clock: Clock,
}

/// The console: [`crate::ports::Chat`] on one side, [`Console::router`] on the other.
pub struct Console {
    setup: Setup,
    board: board::Board,
}

impl Console {
    /// An empty console. Seed it with [`Console::seed`] before it serves.
    pub fn new(setup: Setup) -> Self {
        Self { setup, board: board::Board::new() }
    }

    /// The routes: `/` and `/console/…`. What people say goes to `inbox`.
    pub fn router(self: &Arc<Self>, inbox: Arc<dyn Inbox>) -> Router {
        let console = Arc::clone(self);
        Router::new()
            .route("/console/messages", post(inbound::take))
            .with_state(inbound::Inbound { console: Arc::clone(self), inbox })
            .merge(
                Router::new()
                    .route("/", get(assets::page))
                    .route("/console/assets/{name}", get(assets::asset))
                    .route("/console/setup", get(welcome::setup))
                    .route("/console/events", get(stream::events))
                    .route("/console/complete", get(complete::complete))
                    .route("/console/files/{post}", get(files::file))
                    .with_state(Arc::clone(self)),
            )
            .route_layer(axum::middleware::from_fn_with_state(console, guard::guard))
    }

    fn channel(&self, id: &str) -> Option<&Channel> {
        self.setup.channels.iter().find(|channel| channel.id == id)
    }

    fn name_of<'a>(&'a self, user: &'a str) -> &'a str {
        self.setup.people.iter().find(|person| person.user == user).map_or(user, |person| &person.name)
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("channels", &self.setup.channels.len()).finish_non_exhaustive()
    }
}
