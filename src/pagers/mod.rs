//! Ways to page people: one file for each provider, all of them a `ports::Pager`. When and how often is decided by
//! `app::paging`; here a page is sent once.

pub mod email;
pub mod http;
pub mod ntfy;
pub mod pagerduty;
pub mod telegram;
pub mod twilio;
pub mod webhook;

use sha2::{Digest as _, Sha256};

use crate::ports::Paging;

/// A page's id as every provider takes it, 32 letters and digits: the same on every try.
fn key(page: &Paging) -> String {
    hex::encode(&Sha256::digest(page.id.as_str())[..16])
}
