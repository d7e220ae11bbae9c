//! Alerts as their sources told them, and what their incidents know of them.

use super::sql::{Statement, args};
use crate::base::ids::IncidentId;

/// An alert, in the version that its incident knows of now. A later version still waits to be told.
pub(super) fn attached(id: &str, version: u32, incident: Option<&IncidentId>) -> Statement {
    Statement {
        sql: "update alert set attached = $2, incident = coalesce($3, incident) where id = $1 and attached < $2",
        args: args![id, i64::from(version), incident.map(|id| id.to_string())],
    }
}
