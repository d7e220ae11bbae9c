//! Pages: what paging has to send. Writing, calling back and claiming are here; how they ended is in `page_ends`.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::page_keys;
use super::records::{NewPage, StoreError};
use super::sql::{Arg, Bulk, Statement, args, chunks, count, maybe, millis, moment, number, text};
use super::writer::{Held, Tx};
use crate::base::Secret;
use crate::base::ids::{IncidentId, PageId, PersonId};
use crate::domain::contact::Means;

/// A page that is there already is left as it is, whatever became of it.
static WRITE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "insert into page (id, round, incident, person, means, content, planned, due, state, began, token, owner,
            attempts, again, lapsed, created) values",
        1,
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, $1)",
        "on conflict (id) do nothing returning id, token",
    )
});

/// Writes pages. Of those that are due, as many as there are `hands` for by their means are this replica's to send from now
/// on; the means of the others come beside them.
pub(super) async fn write_all(
    tx: &mut Tx,
    mut pages: Vec<&NewPage>,
    mut hands: HashMap<Means, usize>,
) -> Result<(Vec<(Means, ClaimedPage)>, BTreeSet<Means>), StoreError> {
    let (me, now) = (tx.me.clone(), millis(tx.now)?);
    pages.sort_by_key(|page| page.id.as_str());
    let (mut taken, mut left) = (Vec::new(), BTreeSet::new());
    for chunk in chunks(&pages, |page| page.id.as_str()) {
        let mut query = WRITE.rows(chunk.len()).bind(tx.now);
        for page in chunk {
            let due = page.due.as_millisecond() <= tx.now;
            let hand = hands.get_mut(&page.means).filter(|hands| due && **hands > 0);
            let take = hand.map(|hands| *hands -= 1).is_some();
            if !take {
                left.insert(page.means);
            }
            query = query
                .bind(page.id.as_str())
                .bind(round(page.id.as_str()))
                .bind(page.incident.as_ref().map(IncidentId::as_str))
                .bind(page.person.as_str())
                .bind(page.means.as_str())
                .bind(page.content.as_str())
                .bind(page.due.as_millisecond())
                .bind(page.due.as_millisecond())
                .bind(if take { "sending" } else { "waiting" })
                .bind(take.then_some(tx.now))
                .bind(i64::from(take))
                .bind(if take { &*me } else { "" });
        }
        for row in query.fetch_all(&mut *tx.conn).await? {
            let (id, token) = (text(&row, 0)?, number(&row, 1)?);
            let page = chunk.iter().find(|page| token > 0 && page.id.as_str() == id);
            taken.extend(page.map(|page| (page.means, born(page, now))));
        }
    }
    page_keys::give(tx, taken.iter().map(|(_, page)| (&page.secret, &page.id)).collect()).await?;
    Ok((taken, left))
}

/// A page that is claimed from its beginning.
fn born(page: &NewPage, now: Timestamp) -> ClaimedPage {
    ClaimedPage {
        id: page.id.clone(),
        round: round(page.id.as_str()).to_owned(),
        incident: page.incident.clone(),
        person: page.person.clone(),
        content: page.content.clone(),
        planned: page.due,
        attempts: 0,
        began: now,
        again: false,
        remote: None,
        token: 1,
        secret: page_keys::fresh(),
    }
}

/// Pages that are written by themselves.
struct Put(Vec<NewPage>);

#[async_trait::async_trait]
impl Work for Put {
    type Out = ();
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        write_all(tx, self.0.iter().collect(), HashMap::new()).await.map(drop)
    }
}

/// Calls back what has not gone out yet about an incident; also what is claimed: it is looked at once more just
/// before it is sent ([`Store::pages_live`]).
pub(super) fn cancel(incident: &IncidentId, now: Timestamp) -> Statement {
    Statement {
        sql: "update page set state = 'cancelled', ended = $2
              where incident = $1 and state in ('waiting', 'sending')",
        args: args![incident.as_str(), now],
    }
}

/// The order that a page belongs to, and its person: the id without its last part.
fn round(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(round, _)| round)
}

/// A page that is this replica's to send.
#[derive(Debug, Clone)]
pub struct ClaimedPage {
    /// Its id.
    pub id: PageId,
    /// The order that it belongs to, and its person.
    pub round: String,
    /// The incident; none for a test.
    pub incident: Option<IncidentId>,
    /// To whom.
    pub person: PersonId,
    /// What it says, as JSON.
    pub content: String,
    /// When it was to go out.
    pub planned: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried first, if now is not the first time.
    pub began: Timestamp,
    /// Whether an earlier try may have arrived.
    pub again: bool,
    /// The provider's id of an earlier try, where it is known.
    pub remote: Option<String>,
    /// Grows with every claim: nothing is written of a try by whoever has lost the page.
    pub token: i64,
    /// The secret with which this try is answered; only its hash is stored.
    pub secret: Secret,
}

macro_rules! columns {
    () => {
        "id, round, incident, person, content, planned, attempts, began, again, remote, token"
    };
}

