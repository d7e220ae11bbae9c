//! `health SERVICE[.COMPONENT] [json]`: every part at once, and the verdict.

mod look;
mod report;

pub use look::{LIMIT, Looked, look, look_at};
pub(super) use report::{line, report};

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::app::estate::Estate;
use crate::app::verb::{Ask, Proposal, Verb};
use crate::app::verbs::pick;
use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::failure::Failure;
use crate::domain::report::Report;
use crate::domain::words::{Reader, Words};

/// The verb.
#[derive(Debug)]
pub struct Health {
    estate: Arc<Estate>,
    words: Arc<Words>,
    limit: Duration,
}

impl Health {
    /// Looks at what the estate has; `words` put the checks into sentences for `json`.
    pub fn new(estate: Arc<Estate>, words: Arc<Words>) -> Self {
        Self { estate, words, limit: LIMIT }
    }

    /// With another limit for one check than [`LIMIT`].
    #[must_use]
    pub fn limit(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The answer; with `json` also for programs, in the words of that reader.
    ///
    /// # Errors
    /// Only for a service or a part that does not exist.
    pub async fn answer(
        &self,
        service: &ServiceId,
        component: Option<&ComponentId>,
        json: Option<&Reader>,
    ) -> Result<Report, Failure> {
        let service = pick::service(&self.estate, service)?;
        let part = component.map(|id| pick::component(service, id)).transpose()?;
        let looked = look(&self.estate, service, part, self.limit).await;
        let report = report(&self.estate, service, part, &looked);
        Ok(match json {
            Some(reader) => report::with_json(report, service, &looked, &self.words, reader),
            None => report,
        })
    }
}

#[async_trait]
impl Verb for Health {
    fn name(&self) -> &'static str {
        "health"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let target = pick::target(&self.estate, ask)?;
        let reader = || Reader { lang: ask.lang, zone: ask.zone.clone() };
        let json = ask.invocation.args.keyword("json").then(reader);
        self.answer(&target.service, target.component.as_ref(), json.as_ref()).await.map(Proposal::Answer)
    }
}
