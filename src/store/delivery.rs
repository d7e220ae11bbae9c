//! Who brings which post to its platform, and how that went.

use jiff::Timestamp;

use super::Store;
use super::batch::Queued;
use super::posts::{Receipt, columns, stored};
use super::records::{Post, StoreError};
use super::sql::args;
use super::writer::Held;
use crate::base::ids::PostId;
use crate::domain::message::Thread;

/// Whether a post waits for somebody: ours and given back, or its owner is not alive. Asked for twice, as in `inbox`.
macro_rules! waiting {
    () => {
        "version > delivered and failed is null and due <= $2 and ((claimed = 0 and owner = $1)
            or (owner <> $1 and owner not in (select id from replica where alive_until > $2)))"
    };
}

/// A replica that died while it delivered may have got it there: `uncertain`.
const CLAIM: &str = concat!(
    "update post set owner = $1, claimed = 1, uncertain = case when claimed = 1 then 1 else uncertain end
     where ",
    waiting!(),
    " and id in (select id from post where ",
    waiting!(),
    " order by due limit $3) returning ",
    columns!()
);

const RECALL: &str = concat!(
    "select ",
    columns!(),
    " from post where id = $1 and owner = $2 and claimed = 1 and version > delivered and failed is null"
);

const RETRY: &str = "update post set claimed = 0, attempts = attempts + 1, due = $3,
        uncertain = case when $4 = 1 then 1 else uncertain end
    where id = $1 and owner = $2 returning id";

const GIVE_UP: &str = "update post set claimed = 0, failed = $3 where id = $1 and owner = $2 returning id";

impl Store {
    /// Takes posts that are due and that nobody delivers: those given back for another try, and those of replicas that
    /// are not alive. What [`Store::conclude`] and [`Store::put`] return is not among them: it is being delivered.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_posts(&self, limit: u32) -> Result<Vec<Post>, StoreError> {
        let rows = self.claim(Held::Post, CLAIM, RECALL, limit).await?;
        let mut posts = Vec::with_capacity(rows.len());
        for row in &rows {
            match stored(row) {
                Ok(post) => posts.push(post),
                // It stays claimed; the others must not wait for it.
                Err(error) => tracing::error!(store.error = %error, "a post cannot be read"),
            }
        }
        // What was written together has one time: the first message of a thread goes before what stands under it.
        let under = |post: &Post| matches!(post.new.place.thread, Some(Thread::Under(_)));
        posts.sort_by(|one, other| {
            (one.due, one.created, under(one), &one.new.id).cmp(&(
                other.due,
                other.created,
                under(other),
                &other.new.id,
            ))
        });
        Ok(posts)
    }

    /// The platform has this version of the post, under its own id `remote` (empty if it gave none).
    ///
    /// # Errors
    /// When it could not be written within ten seconds: then the post may be delivered once more.
    pub async fn delivered(&self, id: &PostId, version: u32, remote: &str) -> Result<(), StoreError> {
        let receipt = Receipt { id: id.as_str().to_owned(), version, remote: remote.to_owned() };
        self.ask(Queued::Receipt, receipt).await
    }

    /// Gives a post back for another try at `due`. Once `uncertain`, it stays so until it is delivered.
    ///
    /// # Errors
    /// [`StoreError::Lost`] if another replica delivers it now.
    pub async fn retry_post(&self, id: &PostId, due: Timestamp, uncertain: bool) -> Result<(), StoreError> {
        let rows = self.write(RETRY, args![id.as_str(), self.me(), due, i64::from(uncertain)]).await?;
        rows.first().map(drop).ok_or(StoreError::Lost)
    }

    /// Says that the post will never be taken, and why. A new version of it gets another chance.
    ///
    /// # Errors
    /// [`StoreError::Lost`] if another replica delivers it now.
    pub async fn give_up_post(&self, id: &PostId, why: &str) -> Result<(), StoreError> {
        let rows = self.write(GIVE_UP, args![id.as_str(), self.me(), why]).await?;
        rows.first().map(drop).ok_or(StoreError::Lost)
    }
}
