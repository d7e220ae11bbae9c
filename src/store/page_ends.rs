//! How tries to send pages end, and what follows for the other ways to reach the same person, in one transaction.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::pages::ClaimedPage;
use super::records::StoreError;
use super::sql::{Bulk, Statement, args, chunks, maybe, text};
use super::writer::Tx;
use crate::base::ids::{IncidentId, PageId, PersonId};

/// After so long without success a person's next method goes out at once.
pub const FAIL_OVER: Duration = Duration::from_mins(2);

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageEnd {
    /// The provider took it, under this id.
    Sent(String),
    /// It will never be sent this way.
    Failed(String),
    /// It may have arrived; nobody can tell, and it must not be sent twice.
    Unknown(String),
    /// Another try at that moment; `again` where this one may have arrived.
    Retry {
        /// Not before.
        due: Timestamp,
        /// Why this try failed.
        why: String,
        /// Whether it may have arrived all the same.
        again: bool,
        /// No other try can succeed within [`FAIL_OVER`]: the next method need not wait for it.
        hopeless: bool,
    },
    /// It was not tried: it waits for others to go along with.
    Held(Timestamp),
}

/// A person whom no page of an order has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapsed {
    /// The page that found it out.
    pub page: PageId,
    /// The incident.
    pub incident: IncidentId,
    /// The person.
    pub person: PersonId,
    /// What the last try said.
    pub why: String,
}

/// A page that a provider took.
#[derive(Debug)]
pub(super) struct Sent {
    id: String,
    remote: String,
    token: i64,
    /// The order of it, if it was tried before: its other ways may have been moved.
    round: Option<String>,
}

/// What went out is on record whoever called it back meanwhile, and whoever has the page now.
static SENT: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "update page set state = 'sent', remote = v.column2, ended = $1, why = null from (values",
        1,
        "(?, ?, ?)",
        ") as v where page.id = v.column1 and (page.token = v.column3 or page.state <> 'sent') returning id",
    )
});

/// Writes what went out; of each ask, whether any of it was still to be told.
pub(super) async fn sent_all(tx: &mut Tx, asks: &mut [Ask<Vec<Sent>, bool>]) -> Result<(), StoreError> {
    let mut all: Vec<&Sent> = asks.iter().flat_map(|ask| &ask.input).collect();
    all.sort_by_key(|sent| sent.id.as_str());
    let mut told: HashSet<String> = HashSet::new();
    for chunk in chunks(&all, |sent| &sent.id) {
        let query = chunk.iter().fold(SENT.rows(chunk.len()).bind(tx.now), |query, sent| {
            query.bind(sent.id.as_str()).bind(sent.remote.as_str()).bind(sent.token)
        });
        for row in query.fetch_all(&mut *tx.conn).await? {
            told.insert(text(&row, 0)?);
        }
    }
    for round in all.iter().filter_map(|sent| sent.round.as_deref()) {
        Statement { sql: BACK, args: args![round] }.run(&mut tx.conn).await?;
    }
    for ask in asks {
        ask.answer = Some(Ok(ask.input.iter().any(|sent| told.contains(&sent.id))));
    }
    Ok(())
}

/// The end of a try; whether it was still ours to tell.
struct End {
    change: Statement,
    /// What follows for the other pages of the round.
    others: Vec<Statement>,
    /// Whether to look if this was the person's last chance: the page, its round, and since when a try counts.
    lapse: Option<Statement>,
}

#[async_trait::async_trait]
impl Work for End {
    type Out = Option<bool>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Out, StoreError> {
        if self.change.run(&mut tx.conn).await?.is_empty() {
            return Ok(None);
        }
        for statement in &self.others {
            statement.run(&mut tx.conn).await?;
        }
        match &self.lapse {
            Some(lapse) => Ok(Some(!lapse.run(&mut tx.conn).await?.is_empty())),
            None => Ok(Some(false)),
        }
    }
}

const ENDED: &str = "update page set state = $4, why = $3, ended = $2, attempts = attempts + 1
    where id = $1 and token = $5 and state = 'sending' returning id";

const RETRY: &str = "update page set state = 'waiting', due = $2, why = $3, attempts = attempts + 1,
        again = case when $4 = 1 then 1 else again end
    where id = $1 and token = $5 and state = 'sending' returning id";

const HELD: &str =
    "update page set state = 'waiting', due = $2, began = case when attempts = 0 then null else began end
    where id = $1 and token = $3 and state = 'sending' returning id";

