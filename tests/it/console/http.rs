//! The console's contract over HTTP, without a browser.

use futures_util::StreamExt;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use toban::base::ids::PostId;
use toban::chat::console::Past;
use toban::domain::message::{Audience, Entry, Thread};
use toban::domain::report::{Body, Report, Tone};

use super::canned::Rig;

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().build().unwrap()
}

async fn say(rig: &Rig, message: Value) -> Response {
    http().post(rig.url("/console/messages")).json(&message).send().await.unwrap()
}

/// Server-sent events, read one by one.
struct Events {
    bytes: futures_util::stream::BoxStream<'static, Vec<u8>>,
    text: String,
}

#[derive(Debug)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

impl Events {
    async fn open(rig: &Rig, query: &str, last: Option<&str>) -> Self {
        let mut request = http().get(rig.url(&format!("/console/events{query}")));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let bytes = answer.bytes_stream().map(|chunk| chunk.map(|chunk| chunk.to_vec()).unwrap_or_default());
        Self { bytes: bytes.boxed(), text: String::new() }
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let value = event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                    value.unwrap_or_default().trim_start().to_owned()
                };
                let data = serde_json::from_str(&field("data")).unwrap_or(Value::Null);
                let event = Event { name: field("event"), id: field("id"), data };
                self.text = rest.to_owned();
                if event.name != "beat" {
                    return Some(event);
                }
                continue;
            }
            self.text.push_str(std::str::from_utf8(&self.bytes.next().await?).unwrap());
        }
    }

    async fn until_ready(&mut self) -> (bool, Vec<Event>) {
        let hello = self.next().await.unwrap();
        assert_eq!(hello.name, "hello");
        let mut posts = Vec::new();
        loop {
            match self.next().await.unwrap() {
                event if event.name == "ready" => return (hello.data["fresh"].as_bool().unwrap(), posts),
                event => posts.push(event),
            }
        }
    }
}

#[tokio::test]
async fn a_line_is_acknowledged_shown_and_answered_in_its_thread() {
    let rig = Rig::start().await;
    let mut events = Events::open(&rig, "", None).await;
    assert!(events.until_ready().await.1.is_empty());

    let answer =
        say(&rig, json!({ "id": "a-1", "as": "mori", "channel": "ops", "text": " /health sagebase " })).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "id": "console:a-1", "state": "first" }));

    let line = events.next().await.unwrap().data;
    assert_eq!(line["id"], "console:a-1");
    assert_eq!(line["author"], json!({ "id": "mori", "name": "Mori Ken" }));
    assert_eq!(line["body"]["text"], "health sagebase");
    let report = events.next().await.unwrap().data;
    assert_eq!(report["thread"], "console:a-1");
    assert_eq!(report["body"]["headline"], "sagebase is healthy");

    let seen = rig.bot.seen.lock().unwrap()[0].clone();
    assert_eq!(seen.user, "mori");
    assert_eq!(seen.entry, Entry::Direct);
    assert_eq!(seen.text, "health sagebase");
    assert_eq!(seen.place.thread, Some(Thread::Known("console:a-1".to_owned())));
}

#[tokio::test]
async fn the_same_id_twice_is_one_command() {
    let rig = Rig::start().await;
    let line = json!({ "id": "twice", "channel": "ops", "text": "health sagebase" });
    say(&rig, line.clone()).await;
    let second = say(&rig, line).await;
    assert_eq!(second.status(), StatusCode::ACCEPTED);
    assert_eq!(second.json::<Value>().await.unwrap()["state"], "duplicate");
    assert_eq!(rig.bot.seen.lock().unwrap().len(), 1);
    let (_, posts) = Events::open(&rig, "", None).await.until_ready().await;
    assert_eq!(posts.len(), 2);
}

