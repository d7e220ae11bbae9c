//! The sandbox, driven by the official clients and by plain HTTP: it must be what they expect of Google.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail like tests")]

mod apps;
mod faults;
mod logging;
mod ntfy;
mod run;
mod tail;

use std::time::Duration;

use google_cloud_auth::credentials::anonymous;
use google_cloud_gax::polling_backoff_policy::PollingBackoffPolicy;
use google_cloud_logging_v2::client::LoggingServiceV2;
use google_cloud_run_v2::client::{Revisions, Services};
use toban::base::Clock;
use toban::sandbox::{Options, Sandbox};

/// The three services of the preset.
const API_KEY: &str = "projects/api-key-prod/locations/asia-northeast1/services/api-key-server";

async fn quiet() -> Sandbox {
    start(Options::quiet()).await
}

async fn start(options: Options) -> Sandbox {
    // Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Sandbox::start(Clock::system(), options).await.unwrap()
}

async fn services(sandbox: &Sandbox) -> Services {
    let builder = Services::builder().with_endpoint(sandbox.url());
    builder
        .with_credentials(anonymous::Builder::new().build())
        .with_polling_backoff_policy(Often)
        .build()
        .await
        .unwrap()
}

async fn revisions(sandbox: &Sandbox) -> Revisions {
    let builder = Revisions::builder().with_endpoint(sandbox.url());
    builder.with_credentials(anonymous::Builder::new().build()).build().await.unwrap()
}

async fn logging(sandbox: &Sandbox) -> LoggingServiceV2 {
    let builder = LoggingServiceV2::builder().with_endpoint(sandbox.url());
    builder.with_credentials(anonymous::Builder::new().build()).build().await.unwrap()
}

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap()
}

/// Polls an operation again almost at once.
#[derive(Debug)]
struct Often;

impl PollingBackoffPolicy for Often {
    fn wait_period(&self, _: &google_cloud_gax::polling_state::PollingState) -> Duration {
        Duration::from_millis(5)
    }
}
