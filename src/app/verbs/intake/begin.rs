//! `silence SERVICE 2h "reason"`: what begins to fire meanwhile pages nobody.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::app::estate::Estate;
use crate::app::intake::{Silences, matter};
use crate::app::verb::{Ask, Proposal, Verb};
use crate::domain::alert::AlertSeverity;
use crate::domain::failure::{Failure, Why};
use crate::domain::log::Severity;
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::silence::{Matcher, Silence, Unfit};
use crate::domain::words::Phrase;

/// The verb.
pub struct Begin {
    /// Services.
    pub estate: Arc<Estate>,
    /// The silences.
    pub silences: Silences,
}

#[async_trait]
impl Verb for Begin {
    fn name(&self) -> &'static str {
        "silence"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let silence = self.fit(ask)?;
        self.silences.add(&silence).await.map_err(|error| {
            let failure = Failure::new(Phrase::new("silence-not-kept"), Why::Unavailable)
                .hint(Phrase::new("try-again"));
            tracing::error!(reference = %failure.reference, error = %error, "a silence could not be stored");
            failure
        })?;
        Ok(Proposal::Answer(answer(&silence, &ask.asker.name)))
    }
}

impl Begin {
    fn fit(&self, ask: &Ask<'_>) -> Result<Silence, Failure> {
        let args = &ask.invocation.args;
        let target = ask.invocation.service.as_ref();
        if target.is_some_and(|target| target.component.is_some()) {
            return Err(Failure::new(Phrase::new("silence-whole-service"), Why::Invalid));
        }
        let matcher = Matcher {
            service: target.map(|target| target.service.clone()),
            environment: args.environment().map(str::to_owned),
            severity: args.severity().and_then(up_to),
            labels: args.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        let lasts = match (args.range(), args.span()) {
            (Some((from, Some(until))), _) => (from, until),
            (Some((_, None)), _) | (None, None) => {
                return Err(Failure::new(Phrase::new("silence-how-long"), Why::Invalid));
            }
            (None, Some(span)) => (ask.now, ask.now.checked_add(span).unwrap_or(Timestamp::MAX)),
        };
        let reason = args.texts().first().copied().unwrap_or_default();
        let services =
            self.estate.services().iter().map(|service| (&service.id, service.environment.as_str()));
        let broad = args.keyword("broad");
        Silence::new(matcher, &ask.asker.id, reason, lasts, ask.now, broad, services)
            .map_err(|unfit| Failure::new(why(unfit), Why::Invalid))
    }
}

/// Log severities as those of alerts; errors and worse mean everything.
fn up_to(severity: Severity) -> Option<AlertSeverity> {
    match severity {
        Severity::Warning => Some(AlertSeverity::Warning),
        Severity::Info | Severity::Notice | Severity::Debug | Severity::Default => Some(AlertSeverity::Info),
        _ => None,
    }
}

fn why(unfit: Unfit) -> Phrase {
    match unfit {
        Unfit::NoReason => Phrase::new("silence-no-reason"),
        Unfit::Over => Phrase::new("silence-is-over"),
        Unfit::TooLong => Phrase::new("silence-too-long"),
        Unfit::Broad { services, all } => {
            Phrase::new("silence-too-broad").with("services", services).with("all", all)
        }
    }
}

fn answer(silence: &Silence, owner: &str) -> Report {
    let fields = vec![
        (Phrase::new("silence-field-reason"), Phrase::raw(silence.reason.as_str())),
        (Phrase::new("silence-field-owner"), Phrase::raw(owner)),
        (Phrase::new("silence-field-from"), silence.starts.into()),
        (Phrase::new("silence-field-until"), silence.ends.into()),
    ];
    Report::new(Tone::Good, Phrase::new("silence-kept").with("what", matter(&silence.matcher)))
        .block(Block::Fields(fields))
        .text(Phrase::new("silence-what-fires-already"))
        .button(Phrase::new("silence-button-end"), format!("unsilence {}", silence.id), Look::Plain)
        .footnote(Phrase::raw(silence.id.as_str()))
}
