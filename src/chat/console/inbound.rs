//! What people type and press, as messages for the inbox.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;

use super::Console;
use super::guard::{Visitor, not_that_person};
use crate::base::ids::{InboxId, row};
use crate::domain::message::{Entry, Message, Place, Thread};
use crate::domain::person::Door;
use crate::ports::{Inbox, Taken};

#[derive(Clone)]
pub(super) struct Inbound {
    pub console: Arc<Console>,
    pub inbox: Arc<dyn Inbox>,
}

/// The page chooses `id`, so that a double click or a second try is told from a second command.
#[derive(Deserialize)]
pub(super) struct Said {
    id: Option<String>,
    #[serde(rename = "as")]
    wanted: Option<String>,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum What {
    Line { channel: String, thread: Option<String>, text: String },
    Press { message: String, command: String },
}

const BAD_ID: &str = "an id has 1 to 64 letters, digits and dashes";

/// `POST /console/messages`: 202 once the message is durable.
pub(super) async fn take(
    State(Inbound { console, inbox }): State<Inbound>,
    Extension(visitor): Extension<Visitor>,
    Json(said): Json<Said>,
) -> Response {
    let Some(user) = visitor.speaks_for(said.wanted.as_deref(), &console) else {
        return not_that_person();
    };
    let Some(id) = inbox_id(said.id) else {
        return (StatusCode::UNPROCESSABLE_ENTITY, BAD_ID).into_response();
    };
    let message = match message(&console, &id, user, said.what) {
        Ok(message) => message,
        Err(refusal) => return refusal.into_response(),
    };
    let is_line = message.entry == Entry::Direct;
    // The line is shown before it is stored: the answer may come at once, and needs its root.
    if is_line && console.board.find(id.as_str()).is_none_or(|found| found.failed) {
        console.say(&message, false);
    }
    match inbox.take(message.clone()).await {
        Ok(taken) => {
            let state = if taken == Taken::First { "first" } else { "duplicate" };
            let told = serde_json::json!({ "id": id.as_str(), "state": state });
            (StatusCode::ACCEPTED, Json(told)).into_response()
        }
        Err(error) => {
            if is_line {
                console.say(&message, true);
            }
            tracing::error!(inbox.id = id.as_str(), error = %error, "A line from the console was not stored");
            (StatusCode::SERVICE_UNAVAILABLE, "it could not be stored; try again").into_response()
        }
    }
}

fn inbox_id(chosen: Option<String>) -> Option<InboxId> {
    let id = chosen.unwrap_or_else(row);
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_plain && (1..=64).contains(&id.len())).then(|| InboxId::from(format!("console:{id}")))
}

/// A status and the reason in a few words.
type Refused = (StatusCode, &'static str);

fn message(console: &Console, id: &InboxId, user: &str, what: What) -> Result<Message, Refused> {
    let (channel, thread, entry, text) = match what {
        What::Line { channel, thread, text } => {
            if console.channel(&channel).is_none() {
                return Err((StatusCode::NOT_FOUND, "there is no such channel"));
            }
            let thread = thread.map(|thread| console.board.find(&thread).map_or(thread, |post| post.root));
            (channel, thread.unwrap_or_else(|| id.as_str().to_owned()), Entry::Direct, text)
        }
        What::Press { message, command } => {
            let Some(post) = console.board.find(&message) else {
                return Err((StatusCode::GONE, "that message is not here any more"));
            };
            (post.channel, post.root, Entry::Button { message, reply_url: None }, command)
        }
    };
    let text = command(&text);
    if text.is_empty() {
        return Err((StatusCode::UNPROCESSABLE_ENTITY, "there is nothing in it"));
    }
    Ok(Message {
        id: id.clone(),
        place: Place { door: Door::Console, channel, thread: Some(Thread::Known(thread)) },
        user: user.to_owned(),
        entry,
        text: text.to_owned(),
        received: console.setup.clock.now(),
    })
}

/// The command in a line: `/logs …`, `/toban logs …` and `@toban logs …` are all `logs …`.
fn command(line: &str) -> &str {
    let line = line.trim();
    let line = line.strip_prefix(['/', '@', '／', '＠']).unwrap_or(line);
    match line.split_once(char::is_whitespace) {
        Some((first, rest)) if first.eq_ignore_ascii_case("toban") => rest.trim_start(),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn all_ways_of_addressing_are_the_same_command() {
        for line in [
            "logs bluelamp",
            "/logs bluelamp",
            " /toban  logs bluelamp ",
            "@toban logs bluelamp",
            "／logs bluelamp",
        ] {
            assert_eq!(command(line), "logs bluelamp", "{line}");
        }
        assert_eq!(command(" / "), "");
    }
}
