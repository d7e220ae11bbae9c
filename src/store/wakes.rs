//! Wakes: work that is due at a moment, whatever happens to this process until then.

use jiff::Timestamp;

use super::Store;
use super::records::{StoreError, Wake};
use super::sql::{Statement, args, moment, text};
use super::writer::Held;

/// A wake; one that is there already is left as it is, also when it is done.
pub(super) fn set(wake: Wake) -> Statement {
    Statement {
        sql: "insert into wake (id, kind, payload, due, owner, done) values ($1, $2, $3, $4, '', 0)
              on conflict (id) do nothing",
        args: args![wake.id, wake.kind, wake.payload, wake.due],
    }
}

/// The plus has SQLite go from the ids to the rows, and not through all that are not done.
const CLAIM: &str = "update wake set owner = $1
    where +done = 0 and owner <> $1 and owner not in (select id from replica where alive_until > $2)
      and id in (select id from wake
                 where done = 0 and due <= $2 and owner <> $1
                   and owner not in (select id from replica where alive_until > $2)
                 order by due limit $3)
    returning id, kind, payload, due";

const RECALL: &str = "select id, kind, payload, due from wake where id = $1 and owner = $2 and done = 0";

const NEXT: &str = "select due from wake
    where done = 0 and owner <> $1 and owner not in (select id from replica where alive_until > $2)
    order by due limit 1";

impl Store {
    /// Takes wakes that are due and that nobody works on, oldest first. They are this replica's while it lives.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_wakes(&self, limit: u32) -> Result<Vec<Wake>, StoreError> {
        let rows = self.claim(Held::Wake, CLAIM, RECALL, limit).await?;
        let mut wakes = rows
            .iter()
            .map(|row| {
                Ok(Wake {
                    id: text(row, 0)?,
                    kind: text(row, 1)?,
                    payload: text(row, 2)?,
                    due: moment(row, 3)?,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        wakes.sort_by(|one, other| (one.due, &one.id).cmp(&(other.due, &other.id)));
        Ok(wakes)
    }

    /// The work is done.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn wake_done(&self, id: &str) -> Result<(), StoreError> {
        self.write("update wake set done = 1, payload = '' where id = $1", args![id]).await.map(drop)
    }

    /// When the next wake that nobody works on is due.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        let rows = self.read(NEXT, args![self.me(), self.now()]).await?;
        rows.first().map(|row| moment(row, 0)).transpose()
    }
}
