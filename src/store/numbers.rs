//! Numbers of incidents, in the order in which they begin. A number is chosen without a write, and counts once an incident with it is
//! written: two replicas may choose the same, then one of them writes nothing and chooses again.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Store;
use super::records::StoreError;
use super::sql::{args, number};
use super::writer::Tx;

/// The highest number that this replica has chosen.
#[derive(Debug, Default)]
pub(super) struct Numbers(AtomicU64);

impl Numbers {
    /// The next one, if `taken` is the highest that is known to be written.
    fn next(&self, taken: u64) -> u64 {
        let after = |chosen: u64| Some(chosen.max(taken).saturating_add(1));
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, after);
        before.unwrap_or_else(|same| same).max(taken).saturating_add(1)
    }
}

/// Incidents with numbers up to this are being written.
pub(super) async fn taken(tx: &mut Tx, highest: i64) -> Result<(), StoreError> {
    let sql = "update counter set value = $1 where name = 'incident' and value < $1";
    sqlx::query(sql).bind(highest).execute(&mut *tx.conn).await?;
    Ok(())
}

impl Store {
    /// A number for the next incident. One that is not used is gone.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next_incident(&self) -> Result<u64, StoreError> {
        let rows = self.read("select value from counter where name = 'incident'", args![]).await?;
        let row = rows.first().ok_or_else(|| StoreError::Missing("counter".to_owned()))?;
        Ok(self.0.numbers.next(u64::try_from(number(row, 0)?).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_from_the_highest_that_anybody_has_written() {
        let numbers = Numbers::default();
        assert_eq!([numbers.next(0), numbers.next(0)], [1, 2]);
        assert_eq!([numbers.next(40), numbers.next(41), numbers.next(41)], [41, 42, 43]);
        assert_eq!(numbers.next(7), 44, "what was read may be old");
    }
}
