//! Posts: what shall stand on a platform, and what does. Writing is here; who delivers what is in `delivery`.

use std::sync::LazyLock;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::Store;
use super::batch::Ask;
use super::records::{NewPost, Post, StoreError};
use super::sql::{Bulk, Prepared, args, chunks, count, json, maybe, millis, moment, number, text, to_json};
use super::writer::Tx;
use crate::base::ids::PostId;
use crate::domain::message::Thread;
use crate::domain::person::Door;

/// The columns that [`stored`] reads.
macro_rules! columns {
    () => {
        "id, content, version, delivered, remote, attempts, due, uncertain, failed, created"
    };
}
pub(super) use columns;

/// A post on its way in.
#[derive(Debug)]
pub(super) struct Draft {
    new: NewPost,
    content: String,
}

impl Draft {
    pub fn new(new: NewPost) -> Result<Self, StoreError> {
        Ok(Self { content: to_json(&new)?, new })
    }

    fn bind<'q>(&'q self, query: Prepared<'q>) -> Prepared<'q> {
        let Self { new, content } = self;
        let (known, under) = match &new.place.thread {
            Some(Thread::Known(id)) => (Some(id.as_str()), None),
            Some(Thread::Under(id)) => (None, Some(id.as_str())),
            None => (None, None),
        };
        query
            .bind(new.id.as_str())
            .bind(new.place.door.as_str())
            .bind(new.place.channel.as_str())
            .bind(known)
            .bind(under)
            .bind(new.topic.as_deref())
            .bind(content.as_str())
    }

    /// As it is stored if it is new.
    fn first(&self, now: Timestamp) -> Post {
        Post {
            new: self.new.clone(),
            version: 1,
            delivered: 0,
            remote: None,
            attempts: 0,
            due: now,
            uncertain: false,
            failed: None,
            created: now,
        }
    }
}

static WRITE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "insert into post (id, door, channel, thread_known, thread_under, topic, content, version, delivered,
            attempts, due, uncertain, owner, claimed, ticket, created) values",
        3,
        "(?, ?, ?, ?, ?, ?, ?, 1, 0, 0, $2, 0, $1, 1, $3, $2)",
        "on conflict (id) do nothing",
    )
});

/// A new version takes the place of one that was not delivered yet, and gives a failed post another chance. Where
/// another replica may be sending the first version at this moment, it may get there: `uncertain`.
static EDIT: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "update post set version = post.version + 1, topic = v.column2, content = v.column3, attempts = 0, due = $2,
            failed = null, owner = $1, claimed = 1, ticket = $3,
            uncertain = case when post.owner <> $1 and post.delivered = 0 then 1 else post.uncertain end
         from (values",
        3,
        "(?, ?, ?)",
        ") as v where post.id = v.column1 and post.ticket <> $3
         returning id, version, delivered, remote, uncertain, created",
    )
});

/// Writes posts, each with the number of whoever wrote it, which comes back with the post as stored. Of each writer
/// they come back in the order in which they were given.
pub(super) async fn write_all(
    tx: &mut Tx,
    drafts: &[(usize, &Draft)],
) -> Result<Vec<(usize, Post)>, StoreError> {
    let mut order: Vec<(usize, &Draft)> = drafts.iter().map(|(_, draft)| *draft).enumerate().collect();
    order.sort_by_key(|(_, draft)| draft.new.id.as_str());
    let mut stored: Vec<Option<Post>> = vec![None; drafts.len()];
    for chunk in chunks(&order, |(_, draft)| draft.new.id.as_str()) {
        let ticket = tx.ticket();
        let now = millis(tx.now)?;
        let query = WRITE.rows(chunk.len()).bind(&*tx.me).bind(tx.now).bind(ticket);
        let query = chunk.iter().fold(query, |query, (_, draft)| draft.bind(query));
        for (at, draft) in chunk {
            stored[*at] = Some(draft.first(now));
        }
        // Most posts are new, and of those nothing need come back.
        if query.execute(&mut *tx.conn).await?.rows_affected() == chunk.len() as u64 {
            continue;
        }
        let mut query = EDIT.rows(chunk.len()).bind(&*tx.me).bind(tx.now).bind(ticket);
        for (_, Draft { new, content }) in chunk {
            query = query.bind(new.id.as_str()).bind(new.topic.as_deref()).bind(content.as_str());
        }
        for row in query.fetch_all(&mut *tx.conn).await? {
            let id = text(&row, 0)?;
            if let Some((at, draft)) = chunk.iter().find(|(_, draft)| draft.new.id.as_str() == id) {
                stored[*at] = Some(Post {
                    version: count(&row, 1)?,
                    delivered: count(&row, 2)?,
                    remote: maybe(&row, 3)?,
                    uncertain: number(&row, 4)? == 1,
                    created: moment(&row, 5)?,
                    ..draft.first(now)
                });
            }
        }
    }
    Ok(drafts.iter().zip(stored).filter_map(|((writer, _), post)| Some((*writer, post?))).collect())
}

