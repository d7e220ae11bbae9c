//! The timelines of incidents: rows that are only ever added.

use std::sync::LazyLock;

use super::Store;
use super::records::StoreError;
use super::sql::{Bulk, args, chunks, json, text, to_json};
use super::writer::Tx;
use crate::base::ids::IncidentId;
use crate::domain::incident::timeline::Entry;

/// A row on its way in.
pub(super) struct Row {
    id: String,
    incident: String,
    seq: i64,
    at: i64,
    content: String,
}

impl Row {
    pub fn new(incident: &str, entry: &Entry) -> Result<Self, StoreError> {
        Ok(Self {
            id: entry.id.clone(),
            incident: incident.to_owned(),
            seq: i64::from(entry.seq),
            at: entry.at.as_millisecond(),
            content: to_json(entry)?,
        })
    }
}

static WRITE: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = "insert into timeline (id, incident, seq, at, content) values";
    Bulk::new(columns, 0, "(?, ?, ?, ?, ?)", "on conflict (id) do nothing")
});

/// Writes rows; those that are there already stay as they are.
pub(super) async fn write_all(tx: &mut Tx, rows: impl Iterator<Item = &Row>) -> Result<(), StoreError> {
    let mut rows: Vec<&Row> = rows.collect();
    rows.sort_by_key(|row| row.id.as_str());
    for chunk in chunks(&rows, |row| &row.id) {
        let mut query = WRITE.rows(chunk.len());
        for row in chunk {
            query = query
                .bind(row.id.as_str())
                .bind(row.incident.as_str())
                .bind(row.seq)
                .bind(row.at)
                .bind(row.content.as_str());
        }
        query.execute(&mut *tx.conn).await?;
    }
    Ok(())
}

impl Store {
    /// The timeline of an incident, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn timeline(&self, incident: &IncidentId) -> Result<Vec<Entry>, StoreError> {
        let sql = "select id, content from timeline where incident = $1 order by seq";
        let rows = self.read(sql, args![incident.as_str()]).await?;
        rows.iter().map(|row| json(&text(row, 0)?, &text(row, 1)?)).collect()
    }

    /// The incident in whose timeline a row of that id stands: a wish that was granted already.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn incident_of_entry(&self, id: &str) -> Result<Option<IncidentId>, StoreError> {
        let rows = self.read("select incident from timeline where id = $1", args![id]).await?;
        rows.first().map(|row| text(row, 0).map(IncidentId::from)).transpose()
    }
}
