//! Secrets taken out of text before it leaves: the label stays, the value becomes `***`.
//!
//! Known forms of keys and tokens go wherever they stand; anything else only where a label says what it is. Digests,
//! ids, revision names and counts of tokens stay as they are, because a log without them is of no use.

mod report;
mod rules;

use std::borrow::Cow;
use std::ops::Range;

use rules::{Guard, RULES};

pub use report::{redacted, redacted_block, redacted_phrase};

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// The text without secrets. Borrowed where there are none, so that clean lines cost one look.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut secrets = Secrets::new(text);
    let Some(mut secret) = secrets.next() else { return Cow::Borrowed(text) };
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    loop {
        clean.push_str(&text[done..secret.start]);
        clean.push_str(MASK);
        done = secret.end;
        match secrets.next() {
            Some(next) => secret = next,
            None => break,
        }
    }
    clean.push_str(&text[done..]);
    Cow::Owned(clean)
}

/// Whether there is a secret in the text; a command that carries one is refused.
pub fn looks_secret(text: &str) -> bool {
    Secrets::new(text).next().is_some()
}

/// The places of secrets in a text, from its beginning to its end, none inside another.
struct Secrets<'t> {
    text: &'t str,
    /// Nothing before here is looked at again.
    at: usize,
    /// The next one by the rules, and by the form of Discord's tokens.
    ruled: Option<Range<usize>>,
    dotted: Option<Range<usize>>,
}

impl<'t> Secrets<'t> {
    fn new(text: &'t str) -> Self {
        // Most lines are clean, and this is the cheapest way to see it.
        let ruled = if RULES.regex.is_match(text) { ruled(text, 0) } else { None };
        Self { text, at: 0, ruled, dotted: dotted(text, 0) }
    }
}

impl Iterator for Secrets<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ruled.as_ref().is_some_and(|next| next.start < self.at) {
            self.ruled = ruled(self.text, self.at);
        }
        if self.dotted.as_ref().is_some_and(|next| next.start < self.at) {
            self.dotted = dotted(self.text, self.at);
        }
        let next = [&self.ruled, &self.dotted].into_iter().flatten().min_by_key(|next| next.start)?.clone();
        self.at = next.end;
        Some(next)
    }
}

fn ruled(text: &str, from: usize) -> Option<Range<usize>> {
    let mut places = RULES.regex.capture_locations();
    let mut at = from;
    loop {
        let whole = RULES.regex.captures_read_at(&mut places, text, at)?;
        let group = (1..places.len()).find_map(|group| Some((group, places.get(group)?)));
        let (group, (start, end)) = group?;
        let guard = RULES.guards.get(group - 1).copied().unwrap_or(Guard::None);
        if secret(&text[start..end], guard) {
            return Some(start..end);
        }
        // After a label that proved nothing, the value itself may hold something.
        at = if start > whole.start() { start } else { whole.end() };
    }
}

fn secret(value: &str, guard: Guard) -> bool {
    if value.is_empty() || value == MASK {
        return false;
    }
    let digit = value.bytes().any(|c| c.is_ascii_digit());
    let letter = value.bytes().any(|c| c.is_ascii_alphabetic());
    match guard {
        Guard::None => true,
        Guard::Key => digit && value.bytes().any(|c| c.is_ascii_uppercase()),
        Guard::Opaque => {
            let long = value.len() >= 16 && (digit || !value.contains(' '));
            // A count has fewer figures than that.
            let figures = value.len() >= 8 && value.bytes().all(|c| c.is_ascii_digit());
            let mixed = letter && (long || (value.len() >= 8 && digit));
            !says_something(value) && !value.contains(MASK) && (mixed || figures)
        }
        Guard::Value => !says_something(value),
    }
}

/// Words that stand after a label and are no value, or only name where the value is.
fn says_something(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "required",
        "missing",
        "invalid",
        "incorrect",
        "expired",
        "wrong",
        "empty",
        "denied",
        "failed",
        "error",
        "not",
        "is",
        "must",
        "has",
        "was",
        "for",
        "no",
        "none",
        "null",
        "nil",
        "undefined",
        "unset",
        "set",
        "ok",
        "true",
        "false",
        "yes",
        "the",
        "a",
        "an",
        "authentication",
        "unauthorized",
        "unexpected",
        "redacted",
        "[redacted]",
        "xxx",
        "%s",
        "{}",
    ];
    const REFERENCES: &[&str] = &["${", "$(", "{{", "env:", "file:", "gcp:", "projects/"];
    let bare = value.trim_end_matches(['.', ',', '!', ')', '}', ']']);
    value.ends_with(':')
        || value.bytes().all(|c| c == b'*')
        || WORDS.iter().any(|word| word.eq_ignore_ascii_case(bare) || word.eq_ignore_ascii_case(value))
        || REFERENCES.iter().any(|reference| value.starts_with(reference))
}

