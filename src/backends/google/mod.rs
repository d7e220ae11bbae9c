//! Google Cloud: Cloud Run, Cloud Logging and Cloud Monitoring through the official clients.
//!
//! The clients are built on first use and shared. They have no time limits of their own, so every call here
//! sets one; reads are tried up to three times, writes once. Their messages are never printed with `{:?}`:
//! a Cloud Run service carries the values of its variables.

mod credentials;
mod error;
pub mod logging;
pub mod monitoring;
pub mod run;

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use google_cloud_auth::credentials::Credentials;
use google_cloud_gax::client_builder::Error as BuildError;
use google_cloud_gax::error::Error as CallError;
use google_cloud_gax::exponential_backoff::{ExponentialBackoff, ExponentialBackoffBuilder};
use google_cloud_gax::options::RequestOptionsBuilder;
use google_cloud_gax::retry_policy::{Aip194Strict, RetryPolicyExt};
use google_cloud_gax::retry_throttler::CircuitBreaker;
use google_cloud_logging_v2::client::LoggingServiceV2;
use google_cloud_monitoring_v3::client::MetricService;
use google_cloud_run_v2::client::{Revisions, Services};
use tokio::sync::OnceCell;

use crate::base::clock::{Clock, Stopwatch, within};
use crate::ports::{BackendError, Kind};

pub use credentials::{Account, AccountError};

/// How Google is reached.
#[derive(Debug, Clone, Default)]
pub struct GoogleSettings {
    /// Who Toban is there.
    pub account: Account,
    /// `google.endpoints.run`; Google's own if `None`.
    pub run: Option<String>,
    /// `google.endpoints.logging`; Google's own if `None`.
    pub logging: Option<String>,
    /// `google.endpoints.monitoring`; Google's own if `None`.
    pub monitoring: Option<String>,
    /// The metadata server that gives out ID tokens, `http://host:port`; if `None` the account gives them.
    pub metadata: Option<String>,
    /// How long calls may take.
    pub limits: Limits,
}

/// How long calls to Google may take, in real time.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// One try of a read.
    pub attempt: Duration,
    /// A read with all its tries and pages.
    pub read: Duration,
    /// Everything that a look at a component's health asks.
    pub health: Duration,
    /// Sending a change, until it is accepted.
    pub write: Duration,
    /// An accepted change, until it is done.
    pub operation: Duration,
    /// Between two looks at an accepted change.
    pub poll: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(10),
            read: Duration::from_secs(25),
            health: Duration::from_secs(10),
            write: Duration::from_secs(30),
            operation: Duration::from_secs(300),
            poll: Duration::from_millis(500),
        }
    }
}

/// A connection to Google Cloud under one account; cheap to share.
pub struct Google {
    settings: GoogleSettings,
    clock: Clock,
    session: Mutex<Arc<Session>>,
}

/// What is built under one set of credentials. A client keeps a permanent failure of its credentials for ever
/// (a key that was replaced meanwhile), so the session as a whole is dropped and built anew then.
struct Session {
    born: Stopwatch,
    credentials: OnceCell<Credentials>,
    services: OnceCell<Services>,
    revisions: OnceCell<Revisions>,
    logging: OnceCell<LoggingServiceV2>,
    monitoring: OnceCell<MetricService>,
}

/// A session is not rebuilt more often than this, however many calls are refused.
const RENEW_EVERY: Duration = Duration::from_secs(10);

impl Google {
    /// Nothing is read or connected before the first call.
    pub fn new(settings: GoogleSettings, clock: Clock) -> Arc<Self> {
        let session = Mutex::new(Arc::new(Session::new(&clock)));
        Arc::new(Self { settings, clock, session })
    }

    /// The settings it was made with.
    pub fn settings(&self) -> &GoogleSettings {
        &self.settings
    }

    fn limits(&self) -> Limits {
        self.settings.limits
    }

    fn session(&self) -> Arc<Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn credentials(&self, session: &Session) -> Result<Credentials, BuildError> {
        session
            .credentials
            .get_or_try_init(|| async { self.settings.account.credentials().await.map_err(BuildError::cred) })
            .await
            .cloned()
    }

