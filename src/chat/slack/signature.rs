//! Whether a request comes from Slack: its v0 signature over the raw body, at most five minutes old.
//! (<https://docs.slack.dev/authentication/verifying-requests-from-slack>)

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::base::Secret;

/// Older or newer than this many seconds is refused.
pub const WINDOW: u64 = 300;

/// Why a request is not believed. It says nothing of the right signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forged {
    /// A header is missing or is no time.
    #[error("unsigned")]
    Unsigned,
    /// Outside of the window: replayed, or a clock is wrong.
    #[error("stale")]
    Stale,
    /// Signed with another secret, or changed on the way.
    #[error("forged")]
    Wrong,
}

/// Checks signatures with one secret.
#[derive(Debug, Clone)]
pub struct Seal(Secret);

impl Seal {
    /// By the app's signing secret.
    pub fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// Checks `v0=…` over `v0:{stamp}:{body}`, in constant time.
    ///
    /// # Errors
    /// [`Forged`]; an empty secret believes nothing.
    pub fn check(&self, signature: &str, stamp: &str, body: &[u8], now: Timestamp) -> Result<(), Forged> {
        let at: i64 = stamp.parse().map_err(|_| Forged::Unsigned)?;
        if at.abs_diff(now.as_second()) > WINDOW {
            return Err(Forged::Stale);
        }
        let right = self.sign(stamp, body).ok_or(Forged::Wrong)?;
        let given = signature.strip_prefix("v0=").and_then(|hash| hex::decode(hash).ok());
        let given = given.ok_or(Forged::Unsigned)?;
        if bool::from(right.as_slice().ct_eq(&given)) { Ok(()) } else { Err(Forged::Wrong) }
    }

    fn sign(&self, stamp: &str, body: &[u8]) -> Option<Vec<u8>> {
        if self.0.reveal().is_empty() {
            return None;
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.reveal().as_bytes()).ok()?;
        mac.update(b"v0:");
        mac.update(stamp.as_bytes());
        mac.update(b":");
        mac.update(body);
        Some(mac.finalize().into_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn check(secret: &str, signature: &str, stamp: &str, now: i64) -> Result<(), Forged> {
        let now = Timestamp::from_second(now).unwrap();
        Seal::new(Secret::new(secret)).check(signature, stamp, BODY, now)
    }

    #[test]
    fn the_example_of_slacks_documentation_passes() {
        let secret = "8f742231b10e8888abcd99yyyzzz85a5";
        assert_eq!(check(secret, SIGNATURE, "1531420618", 1_531_420_618 + 300), Ok(()));
        assert_eq!(check(secret, SIGNATURE, "1531420618", 1_531_420_618 + 301), Err(Forged::Stale));
        assert_eq!(check(secret, SIGNATURE, "1531420618", 1_531_420_618 - 301), Err(Forged::Stale));
    }

    #[test]
    fn everything_else_does_not() {
        let at = 1_531_420_618;
        assert_eq!(check("another", SIGNATURE, "1531420618", at), Err(Forged::Wrong));
        assert_eq!(check("", SIGNATURE, "1531420618", at), Err(Forged::Wrong));
        assert_eq!(check("x", "v0=", "1531420618", at), Err(Forged::Wrong));
        assert_eq!(check("x", "v1=ab", "1531420618", at), Err(Forged::Unsigned));
        assert_eq!(check("x", SIGNATURE, "soon", at), Err(Forged::Unsigned));
        assert_eq!(check("x", SIGNATURE, "-9223372036854775808", at), Err(Forged::Stale));
    }
}
