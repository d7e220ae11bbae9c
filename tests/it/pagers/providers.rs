//! Each provider takes what we send as its documentation says, and what it answers is understood.

use std::time::Duration;

use toban::base::{Clock, Secret};
use toban::chat::slack::api::Api;
use toban::chat::slack::pager::SlackPager;
use toban::domain::contact::{Address, Means};
use toban::pagers::http::Client;
use toban::pagers::ntfy::Ntfy;
use toban::pagers::pagerduty::Pagerduty;
use toban::pagers::telegram::Telegram;
use toban::pagers::twilio::{Account, Twilio};
use toban::pagers::webhook::{Webhook, signature};
use toban::ports::{Found, Pager, PagerError, Paging, Purpose};

use super::server::{ACCOUNT, AUTH_TOKEN, BOT_TOKEN, Fault, NTFY_TOKEN, Providers, ROUTING_KEY};
use super::{page, plain};
use crate::slack::fake::{self, FakeSlack};

fn client() -> Client {
    Client::new().unwrap().patience(Duration::from_millis(500))
}

fn ntfy(server: &Providers) -> Ntfy {
    Ntfy::new(client(), &server.url, Some(Secret::new(NTFY_TOKEN)))
}

fn telegram(server: &Providers, token: &str) -> Telegram {
    Telegram::new(client(), &server.url, Secret::new(token))
}

fn twilio(server: &Providers) -> Twilio {
    let account = Account {
        sid: ACCOUNT.into(),
        token: Secret::new(AUTH_TOKEN),
        from: Some("+15005550006".into()),
        voice_from: Some("+15005550006".into()),
        public_url: Some("https://toban.example.com".into()),
    };
    Twilio::new(client(), &server.url, account)
}

fn status(status: u16) -> Fault {
    Fault::Status(status, serde_json::Value::Null, None)
}

// TS-23
#[tokio::test]
async fn ntfy_gets_a_message_with_a_button() {
    let server = Providers::start().await;
    let id = ntfy(&server).send(Means::Ntfy, &page(plain("sato"))).await.unwrap();
    assert_eq!((id.as_str(), server.refused()), ("sPs71M8A2T", vec![]));
    let taken = &server.taken()[0].body;
    assert_eq!((taken["topic"].as_str(), taken["priority"].as_u64()), (Some("sato"), Some(5)));
    assert_eq!(taken["actions"][0]["method"], "POST");
    assert_eq!(taken["actions"][0]["url"], "https://toban.example.com/p/0123456789abcdef0123456789abcdef");
    let resolved = Paging {
        purpose: Purpose::Resolved,
        secret: None,
        ack_link: None,
        text: String::new(),
        ..page(plain("sato"))
    };
    ntfy(&server).send(Means::Ntfy, &resolved).await.unwrap();
    assert_eq!(server.taken()[1].body["priority"], 2);
    assert!(server.taken()[1].body.get("actions").is_none());
    ntfy(&server).check().await.unwrap();
}

#[tokio::test]
async fn a_very_long_page_fits_every_provider() {
    let server = Providers::start().await;
    let long =
        |address| Paging { subject: "障".repeat(5_000), text: "害&<\n".repeat(50_000), ..page(address) };
    ntfy(&server).send(Means::Ntfy, &long(plain("sato"))).await.unwrap();
    telegram(&server, BOT_TOKEN).send(Means::Telegram, &long(plain("1000000001"))).await.unwrap();
    let key = Address::Key(Secret::new(ROUTING_KEY));
    Pagerduty::new(client(), &server.url).send(Means::Pagerduty, &long(key)).await.unwrap();
    twilio(&server).send(Means::Sms, &long(plain("+819012345678"))).await.unwrap();
    twilio(&server).send(Means::Voice, &long(plain("+819012345678"))).await.unwrap();
    let slack = FakeSlack::start().await;
    slack_pager(&slack).send(Means::Slack, &long(plain("U0SATO"))).await.unwrap();
    assert_eq!(server.refused(), Vec::<String>::new());
}

