//! Text messages and telephone calls by Twilio.
//! (<https://www.twilio.com/docs/messaging/api/message-resource>, <https://www.twilio.com/docs/voice/api/call-resource>)

mod twiml;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;

use super::http::{Answer, Client};
use crate::base::Secret;
use crate::base::text::shorten;
use crate::domain::contact::{Address, Means};
use crate::ports::{Found, Pager, PagerError, Paging};

/// Characters of a text message (1,600 are allowed; each 70 of Japanese are paid as one message).
const TEXT: usize = 320;
/// Entries of a list that are looked through.
const LIST: &str = "50";

/// An account.
#[derive(Debug, Clone)]
pub struct Account {
    /// `AC…`.
    pub sid: String,
    /// Its token.
    pub token: Secret,
    /// The number of text messages, or a messaging service (`MG…`).
    pub from: Option<String>,
    /// The number of calls.
    pub voice_from: Option<String>,
    /// `web.public_url`: where keys that are pressed are sent to.
    pub public_url: Option<String>,
}

/// Twilio.
#[derive(Debug)]
pub struct Twilio {
    client: Client,
    url: String,
    account: Account,
    means: Vec<Means>,
}

impl Twilio {
    /// That account, its API at `url` (`https://api.twilio.com`). It can do what it has a number for.
    pub fn new(client: Client, url: &str, account: Account) -> Self {
        let means = [(Means::Sms, &account.from), (Means::Voice, &account.voice_from)];
        let means = means.into_iter().filter(|(_, from)| from.is_some()).map(|(means, _)| means).collect();
        Self { client, url: url.trim_end_matches('/').to_owned(), account, means }
    }

    fn place(&self, resource: &str) -> String {
        format!("{}/2010-04-01/Accounts/{}{resource}.json", self.url, self.account.sid)
    }

    fn signed(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.basic_auth(&self.account.sid, Some(self.account.token.reveal()))
    }

    fn form<'a>(&'a self, means: Means, page: &Paging, to: &'a str) -> Vec<(&'static str, String)> {
        let mut form = vec![("To", to.to_owned())];
        if means == Means::Voice {
            form.push(("From", self.account.voice_from.clone().unwrap_or_default()));
            form.push(("Twiml", twiml::call(page, self.account.public_url.as_deref())));
            return form;
        }
        let from = self.account.from.clone().unwrap_or_default();
        form.push((if from.starts_with("MG") { "MessagingServiceSid" } else { "From" }, from));
        form.push(("Body", text(page)));
        form
    }
}

/// The subject, and how to answer. Details do not fit.
fn text(page: &Paging) -> String {
    let how = match (&page.secret, &page.ack_link) {
        (Some(_), Some(link)) => format!("\n{}\n{link}", page.ack_label),
        (Some(_), None) => format!("\n{}", page.ack_label),
        (None, _) => String::new(),
    };
    let room = TEXT.saturating_sub(how.chars().count()).max(80);
    format!("{}{how}", shorten(&page.subject, room))
}

/// A number as all the world has it: `+819012345678`.
fn number(page: &Paging) -> Result<&str, PagerError> {
    let refuse = || PagerError::Refused("not a number like +819012345678".to_owned());
    let Address::Plain(number) = &page.address else { return Err(refuse()) };
    let digits = number.strip_prefix('+').ok_or_else(refuse)?;
    let good = (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    if good && !digits.starts_with('0') { Ok(number) } else { Err(refuse()) }
}

fn fault(answer: &Answer) -> PagerError {
    // (<https://www.twilio.com/docs/api/errors>)
    match (answer.status.as_u16(), answer.body["code"].as_u64()) {
        (401, _) | (_, Some(20003 | 20005)) => PagerError::Access(answer.said("/message")),
        (_, Some(20429)) => answer.fault(),
        // Our own number or account may not do this, to nobody: 21210, 21212 (caller), 21603, 21606, 21659 (sender).
        (400, Some(21210 | 21212 | 21603 | 21606 | 21659)) | (403 | 404, _) => {
            PagerError::Access(answer.said("/message"))
        }
        (400, _) => PagerError::Refused(answer.said("/message")),
        _ => answer.fault(),
    }
}

/// When an entry of a list was made; Twilio writes RFC 2822.
fn made(entry: &Value) -> Option<Timestamp> {
    Some(rfc2822::parse(entry["date_created"].as_str()?).ok()?.timestamp())
}

#[async_trait]
impl Pager for Twilio {
    fn means(&self) -> &[Means] {
        &self.means
    }

    async fn send(&self, means: Means, page: &Paging) -> Result<String, PagerError> {
        let form = self.form(means, page, number(page)?);
        let place = self.place(if means == Means::Voice { "/Calls" } else { "/Messages" });
        let answer = self.client.ask(self.signed(self.client.post(&place).form(&form))).await?;
        if answer.status.as_u16() != 201 {
            return Err(if answer.status.is_success() {
                PagerError::Uncertain("an answer that makes no sense".to_owned())
            } else {
                fault(&answer)
            });
        }
        match answer.body["sid"].as_str() {
            Some(sid) => Ok(sid.to_owned()),
            None => Err(PagerError::Uncertain("an answer that makes no sense".to_owned())),
        }
    }

    /// Looks through what went to that number since then. A call has no words in the list: any call of ours to that
    /// number since then that is not known to be another page's is taken for it.
    async fn find(&self, means: Means, page: &Paging) -> Result<Option<Found>, PagerError> {
        let to = number(page)?;
        let since = page.at.checked_sub(std::time::Duration::from_secs(60)).unwrap_or(page.at);
        let day = since.strftime("%Y-%m-%d").to_string();
        let (resource, key, list) = match means {
            Means::Voice => ("/Calls", "StartTime>", "calls"),
            _ => ("/Messages", "DateSent>", "messages"),
        };
        let query = [("To", to), (key, day.as_str()), ("PageSize", LIST)];
        let answer =
            self.client.ask(self.signed(self.client.get(&self.place(resource)).query(&query))).await?;
        if !answer.status.is_success() {
            return Err(fault(&answer));
        }
        let Some(entries) = answer.body[list].as_array() else { return Ok(None) };
        let ours = |entry: &&Value| {
            let recent = made(entry).is_some_and(|made| made >= since);
            let same = means == Means::Voice
                || entry["body"].as_str().is_some_and(|body| body.contains(page.subject.trim()));
            let known = entry["sid"].as_str().is_some_and(|sid| page.others.iter().any(|other| other == sid));
            recent && same && !known && entry["to"] == to
        };
        match entries.iter().find(ours).and_then(|entry| entry["sid"].as_str()) {
            Some(sid) => Ok(Some(Found::Sent(sid.to_owned()))),
            None => Ok(Some(Found::Never)),
        }
    }

    async fn check(&self) -> Result<(), PagerError> {
        let answer = self.client.ask(self.signed(self.client.get(&self.place("")))).await?;
        if answer.status.is_success() { Ok(()) } else { Err(fault(&answer)) }
    }
}
