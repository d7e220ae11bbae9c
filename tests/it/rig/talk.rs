//! What people do in the rig's Slack, and what they see of it; the same over HTTP and over Socket Mode.

use std::time::Duration;

use serde_json::{Value, json};
use toban::base::clock::within;

use crate::rig::app::{OPS, Rig};
use crate::slack::fake::{Said, State, payloads};

/// Longer than anything takes that is not broken.
const LONG: Duration = Duration::from_secs(60);

/// Makes two tests of a story that is told by `async fn name(mode: &'static str)`.
macro_rules! over_both_doors {
    ($($story:ident),+ $(,)?) => {$(
        mod $story {
            #[tokio::test(flavor = "multi_thread")]
            async fn over_http() {
                super::$story("http").await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn over_socket_mode() {
                super::$story("socket").await;
            }
        }
    )+};
}
pub(crate) use over_both_doors;

/// A message as it was when it was seen.
#[derive(Debug, Clone)]
pub struct Seen {
    pub ts: String,
    pub channel: String,
    pub thread: Option<String>,
    /// Who alone sees it.
    pub only: Option<String>,
    pub shown: String,
    pub blocks: Value,
}

impl Seen {
    /// As it is now.
    pub fn of(said: &Said) -> Self {
        Self {
            ts: said.ts.clone(),
            channel: said.channel.clone(),
            thread: said.thread.clone(),
            only: said.only.clone(),
            shown: said.shown(),
            blocks: said.blocks.clone(),
        }
    }

    /// What the button that says `label` types.
    pub fn button(&self, label: &str) -> String {
        let blocks = self.blocks.as_array().into_iter().flatten();
        let mut buttons = blocks
            .filter(|block| block["type"] == "actions")
            .flat_map(|block| block["elements"].as_array().unwrap());
        let button = buttons.find(|button| button["text"]["text"].as_str().unwrap().contains(label));
        let button = button.unwrap_or_else(|| panic!("no button {label:?} under:\n{}", self.shown));
        button["value"].as_str().unwrap().to_owned()
    }

    /// Fails with everything that was shown.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.shown.contains(text), "no {text:?} in:\n{}", self.shown);
        self
    }

    /// The opposite.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        assert!(!self.shown.contains(text), "{text:?} in:\n{}", self.shown);
        self
    }
}

impl Rig {
    /// Hands over a payload as Slack does; returns once it is acknowledged.
    pub async fn deliver(&self, kind: &str, payload: &Value) {
        if self.mode == "socket" {
            let envelope = self.slack.send(kind, payload.clone()).await;
            self.slack.acknowledged(&envelope).await;
            return;
        }
        let caller = self.slack.caller(&self.url);
        let status = match kind {
            "slash_commands" => caller.form("/slack/commands", &payloads::form(payload)).await,
            "interactive" => caller.interaction(payload).await,
            _ => caller.event(payload).await,
        };
        assert_eq!(status.as_u16(), 200, "{payload}");
    }

    /// A slash command as Slack would send it, with a reply URL that works.
    pub fn slash(&self, user: &str, channel: &str, text: &str) -> Value {
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let escaped = rest.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let mut payload = payloads::slash(&format!("/{verb}"), &escaped, channel, user);
        payload["response_url"] = json!(self.slack.reply_url(channel, user));
        payload
    }

    /// The press of a button as Slack would send it.
    pub fn pressed(&self, user: &str, seen: &Seen, value: &str) -> Value {
        let mut payload = payloads::press(value, &seen.channel, user, &seen.ts, seen.thread.as_deref());
        payload["response_url"] = json!(self.slack.reply_url(&seen.channel, user));
        payload
    }

    /// Types a slash command in `#ops`, as 佐藤 of the example company. Returns once it is acknowledged.
    pub async fn type_in(&self, text: &str) {
        self.type_as("U0SATO", OPS, text).await;
    }

    /// Types a slash command.
    pub async fn type_as(&self, user: &str, channel: &str, text: &str) {
        self.deliver("slash_commands", &self.slash(user, channel, text)).await;
    }

    /// Says `@toban …` in a thread, or in the channel.
    pub async fn mention(&self, user: &str, thread: Option<&str>, text: &str) -> String {
        let ts = self.slack.person_says(OPS, text);
        let said = payloads::mention(text, OPS, user, &ts, thread);
        self.deliver("events_api", &said).await;
        ts
    }

    /// Presses the button that says `label` under a message.
    pub async fn press(&self, seen: &Seen, label: &str) {
        self.press_as("U0SATO", seen, label).await;
    }

    /// The same as somebody else.
    pub async fn press_as(&self, user: &str, seen: &Seen, label: &str) {
        self.deliver("interactive", &self.pressed(user, seen, &seen.button(label))).await;
    }

    /// Waits until some message of anybody's shows `text`.
    pub async fn sees(&self, text: &str) -> Seen {
        self.sees_that(text, |said| said.shown().contains(text)).await
    }