    async fn services(&self) -> Result<Services, BackendError> {
        let session = self.session();
        let building = session.services.get_or_try_init(|| async {
            let mut builder = Services::builder().with_credentials(self.credentials(&session).await?);
            if let Some(endpoint) = &self.settings.run {
                builder = builder.with_endpoint(endpoint);
            }
            builder.build().await
        });
        self.built("run", Box::pin(building)).await.cloned()
    }

    async fn revisions(&self) -> Result<Revisions, BackendError> {
        let session = self.session();
        let building = session.revisions.get_or_try_init(|| async {
            let mut builder = Revisions::builder().with_credentials(self.credentials(&session).await?);
            if let Some(endpoint) = &self.settings.run {
                builder = builder.with_endpoint(endpoint);
            }
            builder.build().await
        });
        self.built("run", Box::pin(building)).await.cloned()
    }

    async fn logging(&self) -> Result<LoggingServiceV2, BackendError> {
        let session = self.session();
        let building = session.logging.get_or_try_init(|| async {
            let mut builder = LoggingServiceV2::builder().with_credentials(self.credentials(&session).await?);
            if let Some(endpoint) = &self.settings.logging {
                builder = builder.with_endpoint(endpoint);
            }
            builder.build().await
        });
        self.built("logging", Box::pin(building)).await.cloned()
    }

    async fn monitoring(&self) -> Result<MetricService, BackendError> {
        let session = self.session();
        let building = session.monitoring.get_or_try_init(|| async {
            let mut builder = MetricService::builder().with_credentials(self.credentials(&session).await?);
            if let Some(endpoint) = &self.settings.monitoring {
                builder = builder.with_endpoint(endpoint);
            }
            builder.build().await
        });
        self.built("monitoring", Box::pin(building)).await.cloned()
    }

    /// Building may ask the metadata server for the account's universe, so it is bounded too.
    async fn built<T>(
        &self,
        api: &str,
        building: impl Future<Output = Result<T, BuildError>>,
    ) -> Result<T, BackendError> {
        match within(self.limits().attempt, building).await {
            Ok(built) => built.map_err(|error| error::unbuilt(&format!("{api}.connect"), &error)),
            Err(late) => Err(BackendError::new(format!("{api}.connect"), Kind::Timeout, late.to_string())),
        }
    }

    /// A read, bounded as a whole, its failure in our terms.
    async fn read<T>(
        &self,
        call: &str,
        limit: Duration,
        work: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, BackendError> {
        match within(limit, work).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.failed(call, &error)),
            Err(late) => Err(BackendError::new(call, Kind::Timeout, late.to_string())),
        }
    }

    /// Translates a failure, and drops the session if the account was the reason.
    fn failed(&self, call: &str, error: &CallError) -> BackendError {
        if error::is_about_the_account(error) {
            let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
            if session.born.elapsed() >= RENEW_EVERY {
                *session = Arc::new(Session::new(&self.clock));
            }
        }
        error::translate(call, error)
    }

    /// The manners of a read: at most three tries within the limit, and only where asking again is harmless.
    fn as_read<B: RequestOptionsBuilder>(&self, request: B) -> B {
        let limits = self.limits();
        request
            .with_idempotency(true)
            .with_attempt_timeout(limits.attempt)
            .with_retry_policy(Aip194Strict.with_attempt_limit(3).with_time_limit(limits.read))
            .with_backoff_policy(backoff())
            .with_retry_throttler(unthrottled())
    }
}

fn backoff() -> ExponentialBackoff {
    ExponentialBackoffBuilder::new()
        .with_initial_delay(Duration::from_millis(100))
        .with_maximum_delay(Duration::from_secs(1))
        .clamp()
}

/// Two more tries need no throttle. The clients' own one drops the retries of a client that is seldom used by
/// chance, and lets the call wait for its whole time then.
fn unthrottled() -> CircuitBreaker {
    CircuitBreaker::clamp(1, 0, 0)
}

impl Session {
    fn new(clock: &Clock) -> Self {
        Self {
            born: clock.stopwatch(),
            credentials: OnceCell::new(),
            services: OnceCell::new(),
            revisions: OnceCell::new(),
            logging: OnceCell::new(),
            monitoring: OnceCell::new(),
        }
    }
}

impl fmt::Debug for Google {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Google").field("account", &self.settings.account).finish_non_exhaustive()
    }
}
