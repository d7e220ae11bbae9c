//! `unsilence S-…`: a silence ends now; what it held and still fires is taken in as new.

use async_trait::async_trait;

use super::list::unread;
use crate::app::intake::{Silences, matter};
use crate::app::verb::{Ask, Proposal, Verb};
use crate::domain::failure::{Failure, Why};
use crate::domain::report::{Report, Tone};
use crate::domain::words::Phrase;

/// The verb.
pub struct End {
    /// The silences.
    pub silences: Silences,
}

#[async_trait]
impl Verb for End {
    fn name(&self) -> &'static str {
        "unsilence"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let id = ask.invocation.args.word("silence").unwrap_or_default().to_ascii_uppercase();
        let all = self.silences.list().await.map_err(|error| unread(&error))?;
        let Some(silence) = all.iter().find(|silence| silence.id == id && silence.ends > ask.now) else {
            return Err(Failure::new(Phrase::new("silence-unknown").with("id", id), Why::NotFound));
        };
        self.silences.end(&id).await.map_err(|error| unread(&error))?;
        let headline = Phrase::new("silence-ended").with("what", matter(&silence.matcher));
        Ok(Proposal::Answer(Report::new(Tone::Good, headline)))
    }
}
