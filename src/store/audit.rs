//! The audit's chain in the database: how it grows, and how it is checked.

use std::sync::LazyLock;

use sqlx::AnyConnection;

use super::Store;
use super::records::{StoreError, Verified};
use super::sql::{Bulk, args, chunks, number, text};
use crate::domain::audit::{GENESIS, seal};

/// Rows that are looked at at a time.
const PAGE: i64 = 500;

static APPEND: LazyLock<Bulk> =
    LazyLock::new(|| Bulk::new("insert into audit (seq, seal, content) values", 0, "(?, ?, ?)", ""));

/// Seals entries onto the end of the chain. The head is locked first, so that replicas take turns.
pub(super) async fn append(conn: &mut AnyConnection, entries: Vec<String>) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let head = sqlx::query("update audit_head set entries = entries + $1 where id = 1 returning seq, seal")
        .bind(i64::try_from(entries.len()).unwrap_or(i64::MAX))
        .fetch_optional(&mut *conn)
        .await?
        .ok_or_else(|| StoreError::Damaged("audit_head".into(), "it is gone".into()))?;
    let (mut seq, mut last) = (number(&head, 0)?, text(&head, 1)?);
    let links: Vec<Link> = entries
        .into_iter()
        .map(|content| {
            seq += 1;
            last = seal(&last, seq, &content);
            Link { seq, seal: last.clone(), content }
        })
        .collect();
    for chunk in chunks(&links, |link| &link.seal) {
        let mut query = APPEND.rows(chunk.len());
        for Link { seq, seal, content } in chunk {
            query = query.bind(*seq).bind(seal.as_str()).bind(content.as_str());
        }
        query.execute(&mut *conn).await?;
    }
    sqlx::query("update audit_head set seq = $1, seal = $2 where id = 1")
        .bind(seq)
        .bind(last)
        .execute(conn)
        .await?;
    Ok(())
}

/// A row of the chain.
struct Link {
    seq: i64,
    seal: String,
    content: String,
}

impl Store {
    /// Follows the chain from its first row to its head, a page at a time, and says where it does not hold. Rows that
    /// are added meanwhile are followed too.
    ///
    /// # Errors
    /// When the database does not answer; a broken chain is not an error but the answer.
    pub async fn audit_verify(&self) -> Result<Verified, StoreError> {
        let (mut seq, mut last) = (0, GENESIS.to_owned());
        loop {
            let links = self.links(seq).await?;
            for link in &links {
                seq += 1;
                if link.seq != seq {
                    return Ok(broken(seq, "it is missing"));
                }
                if link.seal != seal(&last, seq, &link.content) {
                    return Ok(broken(seq, "its seal does not fit its content and the row before it"));
                }
                last.clone_from(&link.seal);
            }
            if !links.is_empty() {
                continue;
            }
            // Read after the rows: the head moves in the same transaction as they do, so it is never behind them.
            let rows = self.read("select seq, seal, entries from audit_head where id = 1", args![]).await?;
            let Some(row) = rows.first() else { return Ok(broken(seq, "the head of the chain is gone")) };
            let (head, sealed, entries) = (number(row, 0)?, text(row, 1)?, number(row, 2)?);
            if head > seq {
                if self.links(seq).await?.is_empty() {
                    return Ok(broken(seq + 1, "it is missing: the chain was cut off here"));
                }
            } else if head < seq {
                return Ok(broken(head + 1, "it was inserted behind the head of the chain"));
            } else if sealed != last || entries != seq {
                return Ok(broken(seq, "the head of the chain does not fit it"));
            } else {
                return Ok(Verified::Whole { rows: u64::try_from(seq).unwrap_or_default(), head: last });
            }
        }
    }

    /// Hands out every row, oldest first, as a line of JSON: `{"seq":1,"seal":"…","entry":{…}}`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_export(&self, mut each: impl FnMut(String)) -> Result<(), StoreError> {
        let mut seq = 0;
        loop {
            let links = self.links(seq).await?;
            let Some(end) = links.last() else { return Ok(()) };
            seq = end.seq;
            for Link { seq, seal, content } in &links {
                // A row that somebody has spoiled goes out as text, so that an export never fails.
                let entry = serde_json::from_str(content)
                    .unwrap_or_else(|_| serde_json::Value::String(content.clone()));
                each(serde_json::json!({ "seq": seq, "seal": seal, "entry": entry }).to_string());
            }
        }
    }

    async fn links(&self, after: i64) -> Result<Vec<Link>, StoreError> {
        let sql = "select seq, seal, content from audit where seq > $1 order by seq limit $2";
        let rows = self.read(sql, args![after, PAGE]).await?;
        rows.iter()
            .map(|row| Ok(Link { seq: number(row, 0)?, seal: text(row, 1)?, content: text(row, 2)? }))
            .collect()
    }
}

fn broken(seq: i64, why: &str) -> Verified {
    Verified::Broken { seq, why: why.to_owned() }
}
