//! What people answer to pages, from wherever they read them.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::message::reader;
use super::{Content, Paging};
use crate::base::Secret;
use crate::base::ids::{IncidentId, PersonId};
use crate::domain::contact::Means;
use crate::domain::redact::redact;
use crate::domain::words::Phrase;
use crate::ports::{NotTaken, Press, Purpose, Replies, Reply};
use crate::store::{StoreError, StoredPage};

/// How long after a text message a short answer to it counts.
const TEXTED: std::time::Duration = std::time::Duration::from_hours(24);

/// How an incident stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has it.
    Open,
    /// Somebody has it.
    Held {
        /// Who.
        by: PersonId,
        /// Since when.
        since: Timestamp,
    },
    /// It is over.
    Over {
        /// Since when.
        since: Timestamp,
    },
    /// There is no such incident any more.
    Gone,
}

/// What became of a press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It was taken; how it stands now. Who was too late reads who was faster.
    Now(Standing),
    /// The store cannot save it: press again. Why, for the log.
    NotSaved(String),
}

/// Takes incidents on for people who answer a page. The engine does.
#[async_trait]
pub trait Answers: Send + Sync {
    /// The person takes the incident on. Whoever was paged may.
    async fn acknowledge(&self, incident: &IncidentId, person: &PersonId, from: Means) -> Answered;

    /// The person says that it is over.
    async fn resolve(&self, incident: &IncidentId, person: &PersonId, from: Means) -> Answered;

    /// How it stands, without changing anything.
    ///
    /// # Errors
    /// When the database does not answer.
    async fn standing(&self, incident: &IncidentId) -> Result<Standing, StoreError>;
}

/// Answers to pages, as doors hand them in.
pub struct Answering {
    paging: Paging,
    answers: Arc<dyn Answers>,
}

impl Answering {
    /// Hands presses to `answers`.
    pub fn new(paging: Paging, answers: Arc<dyn Answers>) -> Self {
        Self { paging, answers }
    }

    /// The pages of a secret, the incidents of them once each.
    async fn pages(&self, secret: &Secret) -> Result<Vec<StoredPage>, NotTaken> {
        let mut pages: Vec<StoredPage> =
            self.paging.0.desk.store.pages_by_secret(secret).await.map_err(not_taken)?;
        let mut seen = Vec::new();
        pages.retain(|page| {
            let fresh = !seen.contains(&page.incident);
            if fresh {
                seen.push(page.incident.clone());
            }
            fresh
        });
        Ok(pages)
    }

    async fn press_pages(&self, pages: &[StoredPage]) -> Result<Option<Reply>, NotTaken> {
        let Some(first) = pages.first() else { return Ok(None) };
        let mut standing = None;
        for page in pages {
            let now = match (&page.incident, page.answered) {
                (Some(incident), None) => {
                    let from = Means::named(&page.means).unwrap_or(Means::Webhook);
                    match self.answers.acknowledge(incident, &page.person, from).await {
                        Answered::Now(now) => now,
                        Answered::NotSaved(why) => {
                            self.paging.hush(incident);
                            tracing::warn!(incident.id = %incident, error = why, "an answer to a page could not be saved");
                            return Ok(Some(self.reply(page, Phrase::new("paging-not-saved"), true, false)));
                        }
                    }
                }
                (Some(incident), Some(_)) => self.answers.standing(incident).await.map_err(not_taken)?,
                (None, _) => Standing::Open,
            };
            self.paging.0.desk.store.page_answered(&page.id).await.map_err(not_taken)?;
            standing.get_or_insert(now);
        }
        let standing = standing.unwrap_or(Standing::Gone);
        let done = Self::done(first, &standing, true);
        Ok(Some(self.reply(first, self.said(first, &standing, true), false, done)))
    }

    /// Where it stands, to the person of the page.
    fn said(&self, page: &StoredPage, standing: &Standing, answered: bool) -> Phrase {
        if page.incident.is_none() {
            return Phrase::new(if answered { "paging-test-received" } else { "paging-test-press" });
        }
        match standing {
            Standing::Open => Phrase::new("paging-open"),
            Standing::Held { by, .. } if *by == page.person => Phrase::new("paging-yours"),
            Standing::Held { by, since } => Phrase::new("paging-held")
                .with("who", self.paging.0.desk.company.name(by))
                .with("since", *since),
            Standing::Over { since } => Phrase::new("paging-over").with("since", *since),
            Standing::Gone => Phrase::new("paging-gone"),
        }
    }

