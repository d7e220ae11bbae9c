//! Incidents, found: by id, by what they are about, by their thread, and those in which something is due.

use jiff::Timestamp;

use super::Store;
use super::incidents::{StoredIncident, stored};
use super::records::StoreError;
use super::sql::{args, json, moment, number, text};
use crate::base::ids::{IncidentId, ServiceId};
use crate::domain::alert::Signal;
use crate::domain::person::Door;

/// Of which incidents this replica sees to what is due: those that it moved last, and those of nobody who is alive.
/// Two replicas may look at the same: the version tells who was faster.
const DUE: &str = "select id, content, version from incident
    where due <= $2 and (owner = $1 or owner not in (select id from replica where alive_until > $3))
    order by due limit $4";

const NEXT: &str = "select id, due from incident
    where due is not null and (owner = $1 or owner not in (select id from replica where alive_until > $2))
    order by due limit $3";

/// More alerts than this are not told apart.
const COUNTED: &str = "select count(*) from (select 1 from alert
    where incident = $1 and firing = 1 and silence is null limit 1000) as few";

impl Store {
    /// The incident of that id, in any case of letters.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn incident(&self, id: &IncidentId) -> Result<Option<StoredIncident>, StoreError> {
        let rows =
            self.read("select id, content, version from incident where id = $1", args![id.as_str()]).await?;
        rows.first().map(stored).transpose()
    }

    /// The open incident of a service and grouping; else the last one, if it was over no earlier than `since`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn incident_for(
        &self,
        service: &ServiceId,
        grouping: &str,
        since: Timestamp,
    ) -> Result<Option<StoredIncident>, StoreError> {
        let sql = "select id, content, version from incident
            where service = $1 and grouping = $2 and state <> 'resolved'";
        let rows = self.read(sql, args![service.as_str(), grouping]).await?;
        if let Some(row) = rows.first() {
            return stored(row).map(Some);
        }
        let sql = "select id, content, version from incident
            where service = $1 and grouping = $2 and state = 'resolved' and updated >= $3
            order by updated desc limit 1";
        let rows = self.read(sql, args![service.as_str(), grouping, since]).await?;
        rows.first().map(stored).transpose()
    }

    /// Open incidents, the newest first; of one service only, if it is given.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open_incidents(
        &self,
        service: Option<&ServiceId>,
        limit: u32,
    ) -> Result<Vec<StoredIncident>, StoreError> {
        let rows = match service {
            None => {
                let sql = "select id, content, version from incident
                    where state <> 'resolved' order by opened desc limit $1";
                self.read(sql, args![i64::from(limit)]).await?
            }
            Some(service) => {
                let sql = "select id, content, version from incident
                    where service = $1 and state <> 'resolved' order by opened desc limit $2";
                self.read(sql, args![service.as_str(), i64::from(limit)]).await?
            }
        };
        rows.iter().map(stored).collect()
    }

    /// Incidents in which something is due, the most overdue first. What cannot be read is left out, loudly.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_incidents(&self, limit: u32) -> Result<Vec<StoredIncident>, StoreError> {
        let now = self.now();
        let rows = self.read(DUE, args![self.me(), now, now, i64::from(limit)]).await?;
        let read = rows.iter().filter_map(|row| {
            stored(row)
                .inspect_err(|error| tracing::error!(store.error = %error, "an incident cannot be read"))
                .ok()
        });
        Ok(read.collect())
    }

    /// The next so many moments at which something is due, and in which incidents.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next_dues(&self, limit: u32) -> Result<Vec<(IncidentId, Timestamp)>, StoreError> {
        let rows = self.read(NEXT, args![self.me(), self.now(), i64::from(limit)]).await?;
        rows.iter().map(|row| Ok((IncidentId::from(text(row, 0)?), moment(row, 1)?))).collect()
    }

    /// Open incidents that nothing would ever wake: there are none, unless we made a mistake.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sleeping_incidents(&self) -> Result<Vec<StoredIncident>, StoreError> {
        let sql = "select id, content, version from incident
            where state <> 'resolved' and due is null order by id limit 100";
        self.read(sql, args![]).await?.iter().map(stored).collect()
    }

    /// How many alerts of an incident fire that are not silenced.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn firing_alerts(&self, incident: &IncidentId) -> Result<u32, StoreError> {
        let rows = self.read(COUNTED, args![incident.as_str()]).await?;
        let count = rows.first().map_or(Ok(0), |row| number(row, 0))?;
        Ok(u32::try_from(count).unwrap_or_default())
    }

    /// What a few of them say.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn firing_names(&self, incident: &IncidentId, limit: u32) -> Result<Vec<String>, StoreError> {
        let sql = "select id, content from alert
            where incident = $1 and firing = 1 and silence is null limit $2";
        let rows = self.read(sql, args![incident.as_str(), i64::from(limit)]).await?;
        rows.iter()
            .map(|row| json::<Signal>(&text(row, 0)?, &text(row, 1)?).map(|signal| signal.headline))
            .collect()
    }

    /// The incident whose root message a thread hangs on. `thread` is the platform's id of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn incident_of_thread(
        &self,
        door: Door,
        channel: &str,
        thread: &str,
    ) -> Result<Option<IncidentId>, StoreError> {
        let sql = "select id from post where door = $1 and channel = $2 and remote = $3
            and thread_known is null and thread_under is null";
        let rows = self.read(sql, args![door.as_str(), channel, thread]).await?;
        let id = rows.first().map(|row| text(row, 0)).transpose()?;
        Ok(id.as_deref().and_then(incident_of_post))
    }
}

/// The incident whose thread begins with that post of ours: `INC-42/root/slack`.
fn incident_of_post(post: &str) -> Option<IncidentId> {
    let (incident, rest) = post.split_once('/')?;
    (incident.starts_with("INC-") && rest.starts_with("root/")).then(|| IncidentId::from(incident))
}
