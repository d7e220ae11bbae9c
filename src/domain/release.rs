//! Revisions and traffic, and the rule that says which one `previous` is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One revision of a component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// The short name, `api-key-server-00042-abc`.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// The container image with tag or digest.
    pub image: String,
    /// Whether it became ready; `None` while that is not known yet.
    pub ready: Option<bool>,
    /// Why it is not ready, in the backend's words.
    pub trouble: Option<String>,
    /// Share of traffic in per cent.
    pub traffic: u32,
    /// Variables: name → a digest of the value or its reference, never the value itself.
    pub variables: BTreeMap<String, String>,
}

/// What serves at the moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Serving {
    /// Revisions, newest first.
    pub revisions: Vec<Revision>,
    /// Whether traffic follows new deployments (LATEST) or is pinned to named revisions.
    pub follows_latest: bool,
    /// The backend's version of the whole (etag or generation): changes when anything does.
    pub version: String,
}
