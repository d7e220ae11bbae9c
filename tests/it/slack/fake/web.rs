//! The Web API, reply URLs and uploads.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State as Shelf};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use serde_json::{Map, Value, json};

use super::state::{Call, Fault, Said, State};
use super::{APP_TOKEN, BOT_TOKEN, BOT_USER, Shared, blocks};

type Answer = Result<Value, String>;

pub(super) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/{method}", any(call))
        .route("/respond/{id}", post(respond))
        .route("/upload/{id}", post(upload))
        .layer(axum::extract::DefaultBodyLimit::max(16 << 20))
        .with_state(shared)
}

async fn call(
    Shelf(shared): Shelf<Arc<Shared>>,
    Path(method): Path<String>,
    verb: Method,
    Query(query): Query<Map<String, Value>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = {
        let mut state = shared.lock();
        state.away.clone().or_else(|| state.fault(&method))
    };
    let (arguments, refused) = match arguments(&verb, query, &headers, &body) {
        Ok(arguments) => (arguments, None),
        Err(error) => (Value::Null, Some(error)),
    };
    let done = |outcome: &str, shared: &Shared| {
        let call = Call { method: method.clone(), body: arguments.clone(), outcome: outcome.to_owned() };
        shared.change(|state| state.calls.push(call));
    };
    match fault {
        Some(Fault::RateLimited(seconds)) => {
            done("429", &shared);
            return limited(seconds);
        }
        Some(Fault::Error(error)) => {
            done(error, &shared);
            return json_answer(&json!({ "ok": false, "error": error }));
        }
        Some(Fault::Html(status)) => {
            done("html", &shared);
            return html(status);
        }
        Some(Fault::Hang) => {
            done("hang", &shared);
            return std::future::pending().await;
        }
        Some(Fault::Dropped) => {
            done("dropped", &shared);
            return broken();
        }
        Some(Fault::DoneThen500 | Fault::DoneThenDropped | Fault::DoneThenHang) | None => {}
    }
    if let Some(seconds) = paced(&method, &arguments, &shared) {
        done("429", &shared);
        return limited(seconds);
    }
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = token.strip_prefix("Bearer ").unwrap_or_default();
    let answer = match refused {
        Some(error) => Err(error),
        None => {
            authorised(&method, token, &shared).and_then(|()| answer(&method, token, &arguments, &shared))
        }
    };
    done(answer.as_ref().map_or_else(String::as_str, |_| "ok"), &shared);
    match (fault, answer) {
        (Some(Fault::DoneThen500), _) => html(500),
        (Some(Fault::DoneThenHang), _) => std::future::pending().await,
        (Some(_), _) => broken(),
        (None, Ok(mut answer)) => {
            answer["ok"] = json!(true);
            json_answer(&answer)
        }
        (None, Err(error)) => {
            // `error: detail`: the detail is for whoever reads the test's output.
            let (code, detail) = error.split_once(": ").unwrap_or((&error, ""));
            json_answer(&json!({ "ok": false, "error": code, "response_metadata": { "messages": [detail] } }))
        }
    }
}