    /// Waits until some message is like that.
    pub async fn sees_that(&self, what: &str, like: impl Fn(&Said) -> bool) -> Seen {
        let found = |state: &State| state.messages.iter().find(|said| like(said)).map(Seen::of);
        within(LONG, self.slack.wait_for(found))
            .await
            .unwrap_or_else(|_| panic!("nobody saw {what:?}; said was:\n{}", self.slack.transcript(OPS)))
    }

    /// Types a command in `#ops` and waits for its answer.
    pub async fn ask(&self, text: &str) -> Seen {
        self.ask_as("U0SATO", OPS, text).await
    }

    /// The same as somebody else, elsewhere.
    pub async fn ask_as(&self, user: &str, channel: &str, text: &str) -> Seen {
        let before = self.said();
        self.type_as(user, channel, text).await;
        self.answer_after(before).await
    }

    /// Presses a button and waits for the answer to it.
    pub async fn push(&self, user: &str, seen: &Seen, label: &str) -> Seen {
        self.push_value(user, seen, &seen.button(label)).await
    }

    /// Presses a button that has that value, and waits for the answer to it.
    pub async fn push_value(&self, user: &str, seen: &Seen, value: &str) -> Seen {
        let before = self.said();
        self.deliver("interactive", &self.pressed(user, seen, value)).await;
        self.answer_after(before).await
    }

    /// How many messages there are.
    pub fn said(&self) -> usize {
        self.slack.state().messages.len()
    }

    /// The first whole answer of Toban's after so many messages: no root of a thread, no progress.
    pub async fn answer_after(&self, before: usize) -> Seen {
        let is_answer = |said: &&Said| {
            let post = said.metadata["event_payload"]["post"].as_str();
            let ours =
                post.map_or(said.only.is_some() || !said.files.is_empty(), |post| !post.ends_with("/root"));
            ours && !said.shown().starts_with('⏳')
        };
        let found = |state: &State| state.messages.iter().skip(before).find(is_answer).map(Seen::of);
        within(LONG, self.slack.wait_for(found))
            .await
            .unwrap_or_else(|_| panic!("no answer; said was:\n{}", self.slack.transcript(OPS)))
    }

    /// How many messages show `text`.
    pub fn times(&self, text: &str) -> usize {
        self.slack.state().messages.iter().filter(|said| said.shown().contains(text)).count()
    }

    /// How many requests of that method, with `part` in their path, the cloud got.
    pub fn asked(&self, method: &str, part: &str) -> usize {
        let seen = self.sandbox.world().requests();
        seen.iter().filter(|seen| seen.method == method && seen.path.contains(part)).count()
    }

    /// Waits until the cloud has had so many of them.
    pub async fn was_asked(&self, method: &str, part: &str, times: usize) {
        let enough = async {
            while self.asked(method, part) < times {
                toban::base::clock::pause(Duration::from_millis(5)).await;
            }
        };
        within(LONG, enough).await.unwrap_or_else(|_| panic!("no {times} × {method} {part}"));
    }

    /// Which revisions of a Cloud Run service get how much of its traffic.
    pub fn traffic(&self, service: &str) -> Vec<(String, u64)> {
        self.sandbox.world().with(|state, _| {
            let serving = state.run.service(service).unwrap().serving();
            serving.into_iter().map(|(revision, share)| (revision.to_owned(), share)).collect()
        })
    }

    /// A colleague moves all traffic with a tool of their own.
    pub async fn colleague_moves(&self, service: &str, revision: &str) {
        let name = self.sandbox.world().with(|state, _| state.run.service(service).unwrap().name());
        let url = format!("{}/v2/{name}?updateMask=traffic", self.sandbox.url());
        let target = json!({ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": revision, "percent": 100 });
        let answer = reqwest::Client::builder()
            .build()
            .unwrap()
            .patch(url)
            .json(&json!({ "traffic": [target] }))
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        let moved = async {
            while self.traffic(service) != [(revision.to_owned(), 100)] {
                toban::base::clock::pause(Duration::from_millis(5)).await;
            }
        };
        within(LONG, moved).await.unwrap();
        self.sandbox.world().forget_requests();
    }
}

/// What was shown, with what differs from run to run put out of the way.
pub fn settled(shown: &str) -> String {
    use std::sync::LazyLock;
    static CHANGING: LazyLock<Vec<(regex::Regex, &str)>> = LazyLock::new(|| {
        [
            (r"\b([PRE])-[2-9A-Z]{10}\b", "$1-…"),
            (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( JST)?", "(moment)"),
            (r"\b\d+(\.\d+)? ?ms\b", "(ms)"),
        ]
        .map(|(pattern, put)| (regex::Regex::new(pattern).unwrap(), put))
        .into()
    });
    CHANGING
        .iter()
        .fold(shown.to_owned(), |text, (pattern, put)| pattern.replace_all(&text, *put).into_owned())
}
