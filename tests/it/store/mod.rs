//! The store's contract: every story is told on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alerts;
mod audit;
mod delivery;
mod faults;
mod inbox;
mod leases;
mod migrations;
mod moves;
mod pages;
mod plans;
mod progress;
mod replicas;
mod samples;
mod set_back;
mod topics;
mod upkeep;
mod wakes;

use std::time::Duration;

use toban::base::Clock;
use toban::store::{Role, Store};

use crate::rig::postgres::Database;

/// A database that is empty at first, and the clock of whoever opens it.
pub struct Base {
    url: String,
    clock: Clock,
    folder: Option<tempfile::TempDir>,
    _database: Option<Database>,
}

impl Base {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("toban.db").display());
        Self { url, clock: Self::clock(), folder: Some(folder), _database: None }
    }

    async fn postgres() -> Option<Self> {
        let database = Database::fresh().await?;
        Some(Self {
            url: database.url.clone(),
            clock: Self::clock(),
            folder: None,
            _database: Some(database),
        })
    }

    fn clock() -> Clock {
        Clock::manual("2026-03-02T09:00:00Z".parse().unwrap())
    }

    /// The replica that serves.
    async fn open(&self) -> Store {
        Store::open(&self.url, self.clock.clone(), Role::Serve).await.unwrap()
    }

    /// One more replica; on SQLite only one can serve, so it is a `run`.
    async fn another(&self) -> Store {
        let role = if self.folder.is_some() { Role::Run } else { Role::Serve };
        Store::open(&self.url, self.clock.clone(), role).await.unwrap()
    }

    /// The database itself, past the store.
    async fn raw(&self) -> sqlx::AnyPool {
        sqlx::any::install_default_drivers();
        let file = self.folder.is_some().then(|| format!("{}?mode=rwc", self.url));
        sqlx::AnyPool::connect(file.as_ref().unwrap_or(&self.url)).await.unwrap()
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// Tells each story once on SQLite and once on PostgreSQL.
macro_rules! on_both {
    ($($(#[$note:meta])* async fn $name:ident($base:ident: &Base) $story:block)+) => {$(
        $(#[$note])*
        mod $name {
            use super::*;
            async fn story($base: &Base) $story

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                Box::pin(story(&Base::sqlite())).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(base) = Base::postgres().await {
                    Box::pin(story(&base)).await;
                }
            }
        }
    )+};
}
pub(crate) use on_both;
