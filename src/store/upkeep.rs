//! Being alive, being ready, forgetting what is old, and leaving.

use std::sync::PoisonError;
use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use super::batch::Queued;
use super::records::{Role, StoreError};
use super::sql::{Arg, args};
use crate::base::clock::within;

/// How long a replica is alive after a beat, in real time; it beats every three seconds.
pub(super) const ALIVE: Duration = Duration::from_secs(10);
/// How long the health check waits for a write.
const READY: Duration = Duration::from_secs(2);
/// Rows that are forgotten at a time, so that nobody waits for it.
const FEW: i64 = 200;

const DAY: Duration = Duration::from_hours(24);

/// What is forgotten, how long after its time. Each takes the moment and the number of rows.
const OLD: [(Duration, &str); 9] = [
    (
        DAY.saturating_mul(7),
        "delete from inbox where id in
            (select id from inbox where done = 1 and received < $1 order by received limit $2) returning id",
    ),
    (
        DAY.saturating_mul(30),
        "delete from post where id in
            (select id from post where door in ('slack', 'discord', 'console', 'terminal') and created < $1
                and (version <= delivered or failed is not null or door = 'terminal') limit $2) returning id",
    ),
    (
        DAY.saturating_mul(30),
        "delete from alert where firing = 0 and id in
            (select id from alert where firing = 0 and seen < $1 and version <= attached
             order by seen limit $2) returning id",
    ),
    (
        DAY.saturating_mul(30),
        "delete from silence where id in
            (select id from silence where done = 1 and ends < $1 order by ends limit $2) returning id",
    ),
    (
        Duration::ZERO,
        "delete from result where id in
            (select id from result where expires <= $1 order by expires limit $2) returning id",
    ),
    (
        DAY.saturating_mul(7),
        "delete from wake where id in
            (select id from wake where done = 1 and due < $1 order by due limit $2) returning id",
    ),
    (
        DAY.saturating_mul(400),
        "delete from page where id in (select id from page where ended < $1 order by ended limit $2) returning id",
    ),
    (
        DAY.saturating_mul(30),
        "delete from page_key where hash in
            (select hash from page_key where created < $1 order by created limit $2) returning hash",
    ),
    (
        // Long after it was taken for dead, so that one that was only cut off finds its last commit.
        DAY,
        "delete from replica where id in (select id from replica where alive_until < $1 limit $2) returning id",
    ),
];

impl Store {
    /// Says that this replica is alive, for ten seconds. To be called every three.
    ///
    /// # Errors
    /// When it could not be written: after ten seconds others may take this replica's work.
    pub async fn beat(&self) -> Result<(), StoreError> {
        let role = match self.0.role {
            Role::Serve => "serve",
            Role::Run => "run",
        };
        let until = self.after(ALIVE);
        let sql = "insert into replica (id, role, alive_until) values ($1, $2, $3)
            on conflict (id) do update set alive_until = excluded.alive_until";
        self.write(sql, args![self.me(), role, until]).await.map(drop)
    }

    /// Whether a real write works, soon.
    pub async fn ready(&self) -> bool {
        matches!(within(READY, self.beat()).await, Ok(Ok(())))
    }

    /// Forgets what is old, in small steps between which others write: done messages after 7 days, posts after 30
    /// (one that still waits stays, unless it waits for a terminal), alerts and silences 30 days after
    /// they were over, results when they expire, wakes 7 days after they
    /// were due. The audit and plans stay. How many rows went.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn purge(&self) -> Result<u64, StoreError> {
        let mut gone = 0;
        for (age, sql) in OLD {
            let before = self.now().checked_sub(age).unwrap_or(Timestamp::MIN);
            loop {
                let rows = self.write(sql, args![before, Arg::from(FEW)]).await?.len();
                gone += rows as u64;
                if rows < usize::try_from(FEW).unwrap_or_default() {
                    break;
                }
            }
        }
        let sql = "delete from writer where replica not in (select id from replica)";
        self.write(sql, args![]).await?;
        Ok(gone)
    }

    /// Writes what is queued, leaves what is open to others, and ends. Whoever asks afterwards is told that the store
    /// is away.
    pub async fn close(&self) {
        if let Err(error) = self.write("delete from replica where id = $1", args![self.me()]).await {
            tracing::warn!(store.error = %error, "the others will notice only in a while that this replica has left");
        }
        let _ = self.0.queue.send(Queued::Stop).await;
        let writers = std::mem::take(&mut *self.0.writers.lock().unwrap_or_else(PoisonError::into_inner));
        for writer in writers {
            // It writes for at most as long as anybody waits; a panic in it was reported where it happened.
            let _ = within(super::LIMIT, writer).await;
        }
        let _ = within(super::LIMIT, self.0.pool.close()).await;
        self.0.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
