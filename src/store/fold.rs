//! Posts that nobody has seen yet become one: what they were to say is said in the first of them.

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::posts::{self, Draft};
use super::records::{NewPost, Post, StoreError};
use super::sql::{Statement, args};
use super::writer::{Held, Tx};
use crate::base::ids::PostId;

/// The first post as it shall be, and those that it takes in.
struct Fold {
    whole: Draft,
    id: String,
    parts: Vec<String>,
}

/// Ours, and on no platform as far as is known.
const UNSEEN: &str = "select id from post where id = $1 and owner = $2 and claimed = 1 and delivered = 0";
const TAKE_IN: &str =
    "delete from post where id = $1 and owner = $2 and claimed = 1 and delivered = 0 returning id";

#[async_trait::async_trait]
impl Work for Fold {
    type Out = Post;

    async fn run(&self, tx: &mut Tx) -> Result<Post, StoreError> {
        let me = tx.me.to_string();
        let one = |sql, id: &str| Statement { sql, args: args![id, me.as_str()] };
        if one(UNSEEN, &self.id).run(&mut tx.conn).await?.is_empty() {
            return Err(StoreError::Lost);
        }
        for part in &self.parts {
            if one(TAKE_IN, part).run(&mut tx.conn).await?.is_empty() {
                return Err(StoreError::Lost);
            }
        }
        let mut written = posts::write_all(tx, &[(0, &self.whole)]).await?;
        written.pop().map(|(_, post)| post).ok_or(StoreError::Lost)
    }

    fn unheard(&self, post: Post) -> Vec<(Held, String)> {
        vec![(Held::Post, post.new.id.to_string())]
    }
}

impl Store {
    /// Writes `whole`, a post of this replica's that is not delivered yet, with what the posts `parts` were to say, and
    /// takes these away, in one transaction. What is delivered is the post that comes back.
    ///
    /// # Errors
    /// [`StoreError::Lost`] if one of them was delivered, or is another replica's: nothing is written.
    pub async fn fold_posts(&self, whole: NewPost, parts: &[PostId]) -> Result<Post, StoreError> {
        let id = whole.id.to_string();
        let parts = parts.iter().map(ToString::to_string).collect();
        let fold = Fold { whole: Draft::new(whole)?, id, parts };
        self.ask(|ask: Ask<Fold, Post>| Queued::Other(Box::new(ask)), fold).await
    }
}
