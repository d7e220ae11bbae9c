//! The small part of SQL that all rooms of the store share: statements of one row or many, and what errors mean.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::error::ErrorKind;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row, SqlSafeStr, SqlStr};

use super::records::StoreError;

/// How many rows a statement may write. Each number is a prepared statement of its own, and connections keep a hundred;
/// SQLite finds the number of a `$n` by looking through all before it, so that more would cost more again.
const WIDTHS: [usize; 5] = [1, 2, 4, 8, 16];

/// A value for a `$n`.
#[derive(Debug, Clone)]
pub(super) enum Arg {
    Text(String),
    Int(i64),
    Maybe(Option<String>),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<Option<String>> for Arg {
    fn from(text: Option<String>) -> Self {
        Self::Maybe(text)
    }
}
impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl From<Timestamp> for Arg {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.as_millisecond())
    }
}

/// `args![id, now]`: the values of a statement, in the order of its `$n`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::sql::Arg::from($value)),*] };
}
pub(super) use args;

/// A statement on its way to a connection.
pub(super) type Prepared<'q> = Query<'q, Any, sqlx::any::AnyArguments>;

/// One statement with its values; can be run again.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub sql: &'static str,
    pub args: Vec<Arg>,
}

impl Statement {
    /// The statement, ready to be run on a connection.
    pub fn query(&self) -> Prepared<'_> {
        self.args.iter().fold(sqlx::query(self.sql), bind)
    }

    /// Runs it; the rows that it returns.
    pub async fn run(&self, conn: &mut AnyConnection) -> Result<Vec<AnyRow>, StoreError> {
        Ok(self.query().fetch_all(conn).await?)
    }
}

fn bind<'q>(query: Prepared<'q>, arg: &'q Arg) -> Prepared<'q> {
    match arg {
        Arg::Text(text) => query.bind(text.as_str()),
        Arg::Int(number) => query.bind(*number),
        Arg::Maybe(text) => query.bind(text.as_deref()),
    }
}

/// A statement whose middle is repeated for every row, for each of the [`WIDTHS`].
pub(super) struct Bulk(Vec<SqlStr>);

impl Bulk {
    /// `head` and `tail` may use `$1` to `$shared`, which all rows share, and so may `row`; each `?` of `row`
    /// becomes a number of its own.
    pub fn new(head: &str, shared: usize, row: &str, tail: &str) -> Self {
        let texts = WIDTHS.iter().map(|rows| {
            let mut number = shared;
            let mut sql = head.to_owned();
            for at in 0..*rows {
                sql.push_str(if at == 0 { " " } else { ", " });
                for part in row.split_inclusive('?') {
                    sql.push_str(part.trim_end_matches('?'));
                    if part.ends_with('?') {
                        number += 1;
                        sql.push_str(&format!("${number}"));
                    }
                }
            }
            sql.push(' ');
            sql.push_str(tail);
            // Made of literals of this folder and numbers, nothing else.
            AssertSqlSafe(sql).into_sql_str()
        });
        Self(texts.collect())
    }

    /// The statement for that many rows (one of the [`WIDTHS`]), to be given the shared values and then each row's.
    pub fn rows<'q>(&self, rows: usize) -> Prepared<'q> {
        let at = WIDTHS.iter().position(|width| *width >= rows).unwrap_or(WIDTHS.len() - 1);
        sqlx::query(self.0[at].clone())
    }
}

/// Cuts items sorted by key into statements of one of the [`WIDTHS`], with no key twice in one (PostgreSQL refuses
/// to touch a row twice in one statement).
pub(super) fn chunks<'a, T>(items: &'a [T], key: impl Fn(&T) -> &str + 'a) -> impl Iterator<Item = &'a [T]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let most = WIDTHS[WIDTHS.len() - 1];
        let unlike =
            rest.windows(2).take(most - 1).take_while(|pair| key(&pair[0]) != key(&pair[1])).count() + 1;
        let width = WIDTHS.iter().rev().find(|width| **width <= unlike).copied().unwrap_or(1);
        let (chunk, left) = rest.split_at(width);
        rest = left;
        Some(chunk)
    })
}

