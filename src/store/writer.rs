//! Group commit: writers take what has queued up, write it in one transaction, and answer everybody after the commit.
//!
//! A commit costs the same for one row as for hundreds (a disk flush, a round trip), so nobody commits alone. If one
//! ask spoils a batch, the batch is rolled back and each is written by itself: only the bad one fails.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::Any;
use sqlx::AnyPool;
use sqlx::pool::PoolConnection;
use tokio::sync::mpsc;

use super::batch::{Batch, Queued};
use super::records::StoreError;
use super::reserve::{self, Reserve};
use super::sql::{number, text};
use crate::base::Clock;
use crate::base::clock::within;

/// How many asks share a transaction at most; an ask of many rows counts for several.
const MOST: usize = 256;
/// A transaction on PostgreSQL that takes longer is given up, the connection with it (a half-open socket says nothing).
const PATIENCE: Duration = Duration::from_secs(8);
/// How long a rollback may take before the connection is given up.
const ROLLBACK: Duration = Duration::from_secs(1);
/// Pauses between tries while the database is away; whoever asked stops waiting long before they add up.
const PAUSE: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));

/// Which database it is, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
}

/// A transaction in the making.
pub(super) struct Tx {
    pub conn: PoolConnection<Any>,
    /// This replica.
    pub me: Arc<str>,
    /// When the transaction began, in milliseconds.
    pub now: i64,
    /// What goes on record when the transaction ends.
    pub audit: Vec<String>,
    /// The highest number of an incident that begins in it.
    pub highest: Option<i64>,
    ticket: i64,
}

/// Where a transaction's tickets begin.
fn fresh_ticket() -> i64 {
    i64::from_ne_bytes(uuid::Uuid::new_v4().as_u64_pair().0.to_ne_bytes())
}

impl Tx {
    /// A number that no other statement has used on any row.
    pub fn ticket(&mut self) -> i64 {
        self.ticket = self.ticket.wrapping_add(1);
        self.ticket
    }
}

/// What can be this replica's to work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Held {
    Message,
    Post,
    Wake,
    Alert,
    Page,
}

/// Rows that are this replica's although nobody was told so: whoever asked had stopped listening when they were
/// committed. They wait for the next look at what is to be done.
#[derive(Debug, Clone, Default)]
pub(super) struct Limbo(Arc<Mutex<HashSet<(Held, String)>>>);

impl Limbo {
    pub fn add(&self, held: Vec<(Held, String)>) {
        if !held.is_empty() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(held);
        }
    }

    pub fn list(&self, kind: Held) -> Vec<String> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().filter(|(what, _)| *what == kind).map(|(_, id)| id.clone()).collect()
    }

    /// Takes one out; false if somebody else has.
    pub fn take(&self, kind: Held, id: String) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(kind, id))
    }
}

/// The queue as its writers share it.
pub(super) type Queue = Arc<tokio::sync::Mutex<mpsc::Receiver<Queued>>>;

/// One writer with a connection of its own.
pub(super) struct Writer {
    pub kind: Kind,
    pub pool: AnyPool,
    pub clock: Clock,
    pub me: Arc<str>,
    pub queue: Queue,
    pub limbo: Limbo,
    /// What is given up when the disk is full.
    pub reserve: Arc<Reserve>,
    /// The writer's own name, under which it marks what it committed.
    pub name: String,
    pub conn: Option<PoolConnection<Any>>,
    /// The number of the last batch.
    pub batch: i64,
}

/// How a try ended badly.
enum Fault {
    /// Before the commit: nothing was written.
    Before(StoreError),
    /// In the commit: whether it was written is not known.
    Within(StoreError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Before(error)
    }
}
impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Before(error.into())
    }
}

impl Writer {
    /// Writes until the store is closed.
    pub async fn work(mut self) {
        while let Some(batch) = self.next().await {
            self.write(batch).await;
        }
    }

    /// Waits for something to write and takes all that is there. `None` when the store is closed.
    async fn next(&mut self) -> Option<Batch> {
        let mut queue = self.queue.lock().await;
        let mut batch = Batch::default();
        let mut queued = queue.recv().await?;
        // Whoever is about to ask gets the chance to come along.
        tokio::task::yield_now().await;
        loop {
            if matches!(queued, Queued::Stop) {
                queue.close();
            }
            batch.push(queued);
            if batch.weight() >= MOST {
                break;
            }
            match queue.try_recv() {
                Ok(more) => queued = more,
                Err(_) => break,
            }
        }
        Some(batch)
    }

    /// Writes a batch; each of it alone if it cannot be written together.
    async fn write(&mut self, batch: Batch) {
        if let Some(spoiled) = self.persist(batch).await {
            for one in spoiled.split() {
                self.persist(one).await;
            }
        }
    }

