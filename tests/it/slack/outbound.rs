//! What people see in Slack, and what each way of failing means for the message.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use toban::base::ids::{PostId, row};
use toban::chat::slack::api::Api;
use toban::chat::slack::outbound::SlackChat;
use toban::domain::log::{LogLine, Severity};
use toban::domain::message::Audience;
use toban::domain::report::{Block, Body, Look, Report, Tone};
use toban::domain::words::{Phrase, Reader, Words};
use toban::ports::{Chat, ChatError, Outgoing};

use super::fake::{BOT_TOKEN, FakeSlack, Fault};

struct Desk {
    slack: FakeSlack,
    chat: SlackChat,
}

/// A message that owns what it is made of.
struct Draft {
    post: PostId,
    thread: Option<String>,
    audience: Audience,
    body: Body,
    reader: Reader,
}

impl Draft {
    fn new(report: Report) -> Self {
        Self::of(Body::Report(report))
    }

    fn of(body: Body) -> Self {
        let reader = Reader::default();
        Self { post: PostId::from(row()), thread: None, audience: Audience::All, body, reader }
    }

    fn file(text: &str) -> Self {
        Self::of(Body::File { name: "log.txt".to_owned(), text: text.to_owned(), at: Timestamp::UNIX_EPOCH })
    }

    fn only(mut self, reply_url: Option<String>) -> Self {
        self.audience = Audience::Only { user: "U0SATO".to_owned(), reply_url };
        self
    }

    fn under(mut self, thread: &str) -> Self {
        self.thread = Some(thread.to_owned());
        self
    }

    fn outgoing(&self) -> Outgoing<'_> {
        Outgoing {
            post: &self.post,
            channel: "C0OPS",
            thread: self.thread.as_deref(),
            audience: &self.audience,
            body: &self.body,
            reader: &self.reader,
        }
    }
}

impl Desk {
    async fn open() -> Self {
        let slack = FakeSlack::start().await;
        let api = Arc::new(Api::new(&slack.api_url(), &slack.bot_token()).unwrap());
        let chat = SlackChat::new(api, Arc::new(Words::load().unwrap()));
        Self { slack, chat }
    }

    async fn post(&self, draft: &Draft) -> Result<String, ChatError> {
        self.chat.post(&draft.outgoing()).await
    }
}

fn hello() -> Report {
    Report::new(Tone::Good, "hello")
}

fn full() -> Report {
    let line = |text: &str| LogLine {
        at: Timestamp::from_second(1_700_000_000).unwrap(),
        severity: Severity::Error,
        text: text.to_owned(),
        count: 2,
    };
    let head = |text: &str| Phrase::raw(text);
    Report::new(Tone::Warn, "sagebase: one of two parts is slow <&> @everyone")
        .text("See https://example.com/a?b=1&c=2. *Not bold*, <!channel> calls nobody.")
        .block(Block::Heading(head("Parts")))
        .block(Block::Fields(vec![(head("revision"), head("web-00042")), (head("traffic"), head(""))]))
        .block(Block::Table {
            heads: vec![head("part"), head("ms")],
            rows: vec![vec![head("web"), head("42")], vec![head("検索"), head("1200")]],
        })
        .block(Block::Log(vec![line("upstream error\nretrying")]))
        .block(Block::List(vec![head("one"), head("two")]))
        .button("Roll back", "rollback sagebase previous", Look::Danger)
        .button("Logs", "logs sagebase", Look::Plain)
        .footnote("Cloud Run, 1 s ago")
}

