//! Slack's Web API: slack-morphism's client with a time limit on every call, and its errors in our terms.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Error as HyperError, connect::HttpConnector};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use slack_morphism::errors::SlackClientError;
use slack_morphism::hyper_tokio::SlackClientHyperConnector;
use slack_morphism::{
    ClientResult, SlackApiToken, SlackApiTokenValue, SlackClient, SlackClientApiCallContext,
    SlackClientHttpConnector,
};
use url::Url;

use crate::base::Secret;
use crate::base::clock::within;
use crate::ports::ChatError;

/// slack-morphism's HTTP side, over HTTP/1 or 2, encrypted or (for proxies and tests) not.
pub type Connector = SlackClientHyperConnector<HttpsConnector<HttpConnector>>;

/// How long one call may take; slack-morphism has no limit of its own.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait after a 429 that does not say.
const PAUSE: Duration = Duration::from_secs(5);

/// The Web API could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// `slack.api_url` is no URL.
    #[error("slack.api_url: {0}")]
    Address(#[from] url::ParseError),
    /// The machine's certificates cannot be read.
    #[error("root certificates: {0}")]
    Certificates(#[from] std::io::Error),
    /// No cipher suites: a build without TLS.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

/// A client of the Web API with the bot's token.
pub struct Api {
    client: std::sync::Arc<SlackClient<Connector>>,
    token: SlackApiToken,
    base: Url,
    patience: Duration,
    /// Slack has refused the token; said once, not with every message.
    refused: AtomicBool,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// Who we are, as Slack sees it.
#[derive(Debug, Clone, Deserialize)]
pub struct Identity {
    /// The bot's user id; missing for app-level tokens.
    #[serde(default)]
    pub user_id: Option<String>,
    /// The workspace.
    #[serde(default)]
    pub team: Option<String>,
}

/// An answer of which nothing is needed.
#[derive(Debug, Deserialize)]
struct Nothing {}

impl Api {
    /// A client of the API at `base`, usually `https://slack.com/api`.
    ///
    /// # Errors
    /// When `base` is no URL, or the machine's root certificates cannot be read.
    pub fn new(base: &str, token: &Secret) -> Result<Self, SetupError> {
        let base = Url::parse(base.trim_end_matches('/'))?;
        let connector = connector(base.scheme() == "https")?;
        let connector =
            Connector::with_connector(connector).with_slack_api_url(base.as_str().trim_end_matches('/'));
        let client = std::sync::Arc::new(SlackClient::new(connector));
        let (token, refused) = (secret_token(token), AtomicBool::new(false));
        Ok(Self { client, token, base, patience: PATIENCE, refused })
    }

    /// With another time limit for every call.
    #[must_use]
    pub fn patience(mut self, limit: Duration) -> Self {
        self.patience = limit;
        self
    }

    /// The client itself, for Socket Mode.
    pub fn client(&self) -> &std::sync::Arc<SlackClient<Connector>> {
        &self.client
    }

    /// `auth.test` with the bot's token.
    ///
    /// # Errors
    /// As any call.
    pub async fn identity(&self) -> Result<Identity, ChatError> {
        self.post("auth.test", &serde_json::json!({})).await
    }

    /// `auth.test` with another token, such as the app's.
    ///
    /// # Errors
    /// As any call.
    pub async fn identity_of(&self, token: &SlackApiToken) -> Result<Identity, ChatError> {
        let session = self.client.open_session(token);
        self.settle(session.http_session_api.http_post("auth.test", &serde_json::json!({}), None)).await
    }

    /// A method that takes JSON. Only what `T` names is read of the answer, so that nothing else in it can turn
    /// a success into an error.
    ///
    /// # Errors
    /// See `fault`.
    pub async fn post<T: DeserializeOwned + Send>(
        &self,
        method: &str,
        body: &(impl Serialize + Send + Sync),
    ) -> Result<T, ChatError> {
        let session = self.client.open_session(&self.token);
        self.judge(self.settle(session.http_session_api.http_post(method, body, None)).await)
    }

    /// A method that takes its arguments in the query.
    ///
    /// # Errors
    /// See `fault`.
    pub async fn get<T: DeserializeOwned + Send>(
        &self,
        method: &str,
        arguments: &[(&str, Option<&str>)],
    ) -> Result<T, ChatError> {
        let session = self.client.open_session(&self.token);
        let arguments: Vec<_> = arguments.to_vec();
        self.judge(self.settle(session.http_session_api.http_get(method, &arguments, None)).await)
    }

    /// Posts JSON to a URL that Slack gave for answers; it is a secret itself and needs no token.
    ///
    /// # Errors
    /// [`ChatError::Refused`] for a host that is not Slack's; else see `fault`.
    pub async fn respond(&self, url: &str, body: &(impl Serialize + Send + Sync)) -> Result<(), ChatError> {
        let url = self.of_slack(url)?;
        let span = tracing::Span::none();
        let answer =
            self.client.http_api.connector.http_post_uri::<_, Nothing>(url, body, without_token(&span));
        self.settle(answer).await.map(|_| ())
    }

    /// Sends a file's bytes to the URL that Slack gave for them.
    ///
    /// # Errors
    /// See `fault`.
    pub async fn upload(&self, url: &str, bytes: &[u8]) -> Result<(), ChatError> {
        let url = Url::parse(url).map_err(|_| ChatError::Uncertain("no upload URL".to_owned()))?;
        let span = tracing::Span::none();
        let kind = "text/plain; charset=utf-8".to_owned();
        let connector = &self.client.http_api.connector;
        let answer = connector.http_post_uri_binary::<Nothing>(url, kind, bytes, without_token(&span));
        self.settle(answer).await.map(|_| ())
    }

    /// The URL, if its host is Slack's or that of the configured API.
    fn of_slack(&self, url: &str) -> Result<Url, ChatError> {
        let refuse = || ChatError::Refused("reply_url is not at Slack".to_owned());
        let url = Url::parse(url).map_err(|_| refuse())?;
        let host = url.host_str().unwrap_or_default();
        let home = self.base.host_str().unwrap_or_default();
        let known = host == "hooks.slack.com" || host == home || host.strip_prefix("hooks.") == Some(home);
        let safe = url.scheme() == "https" || url.scheme() == self.base.scheme();
        if known && safe { Ok(url) } else { Err(refuse()) }
    }

    async fn settle<T>(&self, call: impl Future<Output = ClientResult<T>>) -> Result<T, ChatError> {
        match within(self.patience, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(fault(error)),
            Err(late) => Err(ChatError::Uncertain(late.to_string())),
        }
    }

    fn judge<T>(&self, result: Result<T, ChatError>) -> Result<T, ChatError> {
        match &result {
            Err(ChatError::Down(why))
                if why.starts_with(TOKEN) && !self.refused.swap(true, Ordering::Relaxed) =>
            {
                tracing::error!(
                    slack.error = why,
                    "slack: Slack refuses slack.bot_token; messages wait until it is replaced"
                );
            }
            Ok(_) if self.refused.load(Ordering::Relaxed) => {
                self.refused.store(false, Ordering::Relaxed);
                tracing::info!("slack: the bot token is accepted again");
            }
            _ => {}
        }
        result
    }
}

/// A token for slack-morphism's sessions.
pub fn secret_token(token: &Secret) -> SlackApiToken {
    SlackApiToken::new(SlackApiTokenValue(token.reveal().to_owned()))
}

fn without_token(span: &tracing::Span) -> SlackClientApiCallContext<'_> {
    SlackClientApiCallContext {
        rate_control_params: None,
        token: None,
        tracing_span: span,
        is_sensitive_url: true,
    }
}

fn connector(encrypted: bool) -> Result<HttpsConnector<HttpConnector>, SetupError> {
    let provider = rustls::crypto::ring::default_provider();
    let builder = HttpsConnectorBuilder::new();
    let builder = if encrypted {
        builder.with_provider_and_native_roots(provider)?
    } else {
        let config = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        builder.with_tls_config(config)
    };
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(PATIENCE / 2));
    Ok(builder.https_or_http().enable_all_versions().wrap_connector(http))
}

const TOKEN: &str = "token refused";

/// What an error means for the message. Bodies are left out: they may carry what nobody should read in a log.
fn fault(error: SlackClientError) -> ChatError {
    match error {
        SlackClientError::ApiError(error) => refusal(&error.code),
        SlackClientError::RateLimitError(error) => ChatError::RateLimited(error.retry_after.unwrap_or(PAUSE)),
        SlackClientError::HttpError(error) => {
            let status = error.status_code;
            let what = format!("HTTP {}", status.as_u16());
            match status.as_u16() {
                413 | 414 => ChatError::Refused(what),
                408 | 500.. => ChatError::Uncertain(what),
                // Slack answers refusals with 200: another status is of something in between.
                _ => ChatError::Down(what),
            }
        }
        SlackClientError::HttpProtocolError(error) => {
            let hyper = error.cause.as_deref().and_then(|cause| cause.downcast_ref::<HyperError>());
            if hyper.is_some_and(HyperError::is_connect) {
                ChatError::Down("no connection".to_owned())
            } else {
                ChatError::Uncertain("connection lost".to_owned())
            }
        }
        SlackClientError::ProtocolError(_) => {
            ChatError::Uncertain("an answer that makes no sense".to_owned())
        }
        _ => ChatError::Uncertain("connection lost".to_owned()),
    }
}

/// `ok: false`.
fn refusal(code: &str) -> ChatError {
    match code {
        "ratelimited" | "rate_limited" => ChatError::RateLimited(PAUSE),
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" => {
            ChatError::Down(format!("{TOKEN}: {code}"))
        }
        // By its documentation, some of it may have been done all the same.
        "fatal_error" | "internal_error" | "service_unavailable" => ChatError::Uncertain(code.to_owned()),
        "request_timeout" | "team_added_to_org" | "org_login_required" => ChatError::Down(code.to_owned()),
        _ => ChatError::Refused(code.to_owned()),
    }
}
