//! Telling somebody outside that Toban lives.

use async_trait::async_trait;

use crate::ports::BackendError;

/// Somebody outside who raises the alarm when the pulse stops.
#[async_trait]
pub trait Pulse: Send + Sync {
    /// One beat, within the adapter's own time limit.
    ///
    /// # Errors
    /// When it was not received.
    async fn beat(&self) -> Result<(), BackendError>;
}
