//! Plans: each runs at most once, and at most one of a service at a time.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use super::Store;
use super::batch::{Ask, Queued, Work};
use super::records::{Begun, StoreError, StoredPlan};
use super::sql::{Statement, args, json, maybe, moment, text, to_json};
use super::writer::Tx;
use crate::base::ids::{InboxId, PersonId, PlanId, ServiceId};
use crate::domain::audit::AuditEntry;
use crate::domain::plan::{Plan, PlanState};

/// The state's name in its column.
fn name(state: &PlanState) -> &'static str {
    match state {
        PlanState::Proposed => "proposed",
        PlanState::Running { .. } => "running",
        PlanState::Done { .. } => "done",
        PlanState::Failed { .. } => "failed",
        PlanState::Cancelled { .. } => "cancelled",
        PlanState::Unknown { .. } => "unknown",
    }
}

/// A new plan that waits for a yes.
pub(super) fn propose(plan: &Plan) -> Result<Statement, StoreError> {
    let state = PlanState::Proposed;
    Ok(Statement {
        sql: "insert into plan (id, service, state, detail, content, expires) values ($1, $2, $3, $4, $5, $6)",
        args: args![
            plan.id.as_str(),
            plan.service.as_str(),
            name(&state),
            to_json(&state)?,
            to_json(plan)?,
            plan.expires
        ],
    })
}

/// A plan's new state.
pub(super) fn moved(id: &PlanId, state: &PlanState) -> Result<Statement, StoreError> {
    Ok(Statement {
        sql: "update plan set state = $2, detail = $3 where id = $1",
        args: args![id.as_str(), name(state), to_json(state)?],
    })
}

/// A plan that is about to run.
struct Begin {
    id: PlanId,
    state: String,
    inbox: InboxId,
    audit: String,
}

const BEGIN: &str = "update plan set state = 'running', detail = $2, begun_by = $3, begun = $4
    where id = $1 and state = 'proposed'
      and not exists (select 1 from plan as other where other.service = plan.service and other.state = 'running')
    returning id";

/// The plan's own state, and the running plan of its service if there is one.
const WHY_NOT: &str = "select plan.detail, other.id, other.detail, other.begun
    from plan left join plan as other on other.service = plan.service and other.state = 'running'
    where plan.id = $1";

#[async_trait::async_trait]
impl Work for Begin {
    type Out = Begun;

    async fn run(&self, tx: &mut Tx) -> Result<Begun, StoreError> {
        let id = self.id.as_str();
        let begin = args![id, self.state.clone(), self.inbox.as_str(), tx.now];
        if !(Statement { sql: BEGIN, args: begin }).run(&mut tx.conn).await?.is_empty() {
            tx.audit.push(self.audit.clone());
            return Ok(Begun::Yes);
        }
        let rows = Statement { sql: WHY_NOT, args: args![id] }.run(&mut tx.conn).await?;
        let row = rows.first().ok_or_else(|| StoreError::Missing(format!("plan {id}")))?;
        match json(id, &text(row, 0)?)? {
            PlanState::Proposed => busy(row),
            state => Ok(Begun::No(state)),
        }
    }
}

fn busy(row: &AnyRow) -> Result<Begun, StoreError> {
    let (Some(id), Some(detail)) = (maybe(row, 1)?, maybe(row, 2)?) else {
        // It ended between the two statements: begin again.
        return Err(StoreError::Away("the other plan has just ended".into()));
    };
    match json(&id, &detail)? {
        PlanState::Running { by } => Ok(Begun::Busy { plan: id.into(), by, since: moment(row, 3)? }),
        _ => Err(StoreError::Damaged(id, "its state contradicts itself".into())),
    }
}

pub(super) fn stored(row: &AnyRow) -> Result<StoredPlan, StoreError> {
    let id = text(row, 0)?;
    Ok(StoredPlan {
        plan: json(&id, &text(row, 1)?)?,
        state: json(&id, &text(row, 2)?)?,
        begun_by: maybe(row, 3)?.map(InboxId::from),
    })
}

impl Store {
    /// The plan of that id with its state.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn plan(&self, id: &PlanId) -> Result<Option<StoredPlan>, StoreError> {
        let sql = "select id, content, detail, begun_by from plan where id = $1";
        self.read(sql, args![id.as_str()]).await?.first().map(stored).transpose()
    }

    /// The plan that a message began to run, if it did.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn plan_begun_by(&self, inbox: &InboxId) -> Result<Option<StoredPlan>, StoreError> {
        let sql = "select id, content, detail, begun_by from plan where begun_by = $1";
        self.read(sql, args![inbox.as_str()]).await?.first().map(stored).transpose()
    }

    /// Plans that run although the message that began them is through or gone: nobody works on them any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stray_plans(&self) -> Result<Vec<StoredPlan>, StoreError> {
        let sql = "select id, content, detail, begun_by from plan
            where state = 'running' and begun_by not in (select id from inbox where done = 0)";
        self.read(sql, args![]).await?.iter().map(stored).collect()
    }

    /// Plans of a service that were carried out since then by that verb, newest first; at most 100.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn plans_done(
        &self,
        service: &ServiceId,
        verb: &str,
        since: Timestamp,
    ) -> Result<Vec<Plan>, StoreError> {
        let sql = "select id, content from plan where service = $1 and state = 'done' and begun >= $2
            order by begun desc limit 100";
        let rows = self.read(sql, args![service.as_str(), since]).await?;
        let mut plans = Vec::with_capacity(rows.len());
        for row in rows {
            plans.push(json::<Plan>(&text(&row, 0)?, &text(&row, 1)?)?);
        }
        plans.retain(|plan| plan.verb == verb);
        Ok(plans)
    }

    /// Asks to run a plan now. [`Begun::Yes`] is said once in a plan's life, and is on record when it is said.
    /// Whether the plan has expired is for the caller to see.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown plan.
    pub async fn begin(
        &self,
        id: &PlanId,
        by: &PersonId,
        inbox: &InboxId,
        audit: AuditEntry,
    ) -> Result<Begun, StoreError> {
        let begin = Begin {
            id: id.clone(),
            state: to_json(&PlanState::Running { by: by.clone() })?,
            inbox: inbox.clone(),
            audit: to_json(&audit)?,
        };
        self.ask(|ask: Ask<Begin, Begun>| Queued::Other(Box::new(ask)), begin).await
    }

    /// Withdraws a plan that waits. `None`: done; else the state that it is in.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an unknown plan.
    pub async fn cancel(&self, id: &PlanId, by: &PersonId) -> Result<Option<PlanState>, StoreError> {
        let detail = to_json(&PlanState::Cancelled { by: by.clone() })?;
        let sql = "update plan set state = 'cancelled', detail = $2 where id = $1 and state = 'proposed' returning id";
        if !self.write(sql, args![id.as_str(), detail]).await?.is_empty() {
            return Ok(None);
        }
        let plan = self.plan(id).await?;
        plan.map(|plan| Some(plan.state)).ok_or_else(|| StoreError::Missing(format!("plan {id}")))
    }
}
