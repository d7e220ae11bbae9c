//! From Slack's payloads to [`Message`]: pure, the same for HTTP and Socket Mode.

use jiff::Timestamp;

use super::payload::{Event, Interaction, Pushed, Slash};
use super::text;
use crate::base::ids::InboxId;
use crate::domain::message::{Entry, Message, Place, Thread};
use crate::domain::person::Door;

/// A payload that cannot become a message: it was understood and means nothing here, or it was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    /// Edits, joins, messages of bots: they are no business of ours.
    #[error("nothing to do: {0}")]
    Idle(String),
    /// Something that should have been a message lacks what a message needs.
    #[error("not understood: {0}")]
    Garbled(String),
}

/// Makes messages of payloads.
#[derive(Debug, Clone, Default)]
pub struct Ear {
    prefix: String,
}

impl Ear {
    /// `prefix` is what `slack.command_prefix` puts before every command but `/toban`.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into() }
    }

    /// `/health sagebase` → `health sagebase`; `/toban health sagebase` → the same.
    ///
    /// # Errors
    /// [`Unheard::Garbled`] where the channel, the person or the command is missing.
    pub fn slash(&self, slash: Slash, received: Timestamp) -> Result<Message, Unheard> {
        let name = need("command", Some(slash.command))?;
        let name = name.trim_start_matches('/');
        let name = name.strip_prefix(&*self.prefix).unwrap_or(name);
        let arguments = text::plain(slash.text.trim());
        let text = match (name, &*arguments) {
            ("toban", arguments) => arguments.to_owned(),
            (name, "") => name.to_owned(),
            (name, arguments) => format!("{name} {arguments}"),
        };
        Ok(Message {
            id: id(&need("trigger_id", Some(slash.trigger_id))?),
            place: place(need("channel_id", Some(slash.channel_id))?, None),
            user: need("user_id", Some(slash.user_id))?,
            entry: Entry::Slash { reply_url: slash.response_url },
            text,
            received,
        })
    }

    /// A button's value is the command; a shortcut's is in its callback id, `run:<command>`.
    ///
    /// # Errors
    /// [`Unheard::Idle`] for kinds that Toban offers nowhere.
    pub fn interaction(&self, event: Interaction, received: Timestamp) -> Result<Message, Unheard> {
        let container = event.container.unwrap_or_default();
        let about = event.message.unwrap_or_default();
        let ts = container.message_ts.or(about.ts);
        let thread = container.thread_ts.or(about.thread_ts).or_else(|| ts.clone());
        let channel = event.channel.map(|channel| channel.id).or(container.channel_id);
        let (entry, text) = match &*event.kind {
            "block_actions" => {
                let action = event.actions.and_then(|actions| actions.into_iter().next());
                let value = action.and_then(|action| action.value).unwrap_or_default();
                let message = need("message_ts", ts)?;
                (Entry::Button { message, reply_url: event.response_url }, value)
            }
            "message_action" => {
                let callback = event.callback_id.unwrap_or_default();
                let command = callback.strip_prefix("run:").unwrap_or(&callback).to_owned();
                let about = text::plain(about.text.as_deref().unwrap_or_default()).into_owned();
                (Entry::Shortcut { about, reply_url: event.response_url }, command)
            }
            other => return Err(Unheard::Idle(format!("interaction {other}"))),
        };
        Ok(Message {
            id: id(&need("trigger_id", event.trigger_id)?),
            place: place(need("channel", channel)?, thread),
            user: need("user", event.user.map(|user| user.id))?,
            entry,
            text,
            received,
        })
    }

    /// A mention, or a direct message. A mention outside of threads is answered in a thread under it.
    ///
    /// # Errors
    /// [`Unheard::Idle`] for edits, joins, what bots say, and events of other kinds.
    pub fn event(&self, pushed: Pushed, received: Timestamp) -> Result<Message, Unheard> {
        if pushed.kind != "event_callback" {
            return Err(Unheard::Idle(format!("push {}", pushed.kind)));
        }
        let event = pushed.event.ok_or_else(|| Unheard::Garbled("no event".to_owned()))?;
        if event.bot_id.is_some() {
            return Err(Unheard::Idle("a bot's message".to_owned()));
        }
        if let Some(subtype) = event.subtype.as_deref()
            && !matches!(subtype, "file_share" | "thread_broadcast")
        {
            return Err(Unheard::Idle(format!("message {subtype}")));
        }
        let said = event.text.as_deref().unwrap_or_default();
        let (entry, said, thread) = match &*event.kind {
            "app_mention" => {
                (Entry::Mention, text::without_mention(said), event.thread_ts.clone().or(event.ts.clone()))
            }
            "message" if is_direct(&event) => {
                (Entry::Direct, text::without_mention(said), event.thread_ts.clone())
            }
            other => return Err(Unheard::Idle(format!("event {other}"))),
        };
        Ok(Message {
            id: id(&need("event_id", pushed.event_id)?),
            text: text::plain(text::without_ticks(said)).trim().to_owned(),
            place: place(need("channel", event.channel)?, thread),
            user: need("user", event.user)?,
            entry,
            received,
        })
    }
}