fn arguments(verb: &Method, query: Map<String, Value>, headers: &HeaderMap, body: &Bytes) -> Answer {
    if verb == Method::GET {
        return Ok(Value::Object(query));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default() {
        "application/json" if !kind.contains("charset") => Err("missing_charset".to_owned()),
        "application/json" => match serde_json::from_slice(body) {
            Ok(object @ Value::Object(_)) => Ok(object),
            Ok(_) => Err("json_not_object".to_owned()),
            Err(_) => Err("invalid_json".to_owned()),
        },
        "application/x-www-form-urlencoded" => Ok(Value::Object(
            url::form_urlencoded::parse(body)
                .map(|(name, value)| (name.into_owned(), json!(value)))
                .collect(),
        )),
        _ => Err("invalid_form_data".to_owned()),
    }
}

fn authorised(method: &str, token: &str, shared: &Shared) -> Result<(), String> {
    if token.is_empty() {
        return Err("not_authed".to_owned());
    }
    if let Some(error) = shared.lock().revoked.get(token) {
        return Err((*error).to_owned());
    }
    match (method, token) {
        ("auth.test", BOT_TOKEN | APP_TOKEN) | ("apps.connections.open", APP_TOKEN) => Ok(()),
        ("apps.connections.open", BOT_TOKEN) | (_, APP_TOKEN) => Err("not_allowed_token_type".to_owned()),
        (_, BOT_TOKEN) => Ok(()),
        _ => Err("invalid_auth".to_owned()),
    }
}

/// Seconds to wait, where the channel has had a message within its pace.
fn paced(method: &str, arguments: &Value, shared: &Shared) -> Option<u64> {
    if !matches!(method, "chat.postMessage" | "chat.postEphemeral") {
        return None;
    }
    shared.change(|state| {
        let pace = state.pace?;
        let channel = arguments["channel"].as_str()?.to_owned();
        if state.last.get(&channel).is_some_and(|last| last.elapsed() < pace) {
            return Some(pace.as_secs().max(1));
        }
        state.last.insert(channel, shared.clock.stopwatch());
        None
    })
}

fn answer(method: &str, token: &str, sent: &Value, shared: &Shared) -> Answer {
    match method {
        "auth.test" if token == APP_TOKEN => Ok(json!({ "app_id": "A1", "app_name": "Toban" })),
        "auth.test" => Ok(json!({
            "url": "https://example.slack.com/", "team": "Example", "team_id": "T1", "user": "toban",
            "user_id": BOT_USER, "bot_id": "B1",
        })),
        "apps.connections.open" => Ok(json!({ "url": format!("{}/link/?ticket=t1", shared.socket_url) })),
        "chat.postMessage" => {
            only(
                sent,
                &[
                    "channel",
                    "thread_ts",
                    "text",
                    "blocks",
                    "unfurl_links",
                    "unfurl_media",
                    "metadata",
                    "mrkdwn",
                    "reply_broadcast",
                ],
            )?;
            let said = said(sent, None, shared)?;
            let answer = json!({
                "channel": said.channel, "ts": said.ts,
                "message": { "type": "message", "bot_id": "B1", "user": BOT_USER, "ts": said.ts, "team": null, "blocks": said.blocks },
            });
            shared.change(|state| state.messages.push(said));
            Ok(answer)
        }
        "chat.postEphemeral" => {
            only(sent, &["channel", "thread_ts", "text", "blocks", "user", "unfurl_links", "unfurl_media"])?;
            let user = text(sent, "user")?;
            let said = said(sent, Some(user), shared)?;
            let answer = json!({ "message_ts": said.ts });
            shared.change(|state| state.messages.push(said));
            Ok(answer)
        }
        "chat.update" => {
            only(sent, &["channel", "ts", "text", "blocks", "unfurl_links", "unfurl_media", "metadata"])?;
            let (channel, ts) = (text(sent, "channel")?, text(sent, "ts")?);
            let new = content(sent)?;
            shared.change(|state| {
                let old = state.messages.iter_mut().find(|said| said.ts == ts && said.channel == channel);
                let old = old.filter(|said| said.only.is_none()).ok_or("message_not_found")?;
                (old.text, old.blocks, old.edits) = (new.0, new.1, old.edits + 1);
                Ok(json!({ "channel": channel, "ts": ts, "text": old.text }))
            })
        }
        "conversations.open" => Ok(json!({ "channel": { "id": format!("D{}", text(sent, "users")?) } })),
        "conversations.history" | "conversations.replies" => history(method, sent, &shared.lock()),
        "files.getUploadURLExternal" => {
            only(sent, &["filename", "length", "alt_txt", "snippet_type"])?;
            let length: usize = text(sent, "length")?.parse().map_err(|_| "invalid_arguments")?;
            if length == 0 {
                return Err("invalid_arguments: empty file".to_owned());
            }
            let name = text(sent, "filename")?;
            let id = shared.change(|state| {
                state.counter += 1;
                let id = format!("F{}", state.counter);
                state.uploads.insert(id.clone(), (name, length, None));
                id
            });
            Ok(json!({ "upload_url": format!("{}/upload/{id}", shared.base), "file_id": id }))
        }
        "files.completeUploadExternal" => complete(sent, shared),
        "usergroups.users.list" => {
            only(sent, &["usergroup", "include_disabled"])?;
            let group = text(sent, "usergroup")?;
            let state = shared.lock();
            let users = state.groups.get(&group).ok_or("no_such_subteam")?;
            Ok(json!({ "users": users }))
        }
        "usergroups.users.update" => {
            only(sent, &["usergroup", "users", "include_count"])?;
            let (group, users) = (text(sent, "usergroup")?, text(sent, "users")?);
            if users.is_empty() {
                return Err("no_users_provided".to_owned());
            }
            let users: Vec<String> = users.split(',').map(str::to_owned).collect();
            if users.iter().any(|user| !user.starts_with(['U', 'W'])) {
                return Err("invalid_users".to_owned());
            }
            shared.change(|state| {
                let members = state.groups.get_mut(&group).ok_or("no_such_subteam")?;
                members.clone_from(&users);
                Ok(json!({ "usergroup": { "id": group, "users": users } }))
            })
        }
        _ => Err("unknown_method".to_owned()),
    }
}

fn said(sent: &Value, only: Option<String>, shared: &Shared) -> Result<Said, String> {
    let channel = text(sent, "channel")?;
    let (words, blocks) = content(sent)?;
    let thread = sent["thread_ts"].as_str().map(str::to_owned);
    let now = shared.clock.now();
    let mut state = shared.lock();
    if let Some(error) = state.closed.get(&channel) {
        return Err((*error).to_owned());
    }
    if !channel.starts_with(['C', 'D', 'G', 'U']) {
        return Err("channel_not_found".to_owned());
    }
    if thread.as_deref().is_some_and(|ts| !ts.split('.').all(|part| part.parse::<u64>().is_ok())) {
        return Err("invalid_thread_ts".to_owned());
    }
    let metadata = sent["metadata"].clone();
    if !metadata.is_null() {
        let payload = metadata["event_payload"].as_object().ok_or("invalid_metadata_format")?;
        if !metadata["event_type"].is_string() || !payload.values().all(Value::is_string) {
            return Err("invalid_metadata_schema".to_owned());
        }
    }
    Ok(Said {
        ts: state.ts(now),
        channel,
        thread,
        only,
        text: words,
        blocks,
        metadata,
        files: Vec::new(),
        edits: 0,
    })
}

fn content(sent: &Value) -> Result<(String, Value), String> {
    let words = sent["text"].as_str().unwrap_or_default().to_owned();
    let blocks = sent.get("blocks").cloned().unwrap_or_else(|| json!([]));
    if words.is_empty() && blocks.as_array().is_none_or(Vec::is_empty) {
        return Err("no_text".to_owned());
    }
    if words.encode_utf16().count() > 4_000 {
        return Err("msg_too_long".to_owned());
    }
    if words.contains("<!") {
        return Err("unescaped markup in the text".to_owned());
    }
    blocks::check(&blocks).map_err(|fault| format!("invalid_blocks: {fault}"))?;
    Ok((words, blocks))
}

fn history(method: &str, sent: &Value, state: &State) -> Answer {
    only(
        sent,
        &["channel", "ts", "cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest"],
    )?;
    let channel = text(sent, "channel")?;
    if let Some(error) = state.closed.get(&channel) {
        return Err((*error).to_owned());
    }
    let everything = sent["include_all_metadata"] == "true";
    let oldest = sent["oldest"].as_str().unwrap_or("0");
    let root = sent["ts"].as_str();
    if method == "conversations.replies"
        && !state.channel(&channel).any(|said| Some(said.ts.as_str()) == root)
    {
        return Err("thread_not_found".to_owned());
    }
    let mut found: Vec<&Said> = state
        .channel(&channel)
        .filter(|said| match method {
            "conversations.replies" => said.thread.as_deref() == root || Some(said.ts.as_str()) == root,
            _ => said.thread.is_none(),
        })
        .filter(|said| *said.ts >= *oldest || Some(said.ts.as_str()) == root)
        .collect();
    if method == "conversations.history" {
        found.reverse();
    }
    let limit: usize = sent["limit"].as_str().and_then(|limit| limit.parse().ok()).unwrap_or(100);
    let from: usize = sent["cursor"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let more = found.len() > from + limit;
    let messages: Vec<Value> = found
        .into_iter()
        .skip(from)
        .take(limit)
        .map(|said| {
            let files: Vec<Value> = said
                .files
                .iter()
                .map(|(name, content)| json!({ "name": name, "size": content.len() }))
                .collect();
            let mut shown = json!({ "type": "message", "ts": said.ts, "text": said.text, "files": files });
            if everything && !said.metadata.is_null() {
                shown["metadata"] = said.metadata.clone();
            }
            shown
        })
        .collect();
    let next = if more { (from + limit).to_string() } else { String::new() };
    Ok(json!({ "messages": messages, "has_more": more, "response_metadata": { "next_cursor": next } }))
}

fn complete(sent: &Value, shared: &Shared) -> Answer {
    only(sent, &["files", "channel_id", "thread_ts", "initial_comment"])?;
    let now = shared.clock.now();
    let channel = text(sent, "channel_id")?;
    let listed = sent["files"].as_array().ok_or("invalid_arguments")?;
    shared.change(|state| {
        if let Some(error) = state.closed.get(&channel) {
            return Err((*error).to_owned());
        }
        let mut files = Vec::new();
        for file in listed {
            let id = text(file, "id")?;
            let Some((name, _, Some(content))) = state.uploads.remove(&id) else {
                return Err("file_not_found".to_owned());
            };
            files.push((name, content));
        }
        let ts = state.ts(now);
        let thread = sent["thread_ts"].as_str().map(str::to_owned);
        state.messages.push(Said {
            ts,
            channel,
            thread,
            only: None,
            text: String::new(),
            blocks: json!([]),
            metadata: Value::Null,
            files,
            edits: 0,
        });
        Ok(json!({ "files": sent["files"] }))
    })
}

async fn upload(Shelf(shared): Shelf<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    shared.change(|state| {
        let Some((_, length, content)) = state.uploads.get_mut(&id) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        if body.len() != *length {
            return (StatusCode::BAD_REQUEST, "length").into_response();
        }
        *content = Some(String::from_utf8(body.to_vec()).unwrap());
        format!("OK - {length}").into_response()
    })
}

async fn respond(
    Shelf(shared): Shelf<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = shared.lock().fault("response_url");
    if let Some(Fault::Html(status)) = fault {
        return html(status);
    }
    let refuse = |error: &str| {
        (StatusCode::NOT_FOUND, json!({ "ok": false, "error": error }).to_string()).into_response()
    };
    assert!(
        headers.get(header::AUTHORIZATION).is_none(),
        "a reply URL is secret by itself and gets no token"
    );
    let Ok(sent) = serde_json::from_slice::<Value>(&body) else { return refuse("invalid_payload") };
    let Some((channel, user, uses)) = shared.lock().replies.get(&id).cloned() else {
        return refuse("expired_url");
    };
    if uses >= 5 {
        return refuse("used_url");
    }
    let fields = ["response_type", "replace_original", "delete_original", "text", "blocks", "thread_ts"];
    let checked = only(&sent, &fields).and_then(|()| content(&sent));
    let outcome = checked.as_ref().map_or_else(Clone::clone, |_| "ok".to_owned());
    let call = Call { method: "response_url".to_owned(), body: sent.clone(), outcome };
    let now = shared.clock.now();
    shared.change(|state| {
        state.calls.push(call);
        let Ok((text, blocks)) = checked else { return refuse("invalid_blocks") };
        if let Some(reply) = state.replies.get_mut(&id) {
            reply.2 += 1;
        }
        let only = (sent["response_type"] != "in_channel").then_some(user);
        let ts = state.ts(now);
        let thread = sent["thread_ts"].as_str().map(str::to_owned);
        let (metadata, files) = (Value::Null, Vec::new());
        state.messages.push(Said { ts, channel, thread, only, text, blocks, metadata, files, edits: 0 });
        "ok".into_response()
    })
}

fn text(sent: &Value, name: &str) -> Result<String, String> {
    let text = sent[name].as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| format!("invalid_arguments: {name}"))
}

fn only(sent: &Value, known: &[&str]) -> Result<(), String> {
    let unknown = sent.as_object().and_then(|sent| sent.keys().find(|key| !known.contains(&key.as_str())));
    unknown.map_or(Ok(()), |key| Err(format!("invalid_arguments: {key}")))
}

fn json_answer(answer: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], answer.to_string()).into_response()
}

fn limited(seconds: u64) -> Response {
    let body = json!({ "ok": false, "error": "ratelimited" });
    let mut response = json_answer(&body);
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

fn html(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::CONTENT_TYPE, "text/html")], "<html>Server Error</html>").into_response()
}

/// Headers, and then the connection is gone.
fn broken() -> Response {
    let broken = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("dropped")) });
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(broken)).into_response()
}
