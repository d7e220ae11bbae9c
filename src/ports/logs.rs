//! Reading one component's log.

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use crate::domain::log::{LogLine, LogQuery};
use crate::ports::BackendError;

/// Lines as they come, until the stream ends or is dropped.
pub type LogStream = BoxStream<'static, Result<Vec<LogLine>, BackendError>>;

/// A component's log.
#[async_trait]
pub trait Logs: Send + Sync {
    /// The newest lines that match, oldest first, at most `query.limit`.
    async fn read(&self, query: &LogQuery) -> Result<Vec<LogLine>, BackendError>;

    /// New lines that match, as they are written. `since`, `until` and `limit` do not count.
    async fn follow(&self, query: &LogQuery) -> Result<LogStream, BackendError>;
}
