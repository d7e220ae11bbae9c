//! The calendars of schedules, for whoever has the token.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::SignedDuration;

use crate::app::company::Company;
use crate::app::roster::Roster;
use crate::base::{Clock, Secret};
use crate::config::Config;
use crate::domain::schedule::ical;
use crate::ports;

/// How far back a calendar goes, and how far ahead.
const WINDOW: (SignedDuration, SignedDuration) =
    (SignedDuration::from_hours(35 * 24), SignedDuration::from_hours(190 * 24));

/// Calendars, made anew for everybody who asks.
#[derive(Debug)]
pub struct Calendars {
    tokens: BTreeMap<String, Secret>,
    roster: Roster,
    company: Arc<Company>,
    clock: Clock,
}

impl Calendars {
    /// Those of the config's schedules that have a token.
    pub fn new(config: &Config, roster: Roster, company: Arc<Company>, clock: Clock) -> Self {
        let tokens = config
            .mirrors
            .iter()
            .filter_map(|(id, mirror)| {
                let token = config.vault.get(&mirror.calendar_token.as_ref()?.0)?;
                Some((id.clone(), token.clone()))
            })
            .collect();
        Self { tokens, roster, company, clock }
    }
}

#[async_trait]
impl ports::Calendar for Calendars {
    fn token(&self, schedule: &str) -> Option<Secret> {
        self.tokens.get(schedule).cloned()
    }

    async fn text(&self, schedule: &str) -> Option<String> {
        let now = self.clock.now();
        let (from, to) = (now.checked_sub(WINDOW.0).ok()?, now.checked_add(WINDOW.1).ok()?);
        let shifts = self.roster.shifts(schedule, from, to).await;
        let overrides = self.roster.overrides(schedule, from).await;
        match shifts.and_then(|shifts| Ok((shifts, overrides?))) {
            Ok((shifts, overrides)) => {
                let name = |person: &_| self.company.name(person);
                let reason = |id: &str| overrides.iter().find(|over| over.id == id)?.reason.clone();
                Some(ical(schedule, &shifts, name, reason, now))
            }
            Err(error) => {
                tracing::warn!(schedule.id = schedule, error = %error, "a calendar could not be made");
                None
            }
        }
    }
}
