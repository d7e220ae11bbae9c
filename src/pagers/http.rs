//! What the pagers that speak HTTP share: one client, one time limit, and what a bad answer means.

use std::time::Duration;

use reqwest::{Response, StatusCode, header};
use serde_json::Value;

use crate::base::clock::within;
use crate::ports::PagerError;

/// How long one request may take, from its first byte to the answer's last.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How long to leave a provider alone that wants it and does not say for how long.
const PAUSE: Duration = Duration::from_secs(10);
/// The longest that a provider is believed to want to be left alone.
const LONGEST: Duration = Duration::from_hours(1);
/// Bytes of an answer that are read; ours are far smaller.
const LARGEST: usize = 256 * 1024;

/// No client could be built.
#[derive(Debug, thiserror::Error)]
#[error("no HTTP client for pages: {0}")]
pub struct SetupError(#[from] reqwest::Error);

/// The client of all pagers. It follows nothing and tries nothing twice.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    patience: Duration,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body as JSON; null if it is none.
    pub body: Value,
    retry_after: Option<Duration>,
}

impl Client {
    /// Builds the client.
    ///
    /// # Errors
    /// When no TLS provider was installed or the machine's certificates cannot be read.
    pub fn new() -> Result<Self, SetupError> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("toban/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5))
            .pool_idle_timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .build()?;
        Ok(Self { http, patience: PATIENCE })
    }

    /// With another time limit for every request.
    #[must_use]
    pub fn patience(mut self, limit: Duration) -> Self {
        self.patience = limit;
        self
    }

    /// A POST to be filled.
    pub fn post(&self, url: &str) -> reqwest::RequestBuilder {
        self.http.post(url)
    }

    /// A GET to be filled.
    pub fn get(&self, url: &str) -> reqwest::RequestBuilder {
        self.http.get(url)
    }

    /// Sends a request and reads the answer, whatever its status. Errors never hold the address: it may be a secret.
    ///
    /// # Errors
    /// [`PagerError::Down`] without a connection, [`PagerError::Refused`] for an address that is none,
    /// [`PagerError::Uncertain`] if the answer was lost.
    pub async fn ask(&self, request: reqwest::RequestBuilder) -> Result<Answer, PagerError> {
        self.ask_for(request, self.patience).await
    }

    /// The same with a time limit of its own.
    ///
    /// # Errors
    /// As [`Client::ask`].
    pub async fn ask_for(
        &self,
        request: reqwest::RequestBuilder,
        limit: Duration,
    ) -> Result<Answer, PagerError> {
        let asked = async { read(request.send().await.map_err(|error| fault(&error))?).await };
        within(limit, asked).await.unwrap_or_else(|late| Err(PagerError::Uncertain(late.to_string())))
    }
}

/// An error of the client, in our terms and without an address.
fn fault(error: &reqwest::Error) -> PagerError {
    if error.is_connect() {
        PagerError::Down("no connection".to_owned())
    } else if error.is_builder() {
        PagerError::Refused("the address or the request makes no sense".to_owned())
    } else {
        PagerError::Uncertain("connection lost".to_owned())
    }
}

async fn read(mut response: Response) -> Result<Answer, PagerError> {
    let status = response.status();
    let retry_after = response.headers().get(header::RETRY_AFTER);
    let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let retry_after = retry_after.map(|seconds: u64| Duration::from_secs(seconds).min(LONGEST));
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= LARGEST => body.extend_from_slice(&chunk),
            Ok(Some(_)) => break,
            Ok(None) => break,
            // The status is enough to know that it was refused; a success without its body is not certain.
            Err(_) if !status.is_success() => break,
            Err(_) => return Err(PagerError::Uncertain("the answer broke off".to_owned())),
        }
    }
    Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or_default(), retry_after })
}

impl Answer {
    /// `HTTP 503`.
    pub fn named(&self) -> String {
        format!("HTTP {}", self.status.as_u16())
    }

    /// What any provider means by a status that is no success and has no meaning of its own there.
    pub fn fault(&self) -> PagerError {
        match self.status.as_u16() {
            429 => PagerError::RateLimited(self.retry_after.unwrap_or(PAUSE)),
            503 => self.retry_after.map_or_else(|| PagerError::Down(self.named()), PagerError::RateLimited),
            401 | 403 | 407 => PagerError::Access(self.named()),
            // Nobody was there to take it; a time-out or an error in the midst of it may have been too late.
            502 => PagerError::Down(self.named()),
            408 | 500 | 504.. => PagerError::Uncertain(self.named()),
            300..=399 => PagerError::Down(format!("{}: redirected, which is not followed", self.named())),
            _ => PagerError::Refused(self.named()),
        }
    }

    /// What the provider says about it, short: the text under one of these keys, never more than a line.
    pub fn said(&self, pointer: &str) -> String {
        let said = self.body.pointer(pointer).map(|said| match said {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        match said {
            Some(said) => format!("{}: {}", self.named(), crate::base::text::shorten(&said, 200)),
            None => self.named(),
        }
    }
}
