//! What watch rules remember from one look to the next: a row each, written only when it changes.

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::records::StoreError;
use super::sql::{Statement, args, text};
use super::writer::Tx;

const SAVE: &str = "insert into watch_state (id, content, updated) values ($1, $2, $3)
    on conflict (id) do update set content = excluded.content, updated = excluded.updated";

/// New contents by rule; `None` forgets the rule.
struct Save(Vec<(String, Option<String>)>, jiff::Timestamp);

#[async_trait::async_trait]
impl Work for Save {
    type Out = ();
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for (id, content) in &self.0 {
            let statement = match content {
                Some(content) => Statement { sql: SAVE, args: args![id.as_str(), content.as_str(), self.1] },
                None => Statement { sql: "delete from watch_state where id = $1", args: args![id.as_str()] },
            };
            statement.run(&mut tx.conn).await?;
        }
        Ok(())
    }
}

impl Store {
    /// What is remembered, by rule: JSON that the watch understands. There are as many rows as rules, never more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn watch_states(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.read("select id, content from watch_state order by id", args![]).await?;
        rows.iter().map(|row| Ok((text(row, 0)?, text(row, 1)?))).collect()
    }

    /// Remembers these, or forgets those without content; all of them or none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn save_watch(&self, mut states: Vec<(String, Option<String>)>) -> Result<(), StoreError> {
        if states.is_empty() {
            return Ok(());
        }
        // In one order, so that two writers wait for one another and never for each other.
        states.sort();
        let save = Save(states, self.now());
        self.ask(|ask: Ask<Save, ()>| Queued::Other(Box::new(ask)), save).await
    }

    /// How many milliseconds late the oldest piece of work is that is due and not done: wakes and steps first, then what
    /// is to be sent. Nothing due is nothing late.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lags(&self) -> Result<(i64, i64), StoreError> {
        let now = self.now().as_millisecond();
        let oldest = |sql: &'static str| async move {
            let rows = self.read(sql, args![]).await?;
            let due: Option<i64> = rows.first().map(|row| super::sql::number(row, 0)).transpose()?;
            Ok::<_, StoreError>(due.map_or(0, |due| (now - due).max(0)))
        };
        let (wakes, steps, pages, posts) = tokio::try_join!(
            oldest("select due from wake where done = 0 order by due limit 1"),
            oldest("select due from incident where due is not null order by due limit 1"),
            oldest(
                "select due from (select due from page where state = 'waiting'
                    union all select due from page where state = 'sending') as open order by due limit 1"
            ),
            oldest("select due from post where version > delivered and failed is null order by due limit 1"),
        )?;
        Ok((wakes.max(steps), pages.max(posts)))
    }
}
