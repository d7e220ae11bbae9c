//! Slack's side of HTTP mode: payloads as Slack writes them, signed as Slack signs them.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::StatusCode;
use serde_json::Value;
use sha2::Sha256;
use toban::base::Clock;

/// Calls Toban as Slack does.
pub struct Caller {
    http: reqwest::Client,
    url: String,
    secret: String,
    clock: Clock,
}

impl Caller {
    pub(super) fn new(url: &str, secret: &str, clock: Clock) -> Self {
        let http = reqwest::Client::builder().build().unwrap();
        Self { http, url: url.trim_end_matches('/').to_owned(), secret: secret.to_owned(), clock }
    }

    /// `/command text`, by `user` in `channel`.
    pub async fn command(&self, command: &str, text: &str, channel: &str, user: &str) -> StatusCode {
        self.form("/slack/commands", &payloads::form(&payloads::slash(command, text, channel, user))).await
    }

    /// A button or a shortcut.
    pub async fn interaction(&self, payload: &Value) -> StatusCode {
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        self.form("/slack/interactivity", &form).await
    }

    /// A button; the status, if there was an answer.
    pub async fn try_interaction(&self, payload: &Value) -> Option<u16> {
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        self.try_form("/slack/interactivity", &form).await
    }

    /// A command; the status, if there was an answer.
    pub async fn try_command(&self, command: &str, text: &str, channel: &str, user: &str) -> Option<u16> {
        self.try_form("/slack/commands", &payloads::form(&payloads::slash(command, text, channel, user)))
            .await
    }

    async fn try_form(&self, path: &str, form: &str) -> Option<u16> {
        let stamp = self.clock.now().as_second();
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-slack-request-timestamp", stamp.to_string())
            .header("x-slack-signature", self.sign(stamp, form.as_bytes()))
            .body(form.to_owned());
        Some(request.send().await.ok()?.status().as_u16())
    }

    /// A mention, a direct message, or any other event.
    pub async fn event(&self, payload: &Value) -> StatusCode {
        self.post("/slack/events", "application/json", payload.to_string().into_bytes()).await.0
    }

    /// A signed form.
    pub async fn form(&self, path: &str, form: &str) -> StatusCode {
        self.post(path, "application/x-www-form-urlencoded", form.as_bytes().to_vec()).await.0
    }

    /// Signed and now.
    pub async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> (StatusCode, String) {
        let stamp = self.clock.now().as_second();
        let signature = self.sign(stamp, &body);
        self.send(
            path,
            kind,
            body,
            &[("x-slack-request-timestamp", &stamp.to_string()), ("x-slack-signature", &signature)],
        )
        .await
    }

    /// With whatever headers; status and body of the answer.
    pub async fn send(
        &self,
        path: &str,
        kind: &str,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> (StatusCode, String) {
        let mut request =
            self.http.post(format!("{}{path}", self.url)).header("content-type", kind).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.text().await.unwrap_or_default())
    }

    /// `v0=…`.
    pub fn sign(&self, stamp: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(format!("v0:{stamp}:").as_bytes());
        mac.update(body);
        let mut signature = String::from("v0=");
        for byte in mac.finalize().into_bytes() {
            let _ = write!(signature, "{byte:02x}");
        }
        signature
    }
}

/// What Slack sends, in both modes.
pub mod payloads {
    use serde_json::{Value, json};

    use super::{AtomicU64, Ordering};

    static COUNTER: AtomicU64 = AtomicU64::new(1);

    /// Something that no other payload of this run has.
    pub fn unique(prefix: &str) -> String {
        format!("{prefix}{}", COUNTER.fetch_add(1, Ordering::Relaxed))
    }

    /// A slash command. Slack escapes its text, so do it before.
    pub fn slash(command: &str, text: &str, channel: &str, user: &str) -> Value {
        json!({
            "token": "gIkuvaNzQIHg97ATvDxqgjtO", "team_id": "T1", "team_domain": "example",
            "enterprise_id": "", "is_enterprise_install": "false", "channel_id": channel, "channel_name": "ops",
            "user_id": user, "user_name": "sato", "command": command, "text": text, "api_app_id": "A1",
            "response_url": "https://hooks.slack.com/commands/T1/1/x", "trigger_id": unique("13345224609.738474920."),
        })
    }

    /// An object as a form.
    pub fn form(object: &Value) -> String {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in object.as_object().unwrap() {
            form.append_pair(name, value.as_str().unwrap_or_default());
        }
        form.finish()
    }

    /// A press of a button with `value` under the message `ts`, perhaps in a thread.
    pub fn press(value: &str, channel: &str, user: &str, ts: &str, thread: Option<&str>) -> Value {
        let mut payload = json!({
            "type": "block_actions", "api_app_id": "A1", "token": "x", "trigger_id": unique("12321423423.333649436676."),
            "team": { "id": "T1", "domain": "example" }, "user": { "id": user, "username": "sato", "team_id": "T1" },
            "channel": { "id": channel, "name": "ops" }, "enterprise": null, "is_enterprise_install": false,
            "container": { "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": false },
            "message": { "type": "message", "bot_id": "B1", "ts": ts, "text": "…" },
            "response_url": "https://hooks.slack.com/actions/T1/1/x",
            "actions": [{ "type": "button", "action_id": "run-0", "block_id": "b", "value": value, "action_ts": "1.0",
                          "text": { "type": "plain_text", "text": "Do it" } }],
        });
        if let Some(thread) = thread {
            payload["container"]["thread_ts"] = json!(thread);
            payload["message"]["thread_ts"] = json!(thread);
        }
        payload
    }

    /// The message shortcut `callback` on a message that says `about`.
    pub fn shortcut(callback: &str, about: &str, channel: &str, user: &str, ts: &str) -> Value {
        json!({
            "type": "message_action", "callback_id": callback, "trigger_id": unique("13345224609.8534564800."),
            "team": { "id": "T1", "domain": "example" }, "user": { "id": user, "name": "sato" },
            "channel": { "id": channel, "name": "ops" }, "message_ts": ts, "token": "x", "action_ts": "1.0",
            "message": { "type": "message", "user": "U2", "ts": ts, "text": about },
            "response_url": "https://hooks.slack.com/app/T1/1/x",
        })
    }

    /// `@toban text` in a channel or thread.
    pub fn mention(text: &str, channel: &str, user: &str, ts: &str, thread: Option<&str>) -> Value {
        let mut event = json!({
            "type": "app_mention", "user": user, "text": format!("<@{}> {text}", super::super::BOT_USER),
            "ts": ts, "channel": channel, "event_ts": ts, "team": "T1", "blocks": [],
        });
        if let Some(thread) = thread {
            event["thread_ts"] = json!(thread);
        }
        pushed(event)
    }

    /// A direct message.
    pub fn direct(text: &str, user: &str, ts: &str) -> Value {
        pushed(json!({
            "type": "message", "channel": format!("D{user}"), "channel_type": "im", "user": user, "text": text, "ts": ts,
            "event_ts": ts, "client_msg_id": "c1", "team": "T1",
        }))
    }

    /// Any event in its envelope.
    pub fn pushed(event: Value) -> Value {
        json!({
            "token": "x", "team_id": "T1", "api_app_id": "A1", "event": event, "type": "event_callback",
            "event_id": unique("Ev0"), "event_time": 1_234_567_890, "is_ext_shared_channel": false,
            "authorizations": [{ "enterprise_id": null, "team_id": "T1", "user_id": super::super::BOT_USER, "is_bot": true }],
            "event_context": "EC1",
        })
    }
}
