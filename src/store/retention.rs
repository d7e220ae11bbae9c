//! Incidents that are long over leave, with their timelines. Until then a post-mortem can be read.

use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::records::StoreError;
use super::sql::{Statement, args, text};
use super::writer::Tx;

/// Incidents that leave at a time: nobody waits for it, however long their timelines are.
const FEW: usize = 20;

const OLD: &str = "select id from incident where state = 'resolved' and updated < $1 and due is null
    order by updated limit $2";

/// Some incidents with all that hangs on them.
struct Forget(Vec<String>);

#[async_trait::async_trait]
impl Work for Forget {
    type Out = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for id in &self.0 {
            for sql in [
                "delete from timeline where incident = $1",
                "delete from page where incident = $1",
                "delete from incident where id = $1 and state = 'resolved'",
            ] {
                Statement { sql, args: args![id.as_str()] }.run(&mut tx.conn).await?;
            }
        }
        Ok(())
    }
}

impl Store {
    /// Forgets incidents that have been over for longer than `keep`, in small steps between which others write. How many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn purge_incidents(&self, keep: Duration) -> Result<u64, StoreError> {
        let before = self.now().checked_sub(keep).unwrap_or(Timestamp::MIN);
        let mut gone = 0;
        loop {
            let few = i64::try_from(FEW).unwrap_or(i64::MAX);
            let rows = self.read(OLD, args![before, few]).await?;
            let ids = rows.iter().map(|row| text(row, 0)).collect::<Result<Vec<_>, _>>()?;
            let count = ids.len();
            if count > 0 {
                self.ask(|ask: Ask<Forget, ()>| Queued::Other(Box::new(ask)), Forget(ids)).await?;
            }
            gone += count as u64;
            if count < FEW {
                return Ok(gone);
            }
        }
    }
}