#[tokio::test]
async fn failures_are_told_apart() {
    let server = Providers::start().await;
    let ntfy = ntfy(&server);
    let page = page(plain("sato"));
    let fails = [
        (
            Fault::Status(429, serde_json::Value::Null, Some("17")),
            PagerError::RateLimited(Duration::from_secs(17)),
        ),
        (status(429), PagerError::RateLimited(Duration::from_secs(10))),
        (status(503), PagerError::Down("HTTP 503".into())),
        (status(502), PagerError::Down("HTTP 502".into())),
        (status(500), PagerError::Uncertain("HTTP 500".into())),
        (status(401), PagerError::Access("HTTP 401".into())),
        (Fault::Html, PagerError::Uncertain("an answer that makes no sense".into())),
        (Fault::DoneThenDropped, PagerError::Uncertain("connection lost".into())),
        (Fault::Hang, PagerError::Uncertain("no answer within 500ms".into())),
    ];
    for (fault, error) in fails {
        server.fail(fault.clone());
        assert_eq!(ntfy.send(Means::Ntfy, &page).await, Err(error), "{fault:?}");
    }
    let nobody = Ntfy::new(client(), "http://127.0.0.1:1", None);
    assert_eq!(nobody.send(Means::Ntfy, &page).await, Err(PagerError::Down("no connection".into())));
    assert_eq!(nobody.check().await, Err(PagerError::Down("no connection".into())));
    let stranger = Ntfy::new(client(), &server.url, None);
    assert!(matches!(stranger.send(Means::Ntfy, &page).await, Err(PagerError::Access(_))));
    let nowhere = ntfy.send(Means::Ntfy, &super::page(plain("no/topic"))).await;
    assert!(matches!(nowhere, Err(PagerError::Refused(_))));
}

#[tokio::test]
async fn telegram_gets_a_message_with_a_button_and_never_shows_its_token() {
    let server = Providers::start().await;
    let bot = telegram(&server, BOT_TOKEN);
    let id = bot.send(Means::Telegram, &page(plain("1000000001"))).await.unwrap();
    assert_eq!(id, "1000000001/7");
    let keyboard = &server.taken()[0].body["reply_markup"]["inline_keyboard"];
    assert_eq!(keyboard[0][0]["callback_data"], "ack:0123456789abcdef0123456789abcdef");
    bot.check().await.unwrap();
    let retry = serde_json::json!({ "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 5",
                                    "parameters": { "retry_after": 5 } });
    server.fail(Fault::Status(429, retry, None));
    let again = bot.send(Means::Telegram, &page(plain("1000000001"))).await;
    assert_eq!(again, Err(PagerError::RateLimited(Duration::from_secs(5))));
    let blocked = serde_json::json!({ "ok": false, "error_code": 403, "description": "Forbidden: bot was blocked by the user" });
    server.fail(Fault::Status(403, blocked, None));
    let refused = bot.send(Means::Telegram, &page(plain("1000000001"))).await;
    assert_eq!(refused, Err(PagerError::Refused("HTTP 403: Forbidden: bot was blocked by the user".into())));
    assert!(matches!(bot.send(Means::Telegram, &page(plain("sato"))).await, Err(PagerError::Refused(_))));
    let mut told = Vec::new();
    for bot in [
        telegram(&server, "7:wrongsecret"),
        Telegram::new(client(), "http://127.0.0.1:1", Secret::new("7:wrongsecret")),
    ] {
        told.push(bot.send(Means::Telegram, &page(plain("1"))).await.unwrap_err());
        assert!(!format!("{bot:?}").contains("wrongsecret"));
    }
    assert_eq!(told[0], PagerError::Access("HTTP 401: Unauthorized".into()));
    assert!(told.iter().all(|error| !format!("{error:?} {error}").contains("wrongsecret")));
}

