//! Whole answers, kept for a while so that "more" and "as file" never run a command again.

use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use super::records::StoreError;
use super::sql::{Statement, args, json, moment, text, to_json};
use crate::base::ids::ResultId;
use crate::domain::report::Report;

/// Keeps a result until `now + keep`.
pub(super) fn keep(
    id: &ResultId,
    report: &Report,
    now: Timestamp,
    keep: Duration,
) -> Result<Statement, StoreError> {
    let expires = now.checked_add(keep).unwrap_or(Timestamp::MAX);
    Ok(Statement {
        sql: "insert into result (id, content, made, expires) values ($1, $2, $3, $4) on conflict (id)
              do update set content = excluded.content, made = excluded.made, expires = excluded.expires",
        args: args![id.as_str(), to_json(report)?, now, expires],
    })
}

impl Store {
    /// A kept result and when it was made; `None` when it is unknown or expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn result(&self, id: &ResultId) -> Result<Option<(Report, Timestamp)>, StoreError> {
        let sql = "select content, made from result where id = $1 and expires > $2";
        let rows = self.read(sql, args![id.as_str(), self.now()]).await?;
        rows.first().map(|row| Ok((json(id.as_str(), &text(row, 0)?)?, moment(row, 1)?))).transpose()
    }
}
