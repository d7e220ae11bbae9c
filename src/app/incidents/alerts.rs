//! Alerts become incidents, or join them.

use async_trait::async_trait;
use jiff::Timestamp;

use super::Incidents;
use crate::app::attach::{AlertNews, Attach};
use crate::base::ids::ServiceId;
use crate::domain::alert::AlertSeverity;
use crate::domain::escalation::{self, News, Opening, REOPEN_WITHIN};
use crate::store::StoreError;

/// How often somebody may be faster before we give up; the alerts are told again.
const TRIES: u32 = 20;

#[async_trait]
impl Attach for Incidents {
    async fn alerted(
        &self,
        service: &ServiceId,
        grouping: &str,
        news: Vec<AlertNews>,
    ) -> Result<(), StoreError> {
        let store = &self.tools().store;
        let told: Vec<News> = news.iter().map(as_news).collect();
        let attached: Vec<(String, u32)> = news.iter().map(|one| (one.id.clone(), one.version)).collect();
        for _ in 0..TRIES {
            let now = self.tools().clock.now();
            let since = now.checked_sub(REOPEN_WITHIN).unwrap_or(Timestamp::MIN);
            let stored = store.incident_for(service, grouping, since).await?;
            let mut facts = match &stored {
                Some(stored) => self.facts(&stored.incident, now).await?,
                None => self.facts_for(&self.policy(service), now).await?,
            };
            // What fires here for the first time is not counted under its incident yet.
            let new = told.iter().filter(|one| one.firing && one.first && !one.silenced).count();
            let again = told.iter().any(|one| one.firing && !one.silenced);
            facts.firing += u32::try_from(new).unwrap_or_default();
            facts.firing = facts.firing.max(u32::from(again));
            // One that is over for too long is no longer the one that is meant.
            let current = stored.as_ref().map(|stored| stored.incident.clone());
            let current = current.filter(|it| it.is_open() || escalation::reopens(it, now));
            let policy = self.policy(service);
            let wakes = |one: &News| one.firing && !one.silenced && policy.wakes(one.severity);
            let opens = current.is_none() && told.iter().any(wakes);
            let number = if opens { store.next_incident().await? } else { 0 };
            let opening = || Opening {
                number,
                service: service.clone(),
                grouping: grouping.to_owned(),
                title: String::new(),
                severity: AlertSeverity::Critical,
                drill: false,
                policy: self.policy(service),
            };
            let read = stored.filter(|_| current.is_some());
            let Some(decision) = escalation::alerted(current, opening, &told, &facts, now) else {
                return store.no_incident(&attached).await;
            };
            if self.write(read.as_ref(), &decision, attached.clone()).await? {
                return Ok(());
            }
        }
        Err(StoreError::Away(format!("others keep changing the incident of {service}")))
    }
}

fn as_news(one: &AlertNews) -> News {
    News {
        alert: one.id.clone(),
        headline: one.signal.headline.clone(),
        severity: one.signal.severity,
        unknown: one.signal.unknown_severity.clone(),
        firing: one.signal.firing,
        first: one.first,
        silenced: one.silenced.is_some(),
    }
}
