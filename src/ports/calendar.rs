//! Calendars that others subscribe to.

use async_trait::async_trait;

use crate::base::Secret;

/// Where the calendars of schedules come from.
#[async_trait]
pub trait Calendar: Send + Sync {
    /// What opens the calendar of a schedule; `None` if it has none.
    fn token(&self, schedule: &str) -> Option<Secret>;

    /// The calendar as iCalendar text; `None` while it cannot be read.
    async fn text(&self, schedule: &str) -> Option<String>;
}