#[tokio::test]
async fn an_answer_in_a_thread_and_a_button_stay_in_that_thread() {
    let rig = Rig::start().await;
    say(&rig, json!({ "id": "root", "channel": "sagebase", "text": "rollback api-key-server" })).await;
    let (_, posts) = Events::open(&rig, "", None).await.until_ready().await;
    let plan = posts[1].data["id"].as_str().unwrap().to_owned();
    say(&rig, json!({ "id": "in", "channel": "sagebase", "thread": plan, "text": "health" })).await;
    say(&rig, json!({ "id": "press", "message": plan, "command": "cancel P-1" })).await;

    let seen = rig.bot.seen.lock().unwrap().clone();
    for message in &seen {
        assert_eq!(message.place.channel, "sagebase");
        assert_eq!(message.place.thread, Some(Thread::Known("console:root".to_owned())));
    }
    assert_eq!(seen[2].entry, Entry::Button { message: plan, reply_url: None });
    assert_eq!(seen[2].text, "cancel P-1");
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_event_that_was_seen() {
    let rig = Rig::start().await;
    say(&rig, json!({ "id": "1", "channel": "ops", "text": "health" })).await;
    let (fresh, posts) = Events::open(&rig, "", None).await.until_ready().await;
    assert!(fresh);
    let last = posts.last().unwrap().id.clone();

    say(&rig, json!({ "id": "2", "channel": "ops", "text": "health" })).await;
    for (query, header) in [(String::new(), Some(last.as_str())), (format!("?after={last}"), None)] {
        let (fresh, missed) = Events::open(&rig, &query, header).await.until_ready().await;
        assert!(!fresh);
        assert_eq!(missed.len(), 2);
        assert_eq!(missed[0].data["id"], "console:2");
    }
    let (fresh, all) = Events::open(&rig, "", Some("of-another-process.7")).await.until_ready().await;
    assert!(fresh);
    assert_eq!(all.len(), 4);
}

#[tokio::test]
async fn what_another_site_sends_is_refused() {
    let rig = Rig::start().await;
    let line = json!({ "channel": "ops", "text": "health" });
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("host", "evil.example"),
    ] {
        let request = http().post(rig.url("/console/messages")).header(name, value).json(&line);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}: {value}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    let form = http().post(rig.url("/console/messages")).body(line.to_string());
    let form = form.header("content-type", "text/plain").send().await.unwrap();
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(rig.bot.seen.lock().unwrap().is_empty());

    let own = http().post(rig.url("/console/messages")).header("origin", rig.url("")).json(&line);
    assert_eq!(own.send().await.unwrap().status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn lines_that_cannot_be_are_refused_with_a_reason() {
    let rig = Rig::start().await;
    for (message, status) in [
        (json!({ "channel": "nowhere", "text": "health" }), StatusCode::NOT_FOUND),
        (json!({ "channel": "ops", "text": " / " }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "id": "../x", "channel": "ops", "text": "health" }), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "as": "nobody", "channel": "ops", "text": "health" }), StatusCode::FORBIDDEN),
        (json!({ "message": "gone", "command": "confirm P-1" }), StatusCode::GONE),
        (json!({ "text": "health" }), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = say(&rig, message.clone()).await;
        assert_eq!(answer.status(), status, "{message}");
        let problem: Value = answer.json().await.unwrap();
        assert!(problem["reference"].as_str().unwrap().starts_with("E-"));
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
    assert!(rig.bot.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_line_that_could_not_be_stored_is_shown_as_such_until_it_is() {
    let rig = Rig::start().await;
    let answer = say(&rig, json!({ "id": "x", "channel": "ops", "text": "lose" })).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let mut events = Events::open(&rig, "", None).await;
    let (_, posts) = events.until_ready().await;
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].data["failed"], true);
    say(&rig, json!({ "id": "x", "channel": "ops", "text": "health" })).await;
    let line = events.next().await.unwrap().data;
    assert_eq!((&line["id"], &line["failed"]), (&json!("console:x"), &json!(false)));
}

#[tokio::test]
async fn ten_thousand_characters_reach_the_bot() {
    let rig = Rig::start().await;
    let answer = say(&rig, json!({ "channel": "ops", "text": "あ".repeat(10_000) })).await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(rig.bot.seen.lock().unwrap()[0].text.chars().count(), 10_000);
    let answer = say(&rig, json!({ "channel": "ops", "text": "a".repeat(2_000_000) })).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_private_answer_is_for_one_person_only() {
    let rig = Rig::start().await;
    say(&rig, json!({ "as": "mori", "channel": "ops", "text": "whisper" })).await;
    let (_, sato) = Events::open(&rig, "?as=sato", None).await.until_ready().await;
    let (_, mori) = Events::open(&rig, "?as=mori", None).await.until_ready().await;
    assert_eq!((sato.len(), mori.len()), (1, 2));
    assert_eq!(mori[1].data["only"], true);
}

#[tokio::test]
async fn a_file_is_a_download_under_its_own_name() {
    let rig = Rig::start().await;
    say(&rig, json!({ "channel": "ops", "text": "more R-1 file" })).await;
    let (_, posts) = Events::open(&rig, "", None).await.until_ready().await;
    let post = posts[1].data["id"].as_str().unwrap();
    let answer = http().get(rig.url(&format!("/console/files/{post}"))).send().await.unwrap();
    let headers = answer.headers().clone();
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename*=UTF-8''%E3"));
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.text().await.unwrap(), "一行目\n<b>two</b>\n");
    let none = http().get(rig.url("/console/files/none")).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_board_can_be_seeded_with_what_was_said_before() {
    let rig = Rig::start().await;
    say(&rig, json!({ "id": "old", "channel": "ops", "text": "health" })).await;
    let said = rig.bot.seen.lock().unwrap()[0].clone();
    let later = Rig::start().await;
    later.console.seed([
        Past::Said(said),
        Past::Posted {
            post: PostId::from("p-1"),
            channel: "ops".to_owned(),
            thread: Some("console:old".to_owned()),
            audience: Audience::All,
            body: Body::Report(Report::new(Tone::Good, "fine then")),
            at: "2026-01-05T09:00:00Z".parse().unwrap(),
        },
    ]);
    let (_, posts) = Events::open(&later, "", None).await.until_ready().await;
    assert_eq!(posts[0].data["id"], "console:old");
    assert_eq!(posts[1].data["thread"], "console:old");
    assert_eq!(posts[1].data["at"], "2026-01-05T09:00:00Z");
}

#[tokio::test]
async fn the_page_is_in_the_persons_language_and_offers_what_to_try() {
    let rig = Rig::start().await;
    let setup = |query: &'static str| {
        let address = rig.url(&format!("/console/setup?{query}"));
        async { http().get(address).send().await.unwrap().json::<Value>().await.unwrap() }
    };
    assert_eq!(setup("lang=en-GB").await["words"]["send"], "Send");
    assert_eq!(setup("lang=ja-JP").await["words"]["send"], "送信");
    let tanaka = setup("lang=en&as=tanaka").await;
    assert_eq!((&tanaka["me"], &tanaka["lang"]), (&json!("tanaka"), &json!("ja")));
    assert_eq!(tanaka["tries"][0]["command"], "health sagebase");
    let typed = http().get(rig.url("/console/complete?text=/heal")).send().await.unwrap();
    assert_eq!(typed.json::<Value>().await.unwrap()[0]["text"], "health ");
}
