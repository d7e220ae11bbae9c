//! The audit's hash chain: each row seals the one before it, so none can be changed, removed or inserted unseen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What is put on record about a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// The person's id, or the platform's (`slack:U0X`) for strangers.
    pub who: String,
    /// Door and channel, `slack:C0OPS`.
    pub place: String,
    /// `command`, `refusal`, `begun`, `ended`.
    pub event: Event,
    /// The command as typed, redacted.
    pub command: String,
    /// The service concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The plan concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// How it ended: `answered`, `refused: …`, `failed: E-…`.
    pub outcome: String,
    /// How long it took, in milliseconds.
    #[serde(default)]
    pub took_ms: u64,
}

/// What an audit row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A command was answered.
    Command,
    /// A command was refused.
    Refusal,
    /// A change is about to be made.
    Begun,
    /// A change has ended.
    Ended,
}

/// The seal of the first row's predecessor.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The seal of row `seq` with this `content`, over the seal before it. Hexadecimal SHA-256.
pub fn seal(before: &str, seq: i64, content: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(before.as_bytes());
    hash.update(seq.to_be_bytes());
    hash.update(content.as_bytes());
    hex::encode(hash.finalize())
}
