//! A test of every way to somebody: `oncall test`.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Paging, pages, test_order};
use crate::app::verbs::oncall::PageTest;
use crate::domain::failure::{Failure, Why};
use crate::domain::person::Person;
use crate::domain::report::{Block, Report, Tone};
use crate::domain::words::Phrase;

/// Pages people who ask to be paged.
pub struct PageTrial(Paging);

impl PageTrial {
    /// By this paging.
    pub fn new(paging: Paging) -> Self {
        Self(paging)
    }
}

#[async_trait]
impl PageTest for PageTrial {
    async fn test(&self, person: &Person, now: Timestamp) -> Result<Report, Failure> {
        let pages = pages(self.0.contacts_of(&person.id), &test_order(&person.id), now);
        if pages.is_empty() {
            return Err(Failure::new(Phrase::new("paging-test-nowhere"), Why::NotConnected));
        }
        let ways = pages.iter().map(|page| Phrase::raw(page.means.as_str())).collect();
        self.0.0.desk.store.put_pages(pages).await.map_err(|error| {
            let failure =
                Failure::new(Phrase::new("store-failed"), Why::Unavailable).hint(Phrase::new("try-again"));
            tracing::error!(reference = %failure.reference, error = %error, "a test of paging could not be written");
            failure
        })?;
        self.0.nudge();
        Ok(Report::new(Tone::Good, Phrase::new("paging-test-sent")).block(Block::List(ways)))
    }
}
