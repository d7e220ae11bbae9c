//! Google ID tokens for probes: one per audience, kept until five minutes before it expires.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use dashmap::DashMap;
use jiff::Timestamp;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::backends::google::{AccountError, Google};
use crate::base::clock::within;
use crate::base::{Clock, Secret};

/// A token is renewed this long before it expires.
const BEFORE_EXPIRY: Duration = Duration::from_secs(300);

/// A token that does not tell when it expires is kept this long.
const UNKNOWN_LIFE: Duration = Duration::from_secs(60);

/// How long getting a token may take.
const LIMIT: Duration = Duration::from_secs(5);

/// The largest answer of a metadata server; a token has about 1 kB.
const LARGEST: usize = 16 * 1024;

/// Where the metadata server keeps them:
/// <https://cloud.google.com/compute/docs/instances/verifying-instance-identity>.
const IDENTITY: &str = "/computeMetadata/v1/instance/service-accounts/default/identity";

/// Gets and keeps ID tokens.
pub struct IdTokens {
    google: Arc<Google>,
    client: reqwest::Client,
    clock: Clock,
    audiences: DashMap<String, Arc<Audience>>,
}

/// What is known for one audience.
#[derive(Default)]
struct Audience {
    held: RwLock<Option<Held>>,
    /// One at a time, so that a thousand probes at once ask for one token.
    asking: Mutex<()>,
}

/// A token ready for the header.
struct Held {
    bearer: HeaderValue,
    until: Timestamp,
}

/// Why there is no token. Never carries one.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The account gives none.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The metadata server or Google did not answer in time.
    #[error("no ID token within {0:?}")]
    Late(Duration),
    /// It answered something else than a token.
    #[error("{0}")]
    Refused(String),
}

#[derive(Deserialize)]
struct Claims {
    exp: Option<i64>,
}

impl Audience {
    fn kept(&self, now: Timestamp) -> Option<HeaderValue> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|held| now < held.until).map(|held| held.bearer.clone())
    }
}

impl IdTokens {
    /// Tokens of `google`'s account, or of its metadata server where one is set.
    pub fn new(google: Arc<Google>, client: reqwest::Client, clock: Clock) -> Self {
        Self { google, client, clock, audiences: DashMap::new() }
    }

    /// `Bearer …` for the audience, marked as sensitive.
    ///
    /// # Errors
    /// [`TokenError`]; nothing is remembered of a failure, the next call asks again.
    pub async fn bearer(&self, audience: &str) -> Result<HeaderValue, TokenError> {
        let known = self.audiences.get(audience).map(|known| known.clone());
        let known = known.unwrap_or_else(|| self.audiences.entry(audience.to_owned()).or_default().clone());
        if let Some(bearer) = known.kept(self.clock.now()) {
            return Ok(bearer);
        }
        let asked = within(LIMIT, async {
            let _asking = known.asking.lock().await;
            match known.kept(self.clock.now()) {
                Some(bearer) => Ok(bearer),
                None => self.renew(audience, &known).await,
            }
        });
        asked.await.unwrap_or_else(|late| Err(TokenError::Late(late.0)))
    }

    async fn renew(&self, audience: &str, known: &Audience) -> Result<HeaderValue, TokenError> {
        let token = self.fetch(audience).await?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
            .map_err(|_| TokenError::Refused("the answer is not an ID token".into()))?;
        bearer.set_sensitive(true);
        let held = Held { bearer: bearer.clone(), until: self.until(&token) };
        *known.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
        Ok(bearer)
    }

    fn until(&self, token: &Secret) -> Timestamp {
        let expires = jsonwebtoken::dangerous::insecure_decode_claims::<Claims>(token.reveal())
            .ok()
            .and_then(|claims| Timestamp::from_second(claims.exp?).ok());
        match expires {
            Some(expires) => expires - BEFORE_EXPIRY,
            None => self.clock.now() + UNKNOWN_LIFE,
        }
    }

    async fn fetch(&self, audience: &str) -> Result<Secret, TokenError> {
        if let Some(server) = &self.google.settings().metadata {
            return self.ask_metadata(server, audience).await;
        }
        // Taken anew each time: the official crate's own cache keeps a permanent failure for ever.
        let account = self.google.settings().account.id_tokens(audience).await?;
        let token = account.id_token().await.map_err(|error| TokenError::Refused(error.to_string()))?;
        Ok(Secret::new(token))
    }

    async fn ask_metadata(&self, server: &str, audience: &str) -> Result<Secret, TokenError> {
        let refused =
            |error: reqwest::Error| TokenError::Refused(format!("metadata server: {}", error.without_url()));
        let request = self
            .client
            .get(format!("{}{IDENTITY}", server.trim_end_matches('/')))
            .query(&[("audience", audience), ("format", "standard")])
            .header("Metadata-Flavor", "Google");
        let mut response = request.send().await.map_err(refused)?;
        if !response.status().is_success() {
            return Err(TokenError::Refused(format!("metadata server: HTTP {}", response.status().as_u16())));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(refused)? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST {
                return Err(TokenError::Refused("metadata server: an answer too long for a token".into()));
            }
        }
        match String::from_utf8(body) {
            Ok(token) if !token.trim().is_empty() => Ok(Secret::new(token.trim())),
            _ => Err(TokenError::Refused("metadata server: the answer is not an ID token".into())),
        }
    }
}
