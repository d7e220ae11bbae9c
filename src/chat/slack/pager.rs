//! Paging by a direct message: who is paged is told by Slack's own notification, and acknowledges by a button.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::Api;
use super::render::measure::cut;
use super::render::mrkdwn::escape;
use crate::domain::contact::{Address, Means};
use crate::ports::{ChatError, Found, Pager, PagerError, Paging, Purpose};

/// The `event_type` of our metadata.
const EVENT_TYPE: &str = "toban_page";
/// Characters of a header, of a section, and of the text of the notification.
const HEADER: usize = 150;
const SECTION: usize = 2_900;
const TEXT: usize = 300;
/// Bytes of the names in our metadata.
const NAMES: usize = 4_000;
/// Buttons of a message: an incident each.
const BUTTONS: usize = 5;
/// Messages that are looked through.
const LOOKED_THROUGH: &str = "100";

/// Slack as a way to page people.
#[derive(Debug)]
pub struct SlackPager {
    api: Arc<Api>,
    /// The channels of direct messages, by user: they never change.
    channels: Mutex<HashMap<String, String>>,
}

#[derive(Deserialize)]
struct Opened {
    channel: Id,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Posted {
    ts: String,
}

#[derive(Deserialize)]
struct History {
    messages: Vec<Value>,
}

impl SlackPager {
    /// Pages through `api`.
    pub fn new(api: Arc<Api>) -> Self {
        Self { api, channels: Mutex::default() }
    }

    /// The channel of direct messages with that person.
    async fn channel(&self, page: &Paging) -> Result<String, PagerError> {
        let Address::Plain(user) = &page.address else {
            return Err(PagerError::Refused("no user".to_owned()));
        };
        if let Some(channel) = self.known().get(user) {
            return Ok(channel.clone());
        }
        let opened: Opened =
            self.api.post("conversations.open", &json!({ "users": user })).await.map_err(|error| {
                match fault(error) {
                    // Opening it twice does no harm, and nothing was said yet.
                    PagerError::Uncertain(why) => PagerError::Down(why),
                    error => error,
                }
            })?;
        self.known().insert(user.clone(), opened.channel.id.clone());
        Ok(opened.channel.id)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fault(error: ChatError) -> PagerError {
    const OUR_ACCESS: [&str; 4] =
        ["missing_scope", "not_allowed_token_type", "access_denied", "ekm_access_denied"];
    match error {
        ChatError::RateLimited(wait) => PagerError::RateLimited(wait),
        ChatError::Down(why) if why.starts_with("token refused") => PagerError::Access(why),
        ChatError::Down(why) => PagerError::Down(why),
        ChatError::Uncertain(why) => PagerError::Uncertain(why),
        ChatError::Refused(why) if OUR_ACCESS.contains(&why.as_str()) => PagerError::Access(why),
        ChatError::Refused(why) => PagerError::Refused(why),
    }
}

fn blocks(page: &Paging) -> Vec<Value> {
    let sign = match page.purpose {
        Purpose::Trigger => "🚨 ",
        Purpose::Acknowledged => "👀 ",
        Purpose::Resolved => "✅ ",
        Purpose::Note | Purpose::Test => "🔔 ",
    };
    let headline = format!("{sign}{}", page.subject);
    let mut blocks =
        vec![json!({ "type": "header", "text": { "type": "plain_text", "text": cut(&headline, HEADER) } })];
    if !page.text.is_empty() {
        let text = escape(&page.text, SECTION);
        blocks.push(json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } }));
    }
    let buttons = buttons(page);
    if !buttons.is_empty() {
        blocks.push(json!({ "type": "actions", "elements": buttons }));
    }
    blocks
}

/// The pages that a message tells of, as far as there is room: one that is not named here would be told once more.
fn names(page: &Paging) -> String {
    let mut names = String::new();
    for id in &page.pages {
        if names.len() + id.as_str().len() > NAMES {
            break;
        }
        if !names.is_empty() {
            names.push(' ');
        }
        names.push_str(id.as_str());
    }
    names
}

/// Pre-typed commands, as all buttons are. A test, which is no incident, has a link.
fn buttons(page: &Paging) -> Vec<Value> {
    if page.secret.is_none() {
        return Vec::new();
    }
    let several = page.incidents.len() > 1;
    let label = |of: &str| {
        let label = if several { format!("{} {of}", page.ack_label) } else { page.ack_label.clone() };
        json!({ "type": "plain_text", "text": cut(&label, 75) })
    };
    let acks = page.incidents.iter().take(BUTTONS).enumerate().map(|(number, incident)| {
        json!({
            "type": "button", "style": "primary", "action_id": format!("page-{number}"),
            "value": format!("ack {incident}"), "text": label(incident.as_str()),
        })
    });
    let mut buttons: Vec<Value> = acks.collect();
    if buttons.is_empty()
        && let Some(link) = &page.ack_link
    {
        buttons.push(json!({ "type": "button", "action_id": "page-link", "url": link, "text": label("") }));
    }
    buttons
}

#[async_trait]
impl Pager for SlackPager {
    fn means(&self) -> &[Means] {
        &[Means::Slack]
    }

    async fn ready(&self, _: Means, page: &Paging) {
        // Its error, if it is one, is that of the sending as well.
        let _ = self.channel(page).await;
    }

    async fn send(&self, _: Means, page: &Paging) -> Result<String, PagerError> {
        let channel = self.channel(page).await?;
        let body = json!({
            "channel": channel,
            "text": escape(&page.subject, TEXT),
            "blocks": blocks(page),
            "unfurl_links": false,
            "unfurl_media": false,
            "metadata": { "event_type": EVENT_TYPE, "event_payload": { "page": page.id.as_str(), "pages": names(page) } },
        });
        let posted: Posted = self.api.post("chat.postMessage", &body).await.map_err(fault)?;
        Ok(format!("{channel}/{}", posted.ts))
    }

    async fn find(&self, _: Means, page: &Paging) -> Result<Option<Found>, PagerError> {
        let channel = self.channel(page).await?;
        let oldest = format!("{}.000000", page.at.as_second().saturating_sub(60));
        let arguments = [
            ("channel", Some(channel.as_str())),
            ("include_all_metadata", Some("true")),
            ("limit", Some(LOOKED_THROUGH)),
            ("oldest", Some(oldest.as_str())),
        ];
        let history: History = match self.api.get("conversations.history", &arguments).await {
            Ok(history) => history,
            // Such a conversation cannot be looked into.
            Err(ChatError::Refused(_)) => return Ok(None),
            Err(error) => return Err(fault(error)),
        };
        let ours = |said: &&Value| {
            let told = &said["metadata"]["event_payload"];
            let named =
                told["pages"].as_str().unwrap_or_default().split(' ').any(|id| id == page.id.as_str());
            said["metadata"]["event_type"] == EVENT_TYPE && (named || told["page"] == page.id.as_str())
        };
        let found = history.messages.iter().find(ours).and_then(|said| said["ts"].as_str());
        Ok(Some(match found {
            Some(ts) => Found::Sent(format!("{channel}/{ts}")),
            None => Found::Never,
        }))
    }

    async fn check(&self) -> Result<(), PagerError> {
        self.api.identity().await.map(drop).map_err(fault)
    }
}
