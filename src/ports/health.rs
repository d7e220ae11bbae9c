//! Looking at one component's health.

use async_trait::async_trait;

use crate::domain::health::Check;

/// A way to look at a component. It never fails: what cannot be asked is a check that says so.
#[async_trait]
pub trait Health: Send + Sync {
    /// Looks once, within the adapter's own time limit.
    async fn check(&self) -> Vec<Check>;
}
