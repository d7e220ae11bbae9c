//! The end of the work on a message: its row is closed, the answer, the audit and all that follows from it are
//! written in the same transaction, or none of it.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::batch::{Ask, Queued};
use super::posts::{self, Draft};
use super::records::{Conclusion, NewPost, Post, StoreError};
use super::sql::{Bulk, Statement, chunks, to_json};
use super::writer::Tx;
use super::{Store, inbox, plans, results, wakes};

/// A conclusion, ready to be written.
#[derive(Debug)]
pub(super) struct Ending {
    inbox: Option<String>,
    audit: Vec<String>,
    posts: Vec<Draft>,
    others: Vec<Statement>,
}

static CLOSE: LazyLock<Bulk> = LazyLock::new(|| {
    let close = "update inbox set done = 1, body = '', ticket = $2 where owner = $1 and done = 0 and id in (";
    Bulk::new(close, 2, "?", ")")
});

/// Writes endings. One whose message is not this replica's any more, or was answered, is answered
/// [`StoreError::Lost`] and nothing of it is written.
pub(super) async fn conclude_all(
    tx: &mut Tx,
    asks: &mut [Box<Ask<Ending, Vec<Post>>>],
) -> Result<(), StoreError> {
    let closed = close(tx, asks).await?;
    let mut drafts: Vec<(usize, &Draft)> = Vec::new();
    let mut taken: HashSet<&str> = HashSet::new();
    let mut going = vec![false; asks.len()];
    for (at, ask) in asks.iter().enumerate() {
        // Of two endings of one message in a batch the first wins.
        going[at] = ask.input.inbox.as_deref().is_none_or(|id| closed.contains(id) && taken.insert(id));
        if going[at] {
            drafts.extend(ask.input.posts.iter().map(|draft| (at, draft)));
            tx.audit.extend(ask.input.audit.iter().cloned());
            for statement in &ask.input.others {
                statement.run(&mut tx.conn).await?;
            }
        }
    }
    let stored = posts::write_all(tx, &drafts).await?;
    for (ask, going) in asks.iter_mut().zip(going) {
        ask.answer =
            Some(if going { Ok(Vec::with_capacity(ask.input.posts.len())) } else { Err(StoreError::Lost) });
    }
    for (at, post) in stored {
        if let Some(Ok(posts)) = &mut asks[at].answer {
            posts.push(post);
        }
    }
    Ok(())
}

/// Closes the messages; the ids of those that were open and ours.
async fn close(tx: &mut Tx, asks: &[Box<Ask<Ending, Vec<Post>>>]) -> Result<HashSet<String>, StoreError> {
    let mut ids: Vec<&str> = asks.iter().filter_map(|ask| ask.input.inbox.as_deref()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut closed = HashSet::with_capacity(ids.len());
    for chunk in chunks(&ids, |id| id) {
        let ticket = tx.ticket();
        let query = CLOSE.rows(chunk.len()).bind(&*tx.me).bind(ticket);
        let query = chunk.iter().fold(query, |query, id| query.bind(*id));
        let written = query.execute(&mut *tx.conn).await?.rows_affected();
        closed.extend(inbox::touched(tx, ticket, written, chunk.iter().copied()).await?);
    }
    Ok(closed)
}

impl Store {
    /// Ends the work on a message, all in one transaction. Returns the posts as stored, in the order given: they are
    /// this replica's to deliver.
    ///
    /// # Errors
    /// [`StoreError::Lost`] if the message is not this replica's any more or was answered: nothing was written.
    pub async fn conclude(&self, end: Conclusion) -> Result<Vec<Post>, StoreError> {
        let ending = Ending {
            inbox: end.inbox.map(|id| id.as_str().to_owned()),
            audit: end.audit.iter().map(to_json).collect::<Result<_, _>>()?,
            posts: end.posts.into_iter().map(Draft::new).collect::<Result<_, _>>()?,
            others: [
                end.plan.map(|plan| plans::propose(&plan)).transpose()?,
                end.plan_state.map(|(id, state)| plans::moved(&id, &state)).transpose()?,
                end.result
                    .map(|(id, report, keep)| results::keep(&id, &report, self.now(), keep))
                    .transpose()?,
            ]
            .into_iter()
            .flatten()
            .chain(end.wakes.into_iter().map(wakes::set))
            .collect(),
        };
        self.ask(|ask| Queued::Ending(Box::new(ask)), ending).await
    }

    /// Writes posts that no message asked for, or new versions of posts. They are this replica's to deliver.
    ///
    /// # Errors
    /// When they could not be written within ten seconds.
    pub async fn put(&self, posts: Vec<NewPost>) -> Result<Vec<Post>, StoreError> {
        self.conclude(Conclusion { posts, ..Conclusion::default() }).await
    }
}
