//! `silences`: what is silenced now or will be, with a button to end each.

use std::sync::Arc;

use async_trait::async_trait;

use crate::app::company::Company;
use crate::app::intake::{Silences, matter};
use crate::app::verb::{Ask, Proposal, Verb};
use crate::domain::failure::{Failure, Why};
use crate::domain::report::{Block, Look, Report, Tone};
use crate::domain::silence::Silence;
use crate::domain::words::Phrase;
use crate::store::StoreError;

/// Buttons under the list.
const BUTTONS: usize = 4;

/// The verb.
pub struct List {
    /// Names of people.
    pub company: Arc<Company>,
    /// The silences.
    pub silences: Silences,
}

#[async_trait]
impl Verb for List {
    fn name(&self) -> &'static str {
        "silences"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let service = ask.invocation.service.as_ref().map(|target| &target.service);
        let mut all = self.silences.list().await.map_err(|error| unread(&error))?;
        all.retain(|one| {
            one.ends > ask.now
                && (service.is_none()
                    || one.matcher.service.is_none()
                    || one.matcher.service.as_ref() == service)
        });
        if all.is_empty() {
            return Ok(Proposal::Answer(Report::new(Tone::Plain, Phrase::new("silences-none"))));
        }
        let heads = vec![
            Phrase::new("silence-field-id"),
            Phrase::new("silence-field-what"),
            Phrase::new("silence-field-from"),
            Phrase::new("silence-field-until"),
            Phrase::new("silence-field-owner"),
            Phrase::new("silence-field-reason"),
        ];
        let row = |one: &Silence| {
            vec![
                Phrase::raw(one.id.as_str()),
                matter(&one.matcher),
                one.starts.into(),
                one.ends.into(),
                Phrase::raw(self.company.name(&one.owner)),
                Phrase::raw(one.reason.as_str()),
            ]
        };
        let rows = all.iter().map(row).collect();
        let report = Report::new(Tone::Plain, Phrase::new("silences-headline").with("count", all.len()))
            .block(Block::Table { heads, rows });
        let report = all.iter().take(BUTTONS).fold(report, |report, one| {
            let label = Phrase::new("silence-button-end-one").with("id", one.id.as_str());
            report.button(label, format!("unsilence {}", one.id), Look::Plain)
        });
        Ok(Proposal::Answer(report))
    }
}

/// The store does not say what is silenced.
pub(super) fn unread(error: &StoreError) -> Failure {
    let failure =
        Failure::new(Phrase::new("silences-unread"), Why::Unavailable).hint(Phrase::new("try-again"));
    tracing::error!(reference = %failure.reference, error = %error, "silences could not be read or changed");
    failure
}
