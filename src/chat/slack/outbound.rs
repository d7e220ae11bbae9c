//! Putting messages into Slack: channel, thread, one person's eyes, or a file; and looking for an earlier try.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::Api;
use super::render::{self, Rendered};
use crate::domain::message::Audience;
use crate::domain::person::Door;
use crate::domain::report::Body;
use crate::domain::words::Words;
use crate::ports::{Chat, ChatError, Outgoing};

/// The `event_type` of our metadata.
pub const EVENT_TYPE: &str = "toban_post";

/// Messages in a page of history, and pages that are looked through.
const PAGE: (&str, usize) = ("200", 10);

/// Slack as a [`Chat`].
#[derive(Debug)]
pub struct SlackChat {
    api: Arc<Api>,
    words: Arc<Words>,
}

/// `chat.postMessage`, `chat.update`, `chat.postEphemeral`.
#[derive(Serialize)]
struct Post<'a> {
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_ts: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    text: &'a str,
    blocks: &'a [Value],
    unfurl_links: bool,
    unfurl_media: bool,
    /// A reply that the channel sees too (<https://docs.slack.dev/reference/methods/chat.postMessage>).
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_broadcast: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
}

/// Flat strings only: slack-morphism loses every click on a message with nested metadata.
#[derive(Serialize)]
struct Metadata<'a> {
    event_type: &'static str,
    event_payload: Payload<'a>,
}

#[derive(Serialize)]
struct Payload<'a> {
    post: &'a str,
}

#[derive(Deserialize)]
struct Posted {
    ts: String,
}

#[derive(Deserialize)]
struct Whispered {
    #[expect(dead_code, reason = "its presence tells a real answer from a proxy's page")]
    message_ts: String,
}

#[derive(Deserialize)]
struct History {
    messages: Vec<Value>,
    #[serde(default)]
    response_metadata: Option<Cursor>,
}

#[derive(Deserialize)]
struct Cursor {
    #[serde(default)]
    next_cursor: String,
}

#[derive(Deserialize)]
struct Slot {
    upload_url: String,
    file_id: String,
}

#[derive(Deserialize)]
struct Uploaded {
    #[expect(dead_code, reason = "its presence tells a real answer from a proxy's page")]
    files: Vec<Value>,
}

#[derive(Deserialize)]
struct Opened {
    channel: Id,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

impl SlackChat {
    /// Posts through `api`, in the words of `words`.
    pub fn new(api: Arc<Api>, words: Arc<Words>) -> Self {
        Self { api, words }
    }

    fn rendered(&self, message: &Outgoing<'_>) -> Result<Rendered, ChatError> {
        match message.body {
            Body::Report(report) => Ok(render::report(&self.words, message.reader, report)),
            Body::News(news) => Ok(render::report(&self.words, message.reader, &news.report())),
            Body::File { .. } => Err(ChatError::Refused("a file cannot be edited".to_owned())),
        }
    }

    fn request<'a>(message: &Outgoing<'a>, rendered: &'a Rendered) -> Post<'a> {
        Post {
            channel: message.channel,
            ts: None,
            thread_ts: message.thread,
            user: None,
            text: &rendered.text,
            blocks: &rendered.blocks,
            unfurl_links: false,
            unfurl_media: false,
            reply_broadcast: None,
            metadata: Some(Metadata {
                event_type: EVENT_TYPE,
                event_payload: Payload { post: message.post.as_str() },
            }),
        }
    }

    /// For one person: by the reply URL, which needs no membership, else (used up, expired, none) by the API.
    async fn whisper(
        &self,
        message: &Outgoing<'_>,
        rendered: &Rendered,
        user: &str,
        reply_url: Option<&str>,
    ) -> Result<String, ChatError> {
        if let Some(url) = reply_url {
            let mut body = json!({
                "response_type": "ephemeral",
                "replace_original": false,
                "text": rendered.text,
                "blocks": rendered.blocks,
            });
            if let Some(thread) = message.thread {
                body["thread_ts"] = json!(thread);
            }
            match self.api.respond(url, &body).await {
                Ok(()) => return Ok(String::new()),
                Err(ChatError::Refused(why) | ChatError::Down(why)) => {
                    tracing::debug!(slack.error = why, "slack: a reply URL is of no use any more");
                }
                Err(error) => return Err(error),
            }
        }
        let request = Post { user: Some(user), metadata: None, ..Self::request(message, rendered) };
        self.api.post::<Whispered>("chat.postEphemeral", &request).await?;
        Ok(String::new())
    }