/// Discord's tokens have no label: an id in base64 (it begins with M, N or O), six characters and a signature, between
/// dots. The dots are looked for, as a rule that begins with any letter would slow down all the others.
fn dotted(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let part = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
    let dots = text.get(from..)?.match_indices('.').map(|(at, _)| at + from);
    for dot in dots {
        let second = dot + 7;
        if bytes.get(second) != Some(&b'.') || !bytes[dot + 1..second].iter().all(|c| part(*c)) {
            continue;
        }
        let id = bytes[from..dot].iter().rev().take(29).take_while(|c| part(**c)).count();
        let signature = bytes[second + 1..].iter().take_while(|c| part(**c)).count();
        let start = dot - id;
        if (23..=28).contains(&id) && b"MNO".contains(&bytes[start]) && signature >= 27 {
            return Some(start..second + 1 + signature);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Secrets are put together here, so that no scanner takes this file for a leak.
    fn join(parts: &[&str]) -> String {
        parts.concat()
    }
    fn opaque(length: usize) -> String {
        "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY".chars().cycle().take(length).collect()
    }
    fn keys() -> Vec<String> {
        let upper = |length: usize| "ABCDEF234567GHIJ".chars().cycle().take(length).collect::<String>();
        vec![
            join(&["AK", "IA", &upper(16)]),
            join(&["AS", "IA", &upper(16)]),
            join(&["AI", "za", &opaque(35)]),
            join(&["ya", "29.", &opaque(60)]),
            join(&["xo", "xb-", "12345678901-", &opaque(24)]),
            join(&["xa", "pp-1-", &opaque(40)]),
            join(&["gh", "p_", &opaque(36)]),
            join(&["github", "_pat_", &opaque(50)]),
            join(&["gl", "pat-", &opaque(20)]),
            join(&["sk", "-", &opaque(48)]),
            join(&["sk", "-proj-", &opaque(60)]),
            join(&["sk", "-ant-api03-", &opaque(60)]),
            join(&["sk", "_live_", &opaque(24)]),
            join(&["rk", "_test_", &opaque(24)]),
            join(&["np", "m_", &opaque(36)]),
            join(&["py", "pi-AgEI", &opaque(60)]),
            join(&["h", "f_", &opaque(34)]),
            join(&["123456789", ":AA", &opaque(33)]),
            join(&["M", &opaque(23), ".", &opaque(6), ".", &opaque(38)]),
            join(&["ey", "J", &opaque(20), ".ey", "J", &opaque(40), ".", &opaque(43)]),
        ]
    }

    #[test]
    fn every_group_has_a_guard() {
        assert_eq!(RULES.guards.len() + 1, RULES.regex.captures_len());
    }

    #[test]
    fn keys_and_tokens_go_wherever_they_stand() {
        for key in keys() {
            for (line, clean) in [
                (format!("using {key} now"), "using *** now".to_owned()),
                (format!("x={key}"), "x=***".to_owned()),
                (format!("{{\"v\":\"{key}\"}}"), "{\"v\":\"***\"}".to_owned()),
                (format!("鍵は{key}です"), "鍵は***です".to_owned()),
            ] {
                assert_eq!(redact(&line), clean, "{line}");
            }
            assert!(looks_secret(&key), "{key}");
        }
    }

    #[test]
    fn labelled_values_go_and_their_labels_stay() {
        let (pw, long) = ("hun".to_owned() + "ter2", opaque(24));
        for (line, clean) in [
            (format!("password={pw}"), "password=***"),
            (format!("DB_PASSWORD={pw} PORT=5432"), "DB_PASSWORD=*** PORT=5432"),
            (format!("user=a password='{pw} x' host=b"), "user=a password='***' host=b"),
            (format!("{{\"api_key\":\"{pw}\",\"n\":1}}"), "{\"api_key\":\"***\",\"n\":1}"),
            (
                format!("{{\\\"password\\\":\\\"{pw}\\\",\\\"n\\\":1}}"),
                "{\\\"password\\\":\\\"***\\\",\\\"n\\\":1}",
            ),
            (format!("secret: {pw}"), "secret: ***"),
            (format!("clientSecret = \"{pw} {pw}\""), "clientSecret = \"***\""),
            (format!("x-api-key: {long}"), "x-api-key: ***"),
            (format!("Server=db;Password={pw};Port=1"), "Server=db;Password=***;Port=1"),
            (format!("AccountKey={long}=="), "AccountKey=***"),
            (format!("access_token={long}&state=1"), "access_token=***&state=1"),
            (format!("GET /x?key={long}&a=b"), "GET /x?key=***&a=b"),
            (format!("Authorization: Bearer {long}"), "Authorization: Bearer ***"),
            (format!("\"authorization\": \"Basic {long}\""), "\"authorization\": \"Basic ***\""),
            (format!("sent bearer {long}"), "sent bearer ***"),
            (format!("Cookie: sid={long}; theme=dark"), "Cookie: sid=***"),
            (format!("mysql --password {pw} -h db"), "mysql --password *** -h db"),
            (format!("ALTER USER x PASSWORD '{pw}'"), "ALTER USER x PASSWORD '***'"),
            (format!("postgres://app:{pw}@db:5432/x"), "postgres://app:***@db:5432/x"),
            (format!("mongodb+srv://app:{pw}@c.example.net/x"), "mongodb+srv://app:***@c.example.net/x"),
            (format!("redis://:{pw}@cache:6379"), "redis://:***@cache:6379"),
            (format!("postgres://app:{pw}/a@db/x"), "postgres://app:***@db/x"),
            (
                format!("https://hooks.slack.com/services/T0/B0/{long}"),
                "https://hooks.slack.com/services/***",
            ),
            (format!("パスワード: {pw}"), "パスワード: ***"),
            (format!("パスワード：{pw} でログイン"), "パスワード：*** でログイン"),
            (format!("パスワードは「{pw}」です"), "パスワードは「***」です"),
            ("暗証番号は1234です".to_owned(), "暗証番号は***です"),
            ("暗証番号：１２３４".to_owned(), "暗証番号：***"),
            (format!("APIキー={long}"), "APIキー=***"),
        ] {
            assert_eq!(redact(&line), clean, "{line}");
        }
    }

    #[test]
    fn private_keys_go_with_all_their_lines() {
        let (begin, end) =
            (join(&["-----BEGIN RSA PRI", "VATE KEY-----"]), join(&["-----END RSA PRI", "VATE KEY-----"]));
        let text = format!("a\n{begin}\nMIIE\nabc=\n{end}\nb");
        assert_eq!(redact(&text), format!("a\n{begin}***{end}\nb"));
        assert_eq!(redact(&format!("{begin}\\nMIIE\\n")), format!("{begin}***"));
    }

    #[test]
    fn ordinary_lines_stay_as_they_are() {
        for line in [
            "image gcr.io/p/api-key-server@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "request_id=550e8400-e29b-41d4-a716-446655440000 trace=projects/p/traces/4bf92f3577b34da6a3ce929d0e0e4736",
            "deployed api-key-server-00042-abc from commit 748b11d5c0ffee00000000000000000000000000",
            "usage: token_count=5 max_tokens=8192 prompt_tokens: 17 tokens=22",
            "Unexpected token: } at position 5",
            "token: 5",
            "invalid password: required",
            "password: ***",
            "password=${DB_PASSWORD} secret=projects/p/secrets/openai-api-keys/versions/3",
            "Failed to load secrets from Secret Manager: permission denied",
            "GET https://example.com:8080/path?email=a@example.com 200 12ms",
            "http://[::1]:7878/?to=a@b.example",
            "connect tcp 10.0.0.1:5432: connection refused (user app@db)",
            "sk-learn-model-training-job-finished risk-assessment-of-the-thing",
            "API Key Proxy Server started; api-key-server ready",
            "パスワードは8文字以上で入力してください",
            "パスワードは必須です。トークン数: 512",
            "Authorization: required",
            "monkey=banana keyboard: qwerty primary_key=12",
            "PWD=/app HOME=/root",
            "java.lang.String.format.something",
        ] {
            assert_eq!(redact(line), line);
            assert!(matches!(redact(line), Cow::Borrowed(_)), "{line}");
            assert!(!looks_secret(line), "{line}");
        }
    }

    fn piece() -> impl Strategy<Value = String> {
        let known = prop::sample::select(vec![
            "password",
            "secret",
            "token",
            "api_key",
            "Authorization",
            "Bearer ",
            "Cookie",
            "=",
            ":",
            ": ",
            "\"",
            "'",
            "\\\"",
            "://",
            "user",
            "@",
            "***",
            "sk-",
            "--password ",
            "パスワード",
            "は",
            "「",
            "」",
            " ",
            ",",
            ";",
            "&",
            "?key",
            "${",
            "eyJ",
            ".",
            "\n",
            "-----BEGIN PRIVATE KEY-----",
            "-----END PRIVATE KEY-----",
            "true",
            "12",
        ]);
        prop_oneof![4 => known.prop_map(str::to_owned), 1 => (0..40_usize).prop_map(opaque), 1 => "\\PC{0,6}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
        #[test]
        fn redacting_twice_is_redacting_once(pieces in prop::collection::vec(piece(), 0..14)) {
            let text = pieces.concat();
            let once = redact(&text).into_owned();
            prop_assert_eq!(redact(&once), once.as_str(), "{}", text);
        }
    }
}
