//! What the buttons under our own messages type: `confirm`, `cancel`, `undo`, `more`, `file`, `filter`, `stop`.
//! They are commands like any other, but what they need the right for is written in the plan or the result.

use crate::app::desk::{Answer, Desk, note};
use crate::app::pages;
use crate::app::progress::{Progress, message_of};
use crate::base::ids::{PlanId, PostId, ResultId};
use crate::domain::access::Wish;
use crate::domain::invocation::{Invocation, Pattern};
use crate::domain::log::LogLine;
use crate::domain::message::Message;
use crate::domain::person::Person;
use crate::domain::plain;
use crate::domain::report::{Block, Body, Report};
use crate::domain::words::{Phrase, Reader};
use crate::store::Cached;

impl Desk {
    /// The answer to a button's command; `None` if it is any other command.
    pub(super) async fn pressed(
        &self,
        message: &Message,
        person: &Person,
        invocation: &Invocation,
        progress: &Progress,
    ) -> Option<Answer> {
        let args = &invocation.args;
        Some(match invocation.verb.as_str() {
            "confirm" => {
                self.confirm(message, person, &args.plan().unwrap_or_else(|| PlanId::new("")), progress).await
            }
            "cancel" => self.cancel(message, person, &args.plan().unwrap_or_else(|| PlanId::new(""))).await,
            "undo" => {
                self.undo(message, person, &args.plan().unwrap_or_else(|| PlanId::new("")), progress).await
            }
            "more" => {
                let number = args.number().and_then(|n| usize::try_from(n).ok()).unwrap_or(2).max(1);
                let id = args.result().unwrap_or_else(|| ResultId::new(""));
                match self.cached(message, person, &id).await {
                    Ok(cached) => more(&cached, &id, number),
                    Err(answer) => *answer,
                }
            }
            "file" => {
                match self.cached(message, person, &args.result().unwrap_or_else(|| ResultId::new(""))).await
                {
                    Ok(cached) => self.file(message, person, cached),
                    Err(answer) => *answer,
                }
            }
            "filter" => {
                match self.cached(message, person, &args.result().unwrap_or_else(|| ResultId::new(""))).await
                {
                    Ok(cached) => filter(cached, invocation),
                    Err(answer) => *answer,
                }
            }
            "stop" => self.stop(message, person, args.post().as_ref().map_or("", PostId::as_str)).await,
            _ => return None,
        })
    }

    /// A kept result, for somebody who may ask for it anew.
    async fn cached(&self, message: &Message, person: &Person, id: &ResultId) -> Result<Cached, Box<Answer>> {
        let cached = match self.store.result(id).await {
            Ok(Some(cached)) => cached,
            Ok(None) => {
                return Err(Box::new(Answer::private(
                    note(Phrase::new("result-gone")),
                    "refused: result gone",
                )));
            }
            Err(error) => return Err(Box::new(Self::store_failed(&error))),
        };
        let service = cached.service.as_ref().and_then(|id| self.estate.service(id));
        let wish = Wish {
            verb: &cached.verb,
            risk: cached.risk,
            service: service.map(|service| (&service.id, service.environment.as_str())),
            channel: &message.place.channel,
        };
        match self.company.decide(person, wish) {
            Ok(_) => Ok(cached),
            Err(refusal) => Err(Box::new(self.refused(&refusal))),
        }
    }

    fn file(&self, message: &Message, person: &Person, cached: Cached) -> Answer {
        let service = cached.service.as_ref().and_then(|id| self.estate.service(id));
        let reader = Reader {
            lang: self.company.lang(&message.place, service.map(AsRef::as_ref)),
            zone: self.company.zone_of(person).clone(),
        };
        let text =
            plain::render(&Report { buttons: Vec::new(), ..cached.report.clone() }, &self.words, &reader);
        let name = format!(
            "{}-{}-{}.txt",
            cached.service.as_ref().map_or("toban", |id| id.as_str()),
            cached.verb,
            cached.at.strftime("%Y%m%d-%H%M%S"),
        );
        let file = Body::File { name, text, at: cached.at };
        Answer {
            file: Some(file),
            topic: cached.service.map(|id| id.to_string()),
            ..Answer::new(cached.report)
        }
    }

    /// Ends work that goes on until it is stopped. Whoever may ask for it here may end it.
    async fn stop(&self, message: &Message, person: &Person, post: &str) -> Answer {
        let nothing = || Answer::private(note(Phrase::new("stop-nothing")), "refused: nothing to stop");
        let Some(id) = message_of(post) else { return nothing() };
        let asked = match self.store.open_message(&id).await {
            Ok(Some(asked)) => asked,
            Ok(None) => return nothing(),
            Err(error) => return Self::store_failed(&error),
        };
        let Some(asker) = self.company.person_at(asked.place.door, &asked.user) else { return nothing() };
        let Ok(invocation) = self.understand(&asked, asker).await else { return nothing() };
        if let Err(refusal) = self.permit(message, person, &invocation.verb, invocation.risk, &invocation) {
            return self.refused(&refusal);
        }
        match self.store.break_lease(&Progress::lease_of(post)).await {
            Ok(true) => Answer::private(note(Phrase::new("stop-done")), "answered"),
            Ok(false) => nothing(),
            Err(error) => Self::store_failed(&error),
        }
    }
}

/// A later page of a kept result.
fn more(cached: &Cached, id: &ResultId, number: usize) -> Answer {
    let (shown, more) = pages::page(&cached.report, number);
    if shown.blocks.is_empty() {
        return Answer::private(note(Phrase::new("page-none")), "refused: no such page");
    }
    let mut shown = pages::with_buttons(shown, id, number, more);
    shown.footnote = Some(Phrase::new("page-as-of").with("number", number).with("at", cached.at));
    Answer { topic: cached.service.as_ref().map(ToString::to_string), ..Answer::new(shown) }
}

/// The lines of a kept log that match; the log is not read again.
fn filter(cached: Cached, invocation: &Invocation) -> Answer {
    let args = &invocation.args;
    let pattern = args.pattern().map(Pattern::regex);
    let words: Vec<String> = args.texts().iter().map(|text| text.to_lowercase()).collect();
    let keep = |line: &LogLine| {
        args.severity().is_none_or(|least| line.severity >= least)
            && pattern.is_none_or(|pattern| pattern.is_match(&line.text))
            && words.iter().all(|word| line.text.to_lowercase().contains(word))
    };
    let mut report = cached.report.clone();
    report.buttons.clear();
    let (mut of, mut kept) = (0, 0);
    for block in &mut report.blocks {
        if let Block::Log(lines) = block {
            of += lines.len();
            lines.retain(keep);
            kept += lines.len();
        }
    }
    report.footnote =
        Some(Phrase::new("filter-kept").with("kept", kept).with("of", of).with("at", cached.at));
    let topic = cached.service.as_ref().map(ToString::to_string);
    Answer {
        topic,
        wish: Some(Cached { report: Report::new(report.tone, ""), ..cached }),
        ..Answer::new(report)
    }
}
