//! Changes of a service that Toban made or tried, by when they began.

use jiff::Timestamp;

use super::Store;
use super::records::StoreError;
use super::sql::{args, json, moment, text};
use crate::base::ids::ServiceId;
use crate::domain::plan::{Plan, PlanState};

/// A change that was begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The plan.
    pub plan: Plan,
    /// What became of it.
    pub state: PlanState,
    /// When it was begun.
    pub begun: Timestamp,
}

impl Store {
    /// Changes of a service that were begun since then, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn changes_of(
        &self,
        service: &ServiceId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Changed>, StoreError> {
        let sql = "select id, content, detail, begun from plan
            where service = $1 and begun >= $2 order by begun desc limit $3";
        let rows = self.read(sql, args![service.as_str(), since, i64::from(limit)]).await?;
        let changed = rows.iter().map(|row| {
            let id = text(row, 0)?;
            let (plan, state) = (json(&id, &text(row, 1)?)?, json(&id, &text(row, 2)?)?);
            Ok(Changed { plan, state, begun: moment(row, 3)? })
        });
        changed.collect()
    }
}
