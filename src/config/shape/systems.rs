//! Where the systems are that Toban talks to. An address that is not said is the vendor's own, or there is none.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{Address, GoogleCredentials, OpenKey, SecretKey, Url};

/// Google Cloud.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Google {
    /// Who Toban is: `adc` (application default credentials), `file:PATH` (a key file) or `none`.
    pub credentials: GoogleCredentials,
    /// Addresses other than Google's own.
    #[serde(default)]
    pub endpoints: GoogleEndpoints,
}

/// Addresses other than Google's own.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoogleEndpoints {
    /// Cloud Run.
    pub run: Option<Url>,
    /// Cloud Logging.
    pub logging: Option<Url>,
    /// Cloud Monitoring.
    pub monitoring: Option<Url>,
    /// Cloud SQL.
    pub sql: Option<Url>,
    /// Secret Manager.
    pub secretmanager: Option<Url>,
    /// Cloud Build.
    pub build: Option<Url>,
    /// Cloud Storage.
    pub storage: Option<Url>,
    /// IAM.
    pub iam: Option<Url>,
    /// Resource Manager.
    pub resourcemanager: Option<Url>,
    /// The metadata server that gives out ID tokens; the account itself if not said.
    pub metadata: Option<Url>,
}

/// The Docker Engine.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Docker {
    /// Its socket or address.
    pub host: Address,
}

/// The index of Python packages.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pypi {
    /// The index.
    pub url: Option<Url>,
    /// Where downloads are counted.
    pub stats_url: Option<Url>,
}

/// A vendor's API.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Its address.
    pub api_url: Url,
}

/// A server of one's own.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Its address.
    pub url: Option<Url>,
}

/// Amazon Web Services.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Aws {
    /// Addresses other than Amazon's own.
    #[serde(default)]
    pub endpoints: AwsEndpoints,
}

/// Addresses other than Amazon's own.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsEndpoints {
    /// S3.
    pub s3: Option<Url>,
    /// Secrets Manager.
    pub secretsmanager: Option<Url>,
}

/// Redis.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// `redis://HOST:PORT`; `env:NAME` where it holds a password.
    pub url: Option<OpenKey>,
}

/// systemd.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Systemd {
    /// The host, reached by ssh; this machine if not said.
    pub host: Option<String>,
}

/// GitHub.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Github {
    /// The API's address.
    pub api_url: Url,
    /// A token that may read and start workflows.
    pub token: Option<SecretKey>,
}

/// The mail server.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// `smtp://HOST:PORT` or `smtps://…`; `env:NAME` where it holds a password.
    pub url: Option<OpenKey>,
    /// The sender, `Toban <toban@example.com>`; `toban@` the server's host if not said.
    pub from: Option<String>,
}

/// ntfy.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ntfy {
    /// Its address.
    pub url: Url,
    /// An access token that may publish, where the topics are not open.
    pub token: Option<SecretKey>,
}

/// Telegram.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Telegram {
    /// Its API's address.
    pub api_url: Url,
    /// The bot's token; without it nobody is paged by Telegram.
    pub token: Option<SecretKey>,
    /// What Telegram sends along with its requests to `web.public_url`; without it Telegram is asked for news.
    pub secret: Option<SecretKey>,
}

/// PagerDuty.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pagerduty {
    /// Where events are sent to.
    pub events_url: Url,
    /// What PagerDuty signs its webhooks (version 3) with.
    pub webhook_secret: Option<SecretKey>,
}

/// Twilio.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    /// Its API's address.
    pub api_url: Url,
    /// The account, `AC…`.
    pub account_sid: Option<OpenKey>,
    /// The account's token.
    pub auth_token: Option<SecretKey>,
    /// The number that text messages come from, or a messaging service, `MG…`.
    pub from: Option<OpenKey>,
    /// The number that calls come from; `from` if not said.
    pub voice_from: Option<OpenKey>,
}
