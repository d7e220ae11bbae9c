//! What is said on the telephone, as TwiML. (<https://www.twilio.com/docs/voice/twiml/gather>)

use crate::base::text::shorten;
use crate::domain::words::Lang;
use crate::ports::Paging;

/// Characters of TwiML in a request, at most 4,000: the words twice, each perhaps six characters escaped.
const WORDS: usize = 240;

/// The call: the subject twice, with the chance to press a key if there is an address to send it to.
pub(super) fn call(page: &Paging, public_url: Option<&str>) -> String {
    let language = match page.lang {
        Lang::En => "en-US",
        Lang::Ja => "ja-JP",
    };
    let say = |text: &str| format!("<Say language=\"{language}\">{}</Say>", escape(&spoken(text)));
    let subject = say(&page.subject);
    match (&page.secret, public_url) {
        (Some(secret), Some(url)) => {
            let action =
                escape(&format!("{}/hooks/twilio?page={}", url.trim_end_matches('/'), secret.reveal()));
            let how = say(&page.ack_label);
            format!(
                "<Response><Gather input=\"dtmf\" numDigits=\"1\" timeout=\"10\" method=\"POST\" action=\"{action}\">\
                 {subject}{how}<Pause length=\"1\"/>{subject}{how}</Gather></Response>"
            )
        }
        _ => format!("<Response>{subject}<Pause length=\"1\"/>{subject}</Response>"),
    }
}

/// What can be said aloud: no more than a breath or two.
fn spoken(text: &str) -> String {
    let words: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '`' | '*' | '•')).collect();
    shorten(&words, WORDS).into_owned()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c => escaped.push(c),
        }
    }
    escaped
}
