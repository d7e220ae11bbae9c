//! The keeper: says that this replica lives, takes over what a dead one left, and does what has become due.

use std::convert::Infallible;
use std::time::Duration;

use futures_util::FutureExt as _;

use crate::app::dispatch::Dispatch;
use crate::app::recheck;
use crate::store::{Store, StoreError, Wake};

/// How often this replica says that it lives; the store gives it ten seconds.
const BEAT: Duration = Duration::from_secs(3);
/// How often it looks for work that is due or left behind.
const ROUND: Duration = Duration::from_secs(1);
/// How often old rows are cleared away.
const SWEEP: Duration = Duration::from_mins(10);
/// How much it takes up at once.
const BATCH: u32 = 200;

/// Keeps house until it is dropped; failures are logged, and the next round tries again.
pub async fn keep(dispatch: Dispatch) {
    let (store, clock) = (dispatch.desk().store.clone(), dispatch.desk().clock.clone());
    let rounds = async {
        loop {
            told(round(&dispatch).await, "left work could not be taken up");
            clock.sleep(ROUND).await;
        }
    };
    let beats = beat(&store);
    let sweeps = async {
        loop {
            clock.sleep(SWEEP).await;
            told(store.purge().await.map(drop), "old rows could not be cleared away");
        }
    };
    tokio::join!(rounds, beats, sweeps);
}

/// Says that this replica lives until it is dropped: what it works on is its own only so long.
pub async fn beat(store: &Store) -> Infallible {
    loop {
        // Real time: the other replicas judge by it.
        told(store.beat().await, "this replica could not say that it lives");
        crate::base::clock::pause(BEAT).await;
    }
}

/// One look for what is left behind or due.
pub async fn round(dispatch: &Dispatch) -> Result<(), StoreError> {
    let (store, delivery) = (&dispatch.desk().store, &dispatch.desk().delivery);
    for claimed in store.orphans(BATCH).await? {
        tracing::info!(message.id = %claimed.message.id, attempts = claimed.attempts, "taking up a message that was left behind");
        dispatch.begin(claimed.message, claimed.attempts);
    }
    delivery.submit(store.due_posts(BATCH).await?);
    for wake in store.due_wakes(BATCH).await? {
        let dispatch = dispatch.clone();
        tokio::spawn(async move {
            let id = wake.id.clone();
            match std::panic::AssertUnwindSafe(do_wake(&dispatch, wake)).catch_unwind().await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(wake.id = id, error = %error, "a wake could not be done"),
                Err(_) => tracing::error!(wake.id = id, "a wake panicked"),
            }
        });
    }
    Ok(())
}

async fn do_wake(dispatch: &Dispatch, wake: Wake) -> Result<(), StoreError> {
    let desk = dispatch.desk();
    match wake.kind.as_str() {
        recheck::KIND => desk.delivery.submit(desk.recheck(&wake).await?),
        other => {
            tracing::error!(wake.id = wake.id, wake.kind = other, "a wake of an unknown kind is dropped")
        }
    }
    desk.store.wake_done(&wake.id).await
}

fn told(result: Result<(), StoreError>, what: &'static str) {
    if let Err(error) = result {
        tracing::warn!(error = %error, "{what}");
    }
}
