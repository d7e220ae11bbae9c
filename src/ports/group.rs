//! Groups of people on a chat platform, which follow a schedule.

use async_trait::async_trait;

use super::ChatError;
use crate::domain::person::Door;

/// A chat platform's groups.
#[async_trait]
pub trait GroupSync: Send + Sync {
    /// Which platform.
    fn door(&self) -> Door;

    /// The users of a group, by their ids there.
    async fn members(&self, group: &str) -> Result<Vec<String>, ChatError>;

    /// Makes these the users of a group, and nobody else; `users` is never empty.
    async fn set_members(&self, group: &str, users: &[String]) -> Result<(), ChatError>;
}
