//! HTTP checks, and the one home of HTTP clients for backends.

mod client;
mod expect;
mod origins;
mod probe;
mod pulse;
mod token;

use std::fmt;
use std::sync::Arc;

use crate::backends::google::Google;
use crate::base::Clock;

pub use client::HttpError;
pub use origins::{Origins, OriginsError};
pub use probe::HttpProbe;
pub use pulse::HttpPulse;
pub use token::{IdTokens, TokenError};

/// What all probes share: one client with its pool, the replaced origins, the tokens, the clock.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    origins: Arc<Origins>,
    tokens: Arc<IdTokens>,
    clock: Clock,
}

impl Http {
    /// Builds the client; ID tokens come from `google`'s account or metadata server.
    ///
    /// # Errors
    /// When no TLS provider was installed or the machine's certificates cannot be read.
    pub fn new(origins: Origins, google: Arc<Google>, clock: Clock) -> Result<Self, HttpError> {
        let client = client::build()?;
        let tokens = Arc::new(IdTokens::new(google, client.clone(), clock.clone()));
        Ok(Self { client, origins: Arc::new(origins), tokens, clock })
    }

    /// The client, for other backends that speak HTTP.
    pub fn client(&self) -> reqwest::Client {
        self.client.clone()
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("origins", &self.origins).finish_non_exhaustive()
    }
}
