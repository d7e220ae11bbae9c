//! Slack's user groups (`@oncall`): who is in one is read and written as a whole.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;

use crate::chat::slack::api::Api;
use crate::domain::person::Door;
use crate::ports::{ChatError, GroupSync};

/// The user groups of the workspace.
#[derive(Debug)]
pub struct Groups(Arc<Api>);

#[derive(Deserialize)]
struct Members {
    #[serde(default)]
    users: Vec<String>,
}

#[derive(Deserialize)]
struct Nothing {}

impl Groups {
    /// By that client.
    pub fn new(api: Arc<Api>) -> Self {
        Self(api)
    }
}

#[async_trait]
impl GroupSync for Groups {
    fn door(&self) -> Door {
        Door::Slack
    }

    async fn members(&self, group: &str) -> Result<Vec<String>, ChatError> {
        // A group that was switched off keeps its members; `include_disabled` shows them.
        let arguments = [("usergroup", Some(group)), ("include_disabled", Some("true"))];
        Ok(self.0.get::<Members>("usergroups.users.list", &arguments).await?.users)
    }

    async fn set_members(&self, group: &str, users: &[String]) -> Result<(), ChatError> {
        // Slack refuses an empty list (`no_users_provided`) and one of more than it takes.
        let body = json!({ "usergroup": group, "users": users.join(",") });
        self.0.post::<Nothing>("usergroups.users.update", &body).await.map(drop)
    }
}
