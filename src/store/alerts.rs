//! Alerts as their sources told them, and what their incidents know of them.
//!
//! An alert is a wish with a version, as a post is: whoever changes it lets the version grow, and its incident is told
//! until `attached` has caught up; 0 means that it begins to fire, as far as an incident is concerned. They come in in bulk and are written many at a statement.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::records::StoreError;
use super::sql::{Bulk, Prepared, chunks, count, maybe, number, text, to_json};
use super::writer::Tx;
use crate::base::ids::{IncidentId, ServiceId};
use crate::domain::alert::Signal;

/// A later version still waits to be told.
static ATTACH: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "update alert set attached = v.column2, incident = coalesce(nullif(v.column3, ''), alert.incident)
         from (values",
        0,
        "(?, ?, ?)",
        ") as v where alert.id = v.column1 and alert.attached < v.column2",
    )
});

/// An alert in the version that its incident knows of now; without an incident, nobody need know of it.
pub(super) type Attached<'a> = (&'a str, u32, Option<&'a IncidentId>);

/// Puts on record what incidents know.
pub(super) async fn attach_all(tx: &mut Tx, mut alerts: Vec<Attached<'_>>) -> Result<(), StoreError> {
    alerts.sort_unstable_by_key(|(id, version, _)| (*id, *version));
    for chunk in chunks(&alerts, |(id, ..)| id) {
        let query = chunk.iter().fold(ATTACH.rows(chunk.len()), |query, (id, version, incident)| {
            query.bind(*id).bind(i64::from(*version)).bind(incident.map_or("", IncidentId::as_str))
        });
        query.execute(&mut *tx.conn).await?;
    }
    Ok(())
}

/// Alerts that no incident is made of.
struct Idle(Vec<(String, u32)>);

#[async_trait::async_trait]
impl Work for Idle {
    type Out = ();
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let mut alerts: Vec<Attached<'_>> = Vec::with_capacity(self.0.len());
        for (id, version) in &self.0 {
            alerts.push((id, *version, None));
        }
        attach_all(tx, alerts).await
    }
}

/// An alert as a source told it just now.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAlert {
    /// The source.
    pub source: String,
    /// Whose it is.
    pub service: ServiceId,
    /// Alerts of one service and grouping share an incident.
    pub grouping: String,
    /// The silence that holds it, if it begins to fire now.
    pub silence: Option<String>,
    /// What was said.
    pub signal: Signal,
}

/// An alert of which its incident has not heard all.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitingAlert {
    /// The source and the dedup key.
    pub id: String,
    /// Whose it is.
    pub service: ServiceId,
    /// Alerts of one service and grouping share an incident.
    pub grouping: String,
    /// Grows with every change; starts at 1.
    pub version: u32,
    /// Whether it is new, fires anew, or was let go by a silence.
    pub first: bool,
    /// The silence that holds it.
    pub silence: Option<String>,
    /// Since when it is taken for stale.
    pub stale: Option<Timestamp>,
    /// What its source says.
    pub signal: Arc<Signal>,
}

/// An alert with its history in figures.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAlert {
    /// The alert.
    pub alert: WaitingAlert,
    /// How often it was told.
    pub count: u32,
    /// When it was told first.
    pub first: Timestamp,
    /// When it was told last.
    pub seen: Timestamp,
}

/// An alert, ready to be written.
#[derive(Debug)]
pub(super) struct Arrived {
    id: String,
    source: String,
    service: ServiceId,
    grouping: String,
    silence: Option<String>,
    signal: Arc<Signal>,
    content: String,
    print: i64,
}

impl Arrived {
    fn new(new: NewAlert) -> Result<Self, StoreError> {
        let NewAlert { source, service, grouping, silence, signal } = new;
        Ok(Self {
            id: format!("{source}/{}", signal.key),
            content: to_json(&signal)?,
            print: print(&signal),
            signal: Arc::new(signal),
            source,
            service,
            grouping,
            silence,
        })
    }

    fn bind<'q>(&'q self, query: Prepared<'q>) -> Prepared<'q> {
        let signal = &self.signal;
        query
            .bind(self.id.as_str())
            .bind(self.service.as_str())
            .bind(self.grouping.as_str())
            .bind(signal.severity.as_str())
            .bind(i64::from(signal.firing))
            .bind(self.content.as_str())
            .bind(self.print)
            .bind(signal.started.as_millisecond())
            .bind(self.silence.as_deref().filter(|_| signal.firing))
    }

    fn waiting(&self) -> WaitingAlert {
        WaitingAlert {
            id: self.id.clone(),
            service: self.service.clone(),
            grouping: self.grouping.clone(),
            version: 1,
            first: true,
            silence: self.silence.clone(),
            stale: None,
            signal: self.signal.clone(),
        }
    }
}

/// A digest of what matters: what is told again with the same print is no change. Neither its times nor its links do, nor
/// what is said at length.
fn print(signal: &Signal) -> i64 {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    part(if signal.firing { "firing" } else { "resolved" });
    part(signal.severity.as_str());
    part(signal.environment.as_deref().unwrap_or_default());
    part(&signal.headline);
    for (name, value) in &signal.labels {
        part(name);
        part(value);
    }
    let digest = hash.finalize();
    digest.first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes))
}

/// One that is told for the first time when it is over already is kept, and nobody need hear of it.
static WRITE: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new(
        "insert into alert (id, service, grouping, severity, firing, content, print, started, silence, source,
            attached, count, first, seen, version, owner, ticket) values",
        3,
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, $2, $2, 1, $1, $3)",
        "on conflict (id) do nothing",
    )
});

