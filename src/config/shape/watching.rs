//! Watching the services, and being watched.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::values::{OpenKey, Span, Url};

/// Watch rules as a whole.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watching {
    /// How often every rule is looked at.
    pub every: Span,
    /// An address that has nothing to do with the services. Where it fails together with more than half of them, Toban
    /// is the one that cannot see.
    pub control: Option<Url>,
}

/// The heartbeat that Toban sends to somebody outside.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatOut {
    /// What is fetched with GET; whoever is behind it raises the alarm when that stops. `env:NAME` where it is a secret.
    pub url: Option<OpenKey>,
    /// How often.
    pub every: Span,
}