/// The next way that was not tried yet goes out at that moment, if it was to go out later.
const FORWARD: &str = "update page set due = $2 where due > $2 and id = (select id from page
    where round = $1 and state = 'waiting' and began is null order by planned, id limit 1)";

/// It goes out as planned after all.
const BACK: &str = "update page set due = planned
    where round = $1 and state = 'waiting' and began is null and due < planned";

/// Marks the page if nothing of its round has arrived and nothing is left that was tried for less than two minutes.
const LAPSE: &str = "update page set lapsed = 1 where id = $1
    and not exists (select 1 from page where round = $2 and (state = 'sent' or lapsed > 0))
    and not exists (select 1 from page where round = $2 and id <> $1
        and ((state = 'waiting' and began is null) or (state in ('waiting', 'sending') and began > $3)))
    returning id";

impl Store {
    /// Writes that one message, which told of all these pages, was taken: of all of them, or of none. Whether any of them was
    /// still to be told.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn pages_sent(&self, pages: &[&ClaimedPage], remote: &str) -> Result<bool, StoreError> {
        let sent = pages.iter().map(|page| Sent {
            id: page.id.to_string(),
            remote: remote.to_owned(),
            token: page.token,
            round: (page.attempts > 0).then(|| page.round.clone()),
        });
        self.ask(Queued::Sent, sent.collect()).await
    }

    /// Writes how a try ended. `lapse` says whether a person who cannot be reached at all is to be found out (not for
    /// tests, and not while nobody can be reached); whether it was.
    ///
    /// # Errors
    /// [`StoreError::Lost`] if the page was called back or is another replica's now; when it could not be written.
    pub async fn end_page(&self, page: &ClaimedPage, end: PageEnd, lapse: bool) -> Result<bool, StoreError> {
        let now = self.now();
        let (id, round, token) = (page.id.as_str(), page.round.as_str(), page.token);
        let forward = |at: Timestamp| Statement { sql: FORWARD, args: args![round, at] };
        let overdue = page.began.checked_add(FAIL_OVER).unwrap_or(Timestamp::MAX);
        let mut over = true;
        let (change, others) = match end {
            PageEnd::Sent(remote) => {
                let told = self.pages_sent(&[page], &remote).await?;
                return if told { Ok(false) } else { Err(StoreError::Lost) };
            }
            PageEnd::Failed(why) => {
                (Statement { sql: ENDED, args: args![id, now, why, "failed", token] }, Some(forward(now)))
            }
            PageEnd::Unknown(why) => {
                (Statement { sql: ENDED, args: args![id, now, why, "unknown", token] }, Some(forward(now)))
            }
            PageEnd::Retry { due, why, again, hopeless } => {
                over = hopeless || now >= overdue;
                let next = match (hopeless, page.attempts) {
                    (true, _) => Some(forward(now)),
                    (false, 0) => Some(forward(overdue)),
                    (false, _) => None,
                };
                (Statement { sql: RETRY, args: args![id, due, why, i64::from(again), token] }, next)
            }
            PageEnd::Held(due) => {
                over = false;
                (Statement { sql: HELD, args: args![id, due, token] }, None)
            }
        };
        let since = now.checked_sub(FAIL_OVER).unwrap_or(Timestamp::MIN);
        let lapse = (lapse && over).then(|| Statement { sql: LAPSE, args: args![id, round, since] });
        let end = End { change, others: others.into_iter().collect(), lapse };
        let told = self.ask(|ask: Ask<End, Option<bool>>| Queued::Other(Box::new(ask)), end).await?;
        told.ok_or(StoreError::Lost)
    }

    /// Who could not be reached and nobody was told of it yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lapsed_pages(&self, limit: u32) -> Result<Vec<Lapsed>, StoreError> {
        let sql = "select id, incident, person, why from page where lapsed = 1 order by created limit $1";
        let rows = self.read(sql, args![i64::from(limit)]).await?;
        let mut lapsed = Vec::with_capacity(rows.len());
        for row in &rows {
            let Some(incident) = maybe(row, 1)? else { continue };
            lapsed.push(Lapsed {
                page: text(row, 0)?.into(),
                incident: incident.into(),
                person: text(row, 2)?.into(),
                why: maybe(row, 3)?.unwrap_or_default(),
            });
        }
        Ok(lapsed)
    }

    /// Whoever asked for the page knows now that its person could not be reached.
    ///
    /// # Errors
    /// When it could not be written within ten seconds.
    pub async fn lapse_told(&self, page: &PageId) -> Result<(), StoreError> {
        self.write("update page set lapsed = 2 where id = $1", args![page.as_str()]).await.map(drop)
    }
}
