//! The link in a page: it shows, its button acknowledges. Scanners of mail follow links, so showing changes nothing.
//! It works without a script.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::{Doors, not_taken};
use crate::base::Secret;
use crate::domain::words::{Lang, Phrase, Reader};
use crate::ports::Reply;

/// As everywhere, but that the form may be sent here.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const STYLE: &str = include_str!("page.css");

pub(super) fn routes() -> Router<Arc<Doors>> {
    Router::new().route("/p/{token}", get(show).post(press)).route("/p/page.css", get(style))
}

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

async fn show(State(doors): State<Arc<Doors>>, Path(token): Path<String>) -> Response {
    match doors.replies.look(&Secret::new(token)).await {
        Ok(reply) => page(&doors, reply),
        Err(error) => not_taken(&error),
    }
}

async fn press(State(doors): State<Arc<Doors>>, Path(token): Path<String>) -> Response {
    match doors.replies.press(&Secret::new(token)).await {
        Ok(reply) => page(&doors, reply),
        Err(error) => not_taken(&error),
    }
}

/// The page. The form goes back to where it came from, so the token stands nowhere in it.
fn page(doors: &Doors, reply: Option<Reply>) -> Response {
    let (status, reply) =
        reply.map_or_else(|| (StatusCode::NOT_FOUND, nobodys(doors)), |reply| (StatusCode::OK, reply));
    let lang = match reply.lang {
        Lang::En => "en",
        Lang::Ja => "ja",
    };
    let lines: String = reply.lines.iter().map(|line| format!("<p>{}</p>", escape(line))).collect();
    let button = reply
        .button
        .as_ref()
        .map(|label| format!("<form method=\"post\"><button autofocus>{}</button></form>", escape(label)));
    let state = if reply.done { "done" } else { "open" };
    let body = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\">\
         <title>Toban</title><link rel=\"stylesheet\" href=\"page.css\"></head>\
         <body><main class=\"{state}\"><h1>{}</h1><section>{lines}</section>{}</main></body></html>",
        escape(&reply.headline),
        button.unwrap_or_default()
    );
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)];
    (status, headers, body).into_response()
}

/// What is said of a link that nobody knows: whose it was is not known either, so it is said in every language.
fn nobodys(doors: &Doors) -> Reply {
    let say = |lang| {
        let reader = Reader { lang, ..Reader::default() };
        doors.words.say(&reader, &Phrase::new("paging-unknown"))
    };
    Reply { lang: Lang::En, headline: say(Lang::En), lines: vec![say(Lang::Ja)], button: None, done: false }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
