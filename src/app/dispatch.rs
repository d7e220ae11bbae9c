//! Dispatch: a message is stored, acknowledged, and worked on in a task of its own; what comes of it is written
//! in one transaction and handed to delivery.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use tokio::sync::{Semaphore, watch};

use crate::app::automatic;
use crate::app::desk::{Answer, Desk, note};
use crate::app::pages;
use crate::app::progress::{self, PATIENCE, Progress};
use crate::base::ids::{PostId, ResultId};
use crate::base::meter::Counter;
use crate::base::text::shorten;
use crate::domain::audit::AuditEntry;
use crate::domain::failure::{Failure, Why};
use crate::domain::message::{Audience, Entry, Message, Place, Thread};
use crate::domain::person::Door;
use crate::domain::plan::PlanState;
use crate::domain::redact::{redact, redacted, redacted_block};
use crate::domain::report::{Body, Report, Tone};
use crate::domain::words::Phrase;
use crate::ports::{Inbox, NotTaken, Taken};
use crate::store::{Accepted, Cached, Conclusion, NewPost, StoreError};

/// After so many starts a message is given up: whatever kills the process must not do it for ever.
const STARTS: u32 = 3;

/// Takes messages in and sees each to its end. Cheap to clone.
#[derive(Clone)]
pub struct Dispatch(Arc<Inner>);

struct Inner {
    desk: Desk,
    room: Semaphore,
    /// Messages taken and not yet concluded.
    working: watch::Sender<usize>,
    /// Counts what was answered, by door and outcome.
    commands: OnceLock<Counter>,
}

/// How a message ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// What was said.
    pub report: Report,
    /// For the audit and for exit codes: `answered`, `refused: …`, `failed: …`.
    pub outcome: String,
}

impl Ended {
    /// Whether what was asked for was done.
    pub fn worked(&self) -> bool {
        !["failed", "refused", "not understood", "unknown"].iter().any(|bad| self.outcome.starts_with(bad))
    }
}

impl Dispatch {
    /// Answers at `desk`, says it through the desk's delivery.
    pub fn new(desk: Desk) -> Self {
        let room = Semaphore::new(desk.limits.parallel);
        Self(Arc::new(Inner { desk, room, working: watch::Sender::new(0), commands: OnceLock::new() }))
    }

    /// Counts what is answered, by door and outcome; the first counter stays.
    #[must_use]
    pub fn counting(self, commands: Counter) -> Self {
        let _ = self.0.commands.set(commands);
        self
    }

    /// The desk.
    pub fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// Work on a message that is in the store already, in a task of its own.
    pub fn begin(&self, message: Message, attempts: u32) {
        let working = Working::of(self);
        tokio::spawn(async move {
            let this = &working.0;
            let _room = this.0.room.acquire().await;
            let (id, entry) = (message.id.clone(), message.entry.clone());
            match this.work(message, attempts).await {
                Ok(ended) => this.0.desk.tell_ladder(&entry, &ended).await,
                // The row is still open: another replica, or this one after a restart, takes it up again.
                Err(error) => {
                    tracing::error!(message.id = %id, error = %error, "an answer could not be stored");
                }
            }
        });
    }

    /// Resolves when nothing is worked on any more.
    pub async fn idle(&self) {
        // The sender lives as long as we do, so an error cannot happen.
        let _ = self.0.working.subscribe().wait_for(|working| *working == 0).await;
    }

    /// Stores a message and works on it to its end. For a terminal and for ladders, which wait.
    ///
    /// # Errors
    /// When the store fails; then nothing was answered. [`StoreError::Lost`] if the message is known already.
    pub async fn see_through(&self, message: Message) -> Result<Ended, StoreError> {
        let _working = Working::of(self);
        match self.0.desk.store.accept(&message).await? {
            Accepted::First => Box::pin(self.work(message, 0)).await,
            Accepted::Duplicate => Err(StoreError::Lost),
        }
    }

