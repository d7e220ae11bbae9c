//! Pages: what paging has to send, and what became of it.

use super::records::NewPage;
use super::sql::{Statement, args};
use crate::base::ids::IncidentId;
use jiff::Timestamp;

/// A page; one that is there already is left as it is, whatever became of it.
pub(super) fn write(page: NewPage, now: Timestamp) -> Statement {
    Statement {
        sql: "insert into page (id, incident, person, means, content, state, due, attempts, token, owner, created)
              values ($1, $2, $3, $4, $5, 'waiting', $6, 0, 0, '', $7) on conflict (id) do nothing",
        args: args![
            page.id.as_str(),
            page.incident.map(|id| id.to_string()),
            page.person.as_str(),
            page.means.as_str(),
            page.content,
            page.due,
            now
        ],
    }
}

/// Calls back what has not gone out yet about an incident.
pub(super) fn cancel(incident: &IncidentId, now: Timestamp) -> Statement {
    Statement {
        sql: "update page set state = 'cancelled', ended = $2 where incident = $1 and state = 'waiting'",
        args: args![incident.as_str(), now],
    }
}
