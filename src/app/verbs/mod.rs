//! The verbs, one a file. A verb decides nothing that `domain` could decide: it asks ports, and it words the answer.

pub mod health;
pub mod help;
pub mod intake;
pub mod logs;
pub mod metrics;
pub mod oncall;
mod pick;
pub mod releases;
pub mod restart;
pub mod rollback;
pub mod runbook;
pub(super) mod say;
pub mod status;
mod trouble;
pub mod whoami;

pub use trouble::{failure_of, limited};
