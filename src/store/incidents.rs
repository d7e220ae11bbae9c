//! Incidents: what people work on, with all that is to come, and everything that follows from a change of one, written in
//! one transaction. A change is made of a version that was read; whoever comes second reads again.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use sqlx::any::AnyRow;

use super::batch::{Ask, Queued, Work};
use super::pages::ClaimedPage;
use super::posts::{self, Draft};
use super::records::{NewPage, NewPost, Post, StoreError};
use super::sql::{Bulk, Statement, args, chunks, count, json, millis, text, to_json};
use super::writer::{Held, Tx};
use super::{Store, alerts, pages, timeline};
use crate::base::ids::PersonId;
use crate::domain::contact::Means;
use crate::domain::escalation::Cancel;
use crate::domain::incident::Incident;
use crate::domain::incident::timeline::Entry;

/// An incident as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredIncident {
    /// The incident.
    pub incident: Incident,
    /// Grows by one with every change; starts at 1.
    pub version: u32,
}

/// One change of an incident and all that follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The version that it is made of; none if the incident is new.
    pub read: Option<u32>,
    /// The incident as it shall be.
    pub incident: Incident,
    /// New rows of its timeline; those that are there already stay.
    pub entries: Vec<Entry>,
    /// Pages to be called back, before the new ones are written.
    pub cancels: Vec<Cancel>,
    /// New pages.
    pub pages: Vec<NewPage>,
    /// What the thread says now.
    pub posts: Vec<NewPost>,
    /// Alerts, each in the version that the incident knows of now.
    pub attached: Vec<(String, u32)>,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum Moved {
    /// It is written; these posts are this replica's to deliver.
    Done(Vec<Post>),
    /// Somebody was faster: nothing of it is written.
    Lost,
}

/// A change, ready to be written.
struct Ready {
    change: Change,
    content: String,
    entries: Vec<timeline::Row>,
    posts: Vec<Draft>,
}

/// What came of changes that were written together.
#[derive(Debug, Default)]
pub struct Written {
    /// What came of each, in the order given.
    pub moved: Vec<Moved>,
    /// Pages that are this replica's to send now.
    pub taken: Vec<(Means, ClaimedPage)>,
    /// By what other pages wait.
    pub left: BTreeSet<Means>,
}

/// Changes that share a transaction and its statements.
struct Changes {
    ready: Vec<Ready>,
    hands: HashMap<Means, usize>,
}

static OPEN: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "insert into incident (id, number, service, grouping, state, severity, content, version, due, owner, opened,
            updated) values",
        2,
        "(?, ?, ?, ?, ?, ?, ?, 1, nullif(?, -1), $1, ?, $2)",
        "on conflict do nothing returning id",
    )
});

/// An incident that is over begins again only if no other one has taken its place.
static MOVE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "update incident set state = v.column3, severity = v.column4, content = v.column5,
            due = case when v.column6 < 0 then null else v.column6 end, version = incident.version + 1, owner = $1,
            updated = $2
         from (values",
        2,
        "(?, ?, ?, ?, ?, ?)",
        ") as v where incident.id = v.column1 and incident.version = v.column2
            and (v.column3 = 'resolved' or incident.state <> 'resolved' or not exists (
                select 1 from incident as other where other.service = incident.service
                    and other.grouping = incident.grouping and other.state <> 'resolved'))
         returning id",
    )
});

#[async_trait::async_trait]
impl Work for Changes {
    type Out = Written;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Out, StoreError> {
        let mut won: HashMap<String, usize> = HashMap::new();
        let mut order: Vec<usize> = (0..self.ready.len()).collect();
        order.sort_by_key(|at| self.ready[*at].id());
        let (new, old): (Vec<usize>, Vec<usize>) =
            order.into_iter().partition(|at| self.ready[*at].change.read.is_none());
        for at in new {
            // One by one: of two new ones of the same service and grouping in one statement both would fail.
            let query = self.ready[at].insert(OPEN.rows(1).bind(&*tx.me).bind(tx.now));
            if query.fetch_optional(&mut *tx.conn).await?.is_some() {
                let number = i64::try_from(self.ready[at].change.incident.number).unwrap_or(i64::MAX);
                tx.highest = tx.highest.max(Some(number));
                won.insert(self.ready[at].id().to_owned(), at);
            }
        }
        let old: Vec<(&str, usize)> = old.into_iter().map(|at| (self.ready[at].id(), at)).collect();
        for chunk in chunks(&old, |(id, _)| id) {
            let query = MOVE.rows(chunk.len()).bind(&*tx.me).bind(tx.now);
            let query = chunk.iter().fold(query, |query, (_, at)| self.ready[*at].update(query));
            for row in query.fetch_all(&mut *tx.conn).await? {
                let id = text(&row, 0)?;
                if let Some((_, at)) = chunk.iter().find(|(other, _)| *other == id) {
                    won.insert(id, *at);
                }
            }
        }
        let mut winners: Vec<usize> = won.into_values().collect();
        winners.sort_unstable();
        let all = || winners.iter().map(|at| (*at, &self.ready[*at]));
        timeline::write_all(tx, all().flat_map(|(_, ready)| &ready.entries)).await?;
        let now = millis(tx.now)?;
        for (_, Ready { change, .. }) in all() {
            let id = &change.incident.id;
            for cancel in &change.cancels {
                let statement = match cancel {
                    Cancel::All => pages::cancel(id, now),
                    Cancel::Person(person) => cancel_person(id.as_str(), person, now),
                    Cancel::Key(key) => cancel_key(id.as_str(), key, now),
                };
                statement.run(&mut tx.conn).await?;
            }
        }
        let mut attached: Vec<alerts::Attached<'_>> = Vec::new();
        for (_, Ready { change, .. }) in all() {
            for (alert, version) in &change.attached {
                attached.push((alert, *version, Some(&change.incident.id)));
            }
        }
        alerts::attach_all(tx, attached).await?;
        let new = all().flat_map(|(_, ready)| &ready.change.pages).collect();
        let (taken, left) = pages::write_all(tx, new, self.hands.clone()).await?;
        let drafts: Vec<(usize, &Draft)> =
            all().flat_map(|(at, ready)| ready.posts.iter().map(move |draft| (at, draft))).collect();
        let mut moved: Vec<Moved> = self.ready.iter().map(|_| Moved::Lost).collect();
        for at in &winners {
            moved[*at] = Moved::Done(Vec::new());
        }
        for (at, post) in posts::write_all(tx, &drafts).await? {
            if let Moved::Done(posts) = &mut moved[at] {
                posts.push(post);
            }
        }
        Ok(Written { moved, taken, left })
    }