/// A column of text.
pub(super) fn text(row: &AnyRow, column: usize) -> Result<String, StoreError> {
    Ok(row.try_get(column)?)
}

/// A column of text that may be empty.
pub(super) fn maybe(row: &AnyRow, column: usize) -> Result<Option<String>, StoreError> {
    Ok(row.try_get(column)?)
}

/// A column of whole numbers.
pub(super) fn number(row: &AnyRow, column: usize) -> Result<i64, StoreError> {
    Ok(row.try_get(column)?)
}

/// A column of whole numbers that are never negative.
pub(super) fn count(row: &AnyRow, column: usize) -> Result<u32, StoreError> {
    Ok(u32::try_from(number(row, column)?).unwrap_or_default())
}

/// A column of milliseconds.
pub(super) fn moment(row: &AnyRow, column: usize) -> Result<Timestamp, StoreError> {
    millis(number(row, column)?)
}

/// A column of milliseconds that may be empty.
pub(super) fn maybe_moment(row: &AnyRow, column: usize) -> Result<Option<Timestamp>, StoreError> {
    row.try_get::<Option<i64>, _>(column)?.map(millis).transpose()
}

/// Milliseconds as a moment.
pub(super) fn millis(ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(ms).map_err(|error| StoreError::Damaged("time".into(), error.to_string()))
}

/// JSON as it was stored in row `id`.
pub(super) fn json<T: serde::de::DeserializeOwned>(id: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(id.to_owned(), error.to_string()))
}

/// A value as JSON.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Database(error.to_string()))
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(refused) = &error
            && refused.constraint() != Some("plan_one_running")
            && !matches!(refused.kind(), ErrorKind::Other)
        {
            return Self::Clash(error.to_string());
        }
        let passing = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => true,
            sqlx::Error::Database(error) => {
                error.code().is_some_and(|code| passes(&code))
                    || error.constraint() == Some("plan_one_running")
            }
            _ => false,
        };
        if passing { Self::Away(error.to_string()) } else { Self::Database(error.to_string()) }
    }
}

/// Whether a database's error code stands for something that passes by itself.
fn passes(code: &str) -> bool {
    match code.parse::<u32>() {
        // SQLite, extended codes (the low byte is the kind): BUSY and LOCKED.
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6),
        // PostgreSQL: connection failures, serialization and deadlock, too many connections, lock timeout,
        // shutting down or starting up, statement cancelled, a standby that was the primary a moment ago.
        _ => {
            code.starts_with("08")
                || matches!(
                    code,
                    "25006"
                        | "25P03"
                        | "40001"
                        | "40P01"
                        | "53300"
                        | "55P03"
                        | "57014"
                        | "57P01"
                        | "57P02"
                        | "57P03"
                )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bulk_statement_numbers_its_rows_after_what_they_share() {
        let bulk = Bulk::new("insert into t values", 1, "(?, $1, ?)", "returning id");
        assert_eq!(bulk.0[0].as_str(), "insert into t values ($2, $1, $3) returning id");
        assert_eq!(bulk.0[1].as_str(), "insert into t values ($2, $1, $3), ($4, $1, $5) returning id");
    }

    #[test]
    fn a_chunk_holds_no_key_twice_and_has_a_width_that_is_prepared() {
        let items = ["a", "b", "b", "c", "d", "e", "f", "g"];
        let cut: Vec<usize> = chunks(&items, |item| item).map(<[_]>::len).collect();
        assert_eq!(cut, [2, 4, 2]);
        let many: Vec<String> = (100..143).map(|number| number.to_string()).collect();
        let cut: Vec<usize> = chunks(&many, |item| item).map(<[_]>::len).collect();
        assert_eq!(cut, [16, 16, 8, 2, 1]);
    }

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        assert!(passes("5") && passes("517") && passes("6"), "SQLite busy and locked");
        assert!(!passes("13") && !passes("1555"), "SQLite full, unique");
        assert!(passes("57P01") && passes("40001") && passes("08006"));
        assert!(!passes("23505") && !passes("53100"), "PostgreSQL unique, disk full");
    }
}
