//! Overrides of schedules that people wrote, and the shifts that they offer each other.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::records::StoreError;
use super::sql::{Statement, args, json, maybe, moment, number, text, to_json};
use super::writer::Tx;
use crate::base::ids::PersonId;
use crate::domain::schedule::Override;

/// An override as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOverride {
    /// Of which schedule.
    pub schedule: String,
    /// What it says.
    pub shift: Override,
    /// Whether it was taken back.
    pub cancelled: bool,
}

/// An offer to exchange shifts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// The id.
    pub id: String,
    /// Of which schedule.
    pub schedule: String,
    /// Who offers.
    pub giver: PersonId,
    /// Who is asked.
    pub taker: PersonId,
    /// The time that the giver gives away: from, to.
    pub given: (Timestamp, Timestamp),
    /// The time that the giver takes in return; none for a favour.
    pub returned: Option<(Timestamp, Timestamp)>,
}

/// Where an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwapState {
    /// It waits for an answer.
    Open,
    /// The shifts are exchanged.
    Accepted,
    /// Somebody said no.
    Declined,
}

impl SwapState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }

    fn read(id: &str, text: &str) -> Result<Self, StoreError> {
        [Self::Open, Self::Accepted, Self::Declined]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::Damaged(id.to_owned(), format!("no state {text:?}")))
    }
}

/// Who was told last that they are on call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// The people.
    pub people: Vec<PersonId>,
    /// Grows by one with every hand-off.
    pub version: i64,
}

macro_rules! columns {
    () => {
        "id, schedule, person, instead, begins, ends, author, reason, written, cancelled"
    };
}

fn stored(row: &AnyRow) -> Result<StoredOverride, StoreError> {
    Ok(StoredOverride {
        schedule: text(row, 1)?,
        shift: Override {
            id: text(row, 0)?,
            person: text(row, 2)?.into(),
            instead: maybe(row, 3)?.map(PersonId::from),
            from: moment(row, 4)?,
            to: moment(row, 5)?,
            holiday: false,
            by: Some(text(row, 6)?.into()),
            reason: maybe(row, 7)?,
            written: moment(row, 8)?,
        },
        // Whether there is a moment in it, whichever.
        cancelled: sqlx::Row::try_get::<Option<i64>, _>(row, 9)?.is_some(),
    })
}

fn insert(schedule: &str, over: &Override) -> Statement {
    Statement {
        sql:
            "insert into override_shift (id, schedule, person, instead, begins, ends, author, reason, written)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing",
        args: args![
            over.id.as_str(),
            schedule,
            over.person.as_str(),
            over.instead.as_ref().map(ToString::to_string),
            over.from,
            over.to,
            over.by.as_ref().map_or("", PersonId::as_str),
            over.reason.clone(),
            over.written
        ],
    }
}

/// A decision on an offer, with the overrides that follow from it.
struct Decide {
    id: String,
    state: SwapState,
    overrides: Vec<Statement>,
}

#[async_trait::async_trait]
impl Work for Decide {
    type Out = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let sql =
            "update swap_offer set state = $2, decided = $3 where id = $1 and state = 'open' returning id";
        let decide = Statement { sql, args: args![self.id.as_str(), self.state.as_str(), tx.now] };
        if decide.run(&mut tx.conn).await?.is_empty() {
            return Ok(false);
        }
        for statement in &self.overrides {
            statement.run(&mut tx.conn).await?;
        }
        Ok(true)
    }
}

impl Store {
    /// Writes an override; one of that id that is there already is left as it is.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn put_override(&self, schedule: &str, over: &Override) -> Result<(), StoreError> {
        let Statement { sql, args } = insert(schedule, over);
        self.write(sql, args).await.map(drop)
    }

    /// Takes an override back; false if that was done before, or there is none.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn cancel_override(&self, id: &str, by: &PersonId) -> Result<bool, StoreError> {
        let sql = "update override_shift set cancelled = $2, undone_by = $3
            where id = $1 and cancelled is null returning id";
        Ok(!self.write(sql, args![id, self.now(), by.as_str()]).await?.is_empty())
    }

    /// The override of that id.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn override_shift(&self, id: &str) -> Result<Option<StoredOverride>, StoreError> {
        let sql = concat!("select ", columns!(), " from override_shift where id = $1");
        self.read(sql, args![id]).await?.first().map(stored).transpose()
    }

    /// The overrides of all schedules that hold after a moment and were not taken back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn overrides_after(&self, at: Timestamp) -> Result<Vec<StoredOverride>, StoreError> {
        let sql =
            concat!("select ", columns!(), " from override_shift where cancelled is null and ends > $1");
        self.read(sql, args![at]).await?.iter().map(stored).collect()
    }

    /// Writes an offer; one of that id that is there already is left as it is.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn offer_swap(&self, swap: &Swap) -> Result<(), StoreError> {
        let sql = "insert into swap_offer (id, content, state, written) values ($1, $2, 'open', $3)
            on conflict (id) do nothing";
        self.write(sql, args![swap.id.as_str(), to_json(swap)?, self.now()]).await.map(drop)
    }

    /// An offer and where it stands.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn swap(&self, id: &str) -> Result<Option<(Swap, SwapState)>, StoreError> {
        let rows = self.read("select content, state from swap_offer where id = $1", args![id]).await?;
        let read = |row| Ok((json(id, &text(row, 0)?)?, SwapState::read(id, &text(row, 1)?)?));
        rows.first().map(read).transpose()
    }

    /// Decides an offer that is open, and writes the overrides that follow, both or neither; false if somebody was
    /// faster.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn decide_swap(
        &self,
        swap: &Swap,
        state: SwapState,
        overrides: &[Override],
    ) -> Result<bool, StoreError> {
        let overrides = overrides.iter().map(|over| insert(&swap.schedule, over)).collect();
        let decide = Decide { id: swap.id.clone(), state, overrides };
        self.ask(|ask: Ask<Decide, bool>| Queued::Other(Box::new(ask)), decide).await
    }

    /// Who was told last that they are on call.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn handed(&self, schedule: &str) -> Result<Option<Handed>, StoreError> {
        let rows =
            self.read("select people, version from handed where schedule = $1", args![schedule]).await?;
        let read = |row| Ok(Handed { people: json(schedule, &text(row, 0)?)?, version: number(row, 1)? });
        rows.first().map(read).transpose()
    }

    /// Puts on record who was told; false if somebody else has told others meanwhile.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn hand_over(&self, schedule: &str, told: &Handed) -> Result<bool, StoreError> {
        let sql = "insert into handed (schedule, people, version, at) values ($1, $2, $3, $4)
            on conflict (schedule) do update set people = excluded.people, version = excluded.version, at = excluded.at
                where handed.version = excluded.version - 1
            returning schedule";
        let args = args![schedule, to_json(&told.people)?, told.version, self.now()];
        Ok(!self.write(sql, args).await?.is_empty())
    }
}