    fn unheard(&self, written: Written) -> Vec<(Held, String)> {
        written.taken.into_iter().map(|(_, page)| (Held::Page, page.id.to_string())).collect()
    }
}

impl Ready {
    fn new(mut change: Change) -> Result<Self, StoreError> {
        let content = to_json(&change.incident)?;
        let id = change.incident.id.as_str();
        let entries =
            change.entries.iter().map(|entry| timeline::Row::new(id, entry)).collect::<Result<_, _>>()?;
        let posts = std::mem::take(&mut change.posts);
        let posts = posts.into_iter().map(Draft::new).collect::<Result<_, _>>()?;
        Ok(Self { change, content, entries, posts })
    }

    fn id(&self) -> &str {
        self.change.incident.id.as_str()
    }

    /// When it is due; -1 for never.
    fn due(&self) -> i64 {
        self.change.incident.due().map_or(-1, jiff::Timestamp::as_millisecond)
    }

    fn insert<'q>(&'q self, query: super::sql::Prepared<'q>) -> super::sql::Prepared<'q> {
        let incident = &self.change.incident;
        query
            .bind(incident.id.as_str())
            .bind(i64::try_from(incident.number).unwrap_or(i64::MAX))
            .bind(incident.service.as_str())
            .bind(incident.grouping.as_str())
            .bind(incident.state.as_str())
            .bind(incident.severity.as_str())
            .bind(self.content.as_str())
            .bind(self.due())
            .bind(incident.opened.as_millisecond())
    }

    fn update<'q>(&'q self, query: super::sql::Prepared<'q>) -> super::sql::Prepared<'q> {
        let incident = &self.change.incident;
        query
            .bind(incident.id.as_str())
            .bind(i64::from(self.change.read.unwrap_or_default()))
            .bind(incident.state.as_str())
            .bind(incident.severity.as_str())
            .bind(self.content.as_str())
            .bind(self.due())
    }
}

/// As all calling back: also what is claimed, which is looked at once more just before it is sent.
fn cancel_person(incident: &str, person: &PersonId, now: jiff::Timestamp) -> Statement {
    Statement {
        sql: "update page set state = 'cancelled', ended = $3
              where incident = $1 and person = $2 and state in ('waiting', 'sending')",
        args: args![incident, person.as_str(), now],
    }
}

/// A page's id begins with the key of the order that it comes from.
fn cancel_key(incident: &str, key: &str, now: jiff::Timestamp) -> Statement {
    Statement {
        sql: "update page set state = 'cancelled', ended = $3
              where incident = $1 and substr(id, 1, length($2)) = $2
                and state in ('waiting', 'sending')",
        args: args![incident, format!("{key}/"), now],
    }
}

/// A row of id, content and version.
pub(super) fn stored(row: &AnyRow) -> Result<StoredIncident, StoreError> {
    let id = text(row, 0)?;
    Ok(StoredIncident { incident: json(&id, &text(row, 1)?)?, version: count(row, 2)? })
}

impl Store {
    /// Writes changes of incidents, each of them whole or not at all, in one transaction. What came of each, in the
    /// order given.
    ///
    /// # Errors
    /// When nothing could be written within ten seconds.
    pub async fn move_incidents(&self, changes: Vec<Change>) -> Result<Vec<Moved>, StoreError> {
        Ok(self.move_and_take(changes, HashMap::new()).await?.moved)
    }

    /// The same. Of the new pages that are due at once so many by each means as there are `hands` for are this replica's to
    /// send, as if they had been claimed ([`Store::due_pages`]).
    ///
    /// # Errors
    /// When nothing could be written within ten seconds.
    pub async fn move_and_take(
        &self,
        changes: Vec<Change>,
        hands: HashMap<Means, usize>,
    ) -> Result<Written, StoreError> {
        let ready = changes.into_iter().map(Ready::new).collect::<Result<_, _>>()?;
        self.ask(|ask: Ask<Changes, Written>| Queued::Other(Box::new(ask)), Changes { ready, hands }).await
    }
}
