//! Leases: who holds what there is only one of. Every holder gets a larger token, so a late one finds out.

use std::time::Duration;

use super::Store;
use super::records::StoreError;
use super::sql::{args, number};

/// Free when it has expired, was given back, or its holder is not alive.
const TAKE: &str = "insert into lease (name, holder, token, expires) values ($1, $2, 1, $4)
    on conflict (name) do update set holder = excluded.holder, token = lease.token + 1, expires = excluded.expires
        where lease.expires <= $3 or lease.holder not in (select id from replica where alive_until > $3)
    returning token";

/// A lease that has expired may be renewed as long as nobody else has taken it.
const RENEW: &str =
    "update lease set expires = $4 where name = $1 and holder = $2 and token = $3 returning name";

const RELEASE: &str =
    "update lease set holder = '', expires = 0 where name = $1 and holder = $2 and token = $3";

const BREAK: &str =
    "update lease set holder = '', expires = 0 where name = $1 and holder <> '' returning name";

impl Store {
    /// Takes a lease for `ttl` of real time; its fencing token, or `None` if somebody holds it (this replica too).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lease(&self, name: &str, ttl: Duration) -> Result<Option<i64>, StoreError> {
        let rows = self.write(TAKE, args![name, self.me(), self.now(), self.after(ttl)]).await?;
        rows.first().map(|row| number(row, 0)).transpose()
    }

    /// Holds a lease for longer; false if it was lost.
    ///
    /// # Errors
    /// When the database does not answer: then it must be taken as lost once it has expired.
    pub async fn renew(&self, name: &str, token: i64, ttl: Duration) -> Result<bool, StoreError> {
        Ok(!self.write(RENEW, args![name, self.me(), token, self.after(ttl)]).await?.is_empty())
    }

    /// Gives a lease back; nothing happens if it was lost.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn release(&self, name: &str, token: i64) -> Result<(), StoreError> {
        self.write(RELEASE, args![name, self.me(), token]).await.map(drop)
    }

    /// Takes a lease away from whoever holds it: the holder's next renewal says false. Whether anybody held it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn break_lease(&self, name: &str) -> Result<bool, StoreError> {
        Ok(!self.write(BREAK, args![name]).await?.is_empty())
    }
}
