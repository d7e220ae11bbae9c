//! A clock that is set back. Everything here is due at a moment of the clock on the wall; when that is set back, as much
//! later everything would come. So the latest moment that anybody here has seen is kept, and when it lies ahead, what
//! was written by the clock as it was is moved back as far.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::incidents::{StoredIncident, stored};
use super::records::StoreError;
use super::sql::{Statement, args, moment, number, text};
use super::upkeep::ALIVE;
use super::writer::Tx;

/// The latest moment that was seen here.
const SEEN: &str = "select value from counter where name = 'clock'";

const SEE: &str = "insert into counter (name, value) values ('clock', $1)
    on conflict (name) do update set value = excluded.value where counter.value < excluded.value";

/// One replica moves, and once.
const TURN: &str = "update counter set value = $2 where name = 'clock' and value = $1 returning value";

/// Incidents with something to come, by that, that were not written since the clock was set.
const OLD: &str = "select id, content, version, due from incident
    where due is not null and not (updated > $1 and updated <= $2) and (due > $3 or (due = $3 and id > $4))
    order by due, id limit 256";

/// How a clock was set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetBack {
    /// The latest moment that was seen before.
    pub seen: Timestamp,
    /// How far it was set back.
    pub by: SignedDuration,
    /// What was written between this moment and now was written by the clock as it is now.
    pub since: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// Where a walk through the incidents has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked(i64, String);

impl Default for Walked {
    fn default() -> Self {
        Self(i64::MIN, String::new())
    }
}

/// What is moved in one statement each: `$1` how far, `$2` now, `$3` since when the clock is as it is, `$4` how long a
/// replica lives after a beat.
const MOVE: [&str; 6] = [
    "update page set due = due - $1, planned = case when planned > $2 then planned - $1 else planned end,
        began = case when began > $2 then began - $1 else began end
     where state = 'waiting' and due > $2 and not (created > $3 and created <= $2) and $4 >= 0",
    "update wake set due = due - $1 where done = 0 and due > $2 and $3 >= 0 and $4 >= 0",
    "update post set due = due - $1 where version > delivered and failed is null and due > $2 and $3 >= 0 and $4 >= 0",
    "update heartbeat set due = due - $1, seen = case when seen > $2 then seen - $1 else seen end
     where due > $2 and (seen is null or seen > $2 or seen <= $3) and $4 >= 0",
    "update lease set expires = expires - $1 where expires > $2 + $1 and $3 >= 0 and $4 >= 0",
    "update replica set alive_until = alive_until - $1 where alive_until > $2 + $4 and $3 >= 0",
];

struct Turn(SetBack, Duration);

#[async_trait::async_trait]
impl Work for Turn {
    type Out = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let Self(SetBack { seen, by, since, now }, alive) = *self;
        let won = Statement { sql: TURN, args: args![seen, now] }.run(&mut tx.conn).await?;
        if won.is_empty() {
            return Ok(false);
        }
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let alive = i64::try_from(alive.as_millis()).unwrap_or(i64::MAX);
        for sql in MOVE {
            Statement { sql, args: args![by, now, since, alive] }.run(&mut tx.conn).await?;
        }
        Ok(true)
    }
}

impl Store {
    /// The latest moment that anybody with this store has seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn latest_seen(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(SEEN, args![]).await?.first().map(|row| moment(row, 0)).transpose()
    }

    /// This moment was seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn see(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(SEE, args![now]).await.map(drop)
    }

    /// Whether another replica that serves is alive, as far as the clock can tell.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_company(&self) -> Result<bool, StoreError> {
        let sql = "select id from replica where role = 'serve' and id <> $1 and alive_until > $2 limit 1";
        Ok(!self.read(sql, args![self.me(), self.now()]).await?.is_empty())
    }

    /// Moves pages, wakes, leases and all else that is due at a moment, but incidents; false if another replica has.
    ///
    /// # Errors
    /// When the database does not answer: nothing was moved.
    pub async fn set_back(&self, back: SetBack) -> Result<bool, StoreError> {
        let turn = Turn(back, self.0.clock.stretch(ALIVE));
        self.ask(|ask: Ask<Turn, bool>| Queued::Other(Box::new(ask)), turn).await
    }

    /// Some more of the incidents that were written by the clock as it was; none when all have been seen.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn before_set_back(
        &self,
        back: SetBack,
        walked: &mut Walked,
    ) -> Result<Vec<StoredIncident>, StoreError> {
        let args = args![back.since, back.now, walked.0, walked.1.as_str()];
        let rows = self.read(OLD, args).await?;
        if let Some(last) = rows.last() {
            *walked = Walked(number(last, 3)?, text(last, 0)?);
        }
        let read = rows.iter().filter_map(|row| {
            stored(row)
                .inspect_err(|error| tracing::error!(store.error = %error, "an incident cannot be read"))
                .ok()
        });
        Ok(read.collect())
    }
}
