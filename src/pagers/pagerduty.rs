//! PagerDuty by its Events API v2. (<https://developer.pagerduty.com/docs/send-alert-event>)

use async_trait::async_trait;
use serde_json::{Value, json};

use super::http::Client;
use crate::base::text::shorten;
use crate::domain::alert::AlertSeverity;
use crate::domain::contact::{Address, Means};
use crate::ports::{Found, Pager, PagerError, Paging, Purpose};

/// Characters of a summary, and of our details: an event may have 512 KB.
const SUMMARY: usize = 1_024;
const DETAILS: usize = 20_000;

/// PagerDuty.
#[derive(Debug)]
pub struct Pagerduty {
    client: Client,
    url: String,
}

impl Pagerduty {
    /// Events go to `url` (`https://events.pagerduty.com`).
    pub fn new(client: Client, url: &str) -> Self {
        Self { client, url: url.trim_end_matches('/').to_owned() }
    }
}

/// One alert for each incident, whatever is said of it and how often: that is why a second try does no harm.
fn dedup_key(page: &Paging) -> String {
    page.incidents.first().map_or_else(|| super::key(page), ToString::to_string)
}

fn event(key: &str, page: &Paging) -> Value {
    let action = match page.purpose {
        Purpose::Trigger | Purpose::Note | Purpose::Test => "trigger",
        Purpose::Acknowledged => "acknowledge",
        Purpose::Resolved => "resolve",
    };
    let mut event = json!({ "routing_key": key, "event_action": action, "dedup_key": dedup_key(page) });
    if action == "trigger" {
        let severity = match page.severity {
            AlertSeverity::Critical => "critical",
            AlertSeverity::Warning => "warning",
            AlertSeverity::Info => "info",
        };
        event["payload"] = json!({
            "summary": shorten(&page.subject, SUMMARY),
            "source": "toban",
            "severity": severity,
            "timestamp": page.at.to_string(),
            "custom_details": { "details": shorten(&page.text, DETAILS) },
        });
        event["client"] = json!("Toban");
        if let Some(link) = &page.ack_link {
            event["links"] = json!([{ "href": link, "text": page.ack_label }]);
        }
    }
    event
}

#[async_trait]
impl Pager for Pagerduty {
    fn means(&self) -> &[Means] {
        &[Means::Pagerduty]
    }

    async fn send(&self, _: Means, page: &Paging) -> Result<String, PagerError> {
        let Address::Key(key) = &page.address else {
            return Err(PagerError::Refused("no integration key".to_owned()));
        };
        let request = self.client.post(&format!("{}/v2/enqueue", self.url)).json(&event(key.reveal(), page));
        let answer = self.client.ask(request).await?;
        match answer.status.as_u16() {
            202 => Ok(answer.body["dedup_key"].as_str().map_or_else(|| dedup_key(page), str::to_owned)),
            // A wrong key is a 400 too, and it is this person's key: no other page fails of it.
            400 | 401 | 403 | 413 => Err(PagerError::Refused(answer.said("/errors"))),
            _ => Err(answer.fault()),
        }
    }

    /// The same event once more is the same alert: nobody need look.
    async fn find(&self, _: Means, _: &Paging) -> Result<Option<Found>, PagerError> {
        Ok(None)
    }

    async fn check(&self) -> Result<(), PagerError> {
        // There is nothing to be asked for without sending an event; any answer says that somebody is there.
        self.client.ask(self.client.get(&self.url)).await.map(drop)
    }
}
