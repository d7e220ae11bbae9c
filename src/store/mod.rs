//! Memory: one concrete store on SQLite or PostgreSQL, behind plain records. No other room speaks SQL.
//!
//! Writes are queued and committed in groups (`writer`); reads go to the pool. Rows that are being worked on carry
//! their replica's name, and are anybody's once that replica has stopped beating (`upkeep`): no row is ever renewed.
//! What a command always needs (`inbox`, `ending`, `posts`) is written many rows at a statement.

mod alerts;
mod audit;
mod automatic;
mod batch;
mod changes;
mod delivery;
mod ending;
mod fold;
mod heartbeats;
mod inbox;
mod incident_reads;
mod incidents;
mod leases;
mod live;
mod migrations;
mod numbers;
mod open;
mod overrides;
mod page_ends;
mod page_keys;
mod pages;
mod plans;
mod posts;
mod records;
mod reserve;
mod results;
mod retention;
mod set_back;
mod silences;
mod sql;
mod timeline;
mod upkeep;
mod waiting;
mod wakes;
mod watch;
mod writer;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::AnyPool;
use sqlx::any::AnyRow;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::base::Clock;
use crate::base::clock::within;
use batch::{Ask, Queued, Work};
use reserve::Reserve;
use sql::{Arg, Statement};
use writer::{Held, Limbo, Tx};

pub use alerts::{NewAlert, StoredAlert, WaitingAlert};
pub use changes::Changed;
pub use heartbeats::Beat;
pub use incidents::{Change, Moved, StoredIncident, Written};
pub use overrides::{Handed, StoredOverride, Swap, SwapState};
pub use page_ends::{FAIL_OVER, Lapsed, PageEnd};
pub use page_keys::StoredPage;
pub use pages::ClaimedPage;
pub use records::{
    Accepted, Begun, Cached, Claimed, Conclusion, NewPage, NewPost, Post, Role, StoreError, StoredPlan,
    Verified, Wake,
};
pub use set_back::{SetBack, Walked};

/// How long anybody waits for the store.
const LIMIT: Duration = Duration::from_secs(10);

/// The store, opened. Cheap to clone; all clones are the same replica.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    pool: AnyPool,
    clock: Clock,
    role: Role,
    me: Arc<str>,
    queue: mpsc::Sender<Queued>,
    limbo: Limbo,
    numbers: numbers::Numbers,
    live: live::Live,
    reserve: Arc<Reserve>,
    writers: Mutex<Vec<JoinHandle<()>>>,
    /// Held by the one `serve` on a SQLite file; the kernel lets go of it when the process ends, however it ends.
    lock: Mutex<Option<std::fs::File>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.0.me)
    }
}

#[async_trait::async_trait]
impl Work for Statement {
    type Out = Vec<AnyRow>;
    async fn run(&self, tx: &mut Tx) -> Result<Self::Out, StoreError> {
        Statement::run(self, &mut tx.conn).await
    }
}

/// A statement that takes rows for this replica and returns them, their ids first.
struct Claim(Held, Statement);

#[async_trait::async_trait]
impl Work for Claim {
    type Out = Vec<AnyRow>;
    async fn run(&self, tx: &mut Tx) -> Result<Self::Out, StoreError> {
        self.1.run(&mut tx.conn).await
    }
    fn unheard(&self, rows: Self::Out) -> Vec<(Held, String)> {
        rows.iter().filter_map(|row| Some((self.0, sql::text(row, 0).ok()?))).collect()
    }
}

impl Store {
    /// This replica.
    fn me(&self) -> &str {
        &self.0.me
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The moment after `span` of real time, by the store's clock.
    fn after(&self, span: Duration) -> Timestamp {
        self.now().checked_add(self.0.clock.stretch(span)).unwrap_or(Timestamp::MAX)
    }

    /// Whether it was closed: nothing is written any more.
    pub fn is_closed(&self) -> bool {
        self.0.queue.is_closed()
    }

    /// Queues something to be written and waits until it is committed.
    async fn ask<I, O>(&self, queued: impl FnOnce(Ask<I, O>) -> Queued, input: I) -> Result<O, StoreError> {
        let closed = || StoreError::Away("the store is closed".into());
        let (ask, answer) = Ask::new(input);
        let answered = async {
            self.0.queue.send(queued(ask)).await.map_err(|_| closed())?;
            answer.await.map_err(|_| closed())?
        };
        within(LIMIT, answered).await.map_err(|late| StoreError::Away(late.to_string()))?
    }

    /// One statement, committed; the rows that it returns.
    async fn write(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<AnyRow>, StoreError> {
        let statement = Statement { sql, args };
        self.ask(|ask: Ask<Statement, Vec<AnyRow>>| Queued::Other(Box::new(ask)), statement).await
    }

    /// Takes rows by `claim` (this replica, now, limit), and rows that are this replica's without anybody's knowledge by
    /// `recall` (id, this replica).
    async fn claim(
        &self,
        held: Held,
        claim: &'static str,
        recall: &'static str,
        limit: u32,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let args = sql::args![self.me(), self.now(), i64::from(limit)];
        let claim = Claim(held, Statement { sql: claim, args });
        let mut rows = self.ask(|ask: Ask<Claim, Vec<AnyRow>>| Queued::Other(Box::new(ask)), claim).await?;
        for id in self.0.limbo.list(held) {
            let found = self.read(recall, sql::args![id.as_str(), self.me()]).await;
            if let Ok(found) = found
                && self.0.limbo.take(held, id)
            {
                rows.extend(found);
            }
        }
        Ok(rows)
    }

    /// One statement that only looks.
    async fn read(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<AnyRow>, StoreError> {
        let statement = Statement { sql, args };
        let rows = async { Ok(statement.query().fetch_all(&self.0.pool).await?) };
        within(LIMIT, rows).await.map_err(|late| StoreError::Away(late.to_string()))?
    }
}
