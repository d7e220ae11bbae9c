//! The outbound heartbeat: somebody outside raises the alarm when it stops, so it goes only while all is well with Toban
//! itself: the store, the ticker, and at least one way to reach people.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use crate::app::vitals::Vitals;
use crate::base::clock::pause;
use crate::ports::Pulse;

/// Whether all is well: `Err` says in a few words what is not. Must not wait.
pub type Wellness = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Beats every `every` of real time, since whoever listens goes by the real time too. Never ends.
pub async fn keep(pulse: Arc<dyn Pulse>, every: Duration, well: Wellness, vitals: Vitals) -> Infallible {
    let mut trouble = None;
    loop {
        let now = beat(&*pulse, &well, &vitals).await.err();
        if now != trouble {
            match &now {
                Some(why) => tracing::warn!(why, "the outbound heartbeat is not sent"),
                None => tracing::info!("the outbound heartbeat is sent again"),
            }
            trouble = now;
        }
        pause(every).await;
    }
}

/// One beat, if all is well.
///
/// # Errors
/// Why nobody outside heard one.
pub async fn beat(pulse: &dyn Pulse, well: &Wellness, vitals: &Vitals) -> Result<(), String> {
    if let Err(why) = well() {
        vitals.heartbeats.add(&["held"]);
        return Err(why);
    }
    match pulse.beat().await {
        Ok(()) => {
            vitals.heartbeats.add(&["sent"]);
            Ok(())
        }
        Err(error) => {
            vitals.heartbeats.add(&["failed"]);
            Err(error.to_string())
        }
    }
}
