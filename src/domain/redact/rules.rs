//! What secrets look like. One regular expression holds all rules, so a clean line is read once.
//!
//! Every capture group is a secret's value; what stands around it is kept. Classes that would begin a match at any
//! character are avoided, as are Unicode word boundaries: both would throw the search off its fast path.

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

/// What a value must be like besides matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// The form alone is proof.
    None,
    /// As keys are: with a digit and a capital letter, unlike names in small letters.
    Key,
    /// Long or mixed enough not to be a word or a count (`token: 5`, `code=timeout`).
    Opaque,
    /// Not a word that says something about the value (`password: required`).
    Value,
}

pub(super) struct Rules {
    pub regex: Regex,
    /// The guard of each group, from group 1.
    pub guards: Vec<Guard>,
}

/// The name ends in one of these; what may stand before it (`DB_`, `client_`) does not matter.
const STRONG: &str = r"(?i-u:passw(?:or)?d|passphrase|secret|(?:api|access|secret|private|signing|encryption|account|auth|master|shared)[_. -]?key|[_-]pass|[_-]pwd)(?i-u:[_-]?(?:confirmation|hash|value|current|new|old|[0-9]{1,2}))?";
const TOKEN: &str = r"(?i-u:token)";
/// Between a name and its value: quotes of JSON, plain or escaped, and `:`, `=`, `=>` or `:=`.
const IS: &str = r#"["'\\]{0,3}\s*(?::=|=>|[:=])\s*"#;
/// A value in escaped quotes, in quotes, or up to where it must end.
const VALUE: &str = r#"(?:\\"((?:[^"\\]|\\\\|\\[^"\\])+)|"((?:[^"\\\r\n]|\\.)+)|'([^'\r\n]+)|([^\s"',;&<>=\\](?:[^\s"',;&]|,[^\s"',;&])*))"#;
const JAPANESE: &str =
    "(?:パスワード|パスフレーズ|暗証番号|秘密鍵|シークレット|(?:API|ＡＰＩ|アクセス|認証)(?:キー|トークン))";

