//! The page's live view of the board: server-sent events that can be taken up again where they broke off.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use serde::Deserialize;
use tokio::sync::watch;

use super::Console;
use super::guard::{Visitor, not_that_person};
use super::view;
use crate::domain::words::Reader;

/// A page that has heard nothing for a few of these takes the connection for dead.
const BEAT: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "as")]
    wanted: Option<String>,
    /// The browser's language.
    #[serde(default)]
    lang: String,
    /// As `Last-Event-ID`, for pages that reconnect by themselves.
    after: Option<String>,
}

/// Browsers drop an event without data.
const NOTHING: &str = "{}";

/// `GET /console/events`: `hello` (`{"fresh": true}` where the page must forget what it has), then a `post` for
/// each post that is new or changed, `ready` when all that was there has been sent, then `post`s as they come.
pub(super) async fn events(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let Some(viewer) = visitor.speaks_for(asked.wanted.as_deref(), &console).map(str::to_owned) else {
        return not_that_person();
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).or(asked.after.as_deref());
    let after = last.and_then(|id| number(&console.board.epoch, id));
    let beat = KeepAlive::new().interval(BEAT).event(Event::default().event("beat").data(NOTHING));
    let reader = console.reader(&viewer, &asked.lang);
    Sse::new(follow(console, viewer, reader, after)).keep_alive(beat).into_response()
}

/// Ids name the process and the change; the numbers of another process mean nothing here.
fn number(epoch: &str, id: &str) -> Option<u64> {
    id.strip_prefix(epoch)?.strip_prefix('.')?.parse().ok()
}

struct Feed {
    console: Arc<Console>,
    viewer: String,
    reader: Reader,
    changed: watch::Receiver<u64>,
    /// The last change that was sent.
    after: u64,
    /// Whether `ready` was sent.
    caught_up: bool,
    waiting: VecDeque<Event>,
}

fn follow(
    console: Arc<Console>,
    viewer: String,
    reader: Reader,
    after: Option<u64>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let hello = format!("{{\"fresh\":{}}}", after.is_none());
    let feed = Feed {
        changed: console.board.watch(),
        console,
        viewer,
        reader,
        after: after.unwrap_or(0),
        caught_up: false,
        waiting: [Event::default().event("hello").data(hello)].into(),
    };
    stream::unfold(feed, |mut feed| async move { feed.next().await.map(|event| (Ok(event), feed)) })
}

impl Feed {
    /// However many changes there were since, each post is sent once, as it is now: a slow page costs no memory.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.caught_up {
                self.changed.changed().await.ok()?;
            }
            self.changed.mark_unchanged();
            let board = &self.console.board;
            for (number, shown) in board.since(self.after, &self.viewer) {
                let post = view::post(&self.console.setup.words, &self.reader, &shown);
                self.after = number;
                let id = format!("{}.{number}", board.epoch);
                self.waiting.push_back(Event::default().event("post").id(id).data(post));
            }
            if !self.caught_up {
                self.caught_up = true;
                self.waiting.push_back(Event::default().event("ready").data(NOTHING));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn only_ids_of_this_process_count() {
        assert_eq!(number("BX", "BX.42"), Some(42));
        assert_eq!(number("BX", "BY.42"), None);
        assert_eq!(number("BX", "nonsense"), None);
    }
}