    async fn work(&self, message: Message, attempts: u32) -> Result<Ended, StoreError> {
        let watch = self.0.desk.clock.stopwatch();
        let place = answer_place(&message);
        let id = progress::answer_of(&message.id);
        let progress = Progress::new(id.clone(), self.0.desk.store.clone());
        let mut rooted = !opens_thread(&message);
        if attempts > 0 && !rooted {
            rooted = self.0.desk.store.post(&root_id(&message)).await?.is_some();
        }

        let mut answering = pin!(AssertUnwindSafe(self.answer(&message, attempts, &progress)).catch_unwind());
        let mut pause = PATIENCE;
        let answer = loop {
            tokio::select! {
                biased;
                answer = &mut answering => break answer,
                () = self.0.desk.clock.sleep(pause) => {
                    pause = self.0.desk.limits.progress;
                    if let Some(report) = progress.take() {
                        let root = (!rooted).then(|| self.root(&message, None));
                        let line = self.post(&id, &place, Audience::All, Body::Report(redacted(report)), None);
                        let posts = root.into_iter().chain([line]).collect();
                        match self.0.desk.store.put_during(&message.id, posts).await {
                            Ok(posts) => {
                                rooted = true;
                                self.0.desk.delivery.submit(posts);
                            }
                            // A change that has begun is seen through whether anybody can watch it or not.
                            Err(error) => {
                                tracing::warn!(message.id = %message.id, error = %error, "progress could not be shown");
                            }
                        }
                    }
                }
            }
        };
        let mut answer = match answer {
            Ok(answer) => answer,
            Err(panic) => self.broken(&message, panicked(panic.as_ref())).await,
        };
        answer.report = redacted(answer.report);
        if let Some((draft, _)) = &mut answer.draft {
            draft.preview = std::mem::take(&mut draft.preview).into_iter().map(redacted_block).collect();
        }
        self.conclude(&message, &id, &place, answer, rooted, watch.elapsed()).await
    }

    /// What is said of work that panicked. A change that it had begun is not known to have ended.
    async fn broken(&self, message: &Message, panicked: Answer) -> Answer {
        match self.0.desk.store.plan_begun_by(&message.id).await {
            Ok(Some(stored)) if matches!(stored.state, PlanState::Running { .. }) => {
                self.0.desk.interrupted(&stored)
            }
            Ok(_) => panicked,
            Err(error) => Desk::store_failed(&error),
        }
    }

    async fn answer(&self, message: &Message, attempts: u32, progress: &Progress) -> Answer {
        if attempts > 0 {
            match self.0.desk.store.plan_begun_by(&message.id).await {
                Ok(Some(stored)) => return self.0.desk.interrupted(&stored),
                Ok(None) => {}
                Err(error) => return Desk::store_failed(&error),
            }
        }
        if attempts > 0
            && let Entry::Ladder { .. } = message.entry
        {
            return automatic::never_begun(message);
        }
        if attempts > 0 && message.place.door == Door::Terminal {
            // Whoever ends a terminal's command with Ctrl-C does not want it done behind their back.
            return Answer::private(note(Phrase::new("terminal-gone")), "refused: its terminal is gone");
        }
        if attempts >= STARTS {
            let failure = Failure::new(Phrase::new("begun-too-often").with("times", attempts), Why::Internal);
            tracing::error!(reference = %failure.reference, message.id = %message.id, "a message is given up: work on it never ended");
            return Answer::failed(&failure);
        }
        self.0.desk.answer(message, progress).await
    }

    async fn conclude(
        &self,
        message: &Message,
        id: &PostId,
        place: &Place,
        mut answer: Answer,
        rooted: bool,
        took: Duration,
    ) -> Result<Ended, StoreError> {
        let desk = &self.0.desk;
        let person = desk.company.sender(message);
        let mut end = Conclusion { inbox: Some(message.id.clone()), ..Conclusion::default() };

        let mut plan_id = answer.plan.as_ref().map(|(id, _)| id.to_string());
        if let Some((plan, state)) = answer.plan.take() {
            end.plan_state = state.map(|state| (plan, state));
        }
        if let (Some((draft, invocation)), Some(person)) = (answer.draft.take(), person) {
            let asked = Message { place: place.clone(), ..message.clone() };
            if let Some((plan, report)) = desk.plan(&asked, person, *draft, &invocation, id) {
                plan_id = Some(plan.id.to_string());
                end.plan = Some(plan);
                answer.report = report;
            }
        }
        let shown = match answer.wish.take() {
            Some(wish) => {
                let result = ResultId::from(crate::base::ids::fresh("R"));
                pages::first(&answer.report, &result).inspect(|_| {
                    let kept = Cached { report: answer.report.clone(), at: desk.clock.now(), ..wish };
                    end.result = Some((result, kept, desk.limits.result));
                })
            }
            None => None,
        };
        // What was said before all is answered before all; what only the platform heard, to its sender alone.
        let open = matches!(message.entry, Entry::Mention | Entry::Direct | Entry::Ladder { .. });
        let alone = answer.private && !open;
        let audience = if alone {
            Audience::Only {
                user: message.user.clone(),
                reply_url: message.entry.reply_url().map(str::to_owned),
            }
        } else {
            Audience::All
        };
        let body = answer
            .file
            .take()
            .unwrap_or_else(|| Body::Report(shown.unwrap_or_else(|| answer.report.clone())));
        if !desk.delivery.serves(place.door) || (answer.told_already && rooted) {
            // Nobody is there to be told, or it is told already; what is done and put on record is the same.
        } else if alone && !rooted {
            end.posts.push(self.post(id, &message.place, audience, body, None));
        } else {
            if !rooted {
                end.posts.push(self.root(message, answer.topic.clone()));
            }
            let reply_url = message.entry.reply_url().map(str::to_owned);
            let post = self.post(id, place, audience, body, answer.topic.clone());
            end.posts.push(NewPost { reply_url, ..post });
        }
        end.posts.append(&mut answer.edits);
        end.wakes = answer.wakes;
        let service =
            answer.topic.as_deref().map(|topic| topic.split('.').next().unwrap_or(topic).to_owned());
        end.audit.push(AuditEntry {
            at: message.received,
            who: person.map_or_else(
                || format!("{}:{}", message.place.door.as_str(), message.user),
                |person| person.id.to_string(),
            ),
            place: format!("{}:{}", message.place.door.as_str(), message.place.channel),
            event: answer.event,
            // In this order: half a secret would not be known for one.
            command: shorten(&redact(&message.text), 1_000).into_owned(),
            service,
            plan: plan_id,
            outcome: answer.outcome.clone(),
            took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        });
        match desk.store.conclude(end).await {
            Ok(posts) => {
                if let Some(commands) = self.0.commands.get() {
                    let outcome = answer.outcome.split(':').next().unwrap_or_default();
                    commands.add(&[message.place.door.as_str(), outcome]);
                }
                self.0.desk.delivery.submit(posts);
            }
            Err(StoreError::Lost) => {
                tracing::warn!(message.id = %message.id, "another replica took this message over and answers it");
            }
            Err(error) => return Err(error),
        }
        Ok(Ended { report: answer.report, outcome: answer.outcome })
    }