fn table() -> Vec<(String, Guard)> {
    let plain = |pattern: &str| pattern.to_owned();
    vec![
        // Cloud providers.
        (plain(r"(?-u:\b)((?:AKIA|ASIA)[0-9A-Z]{16})(?-u:\b)"), Guard::None),
        (plain(r"(?-u:\b)(AIza[0-9A-Za-z_-]{30,})"), Guard::None),
        (plain(r"(?-u:\b)(ya29\.[0-9A-Za-z_-]{20,})|(?-u:\b)(GOCSPX-[0-9A-Za-z_-]{20,})"), Guard::None),
        (plain(r"(?-u:\b)(dop_v1_[0-9a-f]{32,})|(?-u:\b)(hvs\.[0-9A-Za-z_-]{20,})"), Guard::None),
        (
            plain(
                r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----((?s:.*?))(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)",
            ),
            Guard::None,
        ),
        // Chat, code and payment.
        (
            plain(r"(?-u:\b)(xox[abeoprs]-[0-9A-Za-z-]{8,})|(?-u:\b)(xapp-[0-9]-[0-9A-Za-z-]{8,})"),
            Guard::None,
        ),
        (plain(r"hooks\.slack\.com/[a-z]+/([0-9A-Za-z/_-]{8,})"), Guard::None),
        (plain(r"discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/([0-9]+/[0-9A-Za-z_-]{20,})"), Guard::None),
        (plain(r"(?-u:\b)([0-9]{8,10}:AA[0-9A-Za-z_-]{30,})"), Guard::None),
        (plain(r"(?-u:\b)(gh[opsur]_[0-9A-Za-z]{20,})|(?-u:\b)(github_pat_[0-9A-Za-z_]{20,})"), Guard::None),
        (plain(r"(?-u:\b)(glpat-[0-9A-Za-z_-]{16,})"), Guard::None),
        (plain(r"(?-u:\b)(sk-[0-9A-Za-z_-]{16,})"), Guard::Key),
        (
            plain(r"(?-u:\b)([rs]k_(?:live|test)_[0-9A-Za-z]{8,})|(?-u:\b)(whsec_[0-9A-Za-z+/=]{16,})"),
            Guard::None,
        ),
        (plain(r"(?-u:\b)(npm_[0-9A-Za-z]{30,})|(?-u:\b)(pypi-AgE[0-9A-Za-z_-]{16,})"), Guard::None),
        (plain(r"(?-u:\b)(hf_[0-9A-Za-z]{30,})|(?-u:\b)(SK[0-9a-f]{32})(?-u:\b)"), Guard::None),
        (plain(r"(?-u:\b)(SG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,})"), Guard::None),
        // JSON web tokens, signed and encrypted.
        (plain(r"(?-u:\b)(eyJ[0-9A-Za-z_-]{8,}(?:\.[0-9A-Za-z_-]*){2,4})"), Guard::None),
        // Headers.
        (
            plain(
                r#"(?i-u:authorization)["'\\]{0,3}\s*[:=]\s*["'\\]{0,2}(?i-u:bearer|basic|token|bot|digest|apikey|negotiate)\s+([^\s"',;\\]{4,})"#,
            ),
            Guard::Value,
        ),
        (plain(r#"(?i-u:authorization)["'\\]{0,3}\s*[:=]\s*["'\\]{0,2}([^\s"',;\\]{16,})"#), Guard::Value),
        (plain(r"(?-u:\b)(?i-u:bearer)\s+([0-9A-Za-z._~+/=-]{16,})"), Guard::Opaque),
        (plain(r#"(?i-u:cookie)["'\\]{0,3}\s*:\s*["'\\]{0,2}[0-9A-Za-z_.-]+=([^\r\n"']+)"#), Guard::None),
        // URLs: a password, and parameters that sign or authorise. A slash in a password is taken where the text before
        // it cannot be a port.
        (plain(r#"://[^\s/:@\["'<>]*:(?:([^\s/"'<>]+)@|([0-9]*[^\s/"'<>@0-9][^\s"'<>@]*)@)"#), Guard::None),
        (plain(r#"[?&](?i-u:(?:x-[a-z]+-)?(?:key|sig|signature|code))=([^\s&"'<>\#]{8,})"#), Guard::Opaque),
        // Labelled values, command-line options and SQL.
        (format!("{STRONG}{IS}{VALUE}"), Guard::Value),
        (format!("{TOKEN}{IS}{VALUE}"), Guard::Opaque),
        (format!(r"--(?i-u:[a-z0-9-]*)(?:{STRONG}|{TOKEN})\s+([^\s\-]\S*)"), Guard::Value),
        (plain(r"(?i-u:identified\s+by|password)\s+'([^'\r\n]+)'"), Guard::Value),
        (
            format!(
                r#"{JAPANESE}\s*(?:[:：=＝]\s*(?:「([^」\r\n]+)|『([^』\r\n]+)|"([^"\r\n]+)|([!-~！-～]+))|は\s*(?:「([^」\r\n]+)|([!-~]{{4,}})))"#
            ),
            Guard::Value,
        ),
    ]
}

pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut guards = Vec::new();
    let mut all = Vec::new();
    for (pattern, guard) in table() {
        guards.resize(guards.len() + groups(&pattern), guard);
        all.push(pattern);
    }
    #[expect(clippy::expect_used, reason = "a fixed pattern, held by the tests")]
    let regex = RegexBuilder::new(&all.join("|"))
        .size_limit(64 << 20)
        .dfa_size_limit(16 << 20)
        .build()
        .expect("the rules compile");
    Rules { regex, guards }
});

/// How many groups capture. No rule has a bracket as a character of its own.
fn groups(pattern: &str) -> usize {
    pattern.matches('(').count() - pattern.matches("(?").count()
}
