//! What pages are answered with, and looking pages up by it. Only hashes of secrets are stored.

use std::sync::LazyLock;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::records::StoreError;
use super::sql::{Bulk, args, chunks, count, maybe, moment, text};
use super::writer::Tx;
use crate::base::Secret;
use crate::base::ids::{IncidentId, PageId, PersonId};
use crate::domain::contact::Means;

/// A page as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredPage {
    /// Its id.
    pub id: PageId,
    /// The incident; none for a test.
    pub incident: Option<IncidentId>,
    /// To whom.
    pub person: PersonId,
    /// How: `slack`, `email`, … as in the config.
    pub means: String,
    /// What it says, as JSON.
    pub content: String,
    /// `waiting`, `sending`, `sent`, `failed`, `cancelled` or `unknown`.
    pub state: String,
    /// When it was to go out.
    pub planned: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// The provider's id of it.
    pub remote: Option<String>,
    /// Why the last try failed.
    pub why: Option<String>,
    /// When that was settled.
    pub ended: Option<Timestamp>,
    /// When it was answered first.
    pub answered: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, incident, person, means, content, state, planned, attempts, remote, why, ended, answered"
    };
}

fn stored(row: &AnyRow) -> Result<StoredPage, StoreError> {
    let optional = |column: usize| -> Result<Option<Timestamp>, StoreError> {
        use sqlx::Row as _;
        let ms: Option<i64> = row.try_get(column)?;
        ms.map(super::sql::millis).transpose()
    };
    Ok(StoredPage {
        id: text(row, 0)?.into(),
        incident: maybe(row, 1)?.map(Into::into),
        person: text(row, 2)?.into(),
        means: text(row, 3)?,
        content: text(row, 4)?,
        state: text(row, 5)?,
        planned: moment(row, 6)?,
        attempts: count(row, 7)?,
        remote: maybe(row, 8)?,
        why: maybe(row, 9)?,
        ended: optional(10)?,
        answered: optional(11)?,
    })
}

/// A secret that nobody guesses (122 bits), short enough for every provider.
pub(super) fn fresh() -> Secret {
    Secret::new(uuid::Uuid::new_v4().simple().to_string())
}

fn hash(secret: &Secret) -> String {
    hex::encode(Sha256::digest(secret.reveal().as_bytes()))
}

static GIVE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "insert into page_key (hash, page, created) values",
        1,
        "(?, ?, $1)",
        "on conflict (hash, page) do nothing",
    )
});

/// Writes what pages are answered with.
pub(super) async fn give(tx: &mut Tx, keys: Vec<(&Secret, &PageId)>) -> Result<(), StoreError> {
    let mut keys: Vec<(String, &str)> =
        keys.into_iter().map(|(key, page)| (hash(key), page.as_str())).collect();
    keys.sort_by(|one, other| one.1.cmp(other.1));
    for chunk in chunks(&keys, |(_, page)| page) {
        let query = GIVE.rows(chunk.len()).bind(tx.now);
        let query = chunk.iter().fold(query, |query, (hash, page)| query.bind(hash.as_str()).bind(*page));
        query.execute(&mut *tx.conn).await?;
    }
    Ok(())
}

struct Share(Secret, Vec<PageId>);

#[async_trait::async_trait]
impl Work for Share {
    type Out = ();
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        give(tx, self.1.iter().map(|page| (&self.0, page)).collect()).await
    }
}

impl Store {
    /// One message tells of all these pages: its secret answers them all.
    ///
    /// # Errors
    /// When it could not be written within ten seconds.
    pub async fn share_page_key(&self, secret: Secret, pages: Vec<PageId>) -> Result<(), StoreError> {
        self.ask(|ask: Ask<Share, ()>| Queued::Other(Box::new(ask)), Share(secret, pages)).await
    }

    /// The pages that this secret answers, in the order in which they were to go out; none for a wrong one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pages_by_secret(&self, secret: &Secret) -> Result<Vec<StoredPage>, StoreError> {
        let sql = concat!(
            "select ",
            columns!(),
            " from page where id in (select page from page_key where hash = $1) order by planned, id"
        );
        self.look_pages(sql, args![hash(secret)]).await
    }

    /// The pages that a provider knows by its id of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pages_by_remote(&self, means: Means, remote: &str) -> Result<Vec<StoredPage>, StoreError> {
        let sql = concat!(
            "select ",
            columns!(),
            " from page where remote = $1 and means = $2 order by planned, id"
        );
        self.look_pages(sql, args![remote, means.as_str()]).await
    }

    /// The pages of an incident, in the order in which they were to go out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn incident_pages(&self, incident: &IncidentId) -> Result<Vec<StoredPage>, StoreError> {
        let sql = concat!("select ", columns!(), " from page where incident = $1 order by planned, id");
        self.look_pages(sql, args![incident.as_str()]).await
    }

    /// What a person was sent by `means` since then and might answer now, newest first, at most twenty.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pages_of(
        &self,
        person: &PersonId,
        means: Means,
        since: Timestamp,
    ) -> Result<Vec<StoredPage>, StoreError> {
        let sql = concat!(
            "select ",
            columns!(),
            " from page where person = $1 and means = $2 and ended >= $3 and state = 'sent' order by ended desc, id limit 20"
        );
        self.look_pages(sql, args![person.as_str(), means.as_str(), since]).await
    }

    /// The provider's ids of what else a person was sent by `means` since then, the newest thousand.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn other_remotes(
        &self,
        page: &PageId,
        person: &PersonId,
        means: Means,
        since: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let sql =
            "select remote from page where person = $1 and means = $2 and ended >= $3 and state = 'sent'
            and remote is not null and id <> $4 order by ended desc limit 1000";
        let rows = self.read(sql, args![person.as_str(), means.as_str(), since, page.as_str()]).await?;
        rows.iter().map(|row| text(row, 0)).collect()
    }

    /// Puts on record that these pages were answered; whether this was the first answer to any of them.
    ///
    /// # Errors
    /// When it could not be written within ten seconds.
    pub async fn page_answered(&self, page: &PageId) -> Result<bool, StoreError> {
        let sql = "update page set answered = $2 where id = $1 and answered is null returning id";
        Ok(!self.write(sql, args![page.as_str(), self.now()]).await?.is_empty())
    }

    async fn look_pages(
        &self,
        sql: &'static str,
        args: Vec<super::sql::Arg>,
    ) -> Result<Vec<StoredPage>, StoreError> {
        self.read(sql, args).await?.iter().map(stored).collect()
    }
}