    /// Three steps, of which only the last shows anything: a failure before it may be tried again.
    async fn file(&self, message: &Outgoing<'_>, name: &str, text: &str) -> Result<String, ChatError> {
        let channel = match message.audience {
            Audience::All => message.channel.to_owned(),
            Audience::Only { user, .. } => {
                let opened: Opened = self
                    .api
                    .post("conversations.open", &json!({ "users": user }))
                    .await
                    .map_err(nothing_shown)?;
                opened.channel.id
            }
        };
        let thread = message.thread.filter(|_| channel == message.channel);
        // Slack takes no empty file.
        let bytes = if text.is_empty() { b"\n" } else { text.as_bytes() };
        let length = bytes.len().to_string();
        let arguments = [("filename", Some(name)), ("length", Some(length.as_str()))];
        let slot: Slot =
            self.api.get("files.getUploadURLExternal", &arguments).await.map_err(nothing_shown)?;
        self.api.upload(&slot.upload_url, bytes).await.map_err(nothing_shown)?;
        let mut body = json!({ "files": [{ "id": slot.file_id, "title": name }], "channel_id": channel });
        if let Some(thread) = thread {
            body["thread_ts"] = json!(thread);
        }
        self.api.post::<Uploaded>("files.completeUploadExternal", &body).await?;
        Ok(String::new())
    }
}

/// An answer lost where nothing can have been shown yet.
fn nothing_shown(error: ChatError) -> ChatError {
    match error {
        ChatError::Uncertain(why) => ChatError::Down(why),
        other => other,
    }
}

#[async_trait]
impl Chat for SlackChat {
    fn door(&self) -> Door {
        Door::Slack
    }

    async fn post(&self, message: &Outgoing<'_>) -> Result<String, ChatError> {
        if let Body::File { name, text, .. } = message.body {
            return self.file(message, name, text).await;
        }
        let rendered = self.rendered(message)?;
        match message.audience {
            Audience::All => {
                let loud = matches!(message.body, Body::News(news) if news.loud) && message.thread.is_some();
                let reply_broadcast = loud.then_some(true);
                let request = Post { reply_broadcast, ..Self::request(message, &rendered) };
                Ok(self.api.post::<Posted>("chat.postMessage", &request).await?.ts)
            }
            Audience::Only { user, reply_url } => {
                self.whisper(message, &rendered, user, reply_url.as_deref()).await
            }
        }
    }

    async fn edit(&self, message: &Outgoing<'_>, remote: &str) -> Result<(), ChatError> {
        let rendered = self.rendered(message)?;
        if remote.is_empty() {
            return Err(ChatError::Refused("a message for one person cannot be edited".to_owned()));
        }
        let request = Post { ts: Some(remote), thread_ts: None, ..Self::request(message, &rendered) };
        self.api.post::<Posted>("chat.update", &request).await.map(|_| ())
    }

    async fn find(&self, message: &Outgoing<'_>) -> Result<Option<String>, ChatError> {
        if matches!(message.audience, Audience::Only { .. }) {
            // What only one person sees is in no history; a second copy of it does no harm.
            return Ok(None);
        }
        let (method, thread) = match message.thread {
            Some(thread) => ("conversations.replies", Some(thread)),
            None => ("conversations.history", None),
        };
        let oldest = created(message.post.as_str());
        let mut cursor = String::new();
        for _ in 0..PAGE.1 {
            let arguments = [
                ("channel", Some(message.channel)),
                ("ts", thread),
                ("include_all_metadata", Some("true")),
                ("limit", Some(PAGE.0)),
                ("oldest", oldest.as_deref()),
                ("cursor", Some(cursor.as_str()).filter(|cursor| !cursor.is_empty())),
            ];
            let history: History = match self.api.get(method, &arguments).await {
                Ok(history) => history,
                // Such a channel cannot be looked into: rather say it twice than not at all.
                Err(ChatError::Refused(why)) => {
                    tracing::warn!(slack.error = why, "slack: cannot look for an earlier try of a message");
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            if let Some(found) = history.messages.iter().find(|said| is_it(said, message)) {
                return Ok(found["ts"].as_str().map(str::to_owned));
            }
            cursor = history.response_metadata.map(|cursor| cursor.next_cursor).unwrap_or_default();
            if cursor.is_empty() {
                break;
            }
        }
        Ok(None)
    }
}

/// Whether a message of the history is ours: by its metadata; a file, which has none, by name and size.
fn is_it(said: &Value, message: &Outgoing<'_>) -> bool {
    match message.body {
        Body::Report(_) | Body::News(_) => {
            said["metadata"]["event_type"] == EVENT_TYPE
                && said["metadata"]["event_payload"]["post"] == message.post.as_str()
        }
        Body::File { name, text, .. } => said["files"].as_array().is_some_and(|files| {
            files.iter().any(|file| file["name"] == name.as_str() && file["size"] == text.len().max(1))
        }),
    }
}

/// When the post was made, by its id, less a minute for clocks that differ; `None` if the id does not tell.
fn created(post: &str) -> Option<String> {
    let (seconds, _) = uuid::Uuid::parse_str(post).ok()?.get_timestamp()?.to_unix();
    Some(format!("{}.000000", seconds.saturating_sub(60)))
}