/// Tells known ones again. While one fires it stays with its incident: neither another service nor a new silence takes it
/// away. An end that lies before its beginning is a late copy of an earlier end. The ticket tells which have changed.
static RENEW: LazyLock<Bulk> = LazyLock::new(|| {
    macro_rules! silence {
        () => {
            "(case when alert.firing = 1 and alert.silence is null then null else v.column9 end)"
        };
    }
    macro_rules! changed {
        () => {
            concat!(
                "(alert.print <> v.column7 or alert.stale is not null or coalesce(alert.silence, '') <> coalesce(",
                silence!(),
                ", ''))"
            )
        };
    }
    Bulk::new(
        concat!(
            "update alert set seen = $2, count = alert.count + 1, stale = null,
                service = case when alert.firing = 1 then alert.service else v.column2 end,
                grouping = case when alert.firing = 1 then alert.grouping else v.column3 end,
                severity = v.column4, firing = v.column5, print = v.column7,
                content = case when alert.print <> v.column7 then v.column6 else alert.content end,
                started = case when alert.firing = 0 and v.column5 = 1 then v.column8 else alert.started end,
                silence = ",
            silence!(),
            ", version = alert.version + case when ",
            changed!(),
            " then 1 else 0 end,
                attached = case when v.column5 = 1 and (alert.firing = 0 or (alert.silence is not null and ",
            silence!(),
            " is null)) then 0 else alert.attached end,
                owner = case when ",
            changed!(),
            " then $1 else alert.owner end, ticket = case when ",
            changed!(),
            " then $3 else alert.ticket end
             from (values"
        ),
        3,
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ") as v where alert.id = v.column1 and alert.ticket <> $3
            and not (v.column5 = 0 and alert.firing = 1 and v.column10 < alert.started)
         returning id, version, attached, service, grouping, silence, ticket",
    )
});

/// Writes alerts. What of them is news comes back to whoever brought it.
pub(super) async fn arrive_all(
    tx: &mut Tx,
    asks: &mut [Ask<Vec<Arrived>, Vec<WaitingAlert>>],
) -> Result<(), StoreError> {
    let mut order: Vec<(usize, &Arrived)> = asks
        .iter()
        .enumerate()
        .flat_map(|(at, ask)| ask.input.iter().map(move |arrived| (at, arrived)))
        .collect();
    // Stable: of two words about one alert the later one is written last.
    order.sort_by_key(|(_, arrived)| arrived.id.as_str());
    let mut news: Vec<(usize, WaitingAlert)> = Vec::with_capacity(order.len());
    for chunk in chunks(&order, |(_, arrived)| &arrived.id) {
        let ticket = tx.ticket();
        let mut query = WRITE.rows(chunk.len()).bind(&*tx.me).bind(tx.now).bind(ticket);
        for (_, arrived) in chunk {
            query = arrived.bind(query).bind(arrived.source.as_str()).bind(i64::from(!arrived.signal.firing));
        }
        if query.execute(&mut *tx.conn).await?.rows_affected() == chunk.len() as u64 {
            let firing = chunk.iter().filter(|(_, arrived)| arrived.signal.firing);
            news.extend(firing.map(|(at, arrived)| (*at, arrived.waiting())));
        } else {
            renew(tx, ticket, chunk, &mut news).await?;
        }
    }
    for ask in asks.iter_mut() {
        ask.answer = Some(Ok(Vec::with_capacity(ask.input.len())));
    }
    for (at, waiting) in news {
        if let Some(Ok(answer)) = &mut asks[at].answer {
            answer.push(waiting);
        }
    }
    Ok(())
}

/// Tells those of a chunk again that were there before; the others have just been written under the ticket.
async fn renew(
    tx: &mut Tx,
    ticket: i64,
    chunk: &[(usize, &Arrived)],
    news: &mut Vec<(usize, WaitingAlert)>,
) -> Result<(), StoreError> {
    let mut query = RENEW.rows(chunk.len()).bind(&*tx.me).bind(tx.now).bind(ticket);
    for (_, arrived) in chunk {
        let ended = arrived.signal.ended.map_or(i64::MAX, Timestamp::as_millisecond);
        query = arrived.bind(query).bind(ended);
    }
    let rows = query.fetch_all(&mut *tx.conn).await?;
    let mut told: HashMap<String, &AnyRow> = HashMap::with_capacity(rows.len());
    for row in &rows {
        told.insert(text(row, 0)?, row);
    }
    for (at, arrived) in chunk {
        match told.get(&arrived.id) {
            Some(row) if number(row, 6)? == ticket => news.push((
                *at,
                WaitingAlert {
                    version: count(row, 1)?,
                    first: number(row, 2)? == 0,
                    service: text(row, 3)?.into(),
                    grouping: text(row, 4)?,
                    silence: maybe(row, 5)?,
                    ..arrived.waiting()
                },
            )),
            // A late end is not told either.
            None if arrived.signal.firing => news.push((*at, arrived.waiting())),
            Some(_) | None => {}
        }
    }
    Ok(())
}

impl Store {
    /// Keeps what sources tell. It is durable when this returns; what comes back is news for incidents, and this
    /// replica's to pass on.
    ///
    /// # Errors
    /// When it could not be kept within ten seconds.
    pub async fn alerts(&self, alerts: Vec<NewAlert>) -> Result<Vec<WaitingAlert>, StoreError> {
        self.refuses_alerts()?;
        let arrived = alerts.into_iter().map(Arrived::new).collect::<Result<_, _>>()?;
        self.ask(Queued::Alerts, arrived).await
    }

    /// Alerts that no incident is made of are known of all the same.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn no_incident(&self, alerts: &[(String, u32)]) -> Result<(), StoreError> {
        let idle = Idle(alerts.to_vec());
        self.ask(|ask: Ask<Idle, ()>| Queued::Other(Box::new(ask)), idle).await
    }
}
