//! Going back to an earlier revision, as far as it is the same for every service: what is sent, what is looked at,
//! and the many ways in which nothing must be changed.

use serde_json::{Value, json};
use toban::base::Clock;
use toban::sandbox::{Fault, Kind, System};

use super::desk::{Answer, Desk, writes};
use crate::rig::app::{OPS, Plan};

/// A Cloud Run service in the state in which the sandbox starts.
pub struct Service {
    /// `sagebase.web`.
    pub place: &'static str,
    /// Its name at Cloud Run.
    pub cloud_run: &'static str,
    /// Its resource.
    pub path: &'static str,
    /// Where its probe asks.
    pub health: &'static str,
    /// What serves.
    pub serves: &'static str,
}

/// Who may only look.
const VIEWER: &str = "U0KIMURA";

/// A seat from which the looks after a change need not be waited for.
async fn desk() -> Desk {
    Desk::with(Plan { clock: Clock::running(5), ..Plan::default() }).await
}

impl Service {
    fn member(&self, desk: &Desk, member: &str) -> Value {
        desk.world().with(|state, _| state.run.service(self.cloud_run).unwrap().doc[member].clone())
    }

    #[track_caller]
    fn serves_as_before(&self, desk: &Desk) {
        assert_eq!(desk.rig.traffic(self.cloud_run), [(self.serves.to_owned(), 100)]);
    }

    /// Somebody else changes the service behind Toban's back.
    pub async fn changes(&self, desk: &Desk, mask: &str, body: Value) {
        let url = format!("{}{}?updateMask={mask}", desk.rig.sandbox.url(), self.path);
        let client = reqwest::Client::builder().build().unwrap();
        let answer = client.patch(url).body(body.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// `command` is planned, confirmed, carried out, verified, and undone.
    pub async fn goes_back(&self, command: &str, to: &str) {
        let desk = desk().await;
        let plan = desk.types(command).await;
        plan.says(&[&format!("Send all traffic of {} to {to}", self.place), "nothing has changed yet"]);
        plan.says(&[&format!("*From*: {}", self.serves), &format!("*To*: {to}"), &format!("{to} 100 %")]);
        plan.changed_nothing();
        self.serves_as_before(&desk);

        let etag = self.member(&desk, "etag");
        let done = desk.presses(&plan, "Confirm").await;
        let sent = self.sent(&done);
        assert_eq!(sent["traffic"][0]["revision"], to);
        assert_eq!((&sent["traffic"][0]["percent"], &sent["traffic"][1]), (&json!(100), &Value::Null));
        assert_eq!(sent["etag"], etag, "nobody else's change is overwritten");
        let moved = done.asked.iter().position(|asked| asked.method == "PATCH").unwrap();
        let looks = done.asked[moved..].iter().filter(|asked| asked.path == self.health).count();
        assert!(looks >= 3, "health is looked at until it is steady: {looks}");
        done.says(&[&format!("{} now serves {to}", self.place), &format!("*Traffic*: {to} 100 %"), "[!Undo"]);
        assert_eq!(desk.rig.traffic(self.cloud_run), [(to.to_owned(), 100)]);

        let undo = desk.presses(&done, "Undo").await;
        undo.says(&[&format!("Let {} follow the newest revision again", self.place)]).changed_nothing();
        let undone = desk.presses(&undo, "Confirm").await;
        let sent = self.sent(&undone);
        assert_eq!(
            (&sent["traffic"][0]["percent"], &sent["traffic"][0]["revision"]),
            (&json!(100), &Value::Null)
        );
        undone.says(&[&format!("{} follows LATEST again ({})", self.place, self.serves)]);
        self.serves_as_before(&desk);
        desk.close().await;
    }

    /// The one change that was sent: the traffic and nothing else.
    fn sent(&self, answer: &Answer) -> Value {
        let writes = writes(&answer.asked);
        assert_eq!(writes.len(), 1, "{writes:#?}");
        assert_eq!((writes[0].method.as_str(), writes[0].path.as_str()), ("PATCH", self.path));
        let mask =
            url::form_urlencoded::parse(writes[0].query.as_bytes()).find(|(name, _)| name == "updateMask");
        assert_eq!(mask.unwrap().1, "traffic");
        writes[0].json()
    }

    /// Whoever may only look neither plans nor confirms.
    pub async fn is_not_for_viewers(&self, command: &str) {
        let desk = desk().await;
        let refused = desk.types_as(VIEWER, OPS, command).await;
        assert!(refused.private && refused.asked.is_empty(), "{refused:?}");
        refused.says(&["You may not run “rollback”", "Who may: 佐藤, 田中"]);

        let plan = desk.types(command).await;
        let refused = desk.presses_as(VIEWER, &plan, "Confirm").await;
        assert!(refused.private && refused.asked.is_empty(), "{refused:?}");
        refused.says(&["You may not run “rollback”"]);
        self.serves_as_before(&desk);
        desk.close().await;
    }

    /// A target that cannot be; `says` is what is said of it.
    pub async fn cannot_go(&self, command: &str, says: &[&str]) -> Answer {
        let desk = desk().await;
        let refused = desk.types(command).await;
        refused.says(says).hides(&["Confirm"]).changed_nothing();
        self.serves_as_before(&desk);
        desk.close().await;
        refused
    }

    /// The cloud lets Toban's account look, but not change; or not even look.
    pub async fn may_not_be_touched(&self, command: &str) {
        let desk = desk().await;
        let plan = desk.types(command).await;
        desk.world().fault(Fault::new(System::Run, Kind::PermissionDenied).on("PATCH"));
        let refused = desk.presses(&plan, "Confirm").await;
        refused.says(&["was not moved to", "Traffic is as before", "not allowed to", "roles/run.developer"]);
        self.serves_as_before(&desk);

        desk.world().fault(Fault::new(System::Run, Kind::PermissionDenied));
        let refused = desk.types(command).await;
        refused.says(&["could not be read; nothing was changed", "not allowed to"]).hides(&["Confirm"]);
        refused.changed_nothing();
        desk.close().await;
    }

    /// The service changes between the plan and the yes: the plan is void.
    pub async fn must_be_as_planned(&self, command: &str) {
        let desk = desk().await;
        let plan = desk.types(command).await;
        self.changes(&desk, "labels", json!({ "labels": { "touched-by": "somebody" } })).await;
        let refused = desk.presses(&plan, "Confirm").await;
        refused.says(&["The service changed since this plan was made", "version: was ", "Plan again"]);
        refused.changed_nothing();
        self.serves_as_before(&desk);
        desk.rig.sees("Void: the service changed after this plan was made.").await;
        desk.close().await;
    }
}
