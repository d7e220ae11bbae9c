//! Programs that have to report: one that does not is an alert, one that does again resolves it.
//!
//! After a start nobody is missed until its time has passed once more: while Toban was away it could not hear them.

use std::time::Duration;

use jiff::Timestamp;

use super::AlertIntake;
use crate::base::span;
use crate::domain::alert::{AlertSeverity, Signal};
use crate::ports::{Heartbeats, Intake, NotTaken};
use crate::store::StoreError;

/// The source of these alerts.
pub const HEARTBEAT: &str = "heartbeat";

/// A program that has to report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// Its id, the last part of its address.
    pub id: String,
    /// How often it reports.
    pub every: Duration,
    /// How much later it may be.
    pub grace: Duration,
    /// Whose it is.
    pub service: Option<String>,
    /// How bad it is if it does not.
    pub severity: AlertSeverity,
}

impl Heartbeat {
    fn patience(&self) -> Duration {
        self.every + self.grace
    }

    fn signal(&self, firing: bool, seen: Option<Timestamp>, now: Timestamp) -> Signal {
        let every = span::show(self.every);
        let headline = format!("No heartbeat of {} (every {every})", self.id);
        let last =
            seen.map_or_else(|| "It was never heard.".to_owned(), |seen| format!("Heard last at {seen}."));
        Signal {
            key: self.id.clone(),
            firing,
            severity: self.severity,
            unknown_severity: None,
            service: self.service.clone(),
            environment: None,
            headline,
            detail: last,
            labels: [("heartbeat".to_owned(), self.id.clone())].into(),
            link: None,
            started: seen.unwrap_or(now),
            ended: None,
        }
    }
}

impl AlertIntake {
    /// Looks who is missed.
    pub(super) async fn look_for_missed(&self) -> Result<(), StoreError> {
        let expected = &self.0.terms.heartbeats;
        if expected.is_empty() {
            return Ok(());
        }
        let now = self.0.clock.now();
        let known = self.0.store.heartbeats().await?;
        for heartbeat in expected {
            let Some(beat) = known.iter().find(|beat| beat.id == heartbeat.id) else {
                self.0.store.await_heartbeat(&heartbeat.id, now + heartbeat.patience()).await?;
                continue;
            };
            let due = beat.due.max(self.0.began + heartbeat.patience());
            if !beat.missed && due <= now {
                let signal = heartbeat.signal(true, beat.seen, now);
                let taken = self.take(HEARTBEAT, vec![signal], Vec::new()).await;
                taken.map_err(|refused| StoreError::Away(refused.0))?;
                self.0.store.heartbeat_missed(&heartbeat.id, true).await?;
            }
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Heartbeats for AlertIntake {
    async fn beat(&self, id: &str) -> Result<bool, NotTaken> {
        let Some(heartbeat) = self.0.terms.heartbeats.iter().find(|heartbeat| heartbeat.id == id) else {
            return Ok(false);
        };
        let now = self.0.clock.now();
        let away = |error: StoreError| NotTaken(error.to_string());
        if self.0.store.heartbeat(id, now + heartbeat.patience()).await.map_err(away)? {
            self.take(HEARTBEAT, vec![heartbeat.signal(false, Some(now), now)], Vec::new()).await?;
            self.0.store.heartbeat_missed(id, false).await.map_err(away)?;
        }
        Ok(true)
    }
}