fn is_direct(event: &Event) -> bool {
    event.channel_type.as_deref() == Some("im")
}

fn need(name: &str, value: Option<String>) -> Result<String, Unheard> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| Unheard::Garbled(format!("no {name}")))
}

fn id(key: &str) -> InboxId {
    InboxId::from(format!("slack:{key}"))
}

fn place(channel: String, thread: Option<String>) -> Place {
    Place { door: Door::Slack, channel, thread: thread.map(Thread::Known) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ear() -> Ear {
        Ear::new("tb-")
    }

    fn slash(command: &str, text: &str) -> Message {
        let slash = Slash {
            command: command.to_owned(),
            text: text.to_owned(),
            channel_id: "C0OPS".to_owned(),
            user_id: "U0SATO".to_owned(),
            response_url: Some("https://hooks.slack.com/commands/1".to_owned()),
            trigger_id: "13.37".to_owned(),
        };
        ear().slash(slash, Timestamp::UNIX_EPOCH).unwrap()
    }

    fn interaction(value: serde_json::Value) -> Result<Message, Unheard> {
        ear().interaction(serde_json::from_value(value).unwrap(), Timestamp::UNIX_EPOCH)
    }

    fn event(event: serde_json::Value) -> Result<Message, Unheard> {
        let pushed = json!({ "type": "event_callback", "event_id": "Ev1", "event": event, "team_id": null });
        ear().event(serde_json::from_value(pushed).unwrap(), Timestamp::UNIX_EPOCH)
    }

    fn known(ts: &str) -> Option<Thread> {
        Some(Thread::Known(ts.to_owned()))
    }

    #[test]
    fn a_slash_command_is_its_name_and_arguments() {
        assert_eq!(slash("/health", " sagebase ").text, "health sagebase");
        assert_eq!(slash("/tb-health", "sagebase").text, "health sagebase");
        assert_eq!(slash("/toban", "logs bluelamp &gt; 1h").text, "logs bluelamp > 1h");
        assert_eq!(slash("/tb-toban", "").text, "");
        assert_eq!(slash("/oncall", "").text, "oncall");
        assert_eq!(slash("/health", "x").id.as_str(), "slack:13.37");
    }

    #[test]
    fn a_command_without_a_channel_is_garbled() {
        let nowhere = Slash { command: "/health".to_owned(), ..Slash::default() };
        assert!(matches!(ear().slash(nowhere, Timestamp::UNIX_EPOCH), Err(Unheard::Garbled(_))));
    }

    #[test]
    fn a_button_answers_in_the_thread_of_its_message() {
        let press = |thread: serde_json::Value| {
            interaction(json!({
                "type": "block_actions", "trigger_id": "t1", "user": { "id": "U0SATO" }, "team": null,
                "container": { "type": "message", "message_ts": "2.0", "channel_id": "C0OPS", "thread_ts": thread },
                "actions": [{ "type": "button", "action_id": "run-0", "value": "confirm P-7" }],
                "response_url": "https://hooks.slack.com/actions/1",
                "message": { "ts": "2.0", "metadata": { "event_payload": { "deep": { "nested": [1] } } } },
            }))
            .unwrap()
        };
        assert_eq!(press(json!(null)).place.thread, known("2.0"));
        assert_eq!(press(json!("1.0")).place.thread, known("1.0"));
        let message = press(json!("1.0"));
        assert_eq!(message.text, "confirm P-7");
        assert_eq!(
            message.entry,
            Entry::Button {
                message: "2.0".to_owned(),
                reply_url: Some("https://hooks.slack.com/actions/1".to_owned())
            }
        );
    }

    #[test]
    fn a_button_of_an_unknown_version_is_heard_as_it_is() {
        for (actions, text) in [
            (json!([{ "action_id": "old" }]), ""),
            (json!([{ "action_id": "old", "value": "{\"v\":0}" }]), "{\"v\":0}"),
            (json!([]), ""),
            (json!(null), ""),
        ] {
            let message = interaction(json!({
                "type": "block_actions", "trigger_id": "t1", "user": { "id": "U1" }, "channel": { "id": "C1" },
                "container": { "message_ts": "2.0" }, "actions": actions,
            }));
            assert_eq!(message.unwrap().text, text);
        }
    }

    #[test]
    fn a_shortcut_is_about_a_message() {
        let message = interaction(json!({
            "type": "message_action", "trigger_id": "t1", "callback_id": "run:runbook", "user": { "id": "U1" },
            "channel": { "id": "C1" }, "message": { "ts": "5.0", "text": "got a &lt;502&gt;" },
            "response_url": "https://hooks.slack.com/app/1",
        }))
        .unwrap();
        assert_eq!(message.text, "runbook");
        assert_eq!(message.place.thread, known("5.0"));
        assert!(matches!(message.entry, Entry::Shortcut { about, .. } if about == "got a <502>"));
    }

    #[test]
    fn a_mention_is_answered_in_its_thread() {
        let mention = |thread: serde_json::Value| {
            event(json!({
                "type": "app_mention", "user": "U1", "channel": "C1", "ts": "9.0", "thread_ts": thread,
                "text": "<@UBOT> `logs <#C2|ops> 1h`",
            }))
            .unwrap()
        };
        assert_eq!(mention(json!(null)).place.thread, known("9.0"));
        assert_eq!(mention(json!("8.0")).place.thread, known("8.0"));
        assert_eq!(mention(json!(null)).text, "logs #ops 1h");
        assert_eq!(mention(json!(null)).id.as_str(), "slack:Ev1");
    }

    #[test]
    fn a_direct_message_is_plain_text() {
        let said = |text: &str| {
            event(
                json!({ "type": "message", "channel_type": "im", "user": "U1", "channel": "D1", "ts": "1.0", "text": text }),
            )
        };
        let message = said("health sagebase").unwrap();
        assert_eq!((message.entry, message.place.thread), (Entry::Direct, None));
        assert_eq!(said("🔥🔥").unwrap().text, "🔥🔥");
        assert_eq!(said(&"あ".repeat(10_000)).unwrap().text.chars().count(), 10_000);
    }

    #[test]
    fn what_is_no_request_is_left_alone() {
        for other in [
            json!({ "type": "message", "channel_type": "im", "bot_id": "B1", "channel": "D1", "text": "x" }),
            json!({ "type": "message", "channel_type": "im", "subtype": "message_changed", "channel": "D1" }),
            json!({ "type": "message", "channel_type": "channel", "user": "U1", "channel": "C1", "text": "x" }),
            json!({ "type": "team_join", "user": { "id": "U1" } }),
        ] {
            assert!(matches!(event(other), Err(Unheard::Idle(_))));
        }
        assert!(matches!(interaction(json!({ "type": "brand_new" })), Err(Unheard::Idle(_))));
    }
}
