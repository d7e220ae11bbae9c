//! The heartbeat: as long as it goes, this replica's work is its own.

use std::convert::Infallible;
use std::time::Duration;

use crate::base::clock::pause;
use crate::store::Store;

/// How often this replica says that it lives; the others give it ten seconds. Both are real time.
const BEAT: Duration = Duration::from_secs(3);

/// Beats until it is dropped. A beat that fails is logged, and the next one may come through in time.
pub async fn beat(store: &Store) -> Infallible {
    loop {
        if let Err(error) = store.beat().await {
            tracing::warn!(error = %error, "this replica could not say that it lives");
        }
        pause(BEAT).await;
    }
}
