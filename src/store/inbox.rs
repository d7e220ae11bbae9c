//! The inbox: what was said to Toban, kept before anybody is answered. The first copy of a delivery wins.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Store;
use super::batch::{Ask, Queued};
use super::records::{Accepted, Claimed, StoreError};
use super::sql::{Bulk, args, chunks, count, json, text, to_json};
use super::writer::{Held, Tx};
use crate::base::ids::InboxId;
use crate::domain::message::Message;

/// A message on its way into the inbox.
#[derive(Debug)]
pub(super) struct Arrival {
    pub id: String,
    received: i64,
    body: String,
}

static ACCEPT: LazyLock<Bulk> = LazyLock::new(|| {
    let columns = "insert into inbox (id, owner, received, attempts, done, ticket, body) values";
    Bulk::new(columns, 2, "(?, $1, ?, 1, 0, $2, ?)", "on conflict (id) do nothing")
});

/// Which of these messages were touched under a ticket.
static TOUCHED: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::new("select id from inbox where ticket = $1 and id in (", 1, "?", ")"));

/// Writes arrivals; what was there already is a duplicate.
pub(super) async fn accept_all(tx: &mut Tx, asks: &mut [Ask<Arrival, Accepted>]) -> Result<(), StoreError> {
    asks.sort_by(|one, other| one.input.id.cmp(&other.input.id));
    let mut fresh = HashSet::with_capacity(asks.len());
    for chunk in chunks(asks, |ask| &ask.input.id) {
        let ticket = tx.ticket();
        let mut query = ACCEPT.rows(chunk.len()).bind(&*tx.me).bind(ticket);
        for Ask { input, .. } in chunk {
            query = query.bind(input.id.as_str()).bind(input.received).bind(input.body.as_str());
        }
        let written = query.execute(&mut *tx.conn).await?.rows_affected();
        let ids = chunk.iter().map(|ask| ask.input.id.as_str());
        fresh.extend(touched(tx, ticket, written, ids).await?);
    }
    for ask in asks {
        // Of two copies in one batch the first takes it.
        let first = fresh.remove(&ask.input.id);
        ask.answer = Some(Ok(if first { Accepted::First } else { Accepted::Duplicate }));
    }
    Ok(())
}

/// The messages, of those given to one statement, that it has `written`. Asked for only if it is not all of them:
/// rows that come back cost more than rows that go in.
pub(super) async fn touched(
    tx: &mut Tx,
    ticket: i64,
    written: u64,
    ids: impl ExactSizeIterator<Item = &str>,
) -> Result<Vec<String>, StoreError> {
    if written == ids.len() as u64 {
        return Ok(ids.map(str::to_owned).collect());
    }
    let query = TOUCHED.rows(ids.len()).bind(ticket);
    let rows = ids.fold(query, |query, id| query.bind(id)).fetch_all(&mut *tx.conn).await?;
    rows.iter().map(|row| text(row, 0)).collect()
}

/// Open messages whose owner is not alive. The owner is asked for again outside the choice: on PostgreSQL the row
/// may have found another one while we waited for it.
const CLAIM: &str = "update inbox set owner = $1, attempts = attempts + 1
    where +done = 0 and owner <> $1 and owner not in (select id from replica where alive_until > $2)
      and id in (select id from inbox
                 where done = 0 and owner <> $1 and owner not in (select id from replica where alive_until > $2)
                 order by received limit $3)
    returning id, attempts, body";

/// An open message of our own that nobody knows of.
const RECALL: &str = "select id, attempts, body from inbox where id = $1 and owner = $2 and done = 0";

impl Store {
    /// Keeps a message. It is durable when this returns [`Accepted::First`], and this replica's to answer.
    ///
    /// # Errors
    /// When it could not be kept within ten seconds.
    pub async fn accept(&self, message: &Message) -> Result<Accepted, StoreError> {
        let arrival = Arrival {
            id: message.id.as_str().to_owned(),
            received: message.received.as_millisecond(),
            body: to_json(message)?,
        };
        self.ask(Queued::Arrival, arrival).await
    }

    /// A message that is not answered yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open_message(&self, id: &InboxId) -> Result<Option<Message>, StoreError> {
        let rows = self.read("select body from inbox where id = $1 and done = 0", args![id.as_str()]).await?;
        rows.first().map(|row| json(id.as_str(), &text(row, 0)?)).transpose()
    }

    /// Takes over messages that nobody works on any more: those of replicas that are not alive, and those of this one
    /// whose acceptance nobody heard of. To be asked every few seconds. Oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn orphans(&self, limit: u32) -> Result<Vec<Claimed>, StoreError> {
        let rows = self.claim(Held::Message, CLAIM, RECALL, limit).await?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let id = text(&row, 0)?;
            match json::<Message>(&id, &text(&row, 2)?) {
                Ok(message) => {
                    claimed.push(Claimed { message, attempts: count(&row, 1)?.saturating_sub(1) });
                }
                // It stays ours and open; the others must not wait for it.
                Err(error) => {
                    tracing::error!(inbox.id = id, store.error = %error, "a message cannot be read")
                }
            }
        }
        claimed.sort_by_key(|claimed| claimed.message.received);
        Ok(claimed)
    }
}
