//! What of a service's plans bears on a command that nobody confirms.

use jiff::Timestamp;

use super::Store;
use super::plans::stored;
use super::records::{StoreError, StoredPlan};
use super::sql::args;
use crate::base::ids::ServiceId;

/// Each of the three has an index.
const CHANGES: &str =
    "select id, content, detail, begun_by from plan where service = $1 and state = 'running'
    union select id, content, detail, begun_by from plan
        where service = $1 and state = 'proposed' and expires > $2
    union select id, content, detail, begun_by from plan where service = $1 and begun >= $3";

impl Store {
    /// The plans of a service that run, those that wait for a yes and can still have it, and those that were begun since
    /// then, however they ended.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn changes(
        &self,
        service: &ServiceId,
        since: Timestamp,
    ) -> Result<Vec<StoredPlan>, StoreError> {
        let args = args![service.as_str(), self.now(), since];
        self.read(CHANGES, args).await?.iter().map(stored).collect()
    }
}
