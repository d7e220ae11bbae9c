//! E-mail by SMTP: text and HTML, with a link to acknowledge. A second try has the same Message-ID, so that mail
//! programs show it once.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::response::Severity;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use url::{Host, Url};

use crate::base::Secret;
use crate::base::clock::within;
use crate::base::text::shorten;
use crate::domain::alert::AlertSeverity;
use crate::domain::contact::{Address, Means};
use crate::ports::{Found, Pager, PagerError, Paging, Purpose};

/// The whole conversation with the server.
const PATIENCE: Duration = Duration::from_secs(15);
/// Characters of a subject line.
const SUBJECT: usize = 180;

/// The mail server cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// No `smtp://` or `smtps://` URL. It is not repeated: it may hold a password.
    #[error("smtp.url is not of the form smtp://HOST:PORT or smtps://HOST:PORT")]
    Url,
    /// Not an address.
    #[error("smtp.from: {0:?} is not an address")]
    From(String),
    /// The machine's certificates cannot be read.
    #[error("smtp.url: {0}")]
    Tls(String),
}

/// A mail server.
pub struct Email {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    patience: Duration,
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Email({})", self.from)
    }
}

impl Email {
    /// By the server at `url`: `smtps://` is encrypted from the first byte. `smtp://` is encrypted by STARTTLS where the
    /// server offers it, and must be where there is a password or `?tls=required`; on this machine, and with `?tls=none`,
    /// it is not.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn new(url: &Secret, from: Option<&str>) -> Result<Self, SetupError> {
        let url = Url::parse(url.reveal()).map_err(|_| SetupError::Url)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SetupError::Url)?.to_owned();
        let sender = from.map_or_else(|| format!("Toban <toban@{}>", domain(&host)), str::to_owned);
        let from = sender.parse().map_err(|_| SetupError::From(sender.clone()))?;
        let password = url.password().map(decoded);
        let wanted = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let parameters =
            || TlsParameters::new(host.clone()).map_err(|error| SetupError::Tls(error.to_string()));
        let (tls, port) = match (url.scheme(), wanted.as_deref()) {
            ("smtps", _) => (Tls::Wrapper(parameters()?), 465),
            ("smtp", Some("none")) => (Tls::None, 25),
            ("smtp", Some("required")) => (Tls::Required(parameters()?), 587),
            ("smtp", None) if is_here(&url) => (Tls::None, 25),
            ("smtp", None) if password.is_some() => (Tls::Required(parameters()?), 587),
            ("smtp", None | Some("opportunistic")) => (Tls::Opportunistic(parameters()?), 25),
            _ => return Err(SetupError::Url),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&host)
            .port(url.port().unwrap_or(port))
            .tls(tls)
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(8).idle_timeout(Duration::from_secs(20)));
        if let Some(password) = password {
            builder = builder.credentials(Credentials::new(decoded(url.username()), password));
        }
        Ok(Self { transport: builder.build(), from, patience: PATIENCE })
    }

    /// With another time limit for the whole conversation.
    #[must_use]
    pub fn patience(mut self, limit: Duration) -> Self {
        self.patience = limit;
        self
    }

    fn message(&self, page: &Paging) -> Result<Message, PagerError> {
        let refuse = |why: &str| PagerError::Refused(why.to_owned());
        let Address::Plain(to) = &page.address else { return Err(refuse("no address")) };
        let to: Mailbox = to.parse().map_err(|_| refuse("not an address"))?;
        let id = format!("<{}@{}>", super::key(page), self.from.email.domain());
        let subject = shorten(&page.subject, SUBJECT).replace(['\r', '\n'], " ");
        let mut builder =
            Message::builder().from(self.from.clone()).to(to).subject(subject).message_id(Some(id));
        if let Some(incident) = page.incidents.first() {
            // What is said of one incident stands together.
            let thread = format!("<{incident}@{}>", self.from.email.domain());
            builder = builder.references(thread.clone()).in_reply_to(thread);
        }
        for (name, value) in [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")] {
            builder =
                builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()));
        }
        if page.purpose == Purpose::Trigger && page.severity == AlertSeverity::Critical {
            let name = HeaderName::new_from_ascii_str("Importance");
            builder = builder.raw_header(HeaderValue::new(name, "high".to_owned()));
        }
        let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(html(page));
        let parts = MultiPart::alternative().singlepart(SinglePart::plain(text(page))).singlepart(html);
        builder.multipart(parts).map_err(|error| PagerError::Refused(error.to_string()))
    }
}

