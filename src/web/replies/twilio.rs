//! What Twilio sends: a key that was pressed during a call, or a text message. Answered in TwiML.
//! (<https://www.twilio.com/docs/usage/security>)

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use subtle::ConstantTimeEq as _;

use super::{Doors, forged, header, not_taken, sha1};
use crate::app::paging::says_ack;
use crate::base::Secret;
use crate::domain::contact::Means;
use crate::domain::words::Lang;
use crate::ports::Reply;

/// The key that acknowledges.
const ACK: &str = "4";

pub(super) fn routes() -> Router<Arc<Doors>> {
    Router::new().route("/hooks/twilio", post(hear))
}

async fn hear(
    State(doors): State<Arc<Doors>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (Some(token), Some(base)) = (&doors.twilio, &doors.public_url) else {
        return (StatusCode::NOT_FOUND, "Twilio is not set up\n").into_response();
    };
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let url = format!("{}/hooks/twilio{query}", base.trim_end_matches('/'));
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    if !signed(token, &url, &form, header(&headers, "x-twilio-signature")) {
        return forged("twilio");
    }
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
    let pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(query.trim_start_matches('?').as_bytes()).into_owned().collect();
    let page = pairs.iter().find(|(key, _)| key == "page").map(|(_, value)| Secret::new(value.as_str()));
    match (page, field("Digits")) {
        (Some(page), digits) => {
            let answer = if digits == Some(ACK) {
                doors.replies.press(&page).await
            } else {
                doors.replies.look(&page).await
            };
            match answer {
                Ok(reply) => spoken(reply),
                Err(error) => not_taken(&error),
            }
        }
        (None, _) => {
            let (from, said) = (field("From").unwrap_or_default(), field("Body").unwrap_or_default());
            if from.is_empty() || !says_ack(said) {
                return twiml("<Response/>".to_owned());
            }
            match doors.replies.texted(from, Means::Sms).await {
                Ok(Some(reply)) => {
                    twiml(format!("<Response><Message>{}</Message></Response>", escape(&reply.headline)))
                }
                Ok(None) => twiml("<Response/>".to_owned()),
                Err(error) => not_taken(&error),
            }
        }
    }
}

/// Base64 of the HMAC-SHA1 of the address with every field, sorted, behind it.
fn signed(token: &Secret, url: &str, form: &[(String, String)], given: &str) -> bool {
    if token.reveal().is_empty() {
        return false;
    }
    let mut fields: Vec<&(String, String)> = form.iter().collect();
    fields.sort();
    fields.dedup();
    let mut message = url.to_owned();
    for (name, value) in fields {
        message.push_str(name);
        message.push_str(value);
    }
    let right = base64(&sha1::hmac(token.reveal().as_bytes(), message.as_bytes()));
    right.as_bytes().ct_eq(given.as_bytes()).into()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let bits =
            part.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - part.len()));
        for at in 0..4 {
            let letter = LETTERS[bits >> (18 - 6 * at) & 63];
            text.push(if at <= part.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

fn spoken(reply: Option<Reply>) -> Response {
    let Some(reply) = reply else { return twiml("<Response><Hangup/></Response>".to_owned()) };
    let language = match reply.lang {
        Lang::En => "en-US",
        Lang::Ja => "ja-JP",
    };
    twiml(format!("<Response><Say language=\"{language}\">{}</Say></Response>", escape(&reply.headline)))
}

fn twiml(body: String) -> Response {
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}"))
        .into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_twilios_documentation_is_believed() {
        let form: Vec<(String, String)> = [
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
            ("To", "+18005551212"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let token = Secret::new("12345");
        assert!(signed(&token, url, &form, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
        assert!(!signed(&token, url, &form[1..], "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
        assert!(!signed(&Secret::new(""), url, &form, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    }

    #[test]
    fn base64_pads() {
        assert_eq!(base64(b"f"), "Zg==");
        assert_eq!(base64(b"fo"), "Zm8=");
        assert_eq!(base64(b"foobar"), "Zm9vYmFy");
    }
}