    /// The first message of the thread that a slash command opens: who ran what.
    fn root(&self, message: &Message, topic: Option<String>) -> NewPost {
        let desk = &self.0.desk;
        let name = desk
            .company
            .person_at(message.place.door, &message.user)
            .map_or_else(|| message.user.clone(), |person| person.name.clone());
        let command = redact(&message.text);
        let command = shorten(&command, 200).into_owned();
        let headline = Phrase::new("root-line").with("name", name).with("command", command);
        let body = Body::Report(Report::new(Tone::Plain, headline));
        self.post(&root_id(message), &message.place, Audience::All, body, topic)
    }

    fn post(
        &self,
        id: &PostId,
        place: &Place,
        audience: Audience,
        body: Body,
        topic: Option<String>,
    ) -> NewPost {
        let company = &self.0.desk.company;
        let service = topic
            .as_deref()
            .and_then(|topic| self.0.desk.estate.services().find(topic.split('.').next().unwrap_or(topic)));
        NewPost {
            id: id.clone(),
            lang: company.lang(place, service.map(AsRef::as_ref)),
            zone: company.zone_name(),
            place: place.clone(),
            audience,
            body,
            reply_url: None,
            topic,
        }
    }
}

#[async_trait]
impl Inbox for Dispatch {
    async fn take(&self, message: Message) -> Result<Taken, NotTaken> {
        match self.0.desk.keep(&message).await {
            Ok(Accepted::First) => {
                self.begin(message, 0);
                Ok(Taken::First)
            }
            Ok(Accepted::Duplicate) => Ok(Taken::Duplicate),
            Err(error) => {
                tracing::error!(message.id = %message.id, error = %error, "a message could not be stored and was not taken");
                Err(NotTaken(error.to_string()))
            }
        }
    }
}

/// Counts a message as being worked on for as long as it is kept, however that ends.
struct Working(Dispatch);

impl Working {
    fn of(dispatch: &Dispatch) -> Self {
        dispatch.0.working.send_modify(|working| *working += 1);
        Self(dispatch.clone())
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.0.working.send_modify(|working| *working -= 1);
    }
}

/// A slash command in a channel opens a thread under a message of our own: Slack hears none inside a thread.
fn opens_thread(message: &Message) -> bool {
    message.place.thread.is_none() && matches!(message.entry, Entry::Slash { .. } | Entry::Shortcut { .. })
}

fn root_id(message: &Message) -> PostId {
    PostId::from(format!("{}/root", message.id))
}

fn answer_place(message: &Message) -> Place {
    if opens_thread(message) {
        Place { thread: Some(Thread::Under(root_id(message))), ..message.place.clone() }
    } else {
        message.place.clone()
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Answer {
    let why = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    let failure = Failure::new(Phrase::new("panicked"), Why::Internal).hint(Phrase::new("try-again"));
    tracing::error!(reference = %failure.reference, error = %redact(&why), "work on a message panicked");
    Answer::failed(&failure)
}
