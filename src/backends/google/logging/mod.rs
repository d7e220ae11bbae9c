//! The log of a Cloud Run service in Cloud Logging: `entries.list` for what was, `TailLogEntries` for what comes.
//!
//! A project may read entries 60 times a minute, so following never polls; ten tails may be open at once.

mod entry;
pub mod filter;
mod tail;

use std::sync::Arc;

use async_trait::async_trait;
use google_cloud_logging_v2::model::LogEntry;

use crate::backends::google::Google;
use crate::domain::log::{LogLine, LogQuery};
use crate::domain::words::Phrase;
use crate::ports::{BackendError, Kind, LogStream, Logs};

/// A Cloud Run service's log.
#[derive(Debug, Clone)]
pub struct CloudLog {
    google: Arc<Google>,
    place: filter::Place,
}

/// Entries a page; the API's own maximum.
const PAGE: usize = 1_000;

/// Cloud Logging refuses longer filters.
const LONGEST_FILTER: usize = 20_000;

impl CloudLog {
    /// The log of the service at `place`.
    pub fn new(google: Arc<Google>, place: filter::Place) -> Self {
        Self { google, place }
    }

    fn parent(&self) -> String {
        format!("projects/{}", self.place.project)
    }

    /// The filter, if Cloud Logging will take it.
    fn checked(&self, call: &str, filter: String) -> Result<String, BackendError> {
        if filter.len() <= LONGEST_FILTER {
            return Ok(filter);
        }
        let message = format!("a filter of {} bytes; Cloud Logging takes {LONGEST_FILTER}", filter.len());
        Err(BackendError::new(call, Kind::Invalid, message))
    }
}

#[async_trait]
impl Logs for CloudLog {
    async fn read(&self, query: &LogQuery) -> Result<Vec<LogLine>, BackendError> {
        let call = format!("logging.entries.list {}", self.place.service);
        let filter = self.checked(&call, filter::filter(&self.place, query))?;
        let client = self.google.logging().await?;
        let mut found: Vec<LogEntry> = Vec::new();
        let limit = query.limit;
        let collected = self.google.read(&call, self.google.limits().read, async {
            let mut token = String::new();
            while found.len() < limit {
                let wanted = (limit - found.len()).min(PAGE);
                let request = client
                    .list_log_entries()
                    .set_resource_names([self.parent()])
                    .set_filter(&filter)
                    .set_order_by("timestamp desc")
                    .set_page_size(i32::try_from(wanted).unwrap_or(i32::MAX))
                    .set_page_token(token);
                let page = self.google.as_read(request).send().await?;
                found.extend(page.entries);
                // A page may be empty and not the last: Cloud Logging stops to answer while it searches.
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            Ok(())
        });
        match Box::pin(collected).await {
            Ok(()) => {}
            Err(error) if error.kind == Kind::Timeout => {
                let message = format!("{}; {} lines were found so far", error.message, found.len());
                return Err(BackendError { message, ..error }.hint(Phrase::new("backend-hint-narrow")));
            }
            Err(error) => return Err(error),
        }
        found.truncate(limit);
        Ok(found.into_iter().rev().map(entry::line).collect())
    }

    async fn follow(&self, query: &LogQuery) -> Result<LogStream, BackendError> {
        let call = format!("logging.entries.tail {}", self.place.service);
        let filter = self.checked(&call, filter::following(&self.place, query))?;
        Box::pin(tail::follow(self.google.clone(), call, self.parent(), filter)).await
    }
}
