//! A signed request to anybody's own URL.
//!
//! `POST` of JSON with `X-Toban-Timestamp` (seconds), `X-Toban-Signature: sha256=` HMAC-SHA256 in hexadecimal of
//! `TIMESTAMP.BODY` by the contact's secret, and `Idempotency-Key`, which is the same on every try.

use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::http::Client;
use crate::base::{Clock, Secret};
use crate::domain::contact::{Address, Means};
use crate::ports::{Found, Pager, PagerError, Paging};

/// Requests to anybody's own URL.
#[derive(Debug)]
pub struct Webhook {
    client: Client,
    clock: Clock,
}

impl Webhook {
    /// By `client`; the timestamp is `clock`'s.
    pub fn new(client: Client, clock: Clock) -> Self {
        Self { client, clock }
    }
}

/// `sha256=…` over `stamp.body`; none if the secret is empty.
pub fn signature(secret: &Secret, stamp: &str, body: &[u8]) -> Option<String> {
    if secret.reveal().is_empty() {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).ok()?;
    mac.update(stamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
}

#[async_trait]
impl Pager for Webhook {
    fn means(&self) -> &[Means] {
        &[Means::Webhook]
    }

    async fn send(&self, _: Means, page: &Paging) -> Result<String, PagerError> {
        let Address::Signed { url, secret } = &page.address else {
            return Err(PagerError::Refused("no URL".to_owned()));
        };
        let body = json!({
            "id": super::key(page),
            "incidents": page.incidents,
            "severity": page.severity,
            "purpose": page.purpose,
            "subject": page.subject,
            "text": page.text,
            "ack": page.ack_link,
            "again": page.again,
            "at": page.at.to_string(),
        });
        let (body, stamp) = (body.to_string(), self.clock.now().as_second().to_string());
        let mut request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("idempotency-key", super::key(page))
            .header("x-toban-timestamp", &stamp);
        if let Some(secret) = secret {
            let signed = signature(secret, &stamp, body.as_bytes());
            let signed = signed.ok_or_else(|| PagerError::Refused("an empty secret".to_owned()))?;
            request = request.header("x-toban-signature", signed);
        }
        let answer = self.client.ask(request.body(body)).await?;
        match answer.status.as_u16() {
            200..=299 => Ok(super::key(page)),
            // Whose access is wrong there is one person's, not ours to everybody.
            401 | 403 | 407 => Err(PagerError::Refused(answer.named())),
            _ => Err(answer.fault()),
        }
    }

    /// It carries its key: whoever took it already can tell.
    async fn find(&self, _: Means, _: &Paging) -> Result<Option<Found>, PagerError> {
        Ok(None)
    }

    /// There is no one place to ask; whether the others can be reached decides.
    async fn check(&self) -> Result<(), PagerError> {
        Err(PagerError::Down("it has no place of its own".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_hmac_of_timestamp_and_body() {
        // By `printf '1.{}' | openssl dgst -sha256 -hmac secret`.
        let signed = signature(&Secret::new("secret"), "1", b"{}").unwrap();
        assert_eq!(signed, "sha256=1122767b193110cfec322b6f199b599edbf608ed087f2d27afb0b97d99523908");
        assert_eq!(signature(&Secret::new(""), "1", b"{}"), None);
    }
}
