//! Whole answers, kept for a while so that "more" and "as file" never run a command again.

use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use super::records::{Cached, StoreError};
use super::sql::{Statement, args, json, text, to_json};
use crate::base::ids::ResultId;

/// Keeps a result until `now + keep`.
pub(super) fn keep(
    id: &ResultId,
    kept: &Cached,
    now: Timestamp,
    keep: Duration,
) -> Result<Statement, StoreError> {
    let expires = now.checked_add(keep).unwrap_or(Timestamp::MAX);
    Ok(Statement {
        sql: "insert into result (id, content, made, expires) values ($1, $2, $3, $4) on conflict (id)
              do update set content = excluded.content, made = excluded.made, expires = excluded.expires",
        args: args![id.as_str(), to_json(kept)?, now, expires],
    })
}

impl Store {
    /// A kept result; `None` when it is unknown or expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn result(&self, id: &ResultId) -> Result<Option<Cached>, StoreError> {
        let sql = "select content from result where id = $1 and expires > $2";
        let rows = self.read(sql, args![id.as_str(), self.now()]).await?;
        rows.first().map(|row| json(id.as_str(), &text(row, 0)?)).transpose()
    }
}
