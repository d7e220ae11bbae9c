//! `metrics SERVICE[.COMPONENT] [24h] [NAME]`: every metric with its threshold, whether it keeps to it, and what the guide
//! says to do.

mod read;
mod report;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::app::estate::Estate;
use crate::app::verb::{Ask, Proposal, Verb};
use crate::app::verbs::pick;
use crate::app::watch;
use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::failure::Failure;
use crate::domain::metric::Range;
use crate::domain::report::Report;
use crate::domain::watch::{Rule, State};
use crate::store::Store;

/// How far back, where nothing is said.
const USUAL: Duration = Duration::from_hours(1);

/// Where rules stand.
#[async_trait]
pub trait Known: Send + Sync {
    /// By rule; nothing, where that cannot be read.
    async fn states(&self) -> BTreeMap<String, State>;
}

#[async_trait]
impl Known for Store {
    async fn states(&self) -> BTreeMap<String, State> {
        watch::states(self).await.unwrap_or_else(|error| {
            tracing::warn!(error = %error, "where the watch rules stand could not be read");
            BTreeMap::new()
        })
    }
}

/// The verb.
pub struct Metrics {
    estate: Arc<Estate>,
    rules: Arc<[Rule]>,
    known: Arc<dyn Known>,
}

impl Metrics {
    /// Reads what the estate measures and holds it against `rules`.
    pub fn new(estate: Arc<Estate>, rules: Arc<[Rule]>, known: Arc<dyn Known>) -> Self {
        Self { estate, rules, known }
    }

    /// A row for each metric of the service or of one part; only those whose name contains `name`, if one is given.
    ///
    /// # Errors
    /// For what does not exist, and when nothing at all could be read.
    pub async fn answer(
        &self,
        service: &ServiceId,
        component: Option<&ComponentId>,
        range: Range,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<Report, Failure> {
        let service = pick::service(&self.estate, service)?;
        let only = component.map(|id| pick::component(service, id)).transpose()?;
        let rules: Vec<&Rule> = self.rules.iter().filter(|rule| rule.service == service.id).collect();
        let wanted = read::wanted(&self.estate, service, only, &rules, name);
        let (rows, states) = futures_util::future::join(
            read::read(&self.estate, service, wanted, range, now),
            self.known.states(),
        )
        .await;
        report::report(&self.estate, service, only, &rows, &rules, &states, range, name, now)
    }
}

#[async_trait]
impl Verb for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let target = pick::target(&self.estate, ask)?;
        let args = &ask.invocation.args;
        let (from, until) = match args.moment() {
            Some(from) => (from, None),
            None => args.stretch(ask.now, USUAL),
        };
        let range = Range { from, until: until.unwrap_or(ask.now) };
        self.answer(&target.service, target.component.as_ref(), range, args.word("metric"), ask.now)
            .await
            .map(Proposal::Answer)
    }
}
