//! Putting on record how the try of a page ended, also while the store cannot be written.

use std::time::Duration;

use super::Paging;
use super::message::Page;
use crate::base::clock::pause;
use crate::base::ids::PageId;
use crate::ports::Purpose;
use crate::store::{PageEnd, StoreError};

/// Between tries to write how a page ended.
const AGAIN: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Only who is needed can be out of reach, and only while it is not we who are.
fn counts(paging: &Paging, page: &Page) -> bool {
    let needed = page.row.incident.is_some() && page.content.purpose == Purpose::Trigger;
    needed && paging.providers_reachable()
}

/// Writes that there will be another try. Where that cannot be written by the time it is due, the page comes back to be
/// tried from memory: a store in trouble keeps no page from being sent.
pub(super) async fn retry(paging: &Paging, mut page: Page, end: PageEnd) -> Option<Page> {
    let PageEnd::Retry { due, again, .. } = &end else { return None };
    let (due, again) = (*due, *again);
    let desk = &paging.0.desk;
    let mut wait = AGAIN.0;
    loop {
        match desk.store.end_page(&page.row, end.clone(), counts(paging, &page)).await {
            Ok(lapsed) => {
                if lapsed {
                    paging.0.told.notify_one();
                }
                // Another way may be due now.
                paging.nudge();
                return None;
            }
            Err(error @ (StoreError::Away(_) | StoreError::Database(_))) if !desk.store.is_closed() => {
                if desk.clock.now() >= due {
                    tracing::warn!(page.id = %page.row.id, error = %error, "the store cannot be written; a page is tried again from memory");
                    page.row.attempts += 1;
                    page.row.again |= again;
                    return Some(page);
                }
            }
            Err(StoreError::Lost) => {
                tracing::debug!(page.id = %page.row.id, "a page was called back while it was being sent");
                return None;
            }
            Err(error) => {
                tracing::error!(page.id = %page.row.id, error = %error, "it is lost how a page ended");
                return None;
            }
        }
        pause(wait).await;
        wait = (wait * 2).min(AGAIN.1);
    }
}

/// Writes how a try ended, until the store takes it or is closed. `None` if it cannot be told any more, or need not.
pub(super) async fn surely<T, F>(paging: &Paging, page: &PageId, write: impl Fn() -> F) -> Option<T>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut wait = AGAIN.0;
    loop {
        match write().await {
            Ok(written) => return Some(written),
            Err(StoreError::Lost) => {
                tracing::debug!(page.id = %page, "a page was called back while it was being sent");
                return None;
            }
            Err(error @ (StoreError::Away(_) | StoreError::Database(_)))
                if !paging.0.desk.store.is_closed() =>
            {
                tracing::warn!(page.id = %page, error = %error, "it cannot be written how a page ended");
                pause(wait).await;
                wait = (wait * 2).min(AGAIN.1);
            }
            Err(error) => {
                tracing::error!(page.id = %page, error = %error, "it is lost how a page ended");
                return None;
            }
        }
    }
}

/// Writes how the try of one page ended.
pub(super) async fn end(paging: &Paging, page: &Page, end: PageEnd) {
    let written = surely(paging, &page.row.id, || {
        paging.0.desk.store.end_page(&page.row, end.clone(), counts(paging, page))
    });
    if written.await == Some(true) {
        paging.0.told.notify_one();
    }
    // This way is due later, or another one may be now.
    if !matches!(end, PageEnd::Sent(_)) {
        paging.nudge();
    }
}
