//! Silences: what is kept from paging, until when, and what of their end has been seen to.

use jiff::Timestamp;

use super::Store;
use super::records::StoreError;
use super::sql::{args, json, moment, number, text, to_json};
use crate::domain::silence::Silence;

impl Store {
    /// Keeps a silence; one that is there already is left as it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_silence(&self, silence: &Silence) -> Result<(), StoreError> {
        let sql = "insert into silence (id, content, ends, warned, done) values ($1, $2, $3, 0, 0)
                   on conflict (id) do nothing";
        self.write(sql, args![silence.id.as_str(), to_json(silence)?, silence.ends]).await.map(drop)
    }

    /// The silences that are not over, those that end first before the others; each with whether its owner was told of
    /// its end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn silences(&self) -> Result<Vec<(Silence, bool)>, StoreError> {
        let sql = "select id, content, warned, ends from silence where done = 0 order by ends, id";
        let rows = self.read(sql, args![]).await?;
        rows.iter()
            .map(|row| {
                let silence: Silence = json(&text(row, 0)?, &text(row, 1)?)?;
                // Ended early, it ends when the row says.
                let ends = moment(row, 3)?;
                Ok((Silence { ends, ..silence }, number(row, 2)? == 1))
            })
            .collect()
    }

    /// Has a silence end at a moment. False if it was over by then, or never was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_silence(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        let sql =
            "update silence set ends = $2, warned = 1 where id = $1 and done = 0 and ends > $2 returning id";
        Ok(!self.write(sql, args![id, at]).await?.is_empty())
    }

    /// The owner was told that it is about to end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn silence_warned(&self, id: &str) -> Result<(), StoreError> {
        self.write("update silence set warned = 1 where id = $1", args![id]).await.map(drop)
    }

    /// Everything that it held was let go.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn silence_done(&self, id: &str) -> Result<(), StoreError> {
        self.write("update silence set done = 1 where id = $1", args![id]).await.map(drop)
    }
}