    fn reply(&self, page: &StoredPage, headline: Phrase, button: bool, done: bool) -> Reply {
        let desk = &self.paging.0.desk;
        let reader = reader(desk, &page.person);
        let say = |phrase: &Phrase| redact(&desk.words.say(&reader, phrase)).into_owned();
        let content: Option<Content> = serde_json::from_str(&page.content).ok();
        let mut lines: Vec<String> = Vec::new();
        if let Some(content) = &content {
            lines.push(say(&content.subject));
            lines.extend(content.lines.iter().map(say));
        }
        let test = page.incident.is_none();
        let label = Phrase::new(if test { "paging-ack-test" } else { "paging-ack" });
        let button = button.then(|| say(&label));
        Reply { lang: reader.lang, headline: say(&headline), lines, button, done }
    }

    /// Whether the person of the page has done what it asks for.
    fn done(page: &StoredPage, standing: &Standing, answered: bool) -> bool {
        match page.incident {
            Some(_) => matches!(standing, Standing::Held { by, .. } if *by == page.person),
            None => answered,
        }
    }

    /// Whether a press of this page could still do something.
    fn open(page: &StoredPage, standing: &Standing) -> bool {
        let content: Option<Content> = serde_json::from_str(&page.content).ok();
        let asks = content.is_none_or(|content| {
            !content.vendor && !matches!(content.purpose, Purpose::Acknowledged | Purpose::Resolved)
        });
        let free = page.incident.is_none() || *standing == Standing::Open;
        asks && free && page.answered.is_none()
    }
}

fn not_taken(error: StoreError) -> NotTaken {
    NotTaken(error.to_string())
}

#[async_trait]
impl Replies for Answering {
    async fn look(&self, secret: &Secret) -> Result<Option<Reply>, NotTaken> {
        let pages = self.pages(secret).await?;
        let Some(first) = pages.first() else { return Ok(None) };
        let standing = match &first.incident {
            Some(incident) => self.answers.standing(incident).await.map_err(not_taken)?,
            None => Standing::Open,
        };
        let answered = first.answered.is_some();
        let said = self.said(first, &standing, answered);
        let done = Self::done(first, &standing, answered);
        Ok(Some(self.reply(first, said, Self::open(first, &standing), done)))
    }

    async fn press(&self, secret: &Secret) -> Result<Option<Reply>, NotTaken> {
        self.press_pages(&self.pages(secret).await?).await
    }

    async fn texted(&self, number: &str, by: Means) -> Result<Option<Reply>, NotTaken> {
        let desk = &self.paging.0.desk;
        let since = desk.clock.now().checked_sub(TEXTED).unwrap_or(Timestamp::MIN);
        let mut newest: Option<StoredPage> = None;
        for person in desk.contacts.at(by, number) {
            let pages = desk.store.pages_of(person, by, since).await.map_err(not_taken)?;
            let page = pages.into_iter().find(|page| page.answered.is_none());
            newest = newest.into_iter().chain(page).max_by_key(|page| page.ended);
        }
        match newest {
            Some(page) => self.press_pages(&[page]).await,
            None => Ok(None),
        }
    }

    async fn pressed(&self, press: Press) -> Result<bool, NotTaken> {
        let desk = &self.paging.0.desk;
        let incident = IncidentId::new(&press.key);
        let mut pages = desk.store.incident_pages(&incident).await.map_err(not_taken)?;
        pages.retain(|page| page.means == press.by.as_str());
        // One key of an integration may be shared: whoever bears the name that the service tells, else the first.
        let named = |page: &&StoredPage| Some(desk.company.name(&page.person)) == press.name;
        let Some(page) = pages.iter().find(named).or_else(|| pages.first()) else { return Ok(false) };
        let answered = if press.resolved {
            self.answers.resolve(&incident, &page.person, press.by).await
        } else {
            self.answers.acknowledge(&incident, &page.person, press.by).await
        };
        match answered {
            Answered::Now(_) => {
                desk.store.page_answered(&page.id).await.map_err(not_taken)?;
                Ok(true)
            }
            Answered::NotSaved(why) => {
                self.paging.hush(&incident);
                Err(NotTaken(why))
            }
        }
    }
}
