//! The outbound heartbeat: a GET of an address that raises the alarm when it is not asked any more.

use std::time::Duration;

use async_trait::async_trait;

use super::Http;
use crate::base::Secret;
use crate::base::clock::within;
use crate::ports::{BackendError, Kind, Pulse};

/// How long one beat may take.
const LIMIT: Duration = Duration::from_secs(10);

/// An address of somebody who listens (healthchecks.io, Cronitor, an uptime monitor …).
pub struct HttpPulse {
    http: Http,
    /// Whoever knows it can keep the alarm silent.
    url: Secret,
}

impl HttpPulse {
    /// Beats at `url`.
    pub fn new(url: Secret, http: &Http) -> Self {
        Self { http: http.clone(), url }
    }
}

#[async_trait]
impl Pulse for HttpPulse {
    async fn beat(&self) -> Result<(), BackendError> {
        let failed = |kind, words: String| Err(BackendError::new("heartbeat_out", kind, words));
        match within(LIMIT, self.http.client.get(self.url.reveal()).send()).await {
            Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
            Ok(Ok(answer)) => failed(Kind::Invalid, format!("answered {}", answer.status().as_u16())),
            Ok(Err(error)) => failed(Kind::Unavailable, error.without_url().to_string()),
            Err(late) => failed(Kind::Timeout, late.to_string()),
        }
    }
}
