//! Alerts that wait to be told to their incidents: left behind, stale, or let go by a silence.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::alerts::{StoredAlert, WaitingAlert};
use super::batch::{Ask, Queued, Work};
use super::records::StoreError;
use super::sql::{Statement, args, count, json, maybe, maybe_moment, moment, number, text};
use super::writer::{Held, Tx};
use super::{Claim, Store};
use crate::base::ids::IncidentId;

/// The columns that [`waiting`] reads.
macro_rules! columns {
    () => {
        "id, service, grouping, version, attached, silence, stale, content"
    };
}

fn waiting(row: &AnyRow) -> Result<WaitingAlert, StoreError> {
    let id = text(row, 0)?;
    Ok(WaitingAlert {
        service: text(row, 1)?.into(),
        grouping: text(row, 2)?,
        version: count(row, 3)?,
        first: number(row, 4)? == 0,
        silence: maybe(row, 5)?,
        stale: maybe_moment(row, 6)?,
        signal: Arc::new(json(&id, &text(row, 7)?)?),
        id,
    })
}

/// What can be read of rows; what cannot is told, and the others need not wait for it.
fn readable(rows: &[AnyRow]) -> Vec<WaitingAlert> {
    let read = |row: &AnyRow| {
        waiting(row)
            .inspect_err(|error| tracing::error!(store.error = %error, "an alert cannot be read"))
            .ok()
    };
    rows.iter().filter_map(read).collect()
}

const CLAIM: &str = concat!(
    "update alert set owner = $1
     where version > attached and owner <> $1 and owner not in (select id from replica where alive_until > $2)
       and id in (select id from alert
                  where version > attached and owner <> $1
                    and owner not in (select id from replica where alive_until > $2)
                  order by seen limit $3)
     returning ",
    columns!()
);

const RECALL: &str =
    concat!("select ", columns!(), " from alert where id = $1 and owner = $2 and version > attached");

const STALE: &str = concat!(
    "update alert set stale = $1, version = version + 1, owner = $4
     where firing = 1 and stale is null and id in
        (select id from alert where firing = 1 and stale is null and source = $2 and seen <= $3 order by seen limit 200)
     returning ",
    columns!()
);

const HELD: &str = concat!("select ", columns!(), " from alert where silence = $1 order by id limit $2");

/// What still fires is taken in as new.
const RELEASE: &str = concat!(
    "update alert set silence = null, owner = $3, attached = case when firing = 1 then 0 else attached end,
        version = version + firing
     where id = $1 and silence = $2 returning ",
    columns!(),
    ", firing"
);

const HAND_ON: &str = "update alert set silence = $3 where id = $1 and silence = $2 returning id";

/// Lets go of alerts that a silence holds, or hands them to another one.
struct Release {
    silence: String,
    /// Each with the silence that holds it from now on.
    alerts: Vec<(String, Option<String>)>,
}

#[async_trait::async_trait]
impl Work for Release {
    type Out = Vec<WaitingAlert>;
    async fn run(&self, tx: &mut Tx) -> Result<Self::Out, StoreError> {
        let mut free = Vec::new();
        for (id, next) in &self.alerts {
            let statement = match next {
                Some(next) => {
                    Statement { sql: HAND_ON, args: args![id.as_str(), self.silence.as_str(), next.as_str()] }
                }
                None => Statement { sql: RELEASE, args: args![id.as_str(), self.silence.as_str(), &*tx.me] },
            };
            let rows = statement.run(&mut tx.conn).await?;
            if next.is_none()
                && rows.first().is_some_and(|row| number(row, 8).is_ok_and(|firing| firing == 1))
            {
                free.extend(readable(&rows));
            }
        }
        Ok(free)
    }
    fn unheard(&self, out: Self::Out) -> Vec<(Held, String)> {
        out.into_iter().map(|alert| (Held::Alert, alert.id)).collect()
    }
}

const OF_INCIDENT: &str =
    concat!("select ", columns!(), ", count, first, seen from alert where incident = $1 order by first, id");

impl Store {
    /// Takes over alerts that nobody passes on: those of replicas that are not alive, and those of this one that were left
    /// behind. To be asked every second. Those that wait longest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn waiting_alerts(&self, limit: u32) -> Result<Vec<WaitingAlert>, StoreError> {
        let statement = Statement { sql: CLAIM, args: args![self.me(), self.now(), i64::from(limit)] };
        let claim = Claim(Held::Alert, statement);
        let rows = self.ask(|ask: Ask<Claim, Vec<AnyRow>>| Queued::Other(Box::new(ask)), claim).await?;
        let mut alerts = readable(&rows);
        for id in self.0.limbo.list(Held::Alert).into_iter().take(limit as usize) {
            let rows = self.read(RECALL, args![id.as_str(), self.me()]).await?;
            if self.0.limbo.take(Held::Alert, id) {
                alerts.extend(readable(&rows));
            }
        }
        Ok(alerts)
    }

    /// Leaves alerts of this replica to a later [`Store::waiting_alerts`].
    pub fn leave_alerts(&self, ids: impl IntoIterator<Item = String>) {
        self.0.limbo.add(ids.into_iter().map(|id| (Held::Alert, id)).collect());
    }

    /// Marks firing alerts of a source stale that were not told again since `before`; at most 200.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stale_alerts(
        &self,
        source: &str,
        before: Timestamp,
    ) -> Result<Vec<WaitingAlert>, StoreError> {
        let statement = Statement { sql: STALE, args: args![self.now(), source, before, self.me()] };
        let claim = Claim(Held::Alert, statement);
        let rows = self.ask(|ask: Ask<Claim, Vec<AnyRow>>| Queued::Other(Box::new(ask)), claim).await?;
        Ok(readable(&rows))
    }

    /// Some of the alerts that a silence holds.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn held_alerts(&self, silence: &str, limit: u32) -> Result<Vec<WaitingAlert>, StoreError> {
        let rows = self.read(HELD, args![silence, i64::from(limit)]).await?;
        Ok(readable(&rows))
    }

    /// Lets go of alerts that a silence holds; each is handed to the silence beside it, if there is one. Those that still
    /// fire come back: they are this replica's to pass on, as new ones.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn release_alerts(
        &self,
        silence: &str,
        alerts: Vec<(String, Option<String>)>,
    ) -> Result<Vec<WaitingAlert>, StoreError> {
        let release = Release { silence: silence.to_owned(), alerts };
        self.ask(|ask: Ask<Release, Vec<WaitingAlert>>| Queued::Other(Box::new(ask)), release).await
    }

    /// The alerts of an incident, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alerts_of(&self, incident: &IncidentId) -> Result<Vec<StoredAlert>, StoreError> {
        let rows = self.read(OF_INCIDENT, args![incident.as_str()]).await?;
        let read = |row: &AnyRow| {
            Ok(StoredAlert {
                alert: waiting(row)?,
                count: count(row, 8)?,
                first: moment(row, 9)?,
                seen: moment(row, 10)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