/// A post reached its platform.
#[derive(Debug)]
pub(super) struct Receipt {
    pub id: String,
    pub version: u32,
    pub remote: String,
}

/// True whoever says it: also a replica that has lost the post meanwhile has put it there. An empty id does not
/// replace one that is known.
static DELIVERED: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "update post set attempts = 0, uncertain = 0,
            delivered = case when v.column2 > post.delivered then v.column2 else post.delivered end,
            remote = case when v.column3 <> '' then v.column3 else coalesce(post.remote, '') end
         from (values",
        0,
        "(?, ?, ?)",
        ") as v where post.id = v.column1",
    )
});

/// Writes receipts.
pub(super) async fn delivered_all(tx: &mut Tx, asks: &mut [Ask<Receipt, ()>]) -> Result<(), StoreError> {
    asks.sort_by(|one, other| one.input.id.cmp(&other.input.id));
    for chunk in chunks(asks, |ask| &ask.input.id) {
        let mut query = DELIVERED.rows(chunk.len());
        for Ask { input, .. } in chunk {
            query = query.bind(input.id.as_str()).bind(i64::from(input.version)).bind(input.remote.as_str());
        }
        query.execute(&mut *tx.conn).await?;
    }
    asks.iter_mut().for_each(|ask| ask.answer = Some(Ok(())));
    Ok(())
}

/// A row of [`columns!`].
pub(super) fn stored(row: &AnyRow) -> Result<Post, StoreError> {
    let id = text(row, 0)?;
    Ok(Post {
        new: json(&id, &text(row, 1)?)?,
        version: count(row, 2)?,
        delivered: count(row, 3)?,
        remote: maybe(row, 4)?,
        attempts: count(row, 5)?,
        due: moment(row, 6)?,
        uncertain: number(row, 7)? == 1,
        failed: maybe(row, 8)?,
        created: moment(row, 9)?,
    })
}

/// Only a post that is in no thread can be the root of one.
const TOPIC: &str = "select topic from (
        select topic, created, id from post where door = $1 and channel = $2 and topic is not null
            and remote = $3 and thread_known is null and thread_under is null
        union all
        select topic, created, id from post where door = $1 and channel = $2 and topic is not null
            and thread_known = $3
        union all
        select topic, created, id from post where door = $1 and channel = $2 and topic is not null
            and thread_under in (select id from post where door = $1 and channel = $2
                and remote = $3 and thread_known is null and thread_under is null)
    ) as told order by created desc, id desc limit 1";

impl Store {
    /// The post of that id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn post(&self, id: &PostId) -> Result<Option<Post>, StoreError> {
        let rows =
            self.read(concat!("select ", columns!(), " from post where id = $1"), args![id.as_str()]).await?;
        rows.first().map(stored).transpose()
    }

    /// What a thread is about: the newest topic among its posts. `thread` is the platform's id of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn topic(&self, door: Door, channel: &str, thread: &str) -> Result<Option<String>, StoreError> {
        let rows = self.read(TOPIC, args![door.as_str(), channel, thread]).await?;
        rows.first().map(|row| text(row, 0)).transpose()
    }

    /// The newest posts of a door, oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn history(&self, door: Door, limit: u32) -> Result<Vec<Post>, StoreError> {
        let sql = concat!(
            "select ",
            columns!(),
            " from post where door = $1 order by created desc, id desc limit $2"
        );
        let rows = self.read(sql, args![door.as_str(), i64::from(limit)]).await?;
        rows.iter().rev().map(stored).collect()
    }
}