/// Of a sender of ours, where none is configured: the server's name, if it has one.
fn domain(host: &str) -> &str {
    let number = host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok();
    if number { "localhost" } else { host }
}

/// Whether the server is this machine: nobody listens in between.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name == "127.0.0.1" || name == "[::1]",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A part of a URL as it was meant.
fn decoded(part: &str) -> String {
    // A query of one name decodes percent signs; a plus is none there.
    let pair = part.replace('+', "%2B");
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

fn text(page: &Paging) -> String {
    let mut text = page.subject.clone();
    if !page.text.is_empty() {
        text = format!("{text}\n\n{}", page.text);
    }
    if let Some(link) = &page.ack_link {
        text = format!("{text}\n\n{}: {link}", page.ack_label);
    }
    text.push('\n');
    text
}

fn html(page: &Paging) -> String {
    let paragraphs: String =
        page.text.lines().map(|line| format!("<p style=\"margin:0 0 8px\">{}</p>", escape(line))).collect();
    let button = page.ack_link.as_ref().map(|link| {
        format!(
            "<p style=\"margin:24px 0\"><a href=\"{}\" style=\"background:#1f6feb;color:#ffffff;text-decoration:none;\
             padding:12px 24px;border-radius:6px;display:inline-block;font-weight:bold\">{}</a></p>",
            escape(link),
            escape(&page.ack_label)
        )
    });
    format!(
        "<!doctype html><html><body style=\"font:16px/1.5 sans-serif\">\
         <h2 style=\"font-size:20px;margin:0 0 16px\">{}</h2>{paragraphs}{}</body></html>",
        escape(&page.subject),
        button.unwrap_or_default()
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What the server's word means. Its text may quote addresses, so only the code is kept.
fn fault(error: &lettre::transport::smtp::Error) -> PagerError {
    if let Some(code) = error.status() {
        let number = code.to_string();
        return match (number.as_str(), code.severity) {
            ("530" | "534" | "535" | "538", _) => PagerError::Access(number),
            (_, Severity::TransientNegativeCompletion) => PagerError::Down(number),
            _ => PagerError::Refused(number),
        };
    }
    if error.is_tls() {
        return PagerError::Down("no encryption could be agreed on".to_owned());
    }
    if error.is_client() {
        return PagerError::Access("the server lacks what smtp.url asks for".to_owned());
    }
    let refused = {
        let mut cause = std::error::Error::source(error);
        let mut refused = false;
        while let Some(source) = cause {
            let kind = source.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            refused |= matches!(
                kind,
                Some(
                    std::io::ErrorKind::ConnectionRefused
                        | std::io::ErrorKind::HostUnreachable
                        | std::io::ErrorKind::NetworkUnreachable
                        | std::io::ErrorKind::AddrNotAvailable
                )
            );
            cause = source.source();
        }
        refused
    };
    if refused || error.to_string().starts_with("Connection error") {
        PagerError::Down("no connection".to_owned())
    } else {
        PagerError::Uncertain("connection lost".to_owned())
    }
}

#[async_trait]
impl Pager for Email {
    fn means(&self) -> &[Means] {
        &[Means::Email]
    }

    async fn send(&self, _: Means, page: &Paging) -> Result<String, PagerError> {
        let message = self.message(page)?;
        match within(self.patience, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(format!("{}@{}", super::key(page), self.from.email.domain())),
            Ok(Err(error)) => Err(fault(&error)),
            Err(late) => Err(PagerError::Uncertain(late.to_string())),
        }
    }

    /// Nobody can look into a mailbox that is not ours; the same Message-ID says that it is the same.
    async fn find(&self, _: Means, _: &Paging) -> Result<Option<Found>, PagerError> {
        Ok(None)
    }

    async fn check(&self) -> Result<(), PagerError> {
        match within(self.patience, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(PagerError::Down("the server does not answer".to_owned())),
            Ok(Err(error)) => Err(fault(&error)),
            Err(late) => Err(PagerError::Down(late.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_with_signs_of_its_own_is_read_as_it_was_meant() {
        assert_eq!(decoded("p%40ss+w%26rd"), "p@ss+w&rd");
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_told_without_repeating_it() {
        for wrong in ["mail.example.com", "http://user:geheim@mail.example.com", "smtp://"] {
            let error = Email::new(&Secret::new(wrong), None).unwrap_err();
            assert!(!error.to_string().contains("geheim"), "{error}");
        }
    }
}
