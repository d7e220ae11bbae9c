//! Push messages by ntfy, published as JSON. (<https://docs.ntfy.sh/publish/#publish-as-json>)

use async_trait::async_trait;
use serde_json::{Value, json};

use super::http::Client;
use crate::base::Secret;
use crate::base::text::shorten;
use crate::domain::alert::AlertSeverity;
use crate::domain::contact::{Address, Means};
use crate::ports::{Found, Pager, PagerError, Paging, Purpose};

/// A longer message becomes a file (4,096 bytes); Japanese takes three bytes a character.
const LONGEST: usize = 3_800;
const TITLE: usize = 200;

/// ntfy, at one server.
#[derive(Debug)]
pub struct Ntfy {
    client: Client,
    url: String,
    token: Option<Secret>,
}

impl Ntfy {
    /// The server at `url`; `token` where its topics are not open.
    pub fn new(client: Client, url: &str, token: Option<Secret>) -> Self {
        Self { client, url: url.trim_end_matches('/').to_owned(), token }
    }

    fn authorised(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        }
    }
}

/// The topic, which is a name of letters, digits, `-` and `_` (`^[-_A-Za-z0-9]{1,64}$`).
fn topic(page: &Paging) -> Result<&str, PagerError> {
    let Address::Plain(topic) = &page.address else {
        return Err(PagerError::Refused("no topic".to_owned()));
    };
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=64).contains(&topic.len()) && topic.chars().all(good) {
        Ok(topic)
    } else {
        Err(PagerError::Refused("not a topic".to_owned()))
    }
}

/// At most so many bytes, cut between characters.
pub(super) fn bytes(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn priority(page: &Paging) -> u8 {
    match (page.purpose, page.severity) {
        (Purpose::Trigger, AlertSeverity::Critical) => 5,
        (Purpose::Trigger, AlertSeverity::Warning) | (Purpose::Test, _) => 4,
        (Purpose::Acknowledged | Purpose::Resolved, _) => 2,
        _ => 3,
    }
}

fn tag(page: &Paging) -> &'static str {
    match (page.purpose, page.severity) {
        (Purpose::Trigger, AlertSeverity::Critical) => "rotating_light",
        (Purpose::Trigger, _) => "warning",
        (Purpose::Acknowledged, _) => "eyes",
        (Purpose::Resolved, _) => "white_check_mark",
        (Purpose::Note | Purpose::Test, _) => "bell",
    }
}

fn body(topic: &str, page: &Paging) -> Value {
    let mut body = json!({
        "topic": topic,
        "title": shorten(&page.subject, TITLE),
        "message": if page.text.is_empty() { page.subject.as_str() } else { bytes(&page.text, LONGEST) },
        "priority": priority(page),
        "tags": [tag(page)],
        "sequence_id": super::key(page),
    });
    if let Some(link) = &page.ack_link {
        body["click"] = json!(link);
        body["actions"] = json!([{
            "action": "http", "label": page.ack_label, "url": link, "method": "POST", "clear": true,
        }]);
    }
    body
}

#[async_trait]
impl Pager for Ntfy {
    fn means(&self) -> &[Means] {
        &[Means::Ntfy]
    }

    async fn send(&self, _: Means, page: &Paging) -> Result<String, PagerError> {
        let body = body(topic(page)?, page);
        let answer = self.client.ask(self.authorised(self.client.post(&self.url).json(&body))).await?;
        match answer.status.as_u16() {
            200 => match answer.body["id"].as_str() {
                Some(id) => Ok(id.to_owned()),
                None => Err(PagerError::Uncertain("an answer that makes no sense".to_owned())),
            },
            400 | 413 => Err(PagerError::Refused(answer.said("/error"))),
            _ => Err(answer.fault()),
        }
    }

    /// A second try has another link, and an open topic can be written by anybody: nobody can tell. From 2.16 on a second
    /// message with the same `sequence_id` takes the place of the first.
    async fn find(&self, _: Means, _: &Paging) -> Result<Option<Found>, PagerError> {
        Ok(None)
    }

    async fn check(&self) -> Result<(), PagerError> {
        let answer = self.client.ask(self.client.get(&format!("{}/v1/health", self.url))).await?;
        if answer.status.is_success() { Ok(()) } else { Err(answer.fault()) }
    }
}