    /// Tries until it is written, nobody waits any more, or the database refuses. A refused batch of several comes
    /// back; a refused single one is answered.
    async fn persist(&mut self, mut batch: Batch) -> Option<Batch> {
        let mut pause = PAUSE.0;
        let (mut unsure, mut made_room) = (false, false);
        loop {
            // What may have been written is kept until that is known, whoever still waits for it.
            if !unsure {
                batch.drop_abandoned();
            }
            if batch.len() == 0 {
                return None;
            }
            let end = if unsure { self.resolve().await } else { Ok(false) };
            let end = match end {
                Ok(true) => Ok(()),
                Ok(false) => self.attempt(&mut batch).await,
                Err(error) => Err(Fault::Within(error)),
            };
            let error = match end {
                Ok(()) => {
                    self.limbo.add(batch.settle(Ok(())));
                    return None;
                }
                Err(Fault::Within(error)) => {
                    unsure = true;
                    error
                }
                Err(Fault::Before(error)) => {
                    unsure = false;
                    error
                }
            };
            if matches!(error, StoreError::Away(_)) {
                tracing::debug!(store.error = %error, store.batch = batch.len(), "the database is away; trying again");
                self.drop_connection();
                let _ = within(pause, std::future::pending::<()>()).await;
                pause = (pause * 2).min(PAUSE.1);
            } else if reserve::is_full(&error) && !made_room {
                made_room = true;
                self.make_room(&mut batch, &error).await;
            } else if batch.len() > 1 {
                return Some(batch);
            } else {
                batch.settle(Err(&error));
                return None;
            }
        }
    }

    /// The disk is full: alerts, whose sources keep them, are refused; for the rest the reserve is given up, and the log of
    /// what was written begins anew in its old place.
    async fn make_room(&mut self, batch: &mut Batch, error: &StoreError) {
        batch.refuse_alerts(error);
        if batch.len() == 0 {
            return;
        }
        self.reserve.give();
        if self.conn.is_none() {
            self.conn = self.pool.acquire().await.ok();
        }
        if let Some(conn) = &mut self.conn
            && let Err(error) = sqlx::query("pragma wal_checkpoint(restart)").execute(&mut **conn).await
        {
            tracing::warn!(store.error = %error, "a full disk could not be made use of again");
        }
    }

    /// One transaction.
    async fn attempt(&mut self, batch: &mut Batch) -> Result<(), Fault> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.pool.acquire().await?,
        };
        self.batch += 1;
        let now = self.clock.now().as_millisecond();
        let mut tx =
            Tx { conn, me: self.me.clone(), now, audit: Vec::new(), highest: None, ticket: fresh_ticket() };
        let (kind, mut committing) = (self.kind, false);
        let work = self.transact(&mut tx, batch, &mut committing);
        let end = match kind {
            // SQLite waits for a lock at most as long as its busy_timeout, and its commit ends one way or the other.
            Kind::Sqlite => work.await,
            Kind::Postgres => {
                within(PATIENCE, work).await.unwrap_or_else(|late| Err(StoreError::Away(late.to_string())))
            }
        };
        let Err(error) = end else {
            self.conn = Some(tx.conn);
            return Ok(());
        };
        // The connection is kept only if it still answers; the end of a connection rolls back as well.
        let undone = within(ROLLBACK, sqlx::query("rollback").execute(&mut *tx.conn)).await;
        if matches!(undone, Ok(Ok(_))) {
            self.conn = Some(tx.conn);
        } else {
            tx.conn.close_on_drop();
        }
        let lost = committing && kind == Kind::Postgres;
        Err(if lost { Fault::Within(error) } else { Fault::Before(error) })
    }

    async fn transact(
        &mut self,
        tx: &mut Tx,
        batch: &mut Batch,
        committing: &mut bool,
    ) -> Result<(), StoreError> {
        let begin = match self.kind {
            // Takes the write lock at once: a transaction that reads first could not get it later.
            Kind::Sqlite => "begin immediate",
            Kind::Postgres => "begin",
        };
        sqlx::query(begin).execute(&mut *tx.conn).await?;
        batch.run(tx).await?;
        if self.kind == Kind::Postgres {
            sqlx::query(
                "insert into writer (id, replica, batch) values ($1, $2, $3)
                 on conflict (id) do update set batch = excluded.batch",
            )
            .bind(&*self.name)
            .bind(&*self.me)
            .bind(self.batch)
            .execute(&mut *tx.conn)
            .await?;
        }
        *committing = true;
        sqlx::query("commit").execute(&mut *tx.conn).await?;
        Ok(())
    }

    /// Whether the last batch was committed although the answer was lost.
    async fn resolve(&mut self) -> Result<bool, StoreError> {
        let mut conn = self.pool.acquire().await?;
        // Written, not only read: it waits for a commit that the server is still busy with.
        let row = sqlx::query("update writer set batch = batch where id = $1 returning id, batch")
            .bind(&*self.name)
            .fetch_optional(&mut *conn)
            .await?;
        self.conn = Some(conn);
        row.map_or(Ok(false), |row| {
            tracing::debug!(store.writer = text(&row, 0)?, "a commit whose answer was lost is looked up");
            Ok(number(&row, 1)? == self.batch)
        })
    }

    fn drop_connection(&mut self) {
        if self.kind == Kind::Postgres
            && let Some(mut conn) = self.conn.take()
        {
            conn.close_on_drop();
        }
    }
}
