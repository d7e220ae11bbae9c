//! The keeper: takes over what a dead replica left, does what has become due, and clears away what is old.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join;

use crate::app::dispatch::Dispatch;
use crate::app::recheck;
use crate::base::Clock;
use crate::base::clock::pause;
use crate::store::{StoreError, Wake};

/// How often it looks for work that is due or left behind.
const ROUND: Duration = Duration::from_secs(1);
/// How often old rows are cleared away.
const SWEEP: Duration = Duration::from_mins(10);
/// How many times as often it does so at most when time runs fast.
const HASTE: u32 = 10;
/// How much it takes up at once.
const BATCH: u32 = 200;
/// How often a wake is tried that the store keeps from being done.
const TRIES: u32 = 5;

/// Keeps house until it is dropped; failures are logged, and the next round tries again.
pub async fn keep(dispatch: Dispatch) {
    let clock = &dispatch.desk().clock;
    let rounds = async {
        loop {
            told(round(&dispatch).await, "left work could not be taken up");
            rest(clock, ROUND).await;
        }
    };
    let sweeps = async {
        loop {
            told(dispatch.desk().store.purge().await.map(drop), "old rows could not be cleared away");
            let keep = dispatch.desk().limits.keep;
            let gone = dispatch.desk().store.purge_incidents(keep).await;
            told(gone.map(drop), "old incidents could not be cleared away");
            rest(clock, SWEEP).await;
        }
    };
    join(rounds, sweeps).await;
}

/// A span of the clock's time, but not so little real time that a fast clock keeps the disk busy.
async fn rest(clock: &Clock, span: Duration) {
    join(clock.sleep(span), pause(span / HASTE)).await;
}

/// One look for what is left behind or due.
pub async fn round(dispatch: &Dispatch) -> Result<(), StoreError> {
    let (store, delivery) = (&dispatch.desk().store, &dispatch.desk().delivery);
    for claimed in store.orphans(BATCH).await? {
        tracing::info!(message.id = %claimed.message.id, attempts = claimed.attempts, "taking up a message that was left behind");
        dispatch.begin(claimed.message, claimed.attempts);
    }
    delivery.submit(store.due_posts(BATCH).await?);
    for stray in store.stray_plans().await? {
        delivery.submit(dispatch.desk().stray(&stray).await?);
    }
    for wake in store.due_wakes(BATCH).await? {
        tokio::spawn(see_to(dispatch.clone(), wake));
    }
    Ok(())
}

/// Does a wake. It is this replica's, so nobody else would do it as long as this one lives.
async fn see_to(dispatch: Dispatch, wake: Wake) {
    let id = wake.id.as_str();
    for attempt in 1..=TRIES {
        match AssertUnwindSafe(do_wake(&dispatch, &wake)).catch_unwind().await {
            Ok(Ok(())) => return,
            Ok(Err(error @ (StoreError::Away(_) | StoreError::Database(_)))) if attempt < TRIES => {
                tracing::warn!(wake.id = id, error = %error, "a wake could not be done; trying again");
                pause(ROUND * 4_u32.pow(attempt)).await;
            }
            Ok(Err(error)) => {
                return tracing::error!(wake.id = id, error = %error, "a wake could not be done");
            }
            Err(_) => return tracing::error!(wake.id = id, "a wake panicked"),
        }
    }
}

async fn do_wake(dispatch: &Dispatch, wake: &Wake) -> Result<(), StoreError> {
    let desk = dispatch.desk();
    match wake.kind.as_str() {
        recheck::KIND => desk.delivery.submit(desk.recheck(wake).await?),
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
