//! Reading what a component's backend measures.

use std::time::Duration;

use async_trait::async_trait;

use crate::domain::metric::{Range, Series};
use crate::ports::BackendError;

/// A component's metrics. Looks only.
#[async_trait]
pub trait Metrics: Send + Sync {
    /// The metrics that it has, by the names of the config: `error_rate`, `latency_p95`. More may be understood.
    fn names(&self) -> Vec<String>;

    /// The values of one metric, about one each `step` (at least a minute where the backend keeps a history; backends
    /// without one give what is now). Where nothing was measured there is no point: an empty series is a right answer.
    ///
    /// # Errors
    /// [`crate::ports::Kind::NotFound`] for a metric that the backend does not have; else what went wrong in reading.
    async fn read(&self, metric: &str, range: Range, step: Duration) -> Result<Series, BackendError>;
}
