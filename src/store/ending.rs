//! The end of the work on a message: its row is closed, the answer, the audit and all that follows from it are
//! written in the same transaction, or none of it.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::batch::{Ask, Queued};
use super::posts::{self, Draft};
use super::records::{Conclusion, NewPost, Post, StoreError};
use super::sql::{Bulk, Statement, chunks, to_json};
use super::writer::Tx;
use super::{Store, inbox, plans, results, wakes};
use crate::base::clock::pause;
use crate::base::ids::InboxId;

/// How often an answer is tried to be written, and the pauses between: some ten minutes in all. It took work to find,
/// and for a change it is the only witness of what was done.
const TRIES: u32 = 45;
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));

/// A conclusion, ready to be written.
#[derive(Debug)]
pub(super) struct Ending {
    /// The message that it closes.
    inbox: Option<String>,
    /// The message that must still be open and ours.
    during: Option<String>,
    audit: Vec<String>,
    posts: Vec<Draft>,
    others: Vec<Statement>,
}

static CLOSE: LazyLock<Bulk> = LazyLock::new(|| {
    let close = "update inbox set done = 1, body = '', ticket = $2 where owner = $1 and done = 0 and id in (";
    Bulk::new(close, 2, "?", ")")
});

static HOLD: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new("update inbox set ticket = $2 where owner = $1 and done = 0 and id in (", 2, "?", ")")
});

/// Writes endings. One whose message is not this replica's any more, or was answered, is answered
/// [`StoreError::Lost`] and nothing of it is written.
pub(super) async fn conclude_all(
    tx: &mut Tx,
    asks: &mut [Ask<Arc<Ending>, Vec<Post>>],
) -> Result<(), StoreError> {
    let held = ours(tx, &HOLD, asks.iter().filter_map(|ask| ask.input.during.as_deref())).await?;
    let closed = ours(tx, &CLOSE, asks.iter().filter_map(|ask| ask.input.inbox.as_deref())).await?;
    let mut drafts: Vec<(usize, &Draft)> = Vec::new();
    let mut taken: HashSet<&str> = HashSet::new();
    let mut going = vec![false; asks.len()];
    for (at, ask) in asks.iter().enumerate() {
        // Of two endings of one message in a batch the first wins.
        going[at] = ask.input.during.as_deref().is_none_or(|id| held.contains(id))
            && ask.input.inbox.as_deref().is_none_or(|id| closed.contains(id) && taken.insert(id));
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

/// Touches the messages by `touch`; the ids of those that were open and ours.
async fn ours(
    tx: &mut Tx,
    touch: &Bulk,
    ids: impl Iterator<Item = &str>,
) -> Result<HashSet<String>, StoreError> {
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut ours = HashSet::with_capacity(ids.len());
    for chunk in chunks(&ids, |id| id) {
        let ticket = tx.ticket();
        let query = touch.rows(chunk.len()).bind(&*tx.me).bind(ticket);
        let query = chunk.iter().fold(query, |query, id| query.bind(*id));
        let written = query.execute(&mut *tx.conn).await?.rows_affected();
        ours.extend(inbox::touched(tx, ticket, written, chunk.iter().copied()).await?);
    }
    Ok(ours)
}

impl Store {
    /// Ends the work on a message, all in one transaction, and tries for ten minutes before it gives up. Returns the
    /// posts as stored, in the order given: they are this replica's to deliver. None come back where an earlier try
    /// came through after all: [`Store::due_posts`] finds them.
    ///
    /// # Errors
    /// [`StoreError::Lost`] if the message is not this replica's any more or was answered: nothing was written.
    pub async fn conclude(&self, end: Conclusion) -> Result<Vec<Post>, StoreError> {
        let once = end.inbox.is_none();
        let ending = Arc::new(self.ending(end, None)?);
        let (mut wait, mut tries) = (PAUSE.0, 0);
        loop {
            let error = match self.end(&ending).await {
                Err(StoreError::Lost) if tries > 0 => return Ok(Vec::new()),
                Err(error @ (StoreError::Away(_) | StoreError::Database(_))) => error,
                end => return end,
            };
            tries += 1;
            if once || tries == TRIES || self.is_closed() {
                return Err(error);
            }
            tracing::warn!(store.error = %error, store.tries = tries, "an answer could not be written; trying again");
            pause(wait).await;
            wait = (wait * 2).min(PAUSE.1);
        }
    }

    /// Writes posts that no message asked for, or new versions of posts. They are this replica's to deliver.
    ///
    /// # Errors
    /// When they could not be written within ten seconds.
    pub async fn put(&self, posts: Vec<NewPost>) -> Result<Vec<Post>, StoreError> {
        self.end(&Arc::new(self.ending(Conclusion { posts, ..Conclusion::default() }, None)?)).await
    }

    /// The same on the way to a message's answer.
    ///
    /// # Errors
    /// [`StoreError::Lost`] if the message is not this replica's any more or was answered: nothing was written, and
    /// no late progress takes the place of an answer.
    pub async fn put_during(&self, message: &InboxId, posts: Vec<NewPost>) -> Result<Vec<Post>, StoreError> {
        let during = Some(message.as_str().to_owned());
        self.end(&Arc::new(self.ending(Conclusion { posts, ..Conclusion::default() }, during)?)).await
    }

    fn ending(&self, end: Conclusion, during: Option<String>) -> Result<Ending, StoreError> {
        Ok(Ending {
            inbox: end.inbox.map(|id| id.as_str().to_owned()),
            during,
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
        })
    }

    async fn end(&self, ending: &Arc<Ending>) -> Result<Vec<Post>, StoreError> {
        self.ask(Queued::Ending, ending.clone()).await
    }
}
