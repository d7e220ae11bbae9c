//! What the page needs before it can draw itself: its words, the channels, who one can be, and what to try.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::Console;
use super::guard::{Visitor, not_that_person};
use crate::domain::words::{Lang, Phrase, Reader};

/// A channel of the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Its id, `ops`; grants and places name it.
    pub id: String,
    /// What the sidebar shows after the `#`.
    pub label: String,
    /// What it is about, in a few words; may be empty.
    pub about: String,
}

/// Somebody one can be.
#[derive(Debug, Clone)]
pub struct Persona {
    /// The id at this door.
    pub user: String,
    /// The name shown.
    pub name: String,
    /// The role, in a few words.
    pub about: String,
    /// The language of the page for this person; the browser's if `None`.
    pub lang: Option<Lang>,
    /// In which zone moments are shown.
    pub zone: TimeZone,
}

/// Something to try.
#[derive(Debug, Clone)]
pub struct Try {
    /// The command that a click sends.
    pub command: String,
    /// What it shows, in one line.
    pub line: Phrase,
}

/// Every word of the page: `console-…` in the dictionaries. `%n` and `%s` are filled in by the page.
const WORDS: [&str; 45] = [
    "toban",
    "tagline",
    "skip",
    "menu",
    "channels",
    "you",
    "choose-person",
    "placeholder",
    "placeholder-thread",
    "send",
    "reply",
    "thread",
    "close",
    "replies-one",
    "replies-many",
    "earlier-one",
    "earlier-many",
    "welcome-title",
    "welcome-text",
    "try",
    "shortcuts",
    "shortcuts-hint",
    "key-focus",
    "key-send",
    "key-newline",
    "key-history",
    "key-complete",
    "key-move",
    "key-close",
    "key-help",
    "lost",
    "not-sent",
    "again",
    "working",
    "edited",
    "only-you",
    "download",
    "lines",
    "newer",
    "copy",
    "today",
    "yesterday",
    "wrap",
    "gone",
    "live",
];

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "as")]
    wanted: Option<String>,
    /// The browser's language, `ja-JP`.
    #[serde(default)]
    lang: String,
}

#[derive(Serialize)]
struct Told<'a> {
    me: &'a str,
    lang: Lang,
    /// The zone's IANA name.
    zone: Option<String>,
    words: BTreeMap<&'static str, String>,
    channels: &'a [Channel],
    /// One only where the visitor has no choice.
    people: Vec<PersonView<'a>>,
    tries: Vec<TryView<'a>>,
}

#[derive(Serialize)]
struct PersonView<'a> {
    user: &'a str,
    name: &'a str,
    about: &'a str,
}

#[derive(Serialize)]
struct TryView<'a> {
    command: &'a str,
    line: String,
}

/// `GET /console/setup`.
pub(super) async fn setup(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let setup = &console.setup;
    // Whoever has not chosen is somebody who speaks the browser's language, if there is anybody.
    let alike = || setup.people.iter().find(|person| person.lang == Some(spoken(&asked.lang)));
    let alike = asked.wanted.is_none().then(alike).flatten().map(|person| person.user.as_str());
    let me = alike.and_then(|user| visitor.speaks_for(Some(user), &console));
    let Some(me) = me.or_else(|| visitor.speaks_for(asked.wanted.as_deref(), &console)) else {
        return not_that_person();
    };
    let reader = console.reader(me, &asked.lang);
    let words = WORDS.map(|word| {
        let phrase = Phrase::named(format!("console-{word}"));
        (word, setup.words.say(&reader, &phrase))
    });
    let may_be = |person: &&Persona| visitor.speaks_for(Some(&person.user), &console).is_some();
    let tries = setup.tries.iter();
    Json(Told {
        me,
        lang: reader.lang,
        zone: reader.zone.iana_name().map(str::to_owned),
        words: words.into(),
        channels: &setup.channels,
        people: setup
            .people
            .iter()
            .filter(may_be)
            .map(|one| PersonView { user: &one.user, name: &one.name, about: &one.about })
            .collect(),
        tries: tries
            .map(|one| TryView { command: &one.command, line: setup.words.say(&reader, &one.line) })
            .collect(),
    })
    .into_response()
}

/// The language of ours that a browser's `ja-JP` means.
fn spoken(browser: &str) -> Lang {
    if browser.starts_with("ja") { Lang::Ja } else { Lang::En }
}

impl Console {
    /// For whom the page of `user` is put into words.
    pub(super) fn reader(&self, user: &str, browser: &str) -> Reader {
        let person = self.setup.people.iter().find(|person| person.user == user);
        Reader {
            lang: person.and_then(|person| person.lang).unwrap_or_else(|| spoken(browser)),
            zone: person.map_or(TimeZone::UTC, |person| person.zone.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::Words;

    #[test]
    fn every_word_of_the_page_is_in_the_dictionary() {
        let words = Words::load().unwrap();
        for word in WORDS {
            assert!(words.knows(&format!("console-{word}")), "console-{word}");
        }
    }
}
