//! How a caller proves who it is: a bearer token, basic authentication, or a signature of the body. What is given is
//! compared with what is right by their digests, in constant time whatever their lengths.

use axum::http::{HeaderMap, Uri, header};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::base::Secret;

/// What a caller has to show.
#[derive(Debug, Clone)]
pub enum Proof {
    /// `Authorization: Bearer TOKEN`. Google Cloud Monitoring can only put a token into the address, `?auth_token=TOKEN`;
    /// it is taken there where `in_address` says so.
    Token {
        /// The token.
        token: Secret,
        /// Whether it may stand in the address.
        in_address: bool,
    },
    /// `Authorization: Basic …`.
    Basic {
        /// The user's name.
        user: String,
        /// The password.
        password: Secret,
    },
    /// HMAC-SHA256 of the body in hexadecimal, perhaps after `sha256=`.
    Signature {
        /// The shared secret.
        secret: Secret,
        /// The header that carries it.
        header: String,
    },
    /// The secret is not known here yet: nobody can be believed.
    Missing,
}

/// Whether a caller is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It cannot be decided before the body is read.
    AfterBody,
    /// It cannot be decided here.
    Never,
}

impl Proof {
    /// What can be said before the body is read.
    pub fn before(&self, headers: &HeaderMap, uri: &Uri) -> Belief {
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = |scheme: &str| {
            let (said, rest) = authorization?.split_once(' ')?;
            said.eq_ignore_ascii_case(scheme).then(|| rest.trim())
        };
        match self {
            Self::Token { token, in_address } => {
                let address = || {
                    let query = uri.query().filter(|_| *in_address)?.as_bytes();
                    url::form_urlencoded::parse(query)
                        .find(|(name, _)| name == "auth_token")
                        .map(|(_, value)| value)
                };
                let given = given("Bearer").map(std::borrow::Cow::Borrowed).or_else(address);
                believed(given.is_some_and(|given| same(given.as_bytes(), token.reveal().as_bytes())))
            }
            Self::Basic { user, password } => {
                let right = base64(format!("{user}:{}", password.reveal()).as_bytes());
                believed(given("Basic").is_some_and(|given| same(given.as_bytes(), right.as_bytes())))
            }
            Self::Signature { .. } => Belief::AfterBody,
            Self::Missing => Belief::Never,
        }
    }

    /// Whether the body is signed as it has to be.
    pub fn signs(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let Self::Signature { secret, header } = self else { return false };
        let given =
            headers.get(header.as_str()).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
        let given = hex::decode(given.strip_prefix("sha256=").unwrap_or(given)).unwrap_or_default();
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()) else { return false };
        mac.update(body);
        !secret.reveal().is_empty() && bool::from(mac.finalize().into_bytes().as_slice().ct_eq(&given))
    }
}

fn believed(truth: bool) -> Belief {
    if truth { Belief::Yes } else { Belief::No }
}

/// Nobody knows an empty secret.
fn same(given: &[u8], right: &[u8]) -> bool {
    !right.is_empty() && bool::from(Sha256::digest(given).as_slice().ct_eq(Sha256::digest(right).as_slice()))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or_default()];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(axum::http::HeaderName::from_static(name), value.parse().unwrap())])
    }

    #[test]
    fn base64_is_as_in_the_rfc() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), text);
        }
    }

    #[test]
    fn a_token_is_believed_where_it_may_stand() {
        let proof = |in_address| Proof::Token { token: Secret::new("abc"), in_address };
        let (plain, address) = (Uri::from_static("/x"), Uri::from_static("/x?a=b&auth_token=abc"));
        let none = HeaderMap::new();
        assert_eq!(proof(false).before(&headers("authorization", "bearer abc"), &plain), Belief::Yes);
        assert_eq!(proof(false).before(&headers("authorization", "Bearer abcd"), &plain), Belief::No);
        assert_eq!(proof(false).before(&none, &address), Belief::No);
        assert_eq!(proof(true).before(&none, &address), Belief::Yes);
        let empty = Proof::Token { token: Secret::new(""), in_address: true };
        assert_eq!(empty.before(&headers("authorization", "Bearer "), &plain), Belief::No);
    }

    #[test]
    fn basic_authentication_takes_the_right_pair() {
        let proof = Proof::Basic { user: "google".into(), password: Secret::new("pass:word") };
        let plain = Uri::from_static("/x");
        assert_eq!(
            proof.before(&headers("authorization", "Basic Z29vZ2xlOnBhc3M6d29yZA=="), &plain),
            Belief::Yes
        );
        assert_eq!(proof.before(&headers("authorization", "Basic Z29vZ2xlOnBhc3M="), &plain), Belief::No);
        assert_eq!(proof.before(&HeaderMap::new(), &plain), Belief::No);
    }

    #[test]
    fn a_signature_is_of_the_whole_body() {
        // The example of RFC 4231, test case 2.
        let proof = Proof::Signature { secret: Secret::new("Jefe"), header: "x-signature".into() };
        let right = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let body = b"what do ya want for nothing?";
        assert!(proof.signs(&headers("x-signature", right), body));
        assert!(proof.signs(&headers("x-signature", &format!("sha256={right}")), body));
        assert!(!proof.signs(&headers("x-signature", right), b"what do ya want for nothing!"));
        assert!(!proof.signs(&headers("x-signature", "zz"), body));
        assert!(!proof.signs(&HeaderMap::new(), body));
    }
}