const CLAIM: &str = concat!(
    "update page set state = 'sending', owner = $1, token = token + 1, began = coalesce(began, $2)
     where state = 'waiting' and id in (select id from page
        where state = 'waiting' and means = $3 and due <= $2 order by due limit $4) returning ",
    columns!()
);

/// Those that a dead replica was sending: they may have arrived.
const ADOPT: &str = concat!(
    "update page set owner = $1, token = token + 1, again = 1
     where state = 'sending' and owner <> $1 and owner not in (select id from replica where alive_until > $2)
        and id in (select id from page where state = 'sending' and means = $3 and owner <> $1
            and owner not in (select id from replica where alive_until > $2) limit $4) returning ",
    columns!()
);

/// Those that are ours although nobody was told so; they were not tried.
const RECALL: &str = concat!(
    "update page set token = token + 1 where id = $2 and owner = $1 and state = 'sending' and means = $3 returning ",
    columns!()
);

/// Takes pages, and gives each a fresh secret, in one transaction.
struct Claim(Statement);

#[async_trait::async_trait]
impl Work for Claim {
    type Out = Vec<ClaimedPage>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Out, StoreError> {
        let rows = self.0.run(&mut tx.conn).await?;
        let pages = rows.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
        page_keys::give(tx, pages.iter().map(|page| (&page.secret, &page.id)).collect()).await?;
        Ok(pages)
    }

    fn unheard(&self, pages: Self::Out) -> Vec<(Held, String)> {
        pages.into_iter().map(|page| (Held::Page, page.id.to_string())).collect()
    }
}

fn claimed(row: &AnyRow) -> Result<ClaimedPage, StoreError> {
    Ok(ClaimedPage {
        id: text(row, 0)?.into(),
        round: text(row, 1)?,
        incident: maybe(row, 2)?.map(Into::into),
        person: text(row, 3)?.into(),
        content: text(row, 4)?,
        planned: moment(row, 5)?,
        attempts: count(row, 6)?,
        began: moment(row, 7)?,
        again: number(row, 8)? == 1,
        remote: maybe(row, 9)?,
        token: number(row, 10)?,
        secret: page_keys::fresh(),
    })
}

impl Store {
    /// Takes the pages by `means` that are due, oldest first. They are this replica's until it says how they ended.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_pages(&self, means: Means, limit: u32) -> Result<Vec<ClaimedPage>, StoreError> {
        let args = args![self.me(), self.now(), means.as_str(), i64::from(limit)];
        let mut pages = self.take_pages(CLAIM, args).await?;
        for id in self.0.limbo.list(Held::Page) {
            let found = self.take_pages(RECALL, args![self.me(), id.as_str(), means.as_str()]).await;
            if let Ok(found) = found
                && !found.is_empty()
                && self.0.limbo.take(Held::Page, id)
            {
                pages.extend(found);
            }
        }
        pages.sort_by(|one, other| (one.planned, &one.id).cmp(&(other.planned, &other.id)));
        Ok(pages)
    }

    /// Takes over the pages by `means` that a replica was sending when it died.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn adopt_pages(&self, means: Means, limit: u32) -> Result<Vec<ClaimedPage>, StoreError> {
        self.take_pages(ADOPT, args![self.me(), self.now(), means.as_str(), i64::from(limit)]).await
    }

    async fn take_pages(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<ClaimedPage>, StoreError> {
        let claim = Claim(Statement { sql, args });
        self.ask(|ask: Ask<Claim, Vec<ClaimedPage>>| Queued::Other(Box::new(ask)), claim).await
    }

    /// When the next page by `means` is due.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next_page(&self, means: Means) -> Result<Option<Timestamp>, StoreError> {
        let sql = "select due from page where state = 'waiting' and means = $1 order by due limit 1";
        let rows = self.read(sql, args![means.as_str()]).await?;
        rows.first().map(|row| moment(row, 0)).transpose()
    }

    /// Whether a replica died while it was sending pages by `means`, or some are ours unknown to us.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_orphan_pages(&self, means: Means) -> Result<bool, StoreError> {
        let sql = "select id from page where state = 'sending' and means = $3 and owner <> $1
            and owner not in (select id from replica where alive_until > $2) limit 1";
        Ok(!self.read(sql, args![self.me(), self.now(), means.as_str()]).await?.is_empty())
    }

    /// Whether pages are ours that nobody here knows of.
    pub fn has_unheard_pages(&self) -> bool {
        !self.0.limbo.list(Held::Page).is_empty()
    }

    /// Writes pages by themselves, such as those of a test.
    ///
    /// # Errors
    /// When they could not be written within ten seconds.
    pub async fn put_pages(&self, pages: Vec<NewPage>) -> Result<(), StoreError> {
        self.ask(|ask: Ask<Put, ()>| Queued::Other(Box::new(ask)), Put(pages)).await
    }

    /// Calls back what has not gone out yet about an incident.
    ///
    /// # Errors
    /// When it could not be written within ten seconds.
    pub async fn cancel_pages(&self, incident: &IncidentId) -> Result<(), StoreError> {
        let Statement { sql, args } = cancel(incident, self.now());
        self.write(sql, args).await.map(drop)
    }
}
