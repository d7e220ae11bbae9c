//! Taking alerts in.

use async_trait::async_trait;

use super::NotTaken;
use crate::domain::alert::Signal;

/// Where sources of alerts put what they have to say.
#[async_trait]
pub trait Intake: Send + Sync {
    /// Stores the signals and returns once they are durable; what follows from them goes on by itself. `faulty` tells
    /// of parts of the same request that could not be understood.
    async fn take(&self, source: &str, signals: Vec<Signal>, faulty: Vec<String>) -> Result<(), NotTaken>;

    /// A request that could not be understood at all, or was too large, is put on record.
    async fn malformed(&self, source: &str, why: String);
}

/// Where programs that have to report do so.
#[async_trait]
pub trait Heartbeats: Send + Sync {
    /// One reported; it is durable when this returns. False if nobody awaits it.
    async fn beat(&self, id: &str) -> Result<bool, NotTaken>;
}