// TS-23
#[tokio::test]
async fn pagerduty_gets_one_alert_for_each_incident() {
    let server = Providers::start().await;
    let pagerduty = Pagerduty::new(client(), &server.url);
    let key = || Address::Key(Secret::new(ROUTING_KEY));
    for purpose in [Purpose::Trigger, Purpose::Acknowledged, Purpose::Resolved] {
        let id = pagerduty.send(Means::Pagerduty, &Paging { purpose, ..page(key()) }).await.unwrap();
        assert_eq!(id, "INC-42");
    }
    let actions: Vec<_> = server.taken().iter().map(|taken| taken.body["event_action"].clone()).collect();
    assert_eq!(actions, ["trigger", "acknowledge", "resolve"]);
    let test = Paging { purpose: Purpose::Test, incidents: Vec::new(), ..page(key()) };
    assert_eq!(pagerduty.send(Means::Pagerduty, &test).await.unwrap().len(), 32);
    let wrong = page(Address::Key(Secret::new("R0000000000000000000000000000009")));
    let refused = pagerduty.send(Means::Pagerduty, &wrong).await.unwrap_err();
    assert_eq!(refused, PagerError::Refused(r#"HTTP 400: ["Invalid routing key"]"#.into()));
    pagerduty.check().await.unwrap();
}

#[tokio::test]
async fn twilio_sends_texts_and_calls_and_finds_them_again() {
    let server = Providers::start().await;
    let twilio = twilio(&server);
    let page = page(plain("+819012345678"));
    assert_eq!(twilio.find(Means::Voice, &page).await.unwrap(), Some(Found::Never));
    assert_eq!(twilio.send(Means::Sms, &page).await.unwrap(), "SM1");
    assert_eq!(twilio.send(Means::Voice, &page).await.unwrap(), "CA1");
    assert_eq!(server.refused(), Vec::<String>::new());
    let taken = server.taken();
    let text = taken.iter().find(|taken| taken.what == "Messages.json").unwrap().body["Body"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(text.contains("https://toban.example.com/p/"), "{text}");
    let call =
        taken.iter().find(|taken| taken.what == "Calls.json" && taken.body.get("Twiml").is_some()).unwrap();
    let twiml = call.body["Twiml"].as_str().unwrap();
    assert!(twiml.contains("numDigits=\"1\"") && twiml.contains("<Say language=\"ja-JP\">"), "{twiml}");
    assert!(
        twiml.contains("action=\"https://toban.example.com/hooks/twilio?page=0123456789abcdef"),
        "{twiml}"
    );
    assert_eq!(twilio.find(Means::Voice, &page).await.unwrap(), Some(Found::Sent("XX1".into())));
    assert_eq!(twilio.find(Means::Sms, &page).await.unwrap(), Some(Found::Sent("XX1".into())));
    let other = Paging { subject: "another trouble".into(), ..page.clone() };
    assert_eq!(twilio.find(Means::Sms, &other).await.unwrap(), Some(Found::Never));
    for (to, refused) in [
        ("+15005550009", "HTTP 400: Attempt to send to unsubscribed recipient"),
        ("090", "not a number like +819012345678"),
    ] {
        let error = twilio.send(Means::Sms, &super::page(plain(to))).await.unwrap_err();
        assert_eq!(error, PagerError::Refused(refused.into()));
    }
    server.fail(Fault::Status(
        429,
        serde_json::json!({ "code": 20429, "message": "Too Many Requests" }),
        None,
    ));
    assert!(matches!(twilio.send(Means::Sms, &page).await, Err(PagerError::RateLimited(_))));
    twilio.check().await.unwrap();
}

#[tokio::test]
async fn a_wrong_account_is_our_fault() {
    let server = Providers::start().await;
    let account = Account {
        sid: ACCOUNT.into(),
        token: Secret::new("wrong"),
        from: Some("MG1".into()),
        voice_from: None,
        public_url: None,
    };
    let twilio = Twilio::new(client(), &server.url, account);
    assert_eq!(twilio.means(), [Means::Sms]);
    let error = twilio.send(Means::Sms, &page(plain("+819012345678"))).await.unwrap_err();
    assert_eq!(error, PagerError::Access("HTTP 401: Authenticate".into()));
    assert!(matches!(twilio.check().await, Err(PagerError::Access(_))));
}

#[tokio::test]
async fn a_webhook_is_signed_and_carries_its_key() {
    let server = Providers::start().await;
    let clock = Clock::manual("2026-03-02T09:00:00Z".parse().unwrap());
    let webhook = Webhook::new(client(), clock);
    let secret = Secret::new("s");
    let page = page(Address::Signed { url: format!("{}/hook", server.url), secret: Some(secret.clone()) });
    let (one, two) = (
        webhook.send(Means::Webhook, &page).await.unwrap(),
        webhook.send(Means::Webhook, &page).await.unwrap(),
    );
    assert_eq!(one, two);
    let taken = server.taken();
    let header = |name: &str| taken[0].headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-toban-timestamp"), "1772442000");
    assert_eq!(Some(header("x-toban-signature")), signature(&secret, "1772442000", &taken[0].raw));
    assert_eq!(header("idempotency-key"), one);
    assert_eq!(taken[0].body["incidents"], serde_json::json!(["INC-42"]));
    server.fail(status(403));
    let refused = webhook.send(Means::Webhook, &page).await;
    assert_eq!(refused, Err(PagerError::Refused("HTTP 403".into())), "one person's access, not ours");
}

fn slack_pager(slack: &FakeSlack) -> SlackPager {
    let api = Api::new(&slack.api_url(), &slack.bot_token()).unwrap().patience(Duration::from_millis(500));
    SlackPager::new(api.into())
}

// TS-23
#[tokio::test]
async fn slack_gets_a_direct_message_with_a_button_and_finds_it_again() {
    let slack = FakeSlack::start().await;
    let pager = slack_pager(&slack);
    let page = Paging { at: Clock::system().now(), ..page(plain("U0SATO")) };
    assert_eq!(pager.find(Means::Slack, &page).await.unwrap(), Some(Found::Never));
    slack.fail("chat.postMessage", fake::Fault::DoneThenDropped);
    assert!(matches!(pager.send(Means::Slack, &page).await, Err(PagerError::Uncertain(_))));
    let Some(Found::Sent(id)) = pager.find(Means::Slack, &page).await.unwrap() else { panic!("not found") };
    assert!(id.starts_with("DU0SATO/"), "{id}");
    {
        let state = slack.state();
        let said = &state.messages[0];
        assert_eq!(said.channel, "DU0SATO");
        let button = said.blocks.as_array().unwrap().last().unwrap()["elements"][0].clone();
        assert_eq!(
            (button["value"].as_str(), button["text"]["text"].as_str()),
            (Some("ack INC-42"), Some("対応する"))
        );
    }
    slack.fail("chat.postMessage", fake::Fault::RateLimited(30));
    assert_eq!(pager.send(Means::Slack, &page).await, Err(PagerError::RateLimited(Duration::from_secs(30))));
    slack.fail("conversations.open", fake::Fault::Error("user_not_found"));
    let gone = Paging { address: plain("U0GONE"), ..page.clone() };
    assert_eq!(pager.send(Means::Slack, &gone).await, Err(PagerError::Refused("user_not_found".into())));
    slack.fail("chat.postMessage", fake::Fault::Hang);
    assert!(matches!(pager.send(Means::Slack, &page).await, Err(PagerError::Uncertain(_))));
    slack.fail("auth.test", fake::Fault::Error("invalid_auth"));
    assert!(matches!(pager.check().await, Err(PagerError::Access(_))));
}