#[tokio::test]
async fn a_report_reads_like_this() {
    let desk = Desk::open().await;
    let root = desk.post(&Draft::new(hello())).await.unwrap();
    desk.post(&Draft::new(full()).under(&root)).await.unwrap();
    // What breaks a broadcast is invisible in Slack; here it is a dot.
    insta::assert_snapshot!(desk.slack.transcript("C0OPS").replace('\u{200b}', "·"), @r"
    ✅ **hello**
        ⚠️ **sagebase: one of two parts is slow <&> @·everyone**
          See https://example.com/a?b=1&c=2. *Not bold*, <·!channel> calls nobody.
          # Parts
          *revision*: web-00042
          *traffic*: –
          | part    ms
          | web     42
          | 検索  1200
          | 22:13:20 ERROR  upstream error
          |     retrying (×2)
          • one
          • two
          [!Roll back → rollback sagebase previous] [Logs → logs sagebase]
          (Cloud Run, 1 s ago)
    ");
    let state = desk.slack.state();
    let sent = &state.calls.last().unwrap().body;
    assert_eq!((&sent["unfurl_links"], &sent["unfurl_media"]), (&false.into(), &false.into()));
    assert_eq!(sent["metadata"]["event_type"], "toban_post");
}

#[tokio::test]
async fn an_edit_replaces_the_message() {
    let desk = Desk::open().await;
    let draft = Draft::new(Report::new(Tone::Busy, "rolling back"));
    let ts = desk.post(&draft).await.unwrap();
    let done = Draft { body: Body::Report(Report::new(Tone::Good, "rolled back")), ..draft };
    desk.chat.edit(&done.outgoing(), &ts).await.unwrap();
    assert_eq!(desk.slack.transcript("C0OPS"), "(edited) ✅ **rolled back**\n");
    let error = desk.chat.edit(&done.outgoing(), "1.000000").await.unwrap_err();
    assert!(matches!(error, ChatError::Refused(why) if why == "message_not_found"));
    assert!(matches!(desk.chat.edit(&done.outgoing(), "").await, Err(ChatError::Refused(_))));
}

#[tokio::test]
async fn what_is_for_one_person_goes_by_the_reply_url_and_else_by_the_api() {
    let desk = Desk::open().await;
    let url = desk.slack.reply_url("C0OPS", "U0SATO");
    for _ in 0..6 {
        desk.post(&Draft::new(hello()).only(Some(url.clone()))).await.unwrap();
    }
    desk.post(&Draft::new(hello()).only(None)).await.unwrap();
    assert_eq!(desk.slack.transcript("C0OPS"), "(only U0SATO) ✅ **hello**\n".repeat(7));
    assert_eq!(desk.slack.state().count("response_url"), 5);
    assert_eq!(desk.slack.state().count("chat.postEphemeral"), 2);
}

#[tokio::test]
async fn a_reply_url_elsewhere_is_not_called() {
    let desk = Desk::open().await;
    for url in
        ["https://evil.example/x", "http://hooks.slack.com.evil.example/x", "file:///etc/passwd", "nonsense"]
    {
        desk.post(&Draft::new(hello()).only(Some(url.to_owned()))).await.unwrap();
    }
    assert_eq!(desk.slack.state().count("chat.postEphemeral"), 4);
}

#[tokio::test]
async fn a_file_is_uploaded_in_the_thread() {
    let desk = Desk::open().await;
    let root = desk.post(&Draft::new(hello())).await.unwrap();
    let draft = Draft::file("ログ\nline two\n").under(&root);
    desk.post(&draft).await.unwrap();
    desk.post(&Draft::file("").only(None)).await.unwrap();
    let shown = desk.slack.transcript("C0OPS");
    assert_eq!(shown, "✅ **hello**\n    [file log.txt, 16 bytes]\n");
    assert_eq!(desk.slack.transcript("DU0SATO"), "[file log.txt, 1 bytes]\n");
    assert!(desk.chat.find(&draft.outgoing()).await.unwrap().is_some());
}

#[tokio::test]
async fn every_way_of_failing_says_what_may_be_done_next() {
    let desk = Desk::open().await;
    let draft = Draft::new(hello());
    let fail = async |fault| {
        desk.slack.fail("chat.postMessage", fault);
        desk.post(&draft).await.unwrap_err()
    };
    let limited = fail(Fault::RateLimited(7)).await;
    assert!(matches!(limited, ChatError::RateLimited(wait) if wait == Duration::from_secs(7)));
    assert!(matches!(fail(Fault::Error("ratelimited")).await, ChatError::RateLimited(_)));
    assert!(
        matches!(fail(Fault::Error("invalid_blocks")).await, ChatError::Refused(why) if why == "invalid_blocks")
    );
    assert!(matches!(fail(Fault::Error("not_in_channel")).await, ChatError::Refused(_)));
    assert!(matches!(fail(Fault::Error("account_inactive")).await, ChatError::Down(_)));
    assert!(matches!(fail(Fault::Error("fatal_error")).await, ChatError::Uncertain(_)));
    assert!(matches!(fail(Fault::Html(200)).await, ChatError::Uncertain(_)));
    assert!(matches!(fail(Fault::Html(503)).await, ChatError::Uncertain(_)));
    assert!(matches!(fail(Fault::Html(407)).await, ChatError::Down(_)));
    assert!(matches!(fail(Fault::Dropped).await, ChatError::Uncertain(_)));
    assert_eq!(desk.slack.transcript("C0OPS"), "");
    assert!(desk.slack.state().calls.iter().all(|call| call.outcome != "ok"));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_not_waited_for() {
    let desk = Desk::open().await;
    let api = Api::new(&desk.slack.api_url(), &desk.slack.bot_token()).unwrap();
    let api = Arc::new(api.patience(Duration::from_millis(50)));
    let chat = SlackChat::new(api, Arc::new(Words::load().unwrap()));
    desk.slack.fail("chat.postMessage", Fault::Hang);
    let error = chat.post(&Draft::new(hello()).outgoing()).await.unwrap_err();
    assert!(matches!(error, ChatError::Uncertain(_)));
}

#[tokio::test]
async fn a_lost_answer_is_found_again() {
    let desk = Desk::open().await;
    let root = desk.slack.person_says("C0OPS", "it is down");
    for thread in [None, Some(root.as_str())] {
        for fault in [Fault::DoneThen500, Fault::DoneThenDropped] {
            let mut draft = Draft::new(hello());
            draft.thread = thread.map(str::to_owned);
            assert_eq!(desk.chat.find(&draft.outgoing()).await.unwrap(), None);
            desk.slack.fail("chat.postMessage", fault);
            assert!(matches!(desk.post(&draft).await, Err(ChatError::Uncertain(_))));
            let found = desk.chat.find(&draft.outgoing()).await.unwrap().unwrap();
            assert_eq!(desk.slack.state().message(&found).unwrap().thread.as_deref(), thread);
        }
    }
}

#[tokio::test]
async fn an_earlier_try_is_found_behind_many_others() {
    let desk = Desk::open().await;
    let draft = Draft::new(hello());
    let ts = desk.post(&draft).await.unwrap();
    (0..250).for_each(|_| drop(desk.slack.person_says("C0OPS", "noise")));
    assert_eq!(desk.chat.find(&draft.outgoing()).await.unwrap(), Some(ts));
    assert_eq!(desk.slack.state().count("conversations.history"), 2);
    desk.slack.close_channel("C0OPS", "not_in_channel");
    assert_eq!(desk.chat.find(&draft.outgoing()).await.unwrap(), None);
}

#[tokio::test]
async fn a_replaced_token_is_the_end_of_the_trouble() {
    let desk = Desk::open().await;
    desk.slack.revoke(BOT_TOKEN, Some("token_revoked"));
    let error = desk.post(&Draft::new(hello())).await.unwrap_err();
    assert!(matches!(error, ChatError::Down(why) if why == "token refused: token_revoked"));
    desk.slack.revoke(BOT_TOKEN, None);
    desk.post(&Draft::new(hello())).await.unwrap();
}

#[tokio::test]
async fn nobody_at_home_means_that_nothing_was_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    drop(listener);
    let desk = Desk::open().await;
    let api = Arc::new(Api::new(&url, &desk.slack.bot_token()).unwrap());
    let chat = SlackChat::new(api, Arc::new(Words::load().unwrap()));
    assert!(matches!(chat.post(&Draft::new(hello()).outgoing()).await, Err(ChatError::Down(_))));
}

#[tokio::test]
async fn a_channel_that_is_too_fast_is_told_to_wait() {
    let desk = Desk::open().await;
    desk.slack.pace(Some(Duration::from_secs(60)));
    desk.post(&Draft::new(hello())).await.unwrap();
    let error = desk.post(&Draft::new(hello())).await.unwrap_err();
    assert!(matches!(error, ChatError::RateLimited(wait) if wait == Duration::from_secs(60)));
}
