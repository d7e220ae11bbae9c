//! Programs that have to report, and when each is missed.

use jiff::Timestamp;

use super::Store;
use super::records::StoreError;
use super::sql::{args, maybe_moment, moment, number, text};

/// How a program that has to report is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beat {
    /// Its id in the config.
    pub id: String,
    /// When it reported last.
    pub seen: Option<Timestamp>,
    /// After this moment it is missed.
    pub due: Timestamp,
    /// Whether it was missed already, and said so.
    pub missed: bool,
}

impl Store {
    /// A program reported; it is missed after `due`. Whether it was missed before: that is to be taken back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn heartbeat(&self, id: &str, due: Timestamp) -> Result<bool, StoreError> {
        let sql = "insert into heartbeat (id, seen, due, missed) values ($1, $2, $3, 0)
                   on conflict (id) do update set seen = excluded.seen, due = excluded.due returning missed";
        let rows = self.write(sql, args![id, self.now(), due]).await?;
        rows.first().map_or(Ok(false), |row| Ok(number(row, 0)? == 1))
    }

    /// Awaits a program that was not known before; no effect on one that is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn await_heartbeat(&self, id: &str, due: Timestamp) -> Result<(), StoreError> {
        let sql = "insert into heartbeat (id, seen, due, missed) values ($1, null, $2, 0) on conflict (id) do nothing";
        self.write(sql, args![id, due]).await.map(drop)
    }

    /// All that are awaited, also those that the config no longer names.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn heartbeats(&self) -> Result<Vec<Beat>, StoreError> {
        let rows = self.read("select id, seen, due, missed from heartbeat order by id", args![]).await?;
        rows.iter()
            .map(|row| {
                Ok(Beat {
                    id: text(row, 0)?,
                    seen: maybe_moment(row, 1)?,
                    due: moment(row, 2)?,
                    missed: number(row, 3)? == 1,
                })
            })
            .collect()
    }

    /// That it was missed has been said, or taken back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn heartbeat_missed(&self, id: &str, missed: bool) -> Result<(), StoreError> {
        self.write("update heartbeat set missed = $2 where id = $1", args![id, i64::from(missed)])
            .await
            .map(drop)
    }
}
